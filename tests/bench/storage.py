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

from api.sensor.queries import SQL as PAGES
from ingest.pipeline import Observation, Outcome
from ingest.quality_flags import Quality
from ingest.writer import commit
from sensors.db import connect, queries
from sensors.db.capabilities import probe
from tests.bench.bed import Connection, embedded_database, given_database, register

SQL = queries.load(Path(__file__).with_name("storage.sql"))
ROLLUP: LiteralString = "rollup_hour"
TRIAL: LiteralString = "trial_hour"
RAW: LiteralString = "observation_31d"
ROLLUP_DAYS, RAW_DAYS = 365, 31
STREAMS = {ROLLUP: 2_000, RAW: 500}
DAY = timedelta(days=1)
LATE = 14 * DAY
"""So old that its chunk is in the columnstore."""
QUESTIONS: Mapping[str, tuple[LiteralString, int]] = {
    "page: newest values of a sensor": (PAGES["datastreams"], 5),
    "page: 24 hours of a sensor": (PAGES["hours"], 5),
    "day view: a year of one datastream": (SQL["days"], 5),
    "day view: a year of all": (SQL["city_days"], 1),
    "hours: a year by hour and weekday, one": (SQL["weekday"], 5),
    "hours: a year by hour and weekday, all": (SQL["city_weekday"], 1),
    "hours: a year of days, all": (SQL["city_sums"], 1),
    "values: a day of one datastream": (SQL["day_of_minutes"], 5),
    "values: a month of one by the hour": (SQL["month_of_minutes"], 5),
    "values: an hour of all": (SQL["city_hour"], 5),
    "check: oldest value of each datastream": (SQL["oldest_of_each"], 3),
    "check: oldest value": (SQL["oldest"], 3),
}
"""A question that is asked, its statement, and how often it is timed."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The state of a database: octets with indexes for each row of a table, and seconds for each question or deed."""

    name: str
    octets: dict[str, float] = field(default_factory=dict[str, float])
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    deeds: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class Bench:
    """A filled database, and the midnight (UTC) at which its data ends."""

    db: Connection
    end: datetime
    chunked: bool
    sensors: Mapping[int, tuple[int, ...]]
    """The datastreams with single values, by sensor."""


def storage(scale: float) -> None:
    """Measure and print; ``scale``: the part of the datastreams."""
    states: list[Stored] = []
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    given = os.environ.get("TIMESCALE_URL")
    for url in (None, given) if given else (None,):
        with Progress(*columns, transient=True) as progress, _filled(url, scale, progress) as bench:
            states += _measure(bench, progress)
    _show(states, Console())


