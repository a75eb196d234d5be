"""What is kept, how large it is and how quickly it is read: as rows, and in the columnstore.

A year of hourly totals and a month of single values are made in the database, in the tables of the real schema. Two
databases are measured, one after the other: the embedded PostgreSQL and the server in TIMESCALE_URL.
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
"""So old that its chunk is in the columnstore."""
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
"""A question that is asked, its statement, and how often it is timed."""


@dataclass(frozen=True, slots=True)
class StorageFigures:
    """The state of a database: octets with indexes for each row of a table, and seconds for each question or deed."""

    name: str
    bytes_per_row: dict[str, float] = field(default_factory=dict[str, float])
    query_seconds: dict[str, float] = field(default_factory=dict[str, float])
    operation_seconds: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class FilledDatabase:
    """A filled database, and the midnight (UTC) at which its data ends."""

    db: Connection
    end: datetime
    has_chunks: bool
    datastreams_by_sensor: Mapping[int, tuple[int, ...]]
    """The datastreams with single values, by sensor."""


def measure_storage(scale: float) -> None:
    """Measure and print; ``scale``: the part of the datastreams."""
    states: list[StorageFigures] = []
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    given = os.environ.get("TIMESCALE_URL")
    for url in (None, given) if given else (None,):
        with Progress(*columns, transient=True) as progress, _filled(url, scale, progress) as bench:
            states += _measure(bench, progress)
    _show(states, Console())


@contextmanager
def _filled(url: str | None, scale: float, progress: Progress) -> Generator[FilledDatabase]:
    """A database of our own with a year of totals and a month of values; gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="lantaarn-bench-"))
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    streams = {table: max(15, round(number * scale)) for table, number in DATASTREAM_COUNTS.items()}
    try:
        with temporary_database(url) if url else embedded_database(folder) as store, connect(store.url) as db:
            known = publish_sensors(db, folder, -(-streams[ROLLUP_TABLE] // 3))
            db.execute(QUERIES["set_retention_classes"], {"raw": streams[RAW_TABLE]})
            _fill(db, "fill_hours", _days(end, ROLLUP_DAYS), streams[ROLLUP_TABLE], progress)
            _fill(db, "fill_minutes", _days(end, RAW_DAYS), streams[RAW_TABLE], progress)
            held = {sensor: tuple(each for each in ids if each <= streams[RAW_TABLE]) for sensor, ids in known.items()}
            yield FilledDatabase(
                db, end, probe_capabilities(db).has_hypertables, {sensor: ids for sensor, ids in held.items() if ids}
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(db: Connection, name: str, days: Sequence[datetime], streams: int, progress: Progress) -> None:
    """Day by day, as it would have come in."""
    for day in progress.track(days, description=f"{name}, {streams} datastreams"):
        db.execute(QUERIES[name], {"since": day, "until": day + DAY, "streams": streams})


def _days(end: datetime, number: int) -> list[datetime]:
    return [end - day * DAY for day in range(number, 0, -1)]


def _measure(bench: FilledDatabase, progress: Progress) -> Generator[StorageFigures]:
    """As rows; and in the columnstore, where there is one."""
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
    """What the columnstore would do for hourly totals, which are rows in every edition."""
    state = StorageFigures("hours in the columnstore, as a trial")
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
    """Sizes first, then questions, and at last what changes the data: two days expire in one way each."""
    task = progress.add_task(state.name, total=len(TIMED_QUERIES) + 6)
    bench.db.execute(QUERIES["vacuum"])
    _measure_size(bench, ROLLUP_TABLE, state)
    _measure_size(bench, RAW_TABLE, state)
    for question, (statement, times) in TIMED_QUERIES.items():
        progress.update(task, description=f"{state.name}: {question}", advance=1)
        state.query_seconds[question] = _time_statement(bench, statement, times)
    for deed, act in _operations(bench, timedelta(seconds=len(state.operation_seconds))).items():
        progress.update(task, description=f"{state.name}: {deed}", advance=1)
        state.operation_seconds[deed] = act()
    progress.remove_task(task)


def _measure_size(bench: FilledDatabase, table: LiteralString, state: StorageFigures) -> None:
    row = bench.db.execute(_for_table(table, "table_size")).fetchone() or {}
    state.bytes_per_row[table] = row["octets"] / row["rows"]


def _operations(bench: FilledDatabase, offset: timedelta) -> Mapping[str, Callable[[], float]]:
    """``offset``: so that what is stored is new."""
    deeds: dict[str, Callable[[], float]] = {
        "store a value of each datastream, now": lambda: _store(bench, offset),
        "store a value of each datastream, two weeks late": lambda: _store(bench, LATE_AGE + offset),
        "store them again: all are doubles": lambda: _store(bench, LATE_AGE + offset),
        "delete an expired day, row by row": lambda: _expire(bench, QUERIES["delete_expired_rows"]),
        "vacuum the table after that": lambda: _time_statement(bench, QUERIES["vacuum_raw"]),
    }
    if bench.has_chunks:
        deeds["drop an expired day's chunk"] = lambda: _expire(bench, QUERIES["drop_expired_chunks"])
    return deeds


def _store(bench: FilledDatabase, age: timedelta) -> float:
    """One batch as ingest writes it: totals and ledger too."""
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
    """The oldest day goes, which holds a value of each datastream for every minute."""
    row = bench.db.execute(QUERIES["oldest_day"]).fetchone() or {}
    if row["rows"] != 1440 * sum(map(len, bench.datastreams_by_sensor.values())):
        raise RuntimeError("the oldest day is not whole")
    taken = _time_statement(bench, statement, until=row["until"])
    left = bench.db.execute(QUERIES["oldest_day"]).fetchone() or {}
    if left["until"] != row["until"] + DAY:
        raise RuntimeError("the day did not go")
    return taken


def _time_statement(
    bench: FilledDatabase, statement: LiteralString, times: int = 1, until: datetime | None = None
) -> float:
    """Seconds until the answer is here; when asked more than once the median, without a first time to warm up."""
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
    """Every state is a column."""
    for title, part, unit in (
        ("octets a row, indexes included", "bytes_per_row", 1),
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
