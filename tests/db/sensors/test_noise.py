"""The noise of counters in the register: more where others are at the same place, and never less too soon."""

from datetime import timedelta

import pytest

from sensors.db import Database
from sensors.register.derived import CELLS_DRAWN_WITHIN
from sensors.register.repository import refresh_derived_data
from tests.support.entries import Document, example_datastream, example_entry
from tests.support.sample_data import home_sensor_entry, publish_documents

THREE = pytest.approx(12 * 1.5**0.5)
HERE, NEXT_TO_IT, ELSEWHERE = [5.66, 51.48], [5.6602, 51.4801], [5.67, 51.48]


def counter(reference: str, place: list[float], *codes: str, public: str = "hour", **changes: object) -> Document:
    streams = [
        example_datastream(code, "traffic", public=public, privacy_rules=[{"rule": "public_threshold"}])
        for code in codes or ("count_bicycle",)
    ]
    location = {"kind": "fixed", "geometry": {"type": "Point", "coordinates": place}}
    return example_entry(reference=reference, kind="traffic", location=location, datastreams=streams, **changes)


def in_cell(reference: str, place: list[float]) -> Document:
    """A counter at a resident's home, that shows its cell of 100 metres only."""
    document = counter(reference, place) | {"organisations": home_sensor_entry()["organisations"]}
    document["location"]["precision"] = "cell_100m"
    return document


def noise(db: Database, reference: str) -> dict[str, float | None]:
    rows = db.execute(
        "select property, cell_noise from lantaarn.datastream as stream "
        "inner join lantaarn.sensor as sensor on sensor.id = stream.sensor_id where reference = %(reference)s",
        {"reference": reference},
    ).fetchall()
    return {row["property"]: row["cell_noise"] for row in rows}


def days_pass(db: Database, days: timedelta) -> None:
    """Put what noise waits for so many days back, and look again."""
    db.execute("update lantaarn.datastream set noise_held_until = noise_held_until - %(days)s", {"days": days})
    refresh_derived_data(db)


def test_how_a_count_is_added_up_and_published_is_in_the_database(server_database: Database) -> None:
    publish_documents(server_database, counter("teller", HERE, "count_car", "count_bicycle", "mean_speed"))
    rows = server_database.execute(
        "select property, sum_minutes, one_night, cell_noise from lantaarn.datastream order by property"
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        ("count_bicycle", 60, True, 12),
        ("count_car", 15, False, THREE),
        ("mean_speed", None, False, None),
    ]
    publish_documents(server_database, counter("teller", HERE, "count_bicycle", public="none"))
    assert noise(server_database, "teller")["count_bicycle"] is None


def test_how_a_mean_is_published_is_in_the_database(server_database: Database) -> None:
    publish_documents(server_database, counter("teller", HERE, "count_car", "mean_speed"))
    rows = server_database.execute(
        "select property, ratio_reference, ratio_clip, ratio_of from lantaarn.datastream order by property"
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        ("count_car", None, None, None),
        ("mean_speed", 50, 50, ["count_car"]),
    ]
    publish_documents(server_database, counter("teller", HERE, "count_car", "count_bus", "mean_speed"))
    (speed,) = server_database.execute(
        "select ratio_of from lantaarn.datastream where property = 'mean_speed'"
    ).fetchall()
    assert speed["ratio_of"] == ["count_bus", "count_car"]
    assert refresh_derived_data(server_database) == 0


def test_neighbours_that_come_add_noise_at_once(server_database: Database) -> None:
    publish_documents(server_database, counter("een", HERE), counter("twee", NEXT_TO_IT), counter("ver", ELSEWHERE))
    assert noise(server_database, "een") == {"count_bicycle": 12}
    publish_documents(server_database, counter("drie", NEXT_TO_IT))
    assert [noise(server_database, each)["count_bicycle"] for each in ("een", "twee", "drie")] == [THREE] * 3
    assert noise(server_database, "ver") == {"count_bicycle": 12}
    assert refresh_derived_data(server_database) == 0


