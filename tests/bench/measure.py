"""Measuring ingest from the outside: what another connection to the database can see, and what the processes used."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, quantiles
from subprocess import Popen
from threading import Event

from sensors.db import connect
from tests.bench.load_generator import LoadGenerator, LoadOrder, running_load_generator
from tests.bench.messages import OBSERVATION_TABLE, PROPERTIES
from tests.bench.processes import cpu_seconds, machine_cpu_seconds, peak_memory_bytes
from tests.bench.testbed import TIMEOUT_SECONDS, Connection, Testbed, running_ingest
from tests.support.waiting import wait_for

MAX_QUEUED = 10_000
"""Messages that may wait at the broker under sustained load: enough for a program to be always busy."""
WARM_UP_SECONDS = 2.0
"""Seconds at the start of a measurement that do not count."""
COOL_DOWN_SECONDS = 1.0
"""Seconds at the end of a steady rate that do not count: the last messages wait for others that do not come."""
MAX_PROBES = 200
"""Messages that the reader looks for at a time."""
COMMITTED_QUERY = f"""
select wanted.number
from unnest(%(numbers)s::integer[], %(datastreams)s::integer[], %(times)s::timestamptz[])
    as wanted (number, datastream_id, time)
inner join lantaarn.{OBSERVATION_TABLE} as observation
    on observation.datastream_id = wanted.datastream_id and observation.time = wanted.time
"""


@dataclass(frozen=True, slots=True)
class Throughput:
    """A stretch of work: values a second, its length, the processor time by program, ingest's most memory in octets."""

    values_per_second: float
    seconds: float
    cpu_seconds: Mapping[str, float]
    peak_memory: int


@dataclass(frozen=True, slots=True)
class Latency:
    """From just before a message is written to the broker's socket until a reader sees its value; seconds."""

    messages_per_second: float
    probes: int
    p50: float
    p99: float
    worst: float
    resolution: float
    """The 99th percentile of the time between two looks."""


