"""Benchmark storage: table sizes and query times, as rows and in the columnstore.

Generates a year of hourly rollups and a month of observations in the real schema. Measures the embedded PostgreSQL, and
then the server at TIMESCALE_URL if set.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import LiteralString

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from api.sensor.queries import QUERIES as PAGES
from ingest.pipeline import MessageOutcome, Observation
from ingest.quality_flags import QualityFlag
from ingest.writer import commit_batch
from sensors.db import connect, queries
from sensors.db.capabilities import probe_capabilities
from tests.bench.testbed import Connection, embedded_database, publish_sensors, temporary_database

QUERIES = queries.load_queries(Path(__file__).with_name("storage.sql"))
ROLLUP_TABLE: LiteralString = "rollup_hour"
TRIAL_TABLE: LiteralString = "trial_hour"
RAW_TABLE: LiteralString = "observation_31d"
ROLLUP_DAYS, RAW_DAYS = 365, 31
DATASTREAM_COUNTS = {ROLLUP_TABLE: 2_000, RAW_TABLE: 500}
DAY = timedelta(days=1)
LATE_AGE = 14 * DAY
"""Old enough for its chunk to be in the columnstore."""
TIMED_QUERIES: Mapping[str, tuple[LiteralString, int]] = {
    "page: newest values of a sensor": (PAGES["datastreams"], 5),
    "page: 24 hours of a sensor": (PAGES["hours"], 5),
    "day view: a year of one datastream": (QUERIES["datastream_days"], 5),
    "day view: a year of all": (QUERIES["city_days"], 1),
    "hours: a year by hour and weekday, one": (QUERIES["datastream_weekdays"], 5),
    "hours: a year by hour and weekday, all": (QUERIES["city_weekdays"], 1),
    "hours: a year of days, all": (QUERIES["city_sums"], 1),
    "values: a day of one datastream": (QUERIES["day_of_minutes"], 5),
    "values: a month of one by the hour": (QUERIES["month_of_minutes"], 5),
    "values: an hour of all": (QUERIES["city_hour"], 5),
    "check: oldest value of each datastream": (QUERIES["oldest_value_of_each"], 3),
    "check: oldest value": (QUERIES["oldest_value"], 3),
}
"""By label: the query, and how often to time it."""


@dataclass(frozen=True, slots=True)
class StorageFigures:
    """Figures for one storage layout: bytes per row, indexes included, and seconds per query and per operation."""

    name: str
    bytes_per_row: dict[str, float] = field(default_factory=dict[str, float])
    query_seconds: dict[str, float] = field(default_factory=dict[str, float])
    operation_seconds: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class FilledDatabase:
    """A filled database; its data ends at ``end``, a UTC midnight."""

    db: Connection
    end: datetime
    has_chunks: bool
    datastreams_by_sensor: Mapping[int, tuple[int, ...]]
    """Datastreams with observations, by sensor."""


def measure_storage(scale: float) -> None:
    """Measure and print. ``scale``: fraction of the datastreams."""
    states: list[StorageFigures] = []
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    timescale = os.environ.get("TIMESCALE_URL")
    for url in (None, timescale) if timescale else (None,):
        with Progress(*columns, transient=True) as progress, _filled(url, scale, progress) as bench:
            states += _measure(bench, progress)
    _show(states, Console())


@contextmanager
def _filled(url: str | None, scale: float, progress: Progress) -> Generator[FilledDatabase]:
    """Fill a temporary database with a year of rollups and a month of observations."""
    folder = Path(tempfile.mkdtemp(prefix="lantaarn-bench-"))
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    streams = {table: max(15, round(number * scale)) for table, number in DATASTREAM_COUNTS.items()}
    try:
        with temporary_database(url) if url else embedded_database(folder) as store, connect(store.url) as db:
            known = publish_sensors(db, folder, -(-streams[ROLLUP_TABLE] // 3))
            db.execute(QUERIES["set_retention_classes"], {"raw": streams[RAW_TABLE]})
            _fill(db, "fill_hours", _days(end, ROLLUP_DAYS), streams[ROLLUP_TABLE], progress)
            _fill(db, "fill_minutes", _days(end, RAW_DAYS), streams[RAW_TABLE], progress)
            raw = {sensor: tuple(each for each in ids if each <= streams[RAW_TABLE]) for sensor, ids in known.items()}
            yield FilledDatabase(
                db, end, probe_capabilities(db).has_hypertables, {sensor: ids for sensor, ids in raw.items() if ids}
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(db: Connection, name: str, days: Sequence[datetime], streams: int, progress: Progress) -> None:
    """Insert day by day, in the physical order of real ingest."""
    for day in progress.track(days, description=f"{name}, {streams} datastreams"):
        db.execute(QUERIES[name], {"since": day, "until": day + DAY, "streams": streams})


def _days(end: datetime, number: int) -> list[datetime]:
    return [end - day * DAY for day in range(number, 0, -1)]


def _measure(bench: FilledDatabase, progress: Progress) -> Generator[StorageFigures]:
    """Measure as rows, and in the columnstore if available."""
    found = probe_capabilities(bench.db)
    name = f"TimescaleDB {found.timescale_version}" if found.has_hypertables else f"PostgreSQL {found.server_version}"
    rows = StorageFigures(f"{name}, rows")
    _measure_state(bench, rows, progress)
    yield rows
    if not found.has_columnstore:
        return
    columns = StorageFigures(f"{name}, columnstore")
    columns.operation_seconds[f"compress {RAW_TABLE}"] = _time_statement(
        bench, _for_table(RAW_TABLE, "compress_chunks")
    )
    _measure_state(bench, columns, progress)
    _measure_compression(bench, RAW_TABLE, rows, columns)
    yield columns
    yield _measure_trial(bench, rows, progress)


def _for_table(table: LiteralString, name: str, time: LiteralString = "time") -> LiteralString:
    return QUERIES[name].replace("{table}", table).replace("{time}", time)


def _measure_compression(
    bench: FilledDatabase,
    table: LiteralString,
    before: StorageFigures,
    after: StorageFigures,
    time: LiteralString = "time",
) -> None:
    row = bench.db.execute(_for_table(table, "compressed_size", time)).fetchone() or {}
    before.bytes_per_row[f"{table}, compressed chunks"] = row["before"] / row["rows"]
    after.bytes_per_row[f"{table}, compressed chunks"] = row["after"] / row["rows"]


def _measure_trial(bench: FilledDatabase, rows: StorageFigures, progress: Progress) -> StorageFigures:
    """Measure hourly rollups in the columnstore, as a trial: the schema stores them as rows in every edition."""
    state = StorageFigures("hours in the columnstore (trial)")
    task = progress.add_task(state.name, total=None)
    for step in ("create_trial_table", "set_trial_chunks", "fill_trial", "set_trial_columnstore"):
        bench.db.execute(QUERIES[step])
    state.operation_seconds[f"compress {TRIAL_TABLE}"] = _time_statement(
        bench, _for_table(TRIAL_TABLE, "compress_chunks")
    )
    bench.db.execute(QUERIES["vacuum_trial"])
    _measure_compression(bench, TRIAL_TABLE, rows, state, "hour")
    for question, (statement, times) in TIMED_QUERIES.items():
        if question.startswith("hours"):
            state.query_seconds[question] = _time_statement(bench, statement.replace(ROLLUP_TABLE, TRIAL_TABLE), times)
    late = "add a late value to 50 hours"
    rows.operation_seconds[late] = _time_statement(
        bench, _for_table(ROLLUP_TABLE, "add_to_hour"), until=bench.end - 60 * DAY
    )
    state.operation_seconds[late] = _time_statement(
        bench, _for_table(TRIAL_TABLE, "add_to_hour"), until=bench.end - 60 * DAY
    )
    progress.remove_task(task)
    return state


def _measure_state(bench: FilledDatabase, state: StorageFigures, progress: Progress) -> None:
    """Measure sizes, then queries, and finally operations that change the data; each way to expire takes a day."""
    task = progress.add_task(state.name, total=len(TIMED_QUERIES) + 6)
    bench.db.execute(QUERIES["vacuum"])
    _measure_size(bench, ROLLUP_TABLE, state)
    _measure_size(bench, RAW_TABLE, state)
    for question, (statement, times) in TIMED_QUERIES.items():
        progress.update(task, description=f"{state.name}: {question}", advance=1)
        state.query_seconds[question] = _time_statement(bench, statement, times)
    for label, operation in _operations(bench, timedelta(seconds=len(state.operation_seconds))).items():
        progress.update(task, description=f"{state.name}: {label}", advance=1)
        state.operation_seconds[label] = operation()
    progress.remove_task(task)


def _measure_size(bench: FilledDatabase, table: LiteralString, state: StorageFigures) -> None:
    row = bench.db.execute(_for_table(table, "table_size")).fetchone() or {}
    state.bytes_per_row[table] = row["octets"] / row["rows"]


def _operations(bench: FilledDatabase, offset: timedelta) -> Mapping[str, Callable[[], float]]:
    """The operations to time, by label. ``offset`` shifts the times, so that the stored values are new."""
    operations: dict[str, Callable[[], float]] = {
        "store a value of each datastream, now": lambda: _store(bench, offset),
        "store a value of each datastream, two weeks late": lambda: _store(bench, LATE_AGE + offset),
        "store them again: all duplicates": lambda: _store(bench, LATE_AGE + offset),
        "delete an expired day, row by row": lambda: _expire(bench, QUERIES["delete_expired_rows"]),
        "vacuum the table after that": lambda: _time_statement(bench, QUERIES["vacuum_raw"]),
    }
    if bench.has_chunks:
        operations["drop an expired day's chunk"] = lambda: _expire(bench, QUERIES["drop_expired_chunks"])
    return operations


def _store(bench: FilledDatabase, age: timedelta) -> float:
    """Time one batch as ingest commits it, with rollups and ledger."""
    time = bench.end - age + timedelta(seconds=30)
    outcomes = [
        MessageOutcome(
            sensor,
            "+/+/+/+",
            100,
            tuple(Observation(RAW_TABLE, each, time, 20.5, QualityFlag.GOOD) for each in ids),
            (),
            0,
        )
        for sensor, ids in bench.datastreams_by_sensor.items()
    ]
    start = perf_counter()
    commit_batch(bench.db, outcomes, bench.end)
    return perf_counter() - start


def _expire(bench: FilledDatabase, statement: LiteralString) -> float:
    """Time deleting the oldest day, which must hold a value per minute for each datastream. Raises RuntimeError."""
    row = bench.db.execute(QUERIES["oldest_day"]).fetchone() or {}
    if row["rows"] != 1440 * sum(map(len, bench.datastreams_by_sensor.values())):
        raise RuntimeError("the oldest day is incomplete")
    taken = _time_statement(bench, statement, until=row["until"])
    left = bench.db.execute(QUERIES["oldest_day"]).fetchone() or {}
    if left["until"] != row["until"] + DAY:
        raise RuntimeError("the day was not deleted")
    return taken


def _time_statement(
    bench: FilledDatabase, statement: LiteralString, times: int = 1, until: datetime | None = None
) -> float:
    """Seconds to run a statement and fetch its rows; if ``times`` > 1, the median after a warm-up run."""
    params = {
        "sensor_id": 2,
        "end": bench.end,
        "since": bench.end - DAY,
        "until": until or bench.end,
    }
    taken: list[float] = []
    for _ in range(times + (times > 1)):
        start = perf_counter()
        cursor = bench.db.execute(statement, params)
        if cursor.description:
            cursor.fetchall()
        taken.append(perf_counter() - start)
    return median(taken[times > 1 :])


def _show(states: list[StorageFigures], console: Console) -> None:
    """Print the figures, with a column per layout."""
    for title, part, unit in (
        ("bytes per row, indexes included", "bytes_per_row", 1),
        ("milliseconds", "query_seconds", 1000),
        ("milliseconds", "operation_seconds", 1000),
    ):
        table = Table(title)
        for state in states:
            table.add_column(state.name, justify="right")
        figures: list[dict[str, float]] = [getattr(state, part) for state in states]
        for name in dict.fromkeys(name for each in figures for name in each):
            table.add_row(name, *(f"{each[name] * unit:,.1f}" if name in each else "–" for each in figures))
        console.print(table)
