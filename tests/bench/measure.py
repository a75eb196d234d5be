"""Measure ingest from the outside: commits visible to another connection, and resources used by the processes."""

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
"""Messages queued at the broker under sustained load: enough to keep the program busy."""
WARM_UP_SECONDS = 2.0
"""Seconds discarded at the start of a measurement."""
COOL_DOWN_SECONDS = 1.0
"""Seconds discarded at the end of a steady rate: the last batch waits for messages that never come."""
MAX_PROBES = 200
"""Messages the reader looks for per query."""
COMMITTED_QUERY = f"""
select wanted.number
from unnest(%(numbers)s::integer[], %(datastreams)s::integer[], %(times)s::timestamptz[])
    as wanted (number, datastream_id, time)
inner join lantaarn.{OBSERVATION_TABLE} as observation
    on observation.datastream_id = wanted.datastream_id and observation.time = wanted.time
"""


@dataclass(frozen=True, slots=True)
class Throughput:
    """A measured interval: values per second, duration, CPU seconds by program, and peak memory of ingest in bytes."""

    values_per_second: float
    seconds: float
    cpu_seconds: Mapping[str, float]
    peak_memory: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from just before a message is written to the broker's socket until a reader sees its value."""

    messages_per_second: float
    probes: int
    p50: float
    p99: float
    worst: float
    resolution: float
    """The 99th percentile of the polling interval."""


class CommitReader:
    """A separate connection that polls for committed messages."""

    def __init__(self, bed: Testbed, db: Connection) -> None:
        self._bed = bed
        self._db = db
        # The query is planned while the tables are empty: prevent a cached plan with sequential scans.
        for method in ("hashjoin", "mergejoin", "seqscan"):
            db.execute(f"set enable_{method} = off")

    def committed(self, numbers: Sequence[int]) -> Sequence[int]:
        """The messages in ``numbers`` that are committed."""
        traffic, datastreams = self._bed.traffic, self._bed.datastreams
        wanted = {
            "numbers": list(numbers),
            "datastreams": [datastreams[traffic.sensor(number)][0] for number in numbers],
            "times": [traffic.time(number) for number in numbers],
        }
        return [row["number"] for row in self._db.execute(COMMITTED_QUERY, wanted).fetchall()]

    def wait_until_committed(self, number: int) -> None:
        """Return within 10 ms of the commit. Raises TimeoutError."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not self.committed([number]):
            if time.monotonic() > deadline:
                raise TimeoutError(f"message {number} was not stored in {TIMEOUT_SECONDS:g} seconds")
            Event().wait(0.01)

    def wait_until_stored(self, values: int) -> None:
        """Wait until this many values are stored. Raises AssertionError on a timeout or a surplus."""
        wait_for(lambda: self._bed.count_stored() >= values, TIMEOUT_SECONDS)
        assert self._bed.count_stored() == values, "values were stored that were not sent"


def measure_drain(bed: Testbed, numbers: range, batch: int, workers: int) -> Throughput:
    """Measure draining a queue that was filled while ingest was down, so that nothing else competes for CPU."""
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
    """Measure the maximum live load: the generator stays at most ``max_queued`` messages ahead of commits."""
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
    """Keeps the generator ``max_queued`` messages ahead of the last commit."""

    reader: CommitReader
    load: LoadGenerator
    numbers: range
    max_queued: int
    last_committed: int

    def run_for(self, seconds: float) -> int:
        """Follow commits for ``seconds``; return the last committed number, in steps of ``max_queued`` / 50."""
        end, step = time.monotonic() + seconds, self.max_queued // 50
        while time.monotonic() < end and self.last_committed + step in self.numbers:
            self.load.allow(self.last_committed - self.numbers[0] + self.max_queued)
            if self.reader.committed([self.last_committed + step]):
                self.last_committed += step
            else:
                Event().wait(0.005)
        return self.last_committed


def measure_latency(bed: Testbed, numbers: range, rate: float) -> Latency:
    """Measure latency at a steady rate in chunks of ten, polling for the first message of each chunk."""
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
    """CPU time by program."""

    def __init__(self, bed: Testbed, program: Popen[bytes], load: LoadGenerator | None) -> None:
        self._programs = {"program": program.pid, "database": bed.database.pid, "broker": bed.broker.pid}
        self._programs["generator"] = load.pid if load else None

    def read(self) -> Mapping[str, float]:
        """CPU seconds since start for each local program, and for the rest of the machine."""
        used = {name: cpu_seconds(pid) for name, pid in self._programs.items() if pid is not None}
        return used | {"rest": machine_cpu_seconds() - sum(used.values())}

    def since(self, before: Mapping[str, float]) -> Mapping[str, float]:
        """CPU seconds since the reading ``before``."""
        return {name: max(0.0, used - before[name]) for name, used in self.read().items()}
