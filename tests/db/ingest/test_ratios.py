"""Public cells of mean speed: ratios of noisy sums, of which no single vehicle moves either by much."""

import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from math import ceil, sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import psycopg
import pytest

from api.areas.queries import load_aggregated_datastreams
from dashboards.panel_queries import load_panel_queries
from ingest.cells import count_cells
from ingest.cells.count_cells import CLIP_STEPS, publish_counts
from ingest.hourly_totals import update_hourly_totals
from ingest.lifecycle.daily_totals import update_daily_totals
from ingest.lifecycle.restore import raise_public_floor
from ingest.pipeline import IncomingMessage, process_message
from ingest.quality_flags import QualityChecker
from ingest.writer import commit_batch, load_register
from sensors.db import Database
from sensors.db.migrate import MIGRATIONS_FOLDER, migrate
from sensors.register.entry import Entry
from sensors.register.repository import publish
from tests.support.entries import Document, example_datastream
from tests.support.grafana_macros import expand_macros, last_days
from tests.support.sample_data import DAY, HOUR, publish_documents, traffic_counter_entry

MONDAY = datetime(2026, 10, 5, tzinfo=UTC)
"""In Amsterdam two o'clock in the morning; four weeks begin on it."""
MINUTES = timedelta(minutes=5)
NOISE = 12 * sqrt(3 / 2)
"""Of a count, and of the two sums of a speed, that hold the same pass."""
RESOLUTION = 0.1
"""Of a speed, in km/h."""
Message = tuple[datetime, dict[str, float]]


def loop(*codes: str, public: str = "hour", **changes: Any) -> Document:
    """A detector that tells every hour how many passed, and how fast on average."""
    declared = {"public": public, "privacy_rules": [{"rule": "public_threshold"}], "interval": "PT1H", "stamp": "start"}
    streams = [
        example_datastream(code, "traffic", **declared | changes) for code in codes or ("count_car", "mean_speed")
    ]
    return traffic_counter_entry(datastreams=streams)


def receive(db: Database, messages: Sequence[Message], at: datetime) -> None:
    """What ingest does with these messages."""
    register, memory = load_register(db), QualityChecker()
    outcomes = [
        process_message(
            IncomingMessage(
                "helmond/traffic/verkeer-1/json", json.dumps({"time": time.isoformat(), **values}).encode()
            ),
            register,
            memory,
            at,
        )
        for time, values in messages
    ]
    assert not [rejection for outcome in outcomes for rejection in outcome.rejections]
    commit_batch(db, outcomes, at)
    update_hourly_totals(db)


def drive(db: Database, cars: float, speed: float, hours: int, start: datetime = MONDAY) -> datetime:
    """So many cars in each hour; gives back when the last of them is due."""
    messages: list[Message] = [
        (start + number * HOUR, {"count_car": cars, "mean_speed": speed}) for number in range(hours)
    ]
    receive(db, messages, start + hours * HOUR)
    return start + hours * HOUR + timedelta(minutes=65)


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """No noise, so that a test sees what it was added to."""
    monkeypatch.setattr(count_cells, "add_noise", _unchanged)


def _unchanged(count: int, _: float) -> int:
    return count


def speeds(db: Database) -> list[dict[str, Any]]:
    return db.execute("select * from open.hour where property = 'mean_speed' order by hour").fetchall()


def ratio_cells(db: Database) -> list[dict[str, Any]]:
    return db.execute("select * from lantaarn.public_cell where reference is not null order by start").fetchall()


@pytest.mark.usefixtures("exact")
def test_each_vehicle_counts_once_and_no_further_than_the_clip(each_database: Database) -> None:
    """Over the classes that are counted, from messages to the public number; bicycles aren't part of it."""
    db = each_database
    publish_documents(db, loop("count_car", "count_bus", "count_bicycle", "mean_speed", interval="PT5M"))
    passed = [(60, 20, 30.0), (40, 0, 70.0), (10, 10, 130.0), *[(0, 0, 0.0)] * 9]
    messages: list[Message] = [
        (MONDAY + number * MINUTES, {"count_car": cars, "count_bus": buses, "count_bicycle": 90, "mean_speed": speed})
        for number, (cars, buses, speed) in enumerate(passed)
    ]
    receive(db, messages, MONDAY + HOUR)
    publish_counts(db, MONDAY + HOUR + timedelta(minutes=65))
    (cell,) = ratio_cells(db)
    numerator = 80 * (30 - 50) + 40 * (70 - 50) + 20 * 50
    assert (cell["value"], cell["denominator"]) == (numerator, 140)
    (hour,) = speeds(db)
    assert hour["value"] == round(50 + numerator / 140, 1)
    rounded = 50 + 140 * RESOLUTION
    assert hour["margin"] == pytest.approx(2 * NOISE * sqrt(rounded**2 + (numerator / 140) ** 2) / 140)
    assert (hour["below"], hour["no_data"], hour["min"], hour["max"]) == (None, False, None, None)


