"""Benchmark browsing a large register: the real server over HTTP, with tens of thousands of sensors.

The sensors of the example city are repeated, each at its own location. The ledger covers a day, and two weeks before it
for sensors reported on per week. One sensor in ten is silent, one in fifty has rejected readings, and one in a hundred
is due for review. Meanwhile quality figures are refreshed twice a minute, as by ingest.
"""

import shutil
import sys
import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import quantiles
from threading import Event, Thread
from time import perf_counter
from typing import Any
from uuid import UUID

import click
import httpx
import msgspec
from rich.console import Console
from rich.table import Table

from ingest.lifecycle.scheduler import POLL_INTERVAL_SECONDS
from sensors.db import connect, queries
from sensors.processes import find_free_port
from sensors.register.files import document_of
from sensors.register.location import known_areas, neighbourhood_and_district
from sensors.register.repository import QUERIES, load_areas, refresh_derived_data
from simulators.city.example_register import example_entries
from tests.bench.processes import peak_memory_bytes, running_process
from tests.bench.testbed import Connection, embedded_database
from tests.support.waiting import wait_for

BATCH_SIZE = 500
FILL_QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))
"""Statements that fill the ledger."""
BOUNDING_BOX = (5.56, 51.43, 5.76, 51.52)
"""West, south, east, north: Helmond with a margin."""
PRECOMPUTED_PAGES = ("/?deviating=yes", "/kwaliteit")
"""Pages whose figures ingest computes in advance."""
MAX_FIRST_PAGE_MS = 300
MAX_MAP_MS = 200


@dataclass(frozen=True, slots=True)
class RequestTiming:
    """Timing of one type of request: milliseconds at a local client, and octets on the wire."""

    what: str
    median: float
    p95: float
    octets: int
    limit: int | None = None


@click.command()
@click.option("--sensors", default=50_000, show_default=True)
@click.option("--repeat", default=100, show_default=True, help="Requests of each type.")
@click.option(
    "--json", "target", type=click.Path(path_type=Path, dir_okay=False), help="Also write the figures to this file."
)
def main(sensors: int, repeat: int, target: Path | None) -> None:
    """Fill a register, time the requests of visitors, and fail if one exceeds its limit."""
    console, folder = Console(), Path(tempfile.mkdtemp(prefix="lantaarn-bench-"))
    try:
        with embedded_database(folder) as store:
            with connect(store.url) as db:
                filled = fill_register(db, sensors)
            figures, before, after = measure_requests(store.url, folder, repeat)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    console.print(timing_table(figures, sensors))
    console.print(f"derived data in {filled:.0f} s; peak server memory {before / 1e6:.0f} → {after / 1e6:.0f} MB")
    if target is not None:
        target.write_bytes(msgspec.json.format(msgspec.json.encode([asdict(each) for each in figures])))
    late = [each.what for each in figures if each.limit is not None and each.p95 > each.limit]
    sys.exit(f"too slow: {', '.join(late)}" if late else 0)


def fill_register(db: Connection, sensors: int) -> float:
    """Insert the sensors, refresh the derived data, and return the seconds that refresh took."""
    load_areas(db)
    # Backdate the entries: new sensors are not considered silent.
    db.execute("alter table lantaarn.register_entry alter column recorded_at set default now() - interval '60 days'")
    batch: list[dict[str, Any]] = []
    for document in generate_documents(sensors):
        batch.append(document)
        if len(batch) == BATCH_SIZE:
            _write(db, batch)
            batch = []
    _write(db, batch)
    # Plans for tables that are still thought to be empty read all of them, for every row: minutes of it.
    db.execute("analyze")
    began = perf_counter()
    refresh_derived_data(db)
    took = perf_counter() - began
    db.execute("analyze")
    for statement in FILL_QUERIES.values():
        db.execute(statement)
    insert_measurements(db)
    db.execute("vacuum analyze")
    return took


