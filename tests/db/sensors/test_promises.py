"""What the database does with small numbers and terms is what is promised, to the number."""

from datetime import timedelta

import psycopg
import pytest
from psycopg.types.json import Jsonb

from api.sensor.queries import BAND_EDGES
from ingest.events.movement_noise import noise_deviation
from sensors.db import Database
from sensors.policy import promises
from sensors.vocabulary.durations import parse_duration
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE
from tests.support.sample_data import (
    HOUR,
    NOW,
    insert_movement,
    motion_lamp_entries,
    publish_documents,
    publish_movement,
    travel_time_entry,
)

LITTLE = timedelta(minutes=10)
TRAVEL_TIME = (
    "insert into lantaarn.travel_time values "
    "(1, %(start)s, %(minutes)s::smallint, 'car', %(median)s::smallint, null, 1)"
)
WINDOW_COUNT = (
    "insert into lantaarn.window_count values "
    "('helmond', 'g', 'presence', %(start)s, %(end)s, %(sensors)s::integer, 1, 1, %(noise)s, %(spacing)s)"
)


def test_bands_begin_at_the_threshold_and_where_the_register_says(each_database: Database) -> None:
    rows = each_database.execute(
        "select edge, open.band(edge) as told, open.band(edge - 1) as before from unnest(%(edges)s::numeric[]) as edge",
        {"edges": list(BAND_EDGES[1:])},
    ).fetchall()
    assert [row["told"] for row in rows] == list(BAND_EDGES[1:])
    assert [row["before"] for row in rows] == list(BAND_EDGES[:-1])


@pytest.mark.parametrize("value", [10, 20, 16])
def test_no_count_can_be_published_without_noise(each_database: Database, value: int) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        each_database.execute(
            "insert into lantaarn.public_cell (datastream_id, period, start, counted, value) "
            "values (1, 'hour', %(start)s, true, %(value)s)",
            {"start": NOW, "value": value},
        )


def test_nothing_about_travel_times_tells_how_many_vehicles_there_were(each_database: Database) -> None:
    rows = each_database.execute(
        "select table_schema || '.' || table_name as name, array_agg(column_name::text) as columns "
        "from information_schema.columns where table_name in ('travel_time', 'travel_hour') group by 1"
    ).fetchall()
    assert {row["name"] for row in rows} == {
        "lantaarn.travel_time",
        "lantaarn.travel_hour",
        "open.travel_time",
        "staff.travel_hour",
    }
    figures = {"window_start", "hour", "windows", "minutes", "vehicle_class", "median", "p85", "revision"}
    of_whom = {"datastream_id", "sensor_id", "goes_to"}
    assert set().union(*(row["columns"] for row in rows)) == figures | of_whom


@pytest.mark.parametrize("window", ["PT5M", "PT15M", "PT1H"])
def test_a_window_that_is_no_longer_allowed_is_found(each_database: Database, window: str) -> None:
    publish_documents(each_database, travel_time_entry())
    (known,) = each_database.execute("select rule from lantaarn.datastream where rule is not null").fetchall()
    rule = known["rule"] | {"window": parse_duration(window) // timedelta(seconds=1)}
    each_database.execute("update lantaarn.datastream set rule = %(rule)s", {"rule": Jsonb(rule)})
    rows = each_database.execute("select reference, goes_to, minutes from open.outdated_segment").fetchall()
    outdated = {"reference": "kenteken-1", "goes_to": "kenteken-2", "minutes": 5}
    assert rows == ([] if window in promises.TRAVEL_TIME_WINDOWS else [outdated])


def test_only_windows_of_the_promised_length_and_times_as_promised_are_stored(each_database: Database) -> None:
    minutes = [parse_duration(each) // timedelta(minutes=1) for each in promises.TRAVEL_TIME_WINDOWS]
    step = promises.TRAVEL_TIME_ROUNDING_SECONDS
    for number, length in enumerate(minutes):
        start = NOW - number * HOUR
        each_database.execute(TRAVEL_TIME, {"start": start, "minutes": length, "median": 9 * step})
    for length, median in ((minutes[0] + 1, step), (minutes[0], step + 1)):
        with pytest.raises(psycopg.errors.CheckViolation):
            each_database.execute(TRAVEL_TIME, {"start": NOW - 9 * HOUR, "minutes": length, "median": median})


def test_only_counts_over_enough_lamps_and_time_are_stored(each_database: Database) -> None:
    lamps, window = promises.MIN_MOVEMENT_LAMPS, promises.MIN_COUNT_WINDOW
    noise, spacing = noise_deviation(lamps), promises.MIN_MOVEMENT_SPACING.total_seconds()
    asked = {"start": NOW, "end": NOW + window, "sensors": lamps, "noise": noise, "spacing": spacing}
    each_database.execute(WINDOW_COUNT, asked)
    weak = ({"end": NOW + window - LITTLE}, {"sensors": lamps - 1}, {"noise": 0.99 * noise}, {"spacing": spacing - 1})
    for change in weak:
        with pytest.raises(psycopg.errors.CheckViolation):
            each_database.execute(WINDOW_COUNT, asked | change)


def test_movement_is_public_after_the_promised_weeks(each_database: Database) -> None:
    publish_documents(each_database, *motion_lamp_entries())
    today = NOW.astimezone(LOCAL_TIME_ZONE).date()
    insert_movement(each_database, "kasteelpark", today - timedelta(days=200), 190, by_hour={})
    for days in range(200):
        publish_movement(each_database, NOW - timedelta(days=days))
    rows = each_database.execute(
        "select distinct days, (last_day - first_day + 1) / 7 as weeks from open.movement order by days"
    ).fetchall()
    four, twelve = promises.MOVEMENT_WEEKS, promises.WEEKEND_MOVEMENT_WEEKS
    assert [(row["days"], row["weeks"]) for row in rows] == [("night", four), ("weekday", four), ("weekend", twelve)]


def test_a_chunk_is_no_longer_than_promised(each_database: Database) -> None:
    for name in ("P2D", "P3Y"):
        each_database.execute("select lantaarn.add_retention_class(%(name)s)", {"name": name})
    asked = {"most": promises.MAX_CHUNK, "parts": promises.CHUNKS_PER_TERM}
    rows = each_database.execute(
        "select name from lantaarn.retention_class where chunk > least(%(most)s::interval, term / %(parts)s::integer)",
        asked,
    ).fetchall()
    assert rows == []