def sums_of(db: Database, cars: int, speed: float) -> tuple[float, float, float, float]:
    """Numerator and denominator of one message, and the noise of each, without noise. Then it never was."""
    cell: dict[str, Any] = {}
    with suppress(psycopg.Rollback), db.transaction():
        publish_counts(db, drive(db, cars, speed, hours=1))
        (cell,) = ratio_cells(db)
        raise psycopg.Rollback
    return cell["value"], cell["denominator"], cell["noise"], cell["denominator_noise"]


@pytest.mark.usefixtures("exact")
def test_one_vehicle_more_moves_it_no_further_than_promised_however_the_mean_is_rounded(
    server_database: Database,
) -> None:
    """Beside 1000 others it moves the mean by less than a step of it, or by one. Nor does the mean leave its range."""
    publish_documents(server_database, loop())
    assert pytest.approx(50 / RESOLUTION) == CLIP_STEPS
    for others, before, after in ((1000, 49.9, 50.0), (1000, 50.0, 50.0), (40, 180.0, 180.3)):
        fewer, more = (sums_of(server_database, *each) for each in ((others, before), (others + 1, after)))
        assert more[1] - fewer[1] == 1
        assert abs(more[0] - fewer[0]) / more[2] <= 1 / more[3] * (1 + 1e-9)


@pytest.mark.usefixtures("exact")
def test_it_is_written_with_its_counts_once_and_late_speeds_change_nothing(each_database: Database) -> None:
    db = each_database
    publish_documents(db, loop())
    due = drive(db, 120, 40, hours=1)
    publish_counts(db, due - timedelta(minutes=1))
    assert ratio_cells(db) == []
    assert publish_counts(db, due) == 2
    written = ratio_cells(db)
    receive(db, [(MONDAY + timedelta(minutes=30), {"count_car": 300, "mean_speed": 90})], MONDAY + 3 * HOUR)
    assert publish_counts(db, due + timedelta(minutes=5)) == 0
    assert ratio_cells(db) == written
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        db.execute("update lantaarn.public_cell set denominator = 1 where reference is not null")