def insert_measurements(db: Connection) -> None:
    """Insert a day of hours for datastreams published live or hourly, and a week of days for those published daily."""
    db.execute(
        "insert into lantaarn.rollup_hour (datastream_id, hour, count, sum, min, max) "
        "select id, date_trunc('hour', now()) - hours * interval '1 hour', 6, 60, 5, 15 "
        "from lantaarn.datastream cross join generate_series(1, 24) as hours "
        "where active and rule is null and public = 'live'",
        {},
    )
    db.execute(
        "insert into lantaarn.public_cell (datastream_id, period, start, counted, value, noise) "
        "select id, public, case public when 'hour' then date_trunc('hour', now()) - steps * interval '1 hour' else "
        "(date_trunc('day', now() at time zone 'Europe/Amsterdam') - steps * interval '1 day') "
        "at time zone 'Europe/Amsterdam' end, counts_people, case when steps %% 3 > 0 then 40 when counts_people "
        "then null else 2 end, case when counts_people then 12 end "
        "from lantaarn.datastream cross join generate_series(1, 24) as steps "
        "where active and rule is null and public in ('hour', 'day') and (public = 'hour' or steps <= 7)",
        {},
    )


def _write(db: Connection, documents: list[dict[str, Any]]) -> None:
    params = {"batch": {"documents": documents}, "at": datetime.now(UTC), "editor": "bench", "reason": "bench"}
    db.execute(QUERIES["publish"], params)


def generate_documents(sensors: int) -> Iterator[dict[str, Any]]:
    """Yield ``sensors`` entry documents, modelled on the city's and moved to random places."""
    rng, patterns = Random(1), [document_of(entry) for entry in example_entries(1)]
    for number in range(sensors):
        pattern = patterns[number % len(patterns)]
        reference = f"{pattern['reference']}-{number}"
        location = pattern["location"]
        if location["geometry"]["type"] == "Point":
            point = [
                round(rng.uniform(BOUNDING_BOX[0], BOUNDING_BOX[2]), 6),
                round(rng.uniform(BOUNDING_BOX[1], BOUNDING_BOX[3]), 6),
            ]
            location = location | {"geometry": {"type": "Point", "coordinates": point}}
        neighbourhood, district = neighbourhood_and_district(location["geometry"])
        location = location | {"neighbourhood": neighbourhood, "district": district}
        due = {"review_date": "2025-01-01"} if number % 100 == 7 and pattern["status"] != "ended" else {}
        yield (
            pattern
            | due
            | {
                "id": str(UUID(int=rng.getrandbits(128), version=4)),
                "reference": reference,
                "uri": f"https://sensoren.helmond.example/id/{reference}",
                "location": location,
            }
        )


def measure_requests(url: str, folder: Path, repeat: int) -> tuple[list[RequestTiming], int, int]:
    """Time all requests; also return the server's peak memory in bytes after the first and after all responses."""
    port, log = find_free_port(), folder / "serve.log"
    command = [sys.executable, "-m", "lantaarn", "serve", "--port", str(port)]
    environment = {"DATABASE_URL": url}
    with running_process(command, log, environment=environment) as server, httpx.Client(timeout=30) as client:
        site = f"http://127.0.0.1:{port}"
        wait_for(lambda: _answers(client, f"{site}/livez"), 30)
        client.get(f"{site}/")
        before = peak_memory_bytes(server.pid)
        away = [
            _measure(client, f"{path}, ingest away", [site + path], repeat // 10, None) for path in PRECOMPUTED_PAGES
        ]
        with refreshing_quality(url):
            figures = [
                _measure(client, what, [site + path for path in paths], repeat, limit)
                for what, (paths, limit) in timed_requests().items()
            ]
        return figures + away, before, peak_memory_bytes(server.pid)


@contextmanager
def refreshing_quality(url: str) -> Generator[None]:
    """Refresh the quality figures during the block, as often as ingest does."""
    done = Event()

    def refresh() -> None:
        with connect(url) as db:
            while not done.is_set():
                db.execute("select lantaarn.refresh_quality()")
                ready.set()
                done.wait(POLL_INTERVAL_SECONDS)

    ready = Event()
    thread = Thread(target=refresh, daemon=True)
    thread.start()
    ready.wait(60)
    try:
        yield
    finally:
        done.set()
        thread.join(60)


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).is_success
    except httpx.TransportError:
        return False