@contextmanager
def _filled(url: str | None, scale: float, progress: Progress) -> Generator[Bench]:
    """A database of our own with a year of totals and a month of values; gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="lantaarn-bench-"))
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    streams = {table: max(15, round(number * scale)) for table, number in STREAMS.items()}
    try:
        with given_database(url) if url else embedded_database(folder) as store, connect(store.url) as db:
            known = register(db, folder, -(-streams[ROLLUP] // 3))
            db.execute(SQL["classes"], {"raw": streams[RAW]})
            _fill(db, "fill_hours", _days(end, ROLLUP_DAYS), streams[ROLLUP], progress)
            _fill(db, "fill_minutes", _days(end, RAW_DAYS), streams[RAW], progress)
            held = {sensor: tuple(each for each in ids if each <= streams[RAW]) for sensor, ids in known.items()}
            yield Bench(db, end, probe(db).hypertables, {sensor: ids for sensor, ids in held.items() if ids})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(db: Connection, name: str, days: Sequence[datetime], streams: int, progress: Progress) -> None:
    """Day by day, as it would have come in."""
    for day in progress.track(days, description=f"{name}, {streams} datastreams"):
        db.execute(SQL[name], {"since": day, "until": day + DAY, "streams": streams})


def _days(end: datetime, number: int) -> list[datetime]:
    return [end - day * DAY for day in range(number, 0, -1)]


def _measure(bench: Bench, progress: Progress) -> Generator[Stored]:
    """As rows; and in the columnstore, where there is one."""
    found = probe(bench.db)
    name = f"TimescaleDB {found.timescale_version}" if found.hypertables else f"PostgreSQL {found.server_version}"
    rows = Stored(f"{name}, rows")
    _state(bench, rows, progress)
    yield rows
    if not found.columnstore:
        return
    columns = Stored(f"{name}, columnstore")
    columns.deeds[f"compress {RAW}"] = _timed(bench, _of(RAW, "compress"))
    _state(bench, columns, progress)
    _compressed(bench, RAW, rows, columns)
    yield columns
    yield _trial(bench, rows, progress)


def _of(table: LiteralString, name: str, time: LiteralString = "time") -> LiteralString:
    return SQL[name].replace("{table}", table).replace("{time}", time)


def _compressed(
    bench: Bench, table: LiteralString, before: Stored, after: Stored, time: LiteralString = "time"
) -> None:
    row = bench.db.execute(_of(table, "compressed", time)).fetchone() or {}
    before.octets[f"{table}, compressed chunks"] = row["before"] / row["rows"]
    after.octets[f"{table}, compressed chunks"] = row["after"] / row["rows"]


def _trial(bench: Bench, rows: Stored, progress: Progress) -> Stored:
    """What the columnstore would do for hourly totals, which are rows in every edition."""
    state = Stored("hours in the columnstore, as a trial")
    task = progress.add_task(state.name, total=None)
    for step in ("trial", "trial_chunks", "trial_fill", "trial_settings"):
        bench.db.execute(SQL[step])
    state.deeds[f"compress {TRIAL}"] = _timed(bench, _of(TRIAL, "compress"))
    bench.db.execute(SQL["trial_vacuum"])
    _compressed(bench, TRIAL, rows, state, "hour")
    for question, (statement, times) in QUESTIONS.items():
        if question.startswith("hours"):
            state.seconds[question] = _timed(bench, statement.replace(ROLLUP, TRIAL), times)
    late = "add a late value to 50 hours"
    rows.deeds[late] = _timed(bench, _of(ROLLUP, "add_to_hour"), until=bench.end - 60 * DAY)
    state.deeds[late] = _timed(bench, _of(TRIAL, "add_to_hour"), until=bench.end - 60 * DAY)
    progress.remove_task(task)
    return state


def _state(bench: Bench, state: Stored, progress: Progress) -> None:
    """Sizes first, then questions, and at last what changes the data: two days expire in one way each."""
    task = progress.add_task(state.name, total=len(QUESTIONS) + 6)
    bench.db.execute(SQL["vacuum"])
    _size(bench, ROLLUP, state)
    _size(bench, RAW, state)
    for question, (statement, times) in QUESTIONS.items():
        progress.update(task, description=f"{state.name}: {question}", advance=1)
        state.seconds[question] = _timed(bench, statement, times)
    for deed, act in _deeds(bench, timedelta(seconds=len(state.deeds))).items():
        progress.update(task, description=f"{state.name}: {deed}", advance=1)
        state.deeds[deed] = act()
    progress.remove_task(task)


def _size(bench: Bench, table: LiteralString, state: Stored) -> None:
    row = bench.db.execute(_of(table, "size")).fetchone() or {}
    state.octets[table] = row["octets"] / row["rows"]


def _deeds(bench: Bench, offset: timedelta) -> Mapping[str, Callable[[], float]]:
    """``offset``: so that what is stored is new."""
    deeds: dict[str, Callable[[], float]] = {
        "store a value of each datastream, now": lambda: _store(bench, offset),
        "store a value of each datastream, two weeks late": lambda: _store(bench, LATE + offset),
        "store them again: all are doubles": lambda: _store(bench, LATE + offset),
        "delete an expired day, row by row": lambda: _expire(bench, SQL["delete_rows"]),
        "vacuum the table after that": lambda: _timed(bench, SQL["vacuum_rows"]),
    }
    if bench.chunked:
        deeds["drop an expired day's chunk"] = lambda: _expire(bench, SQL["drop_chunks"])
    return deeds


def _store(bench: Bench, age: timedelta) -> float:
    """One batch as ingest writes it: totals and ledger too."""
    time = bench.end - age + timedelta(seconds=30)
    outcomes = [
        Outcome(sensor, "+/+/+/+", 100, tuple(Observation(RAW, each, time, 20.5, Quality.GOOD) for each in ids), (), 0)
        for sensor, ids in bench.sensors.items()
    ]
    start = perf_counter()
    commit(bench.db, outcomes, bench.end)
    return perf_counter() - start


def _expire(bench: Bench, statement: LiteralString) -> float:
    """The oldest day goes, which holds a value of each datastream for every minute."""
    row = bench.db.execute(SQL["oldest_day"]).fetchone() or {}
    if row["rows"] != 1440 * sum(map(len, bench.sensors.values())):
        raise RuntimeError("the oldest day is not whole")
    taken = _timed(bench, statement, until=row["until"])
    left = bench.db.execute(SQL["oldest_day"]).fetchone() or {}
    if left["until"] != row["until"] + DAY:
        raise RuntimeError("the day did not go")
    return taken


def _timed(bench: Bench, statement: LiteralString, times: int = 1, until: datetime | None = None) -> float:
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


def _show(states: list[Stored], console: Console) -> None:
    """Every state is a column."""
    for title, part, unit in (
        ("octets a row, indexes included", "octets", 1),
        ("milliseconds", "seconds", 1000),
        ("milliseconds", "deeds", 1000),
    ):
        table = Table(title)
        for state in states:
            table.add_column(state.name, justify="right")
        figures: list[dict[str, float]] = [getattr(state, part) for state in states]
        for name in dict.fromkeys(name for each in figures for name in each):
            table.add_row(name, *(f"{each[name] * unit:,.1f}" if name in each else "–" for each in figures))
        console.print(table)