class CommitReader:
    """Another connection that looks for the values of single messages."""

    def __init__(self, bed: Testbed, db: Connection) -> None:
        self._bed = bed
        self._db = db
        # The tables were empty when it was planned: without this it might read them whole ever after.
        for method in ("hashjoin", "mergejoin", "seqscan"):
            db.execute(f"set enable_{method} = off")

    def committed(self, numbers: Sequence[int]) -> Sequence[int]:
        """Those of these messages that are committed."""
        traffic, datastreams = self._bed.traffic, self._bed.datastreams
        wanted = {
            "numbers": list(numbers),
            "datastreams": [datastreams[traffic.sensor(number)][0] for number in numbers],
            "times": [traffic.time(number) for number in numbers],
        }
        return [row["number"] for row in self._db.execute(COMMITTED_QUERY, wanted).fetchall()]

    def wait_until_committed(self, number: int) -> None:
        """Return within 10 ms of its commit."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not self.committed([number]):
            if time.monotonic() > deadline:
                raise TimeoutError(f"message {number} was not stored in {TIMEOUT_SECONDS:g} seconds")
            Event().wait(0.01)

    def wait_until_stored(self, values: int) -> None:
        """Return when every value is there. Raises AssertionError when some are missing or there are too many."""
        wait_for(lambda: self._bed.count_stored() >= values, TIMEOUT_SECONDS)
        assert self._bed.count_stored() == values, "values were stored that were not sent"


def measure_drain(bed: Testbed, numbers: range, batch: int, workers: int) -> Throughput:
    """Empty a queue that was filled while ingest was away, so that nothing else needs the processors."""
    bed.clear()
    with running_ingest(bed, batch, workers):
        pass
    with running_load_generator(_order(bed, numbers, 100), bed.log_file) as load:
        load.allow(len(numbers))
        load.finish()
    with connect(bed.database.url) as db, running_ingest(bed, batch, workers, wait=False) as ingest:
        reader, meter = CommitReader(bed, db), _CpuMeter(bed, ingest, None)
        reader.wait_until_committed(numbers[0])
        before, start, used = bed.count_stored(), time.monotonic(), meter.read()
        reader.wait_until_committed(numbers[-1])
        reader.wait_until_stored(len(numbers) * len(PROPERTIES))
        seconds = time.monotonic() - start
        values = len(numbers) * len(PROPERTIES) - before
        return Throughput(values / seconds, seconds, meter.since(used), peak_memory_bytes(ingest.pid))


def measure_sustained(
    bed: Testbed, numbers: range, seconds: float, program: Popen[bytes], *, max_queued: int = MAX_QUEUED
) -> Throughput:
    """Live load, as much as the program takes: the generator stays ``ahead`` of what is committed, no more."""
    with connect(bed.database.url) as db, running_load_generator(_order(bed, numbers, 50), bed.log_file) as load:
        reader, meter = CommitReader(bed, db), _CpuMeter(bed, program, load)
        bed.clear()
        progress = _LoadController(reader, load, numbers, max_queued, numbers[0])
        done = progress.run_for(WARM_UP_SECONDS)
        used, start = meter.read(), time.monotonic()
        end = progress.run_for(seconds)
        length, since = time.monotonic() - start, meter.since(used)
        reader.wait_until_stored(load.finish().count * len(PROPERTIES))
        return Throughput((end - done) * len(PROPERTIES) / length, length, since, peak_memory_bytes(program.pid))


@dataclass(slots=True)
class _LoadController:
    """How far the program is, and how far ahead of it the generator may be."""

    reader: CommitReader
    load: LoadGenerator
    numbers: range
    max_queued: int
    last_committed: int

    def run_for(self, seconds: float) -> int:
        """Allow more as more is committed, for so long; the last number seen, a fiftieth of ``ahead`` exact."""
        end, step = time.monotonic() + seconds, self.max_queued // 50
        while time.monotonic() < end and self.last_committed + step in self.numbers:
            self.load.allow(self.last_committed - self.numbers[0] + self.max_queued)
            if self.reader.committed([self.last_committed + step]):
                self.last_committed += step
            else:
                Event().wait(0.005)
        return self.last_committed


def measure_latency(bed: Testbed, numbers: range, rate: float) -> Latency:
    """At a steady rate, ten messages at a time, the first of which is looked for in a tight loop."""
    order = _order(bed, numbers, 10, rate)
    wanted: list[int] = [chunk[0] for chunk in order.chunks]
    seen: dict[int, float] = {}
    looks: list[float] = []
    with connect(bed.database.url) as db, running_load_generator(order, bed.log_file) as load:
        reader = CommitReader(bed, db)
        bed.clear()
        load.allow(len(numbers))
        deadline = time.monotonic() + len(numbers) / rate + TIMEOUT_SECONDS
        while wanted and time.monotonic() < deadline:
            found, now = set(reader.committed(wanted[:MAX_PROBES])), time.monotonic()
            looks.append(now)
            seen |= dict.fromkeys(found, now)
            wanted = [number for number in wanted if number not in found] if found else wanted
            Event().wait(0.001)
        sent = load.finish()
        reader.wait_until_stored(len(numbers) * len(PROPERTIES))
    start, end = sent.chunk_times[0] + WARM_UP_SECONDS, sent.chunk_times[-1] - COOL_DOWN_SECONDS
    late = [seen[chunk[0]] - at for chunk, at in zip(order.chunks, sent.chunk_times, strict=True) if start < at < end]
    return _latency(len(numbers) / (sent.chunk_times[-1] - sent.chunk_times[0]), late, looks)


def _latency(rate: float, late: Sequence[float], looks: Sequence[float]) -> Latency:
    gaps = [after - before for before, after in pairwise(looks)]
    return Latency(rate, len(late), median(late), quantiles(late, n=100)[98], max(late), quantiles(gaps, n=100)[98])


def _order(bed: Testbed, numbers: range, chunk: int, rate: float | None = None) -> LoadOrder:
    traffic = bed.traffic
    return LoadOrder(bed.broker.port, traffic.sensors, traffic.start, numbers[0], len(numbers), chunk, rate)


class _CpuMeter:
    """Processor time by program."""

    def __init__(self, bed: Testbed, program: Popen[bytes], load: LoadGenerator | None) -> None:
        self._programs = {"program": program.pid, "database": bed.database.pid, "broker": bed.broker.pid}
        self._programs["generator"] = load.pid if load else None

    def read(self) -> Mapping[str, float]:
        """Seconds since the programs began, nothing for one that is not here; and all the rest of the machine."""
        used = {name: cpu_seconds(pid) for name, pid in self._programs.items() if pid is not None}
        return used | {"rest": machine_cpu_seconds() - sum(used.values())}

    def since(self, before: Mapping[str, float]) -> Mapping[str, float]:
        """Seconds since ``before``."""
        return {name: max(0.0, used - before[name]) for name, used in self.read().items()}
