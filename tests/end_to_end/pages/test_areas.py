"""The exact place of a resident's sensor is in ``restricted`` and nowhere else, in all that comes out."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx
import psycopg
import structlog
from psycopg import sql

from sensors.db import connect
from sensors.db.server import EmbeddedPostgres
from sensors.register.entry import Entry
from sensors.register.location import GeoJsonGeometry, snap_to_cell
from sensors.register.repository import (
    PublishResult,
    check_file,
    export_entries,
    load_areas,
    publish,
    versions_of_entry,
)
from sensors.vocabulary.codes import Precision
from tests.support.entries import Document, example_entry
from tests.support.sample_data import NOW, insert_observation
from tests.support.web_server import running_web_server

SEED = 20261122
SENSORS = 12
FINEST = 4
"""Decimals of a degree: 11 by 7 metres. A cell is known to more than that, its inside is not."""


class Homes:
    """Sensors of residents, each with places that are far from every line of the grid, so that no cell looks alike."""

    def __init__(self) -> None:
        self._dice = Random(SEED)
        self.exact: list[GeoJsonGeometry] = []

    def place(self) -> GeoJsonGeometry:
        """A new point in Helmond, in the middle part of a quarter of its cell."""
        base = {"type": "Point", "coordinates": [self._dice.uniform(5.60, 5.72), self._dice.uniform(51.45, 51.50)]}
        west, south = snap_to_cell(base, Precision.CELL_100M)["coordinates"][0][0]
        inside = [
            round(west + 0.00146 * self._dice.uniform(0.2, 0.3), 7),
            round(south + 0.0009 * self._dice.uniform(0.2, 0.3), 7),
        ]
        self.exact.append({"type": "Point", "coordinates": inside})
        return self.exact[-1]

    def traces(self) -> set[str]:
        """Every coordinate of every place, cut off and rounded from 4 to 7 decimals."""
        coordinates = [each for place in self.exact for each in place["coordinates"]]
        rounded = {f"{each:.{decimals}f}" for each in coordinates for decimals in range(FINEST, 8)}
        return rounded | {str(each)[: str(each).index(".") + 1 + FINEST] for each in coordinates}


def resident(number: int, geometry: GeoJsonGeometry, precision: str, **place: Any) -> Document:
    return example_entry(
        reference=f"bewoner-{number}",
        location={"kind": "fixed", "geometry": geometry, "precision": precision, **place},
        organisations=[{"role": "owner", "name": "Inwoner"}, {"role": "controller", "name": "Gemeente Helmond"}],
    )


def official(number: int, geometry: GeoJsonGeometry, **place: Any) -> Document:
    """The same sensor before it became a resident's: shown at its exact place."""
    return example_entry(
        reference=f"bewoner-{number}",
        location={"kind": "fixed", "geometry": geometry, "precision": "exact", **place},
    )


def lives(homes: Homes, number: int) -> Iterator[Document]:
    """What becomes of a sensor: coarse from the start and moving, or exact at first, or ever coarser."""
    first, later = homes.place(), homes.place()
    match number % 3:
        case 0:
            yield resident(number, first, "cell_100m")
            yield resident(number, later, "cell_100m")
        case 1:
            yield official(number, first, address="Kerkstraat 1")
            yield official(number, later)
            yield resident(number, later, "cell_100m")
        case _:
            yield resident(number, first, "cell_100m")
            yield resident(number, later, "cell_1km")


def put(database: str, documents: list[Document]) -> None:
    with connect(database) as db:
        load_areas(db)
        for document in documents:
            done = publish(db, Entry.model_validate(document), editor="test", reason="test", valid_from=NOW)
            assert isinstance(done, PublishResult), done