def timed_requests() -> Mapping[str, tuple[list[str], int | None]]:
    """Visitors' requests by name: paths to request in turn, and their limit in milliseconds, if any."""
    return {
        "first page": (["/"], MAX_FIRST_PAGE_MS),
        "first page, words": ([f"/?q={word}" for word in ("lucht", "fiets", "lantaarn", "camera")], MAX_FIRST_PAGE_MS),
        "first page, choices": (
            ["/?kind=traffic&purpose=mobility", "/?personal_data=de_identified"],
            MAX_FIRST_PAGE_MS,
        ),
        "first page, deviating": (["/?deviating=yes", "/?deviating=silent"], MAX_FIRST_PAGE_MS),
        "quality": (["/kwaliteit", "/v1/quality/neighbourhoods"], MAX_FIRST_PAGE_MS),
        "deep page": (["/?sort=name&after=lantaarn-0101-0"], MAX_FIRST_PAGE_MS),
        "organisations": (
            ["/organisaties", "/organisaties/gemeente-helmond", "/organisaties/inwoner"],
            MAX_FIRST_PAGE_MS,
        ),
        "projects": (["/projecten", "/projecten/licht-als-het-nodig-is"], MAX_FIRST_PAGE_MS),
        "themes": (["/themas", "/themas/lucht", "/themas/licht", "/themas/verkeer"], MAX_FIRST_PAGE_MS),
        "neighbourhoods": (["/buurten", "/buurten/BU07941000", "/buurten/BU07942901"], MAX_FIRST_PAGE_MS),
        "neighbourhoods, first visitor": ([f"/buurten/{code}" for code in neighbourhood_codes()], None),
        "district": (["/buurten/WK079410"], MAX_FIRST_PAGE_MS),
        "neighbourhood, for programs": (["/v1/areas/BU07941000"], MAX_FIRST_PAGE_MS),
        "sitemap": (["/sitemap.xml", "/sitemap/pages.xml"], MAX_FIRST_PAGE_MS),
        "sitemap, one of its files": (["/sitemap/sensors.xml"], None),
        "near: one cell": ([f"/v1/cells/{x}/{y}/sensors" for x in range(384, 392) for y in (5718, 5720)], MAX_MAP_MS),
    } | {f"map, zoom {zoom}": (list(map_view_paths(zoom)), MAX_MAP_MS) for zoom in (12, 14, 16, 18)}


def neighbourhood_codes() -> list[str]:
    """Every neighbourhood: its first visitor waits until its values are computed."""
    return [area.code for area in known_areas() if area.level == "neighbourhood"]


def map_view_paths(zoom: int) -> Iterator[str]:
    """The requests of an 800 × 560 pixel map at ten places."""
    rng, degrees = Random(zoom), 360 / 2**zoom / 256
    for _ in range(10):
        west, south = rng.uniform(BOUNDING_BOX[0], BOUNDING_BOX[2]), rng.uniform(BOUNDING_BOX[1], BOUNDING_BOX[3])
        view = f"{west:.5f},{south:.5f},{west + 800 * degrees:.5f},{south + 560 * degrees * 0.62:.5f}"
        if zoom == 12:
            view = f"{BOUNDING_BOX[0]},{BOUNDING_BOX[1]},{BOUNDING_BOX[2]},{BOUNDING_BOX[3]}"
        yield f"/v1/sensor-groups?view={view}&zoom={zoom}"


def _measure(client: httpx.Client, what: str, urls: list[str], repeat: int, limit: int | None) -> RequestTiming:
    times: list[float] = []
    largest = 0
    for turn in range(repeat):
        began = perf_counter()
        with client.stream("GET", urls[turn % len(urls)]) as answer:
            octets = sum(len(part) for part in answer.iter_raw())
        times.append((perf_counter() - began) * 1000)
        largest = max(largest, octets)
        if not answer.is_success:
            raise click.ClickException(f"{what}: status {answer.status_code}")
    percentiles = quantiles(times, n=20)
    return RequestTiming(what, percentiles[9], percentiles[18], largest, limit)


def timing_table(figures: list[RequestTiming], sensors: int) -> Table:
    """Render the figures as a table."""
    table = Table("request", "median ms", "p95 ms", "limit ms", "kB sent", title=f"{sensors:,} sensors")
    for each in figures:
        limit = "" if each.limit is None else str(each.limit)
        table.add_row(each.what, f"{each.median:.0f}", f"{each.p95:.0f}", limit, f"{each.octets / 1000:.0f}")
    return table


if __name__ == "__main__":
    main()
