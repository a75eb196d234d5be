"""A place that is made coarser is coarse in the whole history, and nothing else of a version can be changed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest

from sensors.db import Database
from sensors.register.entry import Entry
from sensors.register.location import GeoJsonGeometry, snap_to_cell
from sensors.register.repository import PublishResult, publish, refresh_derived_data, versions_of_entry
from sensors.vocabulary.codes import Precision
from tests.support.entries import Document, example_entry
from tests.support.sample_data import before_there_were_rules

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOME: GeoJsonGeometry = {"type": "Point", "coordinates": [5.659533, 51.480317]}
BEFORE: GeoJsonGeometry = {"type": "Point", "coordinates": [5.701234, 51.490456]}
SEEN: GeoJsonGeometry = {
    "type": "Polygon",
    "coordinates": [[[5.6595, 51.48], [5.66, 51.48], [5.66, 51.481], [5.6595, 51.48]]],
}
ON_A_HOUSE: Document = {"host_object": "facade", "height_m": 6.5}
"""What tells the house and the floor."""
TRACES = ("LM-0123", "5.6595", "51.4803", "5.7012", "51.4904", "Kerkstraat")


def meter(precision: str, geometry: GeoJsonGeometry = HOME, **place: Any) -> Document:
    location = {"kind": "fixed", "geometry": geometry, "precision": precision} | place
    return example_entry(reference="meter-1", location=location)


def put(db: Database, *documents: Document) -> UUID:
    for document in documents:
        done = publish(db, Entry.model_validate(document), editor="team", reason="test", valid_from=NOW)
        assert isinstance(done, PublishResult), done
    return UUID(documents[0]["id"])


def history(db: Database) -> Iterator[str]:
    rows = db.execute("select document::text as text from lantaarn.register_entry order by revision").fetchall()
    return (row["text"] for row in rows)


def test_an_exact_place_leaves_the_history_when_it_gets_a_cell(server_database: Database) -> None:
    which = put(
        server_database,
        meter("exact", BEFORE),
        meter("exact", address="Kerkstraat 1", observed_area=SEEN, host_reference="LM-0123", **ON_A_HOUSE),
        meter("cell_100m"),
    )
    assert not [trace for text in history(server_database) for trace in TRACES if trace in text]
    held = versions_of_entry(server_database, which)
    assert [each.document["location"]["geometry"] for each in held] == [
        snap_to_cell(place, Precision.CELL_100M) for place in (BEFORE, HOME, HOME)
    ]
    assert [each.document["location"]["precision"] for each in held] == ["cell_100m"] * 3
    assert [each.redacted_at is not None for each in held] == [True, True, False]
    assert not [each for each in held if ON_A_HOUSE.keys() & each.document["location"].keys()]
    assert [each.reason for each in held] == ["test"] * 3


def test_a_cell_becomes_a_larger_one_and_never_a_smaller(server_database: Database) -> None:
    which = put(server_database, meter("cell_100m"), meter("cell_1km"), meter("cell_100m"))
    shown = [each.document["location"]["precision"] for each in versions_of_entry(server_database, which)]
    assert shown == ["cell_1km", "cell_1km", "cell_100m"]
    books = server_database.execute("select precision_before, precision_after from lantaarn.redaction").fetchall()
    assert books == [{"precision_before": "cell_100m", "precision_after": "cell_1km"}]


def test_what_an_older_program_left_is_mended_at_the_next_upgrade(server_database: Database) -> None:
    put(server_database, meter("exact"), meter("cell_1km"))
    # What a version before this one held: the exact place, in a version that came first.
    server_database.execute(
        "alter table lantaarn.register_entry disable trigger user;"
        "update lantaarn.register_entry set document = document || jsonb_build_object('location', "
        "document -> 'location' || '{\"precision\":\"exact\"}' || jsonb_build_object('geometry', "
        '\'{"type":"Point","coordinates":[5.659533,51.480317]}\'::jsonb)) where version = 1;'
        "alter table lantaarn.register_entry enable trigger user;"
    )
    assert "5.6595" in next(history(server_database))
    refresh_derived_data(server_database)
    assert not [trace for text in history(server_database) for trace in TRACES if trace in text]


def test_an_upgrade_takes_out_what_tells_the_house_and_the_floor(server_database: Database) -> None:
    with before_there_were_rules():
        which = put(server_database, meter("cell_1km", address="Kerkstraat", **ON_A_HOUSE), meter("cell_100m"))
    refresh_derived_data(server_database)
    (first, second) = (each.document["location"] for each in versions_of_entry(server_database, which))
    assert (first["precision"], first["address"]) == ("cell_1km", "Kerkstraat")
    assert not ON_A_HOUSE.keys() & first.keys()
    assert second["precision"] == "cell_100m"
    books = server_database.execute("select precision_before, precision_after from lantaarn.redaction").fetchall()
    assert books == [{"precision_before": "cell_1km", "precision_after": "cell_1km"}]


MEANT: LiteralString = "select set_config('lantaarn.redacting', 'places', true);"
COARSER: LiteralString = (
    """update lantaarn.register_entry set document = jsonb_set(document, '{location,precision}', '"cell_1km"')"""
)
CHANGES: tuple[LiteralString, ...] = (
    "update lantaarn.register_entry set reason = 'other'",
    """update lantaarn.register_entry set document = jsonb_set(document, '{name,nl}', '"Anders"')""",
    """update lantaarn.register_entry set document = jsonb_set(document, '{location,precision}', '"exact"')""",
    """update lantaarn.register_entry set document = jsonb_set(document, '{location,precision}', '"cell_100m"')""",
    "update lantaarn.register_entry set document = jsonb_set(document, '{location,geometry}', '{}')",
    COARSER + ", reason = 'other'",
    COARSER.replace("(document,", "(jsonb_set(document, '{location,height_m}', '9'),"),
    COARSER.replace("(document,", "(jsonb_set(document, '{location,address}', '1'),"),
    COARSER.replace("(document,", "(jsonb_set(document, '{location,host_reference}', '1'),"),
    COARSER.replace("(document,", "(jsonb_set(document, '{summary,nl}', '1'),"),
    "update lantaarn.register_entry set document = document - 'location'",
    "delete from lantaarn.register_entry",
    "truncate lantaarn.register_entry cascade",
    "update lantaarn.redaction set redacted_at = now()",
)


def test_nothing_else_of_a_version_can_be_changed_and_this_only_on_purpose(server_database: Database) -> None:
    put(server_database, meter("cell_100m"))
    attempts: tuple[LiteralString, ...] = (COARSER, *(MEANT + change for change in CHANGES))
    for attempt in attempts:
        with pytest.raises(psycopg.Error, match="append-only"), server_database.transaction():
            server_database.execute(attempt)
    with server_database.transaction():
        server_database.execute(MEANT + COARSER)
    assert "cell_1km" in next(history(server_database))
