"""The baselines: the maximum of the database, and a naive program.

Run as a program, this module is that naive program: a paho callback with one INSERT per value, each in its own
transaction.
"""

import json
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from subprocess import Popen
from typing import Any

import msgspec
import psycopg
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from ingest.mqtt.subscriptions import MAX_WORKERS, worker_subscriptions
from ingest.pipeline import IncomingMessage, MessageOutcome, Observation, SensorsByTopic, process_message
from ingest.quality_flags import QualityChecker
from ingest.writer import commit_batch, load_register
from sensors.db import connect
from sensors.processes import LOOPBACK_HOST
from tests.bench.load_generator import BrokerConnection
from tests.bench.messages import MUNICIPALITY, OBSERVATION_TABLE, PROPERTIES
from tests.bench.processes import log_tail, running_process
from tests.bench.testbed import Connection, Testbed

BATCH_SIZE = 500
COPY_STATEMENT = f"copy lantaarn.{OBSERVATION_TABLE} (datastream_id, time, value, quality) from stdin (format binary)"
INSERT_STATEMENT = (
    f"insert into lantaarn.{OBSERVATION_TABLE} (datastream_id, time, value, quality) values (%s, %s, %s, 0)"
)


def measure_copy(bed: Testbed, numbers: range) -> float:
    """Values per second for a single binary COPY of the rows of these messages."""
    rows = list(bed.traffic.rows(numbers, bed.datastreams))
    bed.clear()
    start = time.perf_counter()
    with bed.connection.cursor() as cursor, cursor.copy(COPY_STATEMENT) as writer:
        writer.set_types(["int4", "timestamptz", "float8", "int2"])
        for row in rows:
            writer.write_row(row)
    return len(rows) / (time.perf_counter() - start)


def measure_in_process(bed: Testbed, numbers: range, batch: int, *, with_ledger: bool) -> float:
    """Values per second from payload to commit in this process, without a broker.

    Without ``with_ledger``, only observations are written, by COPY: no rollups, ledger or duplicate detection.
    """
    traffic = [IncomingMessage(bed.traffic.topic(number), bed.traffic.payload(number)) for number in numbers]
    bed.clear()
    with connect(bed.database.url, role="lantaarn_ingest") as db:
        register, memory, now = load_register(db), QualityChecker(), datetime.now(bed.traffic.start.tzinfo)
        start = time.perf_counter()
        for at in range(0, len(traffic), batch):
            outcomes = [process_message(message, register, memory, now) for message in traffic[at : at + batch]]
            if with_ledger:
                commit_batch(db, outcomes, now)
            else:
                _observations_only(db, outcomes)
        return len(traffic) * len(PROPERTIES) / (time.perf_counter() - start)


@dataclass(frozen=True, slots=True)
class PrivacyStepCosts:
    """CPU seconds per value, from payload to outcome."""

    checked: float
    """The real steps: allow-list, rules, reasons, units, clock, quality."""
    unchecked: float
    """The same JSON, with every value accepted; includes quality assessment, which is not a privacy step."""


def measure_privacy_steps(bed: Testbed, numbers: range) -> PrivacyStepCosts:
    """The cost of accepting only what the register permits, compared with accepting everything; each the best of 5."""
    traffic = [IncomingMessage(bed.traffic.topic(number), bed.traffic.payload(number)) for number in numbers]
    register, now = load_register(bed.connection), datetime.now(bed.traffic.start.tzinfo)

    def cost(work: Callable[[IncomingMessage, QualityChecker], MessageOutcome]) -> float:
        used: list[float] = []
        for _ in range(5):
            memory, start = QualityChecker(), time.process_time()
            for at in range(0, len(traffic), BATCH_SIZE):
                # Keep the outcomes as long as a batch would, and no longer.
                _batch = [work(message, memory) for message in traffic[at : at + BATCH_SIZE]]
            used.append(time.process_time() - start)
        return min(used) / (len(traffic) * len(PROPERTIES))

    return PrivacyStepCosts(
        cost(lambda message, memory: process_message(message, register, memory, now)),
        cost(lambda message, memory: _pass_through(message, register, memory)),
    )


def _pass_through(message: IncomingMessage, register: SensorsByTopic, memory: QualityChecker) -> MessageOutcome:
    content: dict[str, Any] = msgspec.json.decode(message.payload)
    municipality, kind, reference, _ = message.topic.split("/")
    sensor = register[municipality, kind, reference]
    at = datetime.fromisoformat(content.pop("time"))
    taken: list[Observation] = []
    for name, value in content.items():
        stream = sensor.datastreams[name]
        quality, rounded = memory.assess(stream.id, stream.observed_property, at, value)
        taken.append(Observation(stream.table, stream.id, at, rounded, quality))
    return MessageOutcome(sensor.id, "", len(message.payload), tuple(taken), (), 0)


def _observations_only(db: Connection, outcomes: Sequence[MessageOutcome]) -> None:
    with db.cursor() as cursor, cursor.copy(COPY_STATEMENT) as writer:
        writer.set_types(["int4", "timestamptz", "float8", "int2"])
        for outcome in outcomes:
            for one in outcome.observations:
                writer.write_row((one.datastream_id, one.time, one.value, int(one.quality)))


@contextmanager
def running_plain_program(bed: Testbed) -> Generator[Popen[bytes]]:
    """Run the naive program until it has subscribed, with ingest's durable sessions removed from the broker."""
    for seat in (*worker_subscriptions(MUNICIPALITY, 1), *worker_subscriptions(MUNICIPALITY, MAX_WORKERS)):
        BrokerConnection(bed.broker.port, seat.client_id).close()  # replaces the durable session by a clean one
    command = [sys.executable, "-m", "tests.bench.baselines", bed.database.url, str(bed.broker.port)]
    with running_process(command, bed.log_file, with_pipes=True) as process:
        if process.stdout is None or process.stdout.readline() != b"subscribed\n":
            raise RuntimeError(f"the plain program did not start: {log_tail(bed.log_file)}")
        yield process


def main() -> None:
    """Store messages value by value until SIGTERM. Arguments: database URL, broker port."""
    database = psycopg.connect(sys.argv[1], autocommit=True)
    found = database.execute(
        "select sensor.reference, datastream.property, datastream.id from lantaarn.datastream "
        "join lantaarn.sensor on sensor.id = datastream.sensor_id"
    )
    datastreams = {(reference, name): number for reference, name, number in found}

    def on_message(_client: Client, _data: object, message: MQTTMessage) -> None:
        reference = message.topic.split("/")[2]
        content = json.loads(message.payload)
        for name in PROPERTIES:
            database.execute(INSERT_STATEMENT, (datastreams[reference, name], content["time"], content[name]))

    def on_subscribe(*_answer: Any) -> None:
        sys.stdout.write("subscribed\n")
        sys.stdout.flush()

    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = on_message
    client.on_subscribe = on_subscribe
    client.connect(LOOPBACK_HOST, int(sys.argv[2]))
    client.subscribe(f"{MUNICIPALITY}/#", qos=1)
    client.loop_forever()


if __name__ == "__main__":
    main()