def tables(database: str) -> Iterator[tuple[str, str]]:
    """Every table and view outside ``restricted``, as COPY writes it, but for the outlines of areas."""
    with psycopg.connect(database) as connection:
        relations = connection.execute(
            "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where c.relkind in ('r', 'p', 'v', 'm') and n.nspname in ('lantaarn', 'open', 'staff', 'public') "
            "and c.relname <> 'area'"
        ).fetchall()
        for relation in relations:
            rows = sql.SQL("copy (select * from {}) to stdout").format(sql.Identifier(*relation))
            with connection.cursor().copy(rows) as copy:
                yield ".".join(relation), b"".join(bytes(block) for block in copy).decode()


def pages(site: httpx.Client) -> Iterator[tuple[str, str]]:
    """Every address that the site describes or links to, for every sensor, and some that do not exist."""
    described = [f"/v1{path}" for path in site.get("/v1/openapi.json").json()["paths"] if path != "/areas"]
    names = [f"bewoner-{number}" for number in range(SENSORS)]
    listed = site.get("/v1/sensors").json()
    names += [each["id"] for each in listed["features"]]
    found = {"/", "/over", "/metrics", "/v1/openapi.json", "/sensors/niets", "/v1/sensors?kind=niets", "/?page=x"}
    for path in (*described, "/sensors/{id}"):
        found |= {re.sub(r"{[^}]+}", name, path) for name in names} if "{" in path else {path}
    linked = {
        link for path in ("/", "/sensors/bewoner-1") for link in re.findall(r'href="(/[^"#]*)"', site.get(path).text)
    }
    for path in sorted(found | {link for link in linked if not link.startswith("/static")}):
        answer = site.get(path)
        yield f"{path} ({answer.status_code})", answer.text + str(answer.headers)


def leaks(traces: set[str], outputs: Iterator[tuple[str, str]]) -> tuple[dict[str, set[str]], int]:
    """The outputs that hold a trace, and how many were searched."""
    searched = dict(outputs)
    found = {name: {trace for trace in traces if trace in text} for name, text in searched.items()}
    return {name: hits for name, hits in found.items() if hits}, len(searched)


def test_no_exact_place_of_a_resident_comes_out_anywhere(
    pg_server: EmbeddedPostgres, database: str, tmp_path: Path
) -> None:
    homes = Homes()
    documents = [document for number in range(SENSORS) for document in lives(homes, number)]
    put(database, documents)
    with connect(database) as db:
        insert_observation(db, "bewoner-0", "no2", 21.0, datetime.now(UTC))
        export = "\n".join(export_entries(db))
        history = "\n".join(str(versions_of_entry(db, UUID(document["id"]))) for document in documents)
        kept = db.execute("select geometry::text as text from restricted.location").fetchall()
    traces = homes.traces()
    assert len(kept) == SENSORS
    assert all(any(trace in row["text"] for trace in traces) for row in kept), "the search must find what is there"

    found, searched = leaks(traces, tables(database))
    assert (found, searched > 20) == ({}, True)
    with (
        structlog.testing.capture_logs() as log,
        running_web_server(database) as url,
        httpx.Client(base_url=url) as site,
    ):
        found, searched = leaks(traces, pages(site))
        assert (found, searched > 2 * SENSORS) == ({}, True)
    wrong = tmp_path / "register.json"
    wrong.write_text(json.dumps([document | {"status": "ended"} for document in documents]))
    said = "\n".join(map(str, check_file(wrong)))
    assert "bewoner-0" in said
    rest = {"export": export, "history": history, "problems": said, "log": repr(log)}
    rest["log of the server"] = pg_server.log_file.read_text()
    assert leaks(traces, iter(rest.items()))[0] == {}
    assert "Kerkstraat" not in history


def test_the_area_of_a_residents_sensor_is_its_cell(database: str) -> None:
    homes = Homes()
    place = homes.place()
    put(database, [resident(0, place, "cell_100m")])
    with running_web_server(database) as url:
        shown = httpx.get(f"{url}/v1/sensors").json()["features"][0]
    cell = snap_to_cell(place, Precision.CELL_100M)
    assert shown["geometry"] == cell
    (west, south), (east, north) = cell["coordinates"][0][0], cell["coordinates"][0][2]
    assert shown["properties"]["point"] == [(west + east) / 2, (south + north) / 2]