def test_counters_on_one_pole_share_its_place(server_database: Database) -> None:
    """Entries of two suppliers, of which one has the wrong coordinates, and writes the number in small letters."""
    on_pole = [counter("een", HERE), counter("twee", ELSEWHERE), counter("drie", ELSEWHERE)]
    for document, number in zip(on_pole, ("LM-0123", "lm-0123", "LM-0124"), strict=True):
        document["location"]["host_reference"] = number
    publish_documents(server_database, *on_pole)
    assert [noise(server_database, each)["count_bicycle"] for each in ("een", "twee", "drie")] == [THREE] * 3


@pytest.mark.parametrize(
    "change", [{"status": "ended", "active_until": "2026-01-01"}, {"public": "none"}, {"place": ELSEWHERE}]
)
def test_noise_stays_until_the_last_hours_of_a_neighbour_are_published(
    server_database: Database, change: dict[str, object]
) -> None:
    """Whatever became of the neighbour: ended, no longer public, or moved."""
    publish_documents(server_database, *(counter(name, HERE) for name in ("een", "twee", "drie")))
    changed = {"reference": "drie", "place": HERE} | change
    publish_documents(server_database, counter(**changed))  # pyright: ignore[reportArgumentType]
    assert noise(server_database, "een") == {"count_bicycle": THREE}
    days_pass(server_database, CELLS_DRAWN_WITHIN - timedelta(hours=1))
    assert noise(server_database, "een") == {"count_bicycle": THREE}
    days_pass(server_database, timedelta(hours=2))
    assert noise(server_database, "een") == {"count_bicycle": 12}
    assert refresh_derived_data(server_database) == 0


def test_noise_stays_when_a_place_made_coarser_no_longer_tells_who_was_on_the_pole(server_database: Database) -> None:
    on_pole = [counter(name, place) for name, place in (("een", HERE), ("twee", ELSEWHERE), ("drie", ELSEWHERE))]
    for document in on_pole:
        document["location"]["host_reference"] = "LM-0123"
    publish_documents(server_database, *on_pole)
    publish_documents(server_database, in_cell("een", HERE))
    assert [noise(server_database, each)["count_bicycle"] for each in ("een", "twee")] == [THREE] * 2
    days_pass(server_database, CELLS_DRAWN_WITHIN + timedelta(hours=1))
    assert [noise(server_database, each)["count_bicycle"] for each in ("een", "twee")] == [12] * 2


def test_every_neighbour_that_leaves_is_waited_for(server_database: Database) -> None:
    names = ("een", "twee", "drie", "vier")
    publish_documents(server_database, *(counter(name, HERE) for name in names))
    four = noise(server_database, "een")["count_bicycle"]
    publish_documents(server_database, counter("vier", ELSEWHERE))
    days_pass(server_database, timedelta(days=20))
    publish_documents(server_database, counter("drie", ELSEWHERE))
    days_pass(server_database, timedelta(days=20))
    assert noise(server_database, "een") == {"count_bicycle": four}
    days_pass(server_database, timedelta(days=17))
    assert noise(server_database, "een") == {"count_bicycle": 12}


def test_a_count_that_is_public_again_has_the_noise_that_its_late_values_need(server_database: Database) -> None:
    publish_documents(server_database, *(counter(name, HERE) for name in ("een", "twee", "drie")))
    publish_documents(server_database, counter("een", HERE, public="none"))
    publish_documents(server_database, counter("drie", ELSEWHERE))
    publish_documents(server_database, counter("een", HERE))
    assert noise(server_database, "een") == {"count_bicycle": THREE}


@pytest.mark.parametrize("metres", [0, 60])
def test_noise_does_not_tell_where_in_its_cell_a_sensor_is(server_database: Database, metres: int) -> None:
    """Beside counters of the municipality in two of its streets, which are not at one place because of it."""
    home = in_cell("thuis", [5.654321, 51.481234])
    beside = [5.654321, 51.481234 - metres / 111_270]
    opposite = [beside[0] + 40 / 69_450, beside[1]]
    publish_documents(server_database, home, counter("een", beside), counter("twee", beside), counter("drie", opposite))
    assert [noise(server_database, each)["count_bicycle"] for each in ("thuis", "een", "twee", "drie")] == [
        *[THREE] * 3,
        12,
    ]
