"""Benchmark every dashboard panel, variable and alert over a year of data, as Grafana queries them, with its role.

The data: the example register extended to 2,000 datastreams, hourly rollups as in the storage benchmark (17.5 million
rows), the cells published from them, and a year of ledger, travel times, reports and deletions.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from dashboards.alerts import ALERTS
from dashboards.build import DASHBOARDS, get_query
from dashboards.panel_queries import load_panel_queries
from dashboards.spec import VariableType
from ingest.lifecycle.daily_totals import update_daily_totals
from sensors.db import connect, queries
from sensors.register.files import document_of
from sensors.register.repository import import_entries, load_areas
from simulators.city import example_register as city_register
from tests.bench.testbed import BenchDatabase, Connection, embedded_database, temporary_database
from tests.support.entries import example_entry
from tests.support.grafana_macros import TimeRange, expand_macros

QUERIES = queries.load_queries(Path(__file__).with_name("dashboards.sql"))
FILL_HOURS = queries.load_queries(Path(__file__).with_name("storage.sql"))["fill_hours"]
DATASTREAM_COUNT, YEAR_DAYS, DATASTREAMS_PER_SLICE = 2_000, 365, 100
DAY = timedelta(days=1)
MAX_ANSWER_SECONDS = 0.2
"""Limit on the response time of a query."""
REPETITIONS = 5
VARIABLES = {
    "buurt": "'*'",
    "organisatie": "'*'",
    "stof": "pm2_5",
    "station": "lucht-gemeente-01",
    "teller": "verkeer-lus-01",
    "groep": "kasteelpark",
    "datum": "",
    "vergelijk": "'*'",
    "co2": "0,374",
}


@dataclass(frozen=True, slots=True)
class StatementTiming:
    """Timing of one query in seconds: median wall time after a warm-up run, and mean CPU time of the backend.

    The CPU time approximates an idle machine; None for a remote server.
    """

    name: str
    median_seconds: float
    cpu_seconds: float | None
    rows: int


def measure_dashboards(scale: float) -> None:
    """Measure, print, and exit with an error if a query is too slow. ``scale``: fraction of the year."""
    late: list[str] = []
    timescale = os.environ.get("TIMESCALE_URL")
    for url in (None, timescale) if timescale else (None,):
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, transient=True) as progress, _filled(url, scale, progress) as (store, job_seconds):
            timings = list(_measure(store, progress))
        _show(store, timings, job_seconds, Console())
        late += [f"{each.name} ({store.name})" for each in timings if each.median_seconds > MAX_ANSWER_SECONDS]
    sys.exit(f"too slow: {', '.join(late)}" if late else 0)


@contextmanager
def _filled(url: str | None, scale: float, progress: Progress) -> Generator[tuple[BenchDatabase, dict[str, float]]]:
    """Fill a temporary database; yields it with the seconds that updating the daily totals took."""
    folder = Path(tempfile.mkdtemp(prefix="lantaarn-bench-"))
    try:
        with temporary_database(url) if url else embedded_database(folder) as store, connect(store.url) as db:
            highest = _register(db, folder)
            days = max(8, round(YEAR_DAYS * scale))
            end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
            _hours(db, progress, end, days, highest)
            yield store, _rest(db, progress, end, days, highest)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _register(db: Connection, folder: Path) -> int:
    """Publish the example sensors and enough extra stations; return the highest datastream id."""
    load_areas(db)
    publish_register(db, folder, [document_of(entry) for entry in city_register.example_entries(1)])
    existing = (db.execute(QUERIES["datastream_numbers"]).fetchone() or {})["streams"]
    more = -(-(DATASTREAM_COUNT - existing) // 3)
    publish_register(db, folder, [example_entry(reference=f"station-{number}") for number in range(more)])
    return (db.execute(QUERIES["datastream_numbers"]).fetchone() or {})["highest"]


def publish_register(
    db: Connection, folder: Path, documents: list[dict[str, object]], valid_from: datetime | None = None
) -> None:
    """Publish entries, by way of a file in ``folder``; they are valid from now if ``valid_from`` is not given."""
    path = folder / "register.jsonl"
    path.write_bytes(b"\n".join(map(msgspec.json.encode, documents)))
    import_entries(db, path, "bench", "bench", valid_from)


def _hours(db: Connection, progress: Progress, end: datetime, days: int, streams: int) -> None:
    """Insert day by day, in the physical order of real ingest."""
    for number in progress.track(range(days, 0, -1), description=f"hours of {streams} datastreams"):
        day = end - number * DAY
        db.execute(FILL_HOURS, {"since": day, "until": day + DAY, "streams": streams})


def _rest(db: Connection, progress: Progress, end: datetime, days: int, streams: int) -> dict[str, float]:
    db.execute(QUERIES["analyze"])
    # The trigger looks up erasures for each of millions of rows, and there are none.
    db.execute(QUERIES["disable_erasure_lookup"])
    for first in progress.track(range(1, streams + 1, DATASTREAMS_PER_SLICE), description="published cells"):
        db.execute(QUERIES["fill_cells"], {"first": first, "last": first + DATASTREAMS_PER_SLICE - 1})
    fill_beside_hours(db, progress, end - days * DAY, end)
    db.execute(QUERIES["analyze"])
    took = {"daily totals, from scratch": _time_call(lambda: update_daily_totals(db, datetime.now(UTC)))}
    # Restore the physical order of daily updates: by day, instead of by datastream.
    for name in ("reorder_days", "reorder_public_days", "reorder_lamp_days"):
        db.execute(QUERIES[name])
    db.execute(QUERIES["analyze"])
    return took | {
        "daily totals, update every 15 minutes": _time_call(lambda: update_daily_totals(db, datetime.now(UTC)))
    }


def fill_beside_hours(
    db: Connection, progress: Progress, since: datetime, until: datetime, *, without: frozenset[str] = frozenset()
) -> None:
    """Fill everything that a dashboard shows beside hours and what is published of them: ledger, reports and others.

    ``without``: sections of the queries to leave out.
    """
    names = [name for name in QUERIES if name.startswith("fill_") and name not in {"fill_cells", *without}]
    for name in progress.track(names, description="ledger and others"):
        db.execute(QUERIES[name], {"since": since, "until": until} if "%(" in QUERIES[name] else None)


def _time_call(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _statements() -> Iterator[tuple[str, str]]:
    for each in DASHBOARDS:
        keys = [variable.name for variable in each.variables if variable.variable_type is not VariableType.TEXT]
        for key in [*keys, *(panel.key for panel in each.panels)]:
            yield f"{each.title}: {key}", get_query(each, key)
    for alert in ALERTS:
        yield f"alert: {alert.key}", load_panel_queries("alerts")[alert.key]


def _measure(store: BenchDatabase, progress: Progress) -> Iterator[StatementTiming]:
    now = datetime.now(UTC)
    period = TimeRange(now - YEAR_DAYS * DAY, now)
    with connect(store.url, role="lantaarn_dashboard") as db:
        db.execute(QUERIES["set_role_settings"])
        process = (db.execute(QUERIES["backend_pid"]).fetchone() or {})["pid"] if store.pid else None
        for name, query in progress.track(list(_statements()), description="querying"):
            expanded = expand_macros(query, period, VARIABLES)
            rows = len(db.execute(expanded).fetchall())
            before = _cpu_seconds(process)
            taken = [_time_call(lambda query=expanded: db.execute(query).fetchall()) for _ in range(REPETITIONS)]
            cpu = (_cpu_seconds(process) - before) / REPETITIONS if process else None
            yield StatementTiming(name, median(taken), cpu, rows)


def _cpu_seconds(process: int | None) -> float:
    """CPU time of a process in seconds, from Linux's schedstat; 0 if unavailable."""
    path = Path(f"/proc/{process}/schedstat")
    return int(path.read_text().split()[0]) / 1e9 if process and path.exists() else 0.0


def _show(store: BenchDatabase, timings: list[StatementTiming], jobs: dict[str, float], console: Console) -> None:
    table = Table("query", "median ms", "CPU ms", "rows", title=f"{store.name}: a year, everything selected")
    for each in sorted(timings, key=lambda timing: -timing.median_seconds):
        cpu = "–" if each.cpu_seconds is None else f"{each.cpu_seconds * 1000:.1f}"
        table.add_row(each.name, f"{each.median_seconds * 1000:.1f}", cpu, str(each.rows))
    console.print(table)
    for what, seconds in jobs.items():
        console.print(f"{what}: {seconds:.1f} s")