@pytest.mark.usefixtures("exact")
def test_of_few_there_is_no_speed_but_in_the_mean_of_four_weeks(each_database: Database) -> None:
    db = each_database
    publish_documents(db, loop())
    for number in range(20):
        # Always at 10 o'clock: in the last of these weeks it is winter.
        start = MONDAY + (number // 5 * 7 + number % 5) * DAY + (9 if number >= 15 else 8) * HOUR
        publish_counts(db, drive(db, 30, 42, hours=1, start=start))
    assert sum(cell["value"] is not None for cell in ratio_cells(db)) == 20
    assert [hour for hour in speeds(db) if not hour["no_data"]] == []
    (mean,) = db.execute("select * from open.count_mean where property = 'mean_speed'").fetchall()
    assert (mean["value"], mean["cells"], mean["days"]) == (42, 20, "weekday")
    assert mean["margin"] == pytest.approx(2 * NOISE * sqrt(20 * ((50 + 30 * RESOLUTION) ** 2 + 8**2)) / 600)


@pytest.mark.usefixtures("exact")
def test_the_speed_of_a_day_is_of_all_its_hours(each_database: Database) -> None:
    """Each hour weighs as many vehicles as passed, for everyone and on the dashboards."""
    db = each_database
    publish_documents(db, loop())
    due = drive(db, 900, 60, hours=1, start=MONDAY + 8 * HOUR)
    publish_counts(db, due)
    publish_counts(db, drive(db, 90, 30, hours=1, start=MONDAY + 9 * HOUR))
    update_daily_totals(db, MONDAY + 2 * DAY)
    (day,) = db.execute("select * from open.day where property = 'mean_speed'").fetchall()
    expected = round(50 + (900 * 10 - 90 * 20) / 990, 1)
    assert (day["day"], day["value"], day["below"], day["at_least"]) == (date(2026, 10, 5), expected, None, False)
    made = db.execute(
        "select made.value, 2 * made.noise as margin from lantaarn.public_day as made "
        "inner join lantaarn.datastream as stream on stream.id = made.datastream_id where property = 'mean_speed'"
    ).fetchall()
    assert [(row["value"], row["margin"]) for row in made] == [(expected, pytest.approx(day["margin"]))]


def test_the_mean_of_two_speeds_is_surer_than_one(server_database: Database) -> None:
    """In a neighbourhood and on a dashboard, where speeds are averaged and not added up."""
    db, now = server_database, datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    publish_documents(db, loop(), traffic_counter_entry(reference="verkeer-2", datastreams=loop()["datastreams"]))
    db.execute(
        "insert into lantaarn.public_cell "
        "(datastream_id, period, start, counted, value, noise, reference, denominator, denominator_noise) "
        "select id, 'hour', start, true, 0, 600, 50, 400, 12 "
        "from lantaarn.datastream, unnest(%(starts)s::timestamptz []) as start where property = 'mean_speed'",
        {"starts": [now - hours * HOUR for hours in range(2, 74)]},  # two whole days at least
    )
    one = speeds(db)[0]["margin"]
    assert one == 2 * 600 / 400
    (told,) = load_aggregated_datastreams(db, "helmond", "BU07941000", now)
    assert {each.value for each in told.datastream.values} == {50}
    assert max(each.margin or 0 for each in told.datastream.values) == pytest.approx(one / sqrt(2))
    update_daily_totals(db, now)
    everything = {"buurt": "'*'", "organisatie": "'*'"}
    query = expand_macros(load_panel_queries("traffic")["mean_speed_by_day"], last_days(4), everything)
    drawn = {(row["metric"], row["value"]) for row in db.execute(query).fetchall()}
    # Days that are not over, or lack too many hours, are there without a value.
    assert drawn == {(name := f"Gemiddelde snelheid ± {ceil(one / sqrt(2 * 24))}", 50), (name, None)}


@pytest.mark.usefixtures("exact")
def test_a_speed_by_the_day_is_beside_counts_by_the_day(server_database: Database) -> None:
    db = server_database
    publish_documents(db, loop(public="day"))
    drive(db, 50, 45, hours=24, start=MONDAY - 2 * HOUR)
    publish_counts(db, MONDAY + 3 * DAY + 10 * HOUR)
    (day,) = db.execute("select * from open.day_cell where property = 'mean_speed' and value is not null").fetchall()
    assert (day["value"], day["start"]) == (45, MONDAY - 2 * HOUR)
    assert day["margin"] == pytest.approx(2 * 2 * NOISE * sqrt((50 + 1200 * RESOLUTION) ** 2 + 5**2) / 1200)


@pytest.mark.usefixtures("exact")
def test_beside_counts_without_data_and_after_a_restoration_it_has_none(server_database: Database) -> None:
    db = server_database
    publish_documents(db, loop())
    due = drive(db, 120, 40, hours=3)
    raise_public_floor(db, MONDAY + HOUR)
    publish_counts(db, due)
    assert [hour["no_data"] for hour in speeds(db)] == [True, False, False]
    # Nothing was heard of the rest of the day: its counts have no value.
    publish_counts(db, MONDAY + 2 * DAY + 11 * HOUR)
    assert {hour["no_data"] for hour in speeds(db)[3:]} == {True}
    assert len(speeds(db)) > 20


@pytest.mark.usefixtures("exact")
def test_what_a_backup_lacks_is_not_drawn_again(server_database: Database) -> None:
    """Counts were in the backup, the speed beside them was drawn after it."""
    db = server_database
    publish_documents(db, loop())
    due = drive(db, 120, 40, hours=1)
    publish_counts(db, due)
    db.execute("delete from lantaarn.public_cell where reference is not null")
    raise_public_floor(db, due)
    publish_counts(db, due)
    assert [(cell["value"], cell["denominator"]) for cell in ratio_cells(db)] == [(None, None)]


@pytest.mark.usefixtures("exact")
def test_cells_of_hours_and_of_a_day_never_hold_the_same_pass(server_database: Database) -> None:
    db = server_database
    publish_documents(db, loop())
    publish_counts(db, drive(db, 120, 40, hours=4, start=MONDAY + 4 * HOUR))
    publish(db, Entry.model_validate(loop(public="day")), editor="test", reason="other", valid_from=MONDAY)
    drive(db, 120, 40, hours=20, start=MONDAY + DAY - 2 * HOUR)
    publish_counts(db, MONDAY + 4 * DAY)
    spans = [(row["start"], row["period"]) for row in ratio_cells(db)]
    assert [period for _, period in spans] == ["hour"] * 4 + ["day"] * (len(spans) - 4)
    assert len(spans) > 4
    assert spans[4][0] >= spans[3][0] + HOUR


@pytest.mark.usefixtures("exact")
def test_without_counts_beside_it_nothing_is_published(server_database: Database) -> None:
    """And never by another way: as the mean that it is."""
    db = server_database
    publish_documents(db, loop("mean_speed", "count_bicycle", "occupancy"))
    receive(db, [(MONDAY, {"mean_speed": 40, "count_bicycle": 80, "occupancy": 9})], MONDAY + HOUR)
    publish_counts(db, MONDAY + 3 * DAY)
    db.execute("select lantaarn.publish_cells(%(at)s)", {"at": MONDAY + 3 * DAY})
    assert {row["property"] for row in db.execute("select property from open.hour").fetchall()} == {"count_bicycle"}


def test_both_sums_are_unbiased_and_drawn_with_noise_of_their_own(server_database: Database) -> None:
    db, hours = server_database, 120
    publish_documents(db, loop())
    publish_counts(db, drive(db, 100, 62, hours))
    cells = ratio_cells(db)
    assert len(cells) == hours
    for name, truth, noise in (("value", 1200, (50 + 100 * RESOLUTION) * NOISE), ("denominator", 100, NOISE)):
        drawn = [cell[name] for cell in cells]
        assert abs(fmean(drawn) - truth) < 4 * noise / sqrt(hours)
        assert stdev(drawn) == pytest.approx(noise, rel=0.3)
    counts = db.execute("select value from open.hour where property = 'count_car' order by hour").fetchall()
    assert [row["value"] for row in counts] != [cell["denominator"] for cell in cells]


def test_the_margin_holds_19_times_out_of_20(server_database: Database) -> None:
    db, hours = server_database, 140
    publish_documents(db, loop())
    publish_counts(db, drive(db, 400, 38, hours))
    told = speeds(db)
    assert len(told) == hours
    within = sum(abs(hour["value"] - 38) <= hour["margin"] + 0.05 for hour in told)
    assert within / hours > 0.95 - 4 * sqrt(0.95 * 0.05 / hours)


def test_the_upgrade_deletes_the_means_that_were_public(each_empty_database: Database, tmp_path: Path) -> None:
    db = each_empty_database
    before = tmp_path / "before"
    before.mkdir()
    for path in MIGRATIONS_FOLDER.glob("*.sql"):
        if path.name < "039":
            shutil.copy(path, before)
    migrate(db, before)
    db.execute("alter table lantaarn.datastream drop constraint datastream_sensor_id_fkey")
    for number, code in enumerate(("mean_speed", "occupancy", "temperature"), 1):
        given = {"number": number, "code": code, "at": MONDAY}
        db.execute(
            "insert into lantaarn.datastream (id, sensor_id, property, unit, retention_class, public, counts_people, "
            "active, aggregate_term, totals_term) overriding system value values "
            "(%(number)s, 1, %(code)s, '1', 'P1D', 'hour', false, true, 'P1Y', 'P1Y')",
            given,
        )
        db.execute(
            "insert into lantaarn.public_cell (datastream_id, period, start, counted, value) "
            "values (%(number)s, 'hour', %(at)s, false, 31)",
            given,
        )
        db.execute(
            "insert into lantaarn.public_day (datastream_id, day, sum, hours, hidden) "
            "values (%(number)s, '2026-10-05', 31, 1, 0)",
            given,
        )
    migrate(db)
    for table in ("public_cell", "public_day"):
        rows = db.execute(f"select datastream_id from lantaarn.{table}").fetchall()  # pyright: ignore[reportArgumentType]
        assert rows == [{"datastream_id": 3}]
