"""Benchmark what public cells cost ingest: the same messages with the publisher of counts at work between batches, and
without it. ``python -m tests.bench.cells`` takes two minutes.

Counters send every minute how many passed, zeros too. Halfway the messages of an hour, the publisher draws the noise of
all cells of the hour before, and of the late cells of four weeks.
"""

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from ingest.cells.count_cells import publish_counts
from ingest.hourly_totals import update_hourly_totals
from ingest.pipeline import IncomingMessage, process_message
from ingest.quality_flags import QualityChecker
from ingest.writer import commit_batch, load_register
from sensors.db import connect, queries
from sensors.register.repository import import_entries, load_areas
from tests.bench.processes import cpu_seconds
from tests.bench.testbed import BenchDatabase, Connection, embedded_database
from tests.support.entries import Document, example_datastream
from tests.support.sample_data import HOUR, traffic_counter_entry

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))
COUNTERS, CLASSES = 400, ("count_car", "count_bus", "count_truck")
BATCH_SIZE, TURNS = 500, 3


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of ingest and the database together: for an hour's messages, and for what the publisher wrote."""

    messages: float
    publisher: float
    cells: int


def main() -> None:
    """Measure in turn, so that load on a shared machine affects both alike, and print the medians."""
    folder = Path(tempfile.mkdtemp(prefix="lantaarn-bench-"))
    try:
        with (
            Progress(SpinnerColumn(), TextColumn("{task.description}"), transient=True) as progress,
            embedded_database(folder) as store,
            connect(store.url) as db,
        ):
            task = progress.add_task("registering the counters")
            _register_counters(db, folder)
            costs: dict[bool, list[Cost]] = {False: [], True: []}
            for turn in range(TURNS * 2):
                progress.update(task, description=f"an hour of messages, {turn + 1} of {TURNS * 2}")
                costs[turn % 2 == 1].append(_measure(store, db, is_publishing=turn % 2 == 1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _report(costs)


def _register_counters(db: Connection, folder: Path) -> None:
    load_areas(db)
    path = folder / "register.jsonl"
    path.write_text("\n".join(json.dumps(_counter(number)) for number in range(COUNTERS)))
    report = import_entries(db, path, "bench", "bench")
    assert report.published == COUNTERS, report


def _counter(number: int) -> Document:
    """One every hundred metres."""
    declared = {"public": "hour", "privacy_rules": [{"rule": "public_threshold"}], "interval": "PT1M", "stamp": "start"}
    point = {"type": "Point", "coordinates": [5.6 + number % 20 * 0.0015, 51.45 + number // 20 * 0.001]}
    return traffic_counter_entry(
        reference=f"teller-{number}",
        location={"kind": "fixed", "geometry": point},
        datastreams=[example_datastream(code, "traffic", **declared) for code in CLASSES],
    )


def _measure(store: BenchDatabase, db: Connection, *, is_publishing: bool) -> Cost:
    now = datetime.now(UTC)
    hour = now.replace(minute=0, second=0, microsecond=0) - HOUR
    db.execute("truncate lantaarn.observation_7d, lantaarn.rollup_hour, lantaarn.public_cell, lantaarn.ledger")
    for name in ("begin", "fill_hour", "fill_late"):
        db.execute(QUERIES[name], {"hour": hour - HOUR, "at": now})
    db.execute("vacuum analyze")
    messages, cells, publisher = _messages_of(hour), 0, 0.0
    with connect(store.url, role="lantaarn_ingest") as ingest:
        register, memory = load_register(ingest), QualityChecker()
        read = _cpu_meter(store)
        start = read()
        for at in range(0, len(messages), BATCH_SIZE):
            outcomes = [process_message(each, register, memory, now) for each in messages[at : at + BATCH_SIZE]]
            commit_batch(ingest, outcomes, now)
            update_hourly_totals(ingest)
            if is_publishing and at == len(messages) // 2:
                before = read()
                cells = publish_counts(ingest, hour + HOUR + timedelta(minutes=5))
                publisher = read() - before
        used = read() - start - publisher
    rows = db.execute(QUERIES["stored"], {"hour": hour}).fetchall()
    assert rows == [{"stored": len(messages) * len(CLASSES)}], rows
    return Cost(used, publisher, cells)


def _messages_of(hour: datetime) -> Sequence[IncomingMessage]:
    return [
        IncomingMessage(
            f"helmond/traffic/teller-{number}/json",
            json.dumps(
                {
                    "time": (hour + timedelta(minutes=minute)).isoformat(),
                    **dict.fromkeys(CLASSES, (number + minute) % 7),
                }
            ).encode(),
        )
        for minute in range(60)
        for number in range(COUNTERS)
    ]


def _cpu_meter(store: BenchDatabase) -> Callable[[], float]:
    pid = store.pid
    assert pid is not None
    return lambda: time.process_time() + cpu_seconds(pid)


def _report(costs: Mapping[bool, Sequence[Cost]]) -> None:
    without, beside = (median(each.messages for each in costs[working]) for working in (False, True))
    thousands = COUNTERS * 60 / 1000
    publisher, cells = median(each.publisher for each in costs[True]), costs[True][0].cells
    console = Console(highlight=False)
    console.print(f"CPU time of ingest and database per 1,000 messages of {len(CLASSES)} counts, medians of {TURNS}:")
    console.print(f"  without the publisher {without / thousands * 1000:.1f} ms")
    console.print(f"  with it at work       {beside / thousands * 1000:.1f} ms: × {beside / without:.2f}")
    console.print(f"The publisher itself: {publisher:.2f} s for {cells} cells, {publisher / cells * 1e6:.0f} µs each")


if __name__ == "__main__":
    main()
