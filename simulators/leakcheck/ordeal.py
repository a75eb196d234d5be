"""What happens during a leak check: canaries come in by every way, while programs are killed, stopped and crash."""

import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice, pairwise

from sensors.db import connect
from simulators.leakcheck.canaries import Canary
from simulators.leakcheck.controls import QUERIES
from simulators.leakcheck.plant import HTTP_WAYS, MQTT_WAYS, OVERSIZED, Device, Sent, Targets, Visitor, oversized
from simulators.leakcheck.programs import Programs, wait_for

PORTION = 500
"""Canaries that are sent together."""
WHILE_AWAY = 1
"""Requests while the database is away: each waits for it for a while."""
STILL = 2.0
"""Seconds in which nothing more is booked once everything is."""
Planted = Sequence[tuple[Canary, str]]


class Ordeal:
    """Programs that get canaries. ``planted`` is called with the number that was planted just now."""

    def __init__(self, programs: Programs, targets: Iterator[Targets], planted: Callable[[int], object]) -> None:
        self.visitor = Visitor(programs.serve.port)
        self.snapshot = programs.folder / "snapshot"
        self._programs = programs
        self._targets = targets
        self._planted = planted

    def undergo(self, canaries: Planted) -> None:
        """All of it; when it returns, everything that was sent has been taken in and all programs run."""
        calm, kill, outage, crash = _parts(canaries, 4)
        self._plant(calm)
        self._settle()
        self._kill_ingest(kill)
        self._kill_database(outage)
        self._crash(crash)
        self._settle()
        self._programs.broker.save()

    def _plant(self, canaries: Planted) -> None:
        self._send(canaries)
        self._visit(canaries)
        self._planted(len(canaries))

    def _send(self, canaries: Planted) -> None:
        messages = (self._message(canary, way) for canary, way in canaries if way in MQTT_WAYS)
        with Device(self._programs.broker.devices) as device:
            while portion := list(islice(messages, PORTION)):
                device.send(portion)
        for canary, way in canaries:
            if way == OVERSIZED:
                # On a connection of its own: a broker may hang up on such a message.
                with Device(self._programs.broker.devices) as device:
                    device.send([oversized(canary.text, next(self._targets))])

    def _visit(self, canaries: Planted) -> None:
        for canary, way in canaries:
            if way in HTTP_WAYS:
                self.visitor.ask(HTTP_WAYS[way](canary.text))

    def _message(self, canary: Canary, way: str) -> Sent:
        return MQTT_WAYS[way](canary.text, next(self._targets))

    def _kill_ingest(self, canaries: Planted) -> None:
        """Half of it is sent just before, half while it is away; and what the broker then writes to disk is kept."""
        before, away = _parts(canaries, 2)
        self._plant(before)
        self._programs.ingest.stop(signal.SIGKILL)
        self._plant(away)
        self._programs.broker.save()
        shutil.copytree(self._programs.broker.folder, self.snapshot)
        self._programs.ingest.start()
        self._programs.ingest.wait()

    def _kill_database(self, canaries: Planted) -> None:
        """Half of it is sent just before, half while it is away; a few visitors come meanwhile, and wait."""
        before, away = _parts(canaries, 2)
        self._plant(before)
        self._programs.stop_database(signal.SIGKILL)
        self._send(away)
        visits = [(canary, way) for canary, way in away if way in HTTP_WAYS]
        self._visit(visits[:WHILE_AWAY])
        self._programs.start_database()
        self._visit(visits)
        self._planted(len(away))

    def _crash(self, canaries: Planted) -> None:
        """Both programs abort while they have canaries in memory: whoever writes core files writes one now."""
        self._plant(canaries)
        programs = (self._programs.ingest, self._programs.serve)
        for program in programs:
            program.stop(signal.SIGABRT)
            program.start()
        for program in programs:
            program.wait()

    def _settle(self) -> None:
        """Wait until a last value is stored and the books stand still: all that came before is in them then."""
        at = datetime.now(UTC)
        target = next(self._targets)
        message = Sent(target.values, f'{{"time": "{at.isoformat()}", "{target.property}": 1}}'.encode())
        with Device(self._programs.broker.devices) as device:
            device.send([message])
        with connect(self._programs.server.url) as database:
            wait_for(lambda: database.execute(QUERIES["arrived"], {"time": at}).fetchone() is not None, "ingest")
            wait_for(Still(lambda: database.execute(QUERIES["taken_in"]).fetchone()).enough, "the books of ingest")


def _parts(canaries: Planted, number: int) -> list[Planted]:
    """So many parts of the same length, one after the other: each comes in by every way."""
    ends = [len(canaries) * end // number for end in range(number + 1)]
    return [canaries[start:end] for start, end in pairwise(ends)]


class Still:
    """Whether something has been the same for a while: events are booked every second, and no one tells of it."""

    def __init__(self, look: Callable[[], object]) -> None:
        self._look = look
        self._last = look()
        self._since = time.monotonic()

    def enough(self) -> bool:
        """Look again."""
        now = self._look()
        if now != self._last:
            self._last, self._since = now, time.monotonic()
        return time.monotonic() - self._since > STILL
