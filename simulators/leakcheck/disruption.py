"""Send canaries by every vector while programs are killed, stopped and crashed."""

import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

from sensors.db import connect
from simulators.leakcheck.canaries import Canary
from simulators.leakcheck.controls import QUERIES
from simulators.leakcheck.programs import TestedPrograms, wait_for
from simulators.leakcheck.vectors import (
    HTTP_VECTORS,
    MQTT_VECTORS,
    OVERSIZED_VECTOR,
    CanaryPublisher,
    OutgoingMessage,
    Target,
    Visitor,
    oversized_message,
)

CANARIES_PER_BATCH = 500
"""Canaries per batch."""
REQUESTS_DURING_OUTAGE = 1
"""Requests while the database is down: each blocks until it times out."""
STABLE_SECONDS = 2.0
"""Seconds without changes to the ledger after which it is considered complete."""
PlannedCanaries = Sequence[tuple[Canary, str]]


class DisruptionRun:
    """Sends canaries to the programs under disruption. ``on_planted`` is called with the number just sent.

    ``spare``: a sensor that gets none.
    """

    def __init__(
        self,
        programs: TestedPrograms,
        targets: Iterator[Target],
        spare: Target,
        on_planted: Callable[[int], object],
    ) -> None:
        self.visitor = Visitor(programs.serve.port)
        self.broker_snapshot = programs.folder / "snapshot"
        self._programs = programs
        self._targets = targets
        self._spare = spare
        self._planted = on_planted

    def run(self, canaries: PlannedCanaries) -> None:
        """Run all disruptions; on return, everything sent has been processed and all programs are running."""
        calm, kill, outage, crash = _split(canaries, 4)
        self._plant(calm)
        self._wait_until_processed()
        self._kill_ingest(kill)
        self._kill_database(outage)
        self._crash(crash)
        self._wait_until_processed()
        self._programs.broker.persist()

    def _plant(self, canaries: PlannedCanaries) -> None:
        self._send_mqtt(canaries)
        self._send_http(canaries)
        self._planted(len(canaries))

    def _send_mqtt(self, canaries: PlannedCanaries) -> None:
        messages = (self._message(canary, way) for canary, way in canaries if way in MQTT_VECTORS)
        with CanaryPublisher(self._programs.broker.device_url) as device:
            while portion := list(islice(messages, CANARIES_PER_BATCH)):
                device.send(portion)
        for canary, way in canaries:
            if way == OVERSIZED_VECTOR:
                # On its own connection: the broker may close it after such a message.
                with CanaryPublisher(self._programs.broker.device_url) as device:
                    device.send([oversized_message(canary.identifier, next(self._targets))])

    def _send_http(self, canaries: PlannedCanaries) -> None:
        for canary, way in canaries:
            if way in HTTP_VECTORS:
                self.visitor.request(HTTP_VECTORS[way](canary.identifier))

    def _message(self, canary: Canary, way: str) -> OutgoingMessage:
        return MQTT_VECTORS[way](canary.identifier, next(self._targets))

    def _kill_ingest(self, canaries: PlannedCanaries) -> None:
        """Send half just before the kill and half while ingest is down; snapshot the broker's store in between."""
        before, away = _split(canaries, 2)
        self._plant(before)
        self._programs.ingest.stop(signal.SIGKILL)
        self._plant(away)
        self._programs.broker.persist()
        shutil.copytree(self._programs.broker.folder, self.broker_snapshot)
        self._programs.ingest.start()
        self._programs.ingest.wait_until_ready()

    def _kill_database(self, canaries: PlannedCanaries) -> None:
        """Send half just before the kill and half while the database is down, including a few HTTP requests."""
        before, away = _split(canaries, 2)
        self._plant(before)
        self._programs.stop_database(signal.SIGKILL)
        self._send_mqtt(away)
        visits = [(canary, way) for canary, way in away if way in HTTP_VECTORS]
        self._send_http(visits[:REQUESTS_DURING_OUTAGE])
        self._programs.start_database()
        self._send_http(visits)
        self._planted(len(away))

    def _crash(self, canaries: PlannedCanaries) -> None:
        """Abort both programs with canaries in memory, so that core dumps are written where enabled."""
        self._plant(canaries)
        programs = (self._programs.ingest, self._programs.serve)
        for program in programs:
            program.stop(signal.SIGABRT)
            program.start()
        for program in programs:
            program.wait_until_ready()

    def _wait_until_processed(self) -> None:
        """Send a last value, and wait until it is stored and the ledger is stable: everything before it is then in."""
        # Ingest stores whole seconds, and the start of the period.
        at = datetime.now(UTC).replace(microsecond=0)
        until = at + timedelta(seconds=1)
        payload = f'{{"start": "{at.isoformat()}", "end": "{until.isoformat()}", "{self._spare.property}": 1}}'
        message = OutgoingMessage(self._spare.value_topic, payload.encode())
        with CanaryPublisher(self._programs.broker.device_url) as device:
            device.send([message])
        with connect(self._programs.server.url) as database:
            wait_for(
                lambda: database.execute(QUERIES["is_stored"], {"time": at}).fetchone() is not None,
                "ingest",
                progress=lambda: database.execute(QUERIES["ingest_totals"]).fetchone(),
            )
            wait_for(
                StabilityCheck(lambda: database.execute(QUERIES["ingest_totals"]).fetchone()).is_stable,
                "the ledger",
            )


def _split(canaries: PlannedCanaries, number: int) -> list[PlannedCanaries]:
    """Split into ``number`` consecutive parts of equal length, each covering every vector."""
    ends = [len(canaries) * end // number for end in range(number + 1)]
    return [canaries[start:end] for start, end in pairwise(ends)]


class StabilityCheck:
    """Detects that a value has stopped changing: what is refused gives no other signal."""

    def __init__(self, look: Callable[[], object]) -> None:
        self._look = look
        self._last = look()
        self._since = time.monotonic()

    def is_stable(self) -> bool:
        """Poll the value; True once it has not changed for STABLE_SECONDS."""
        now = self._look()
        if now != self._last:
            self._last, self._since = now, time.monotonic()
        return time.monotonic() - self._since > STABLE_SECONDS
