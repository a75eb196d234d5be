"""What isn't about people counts whenever it comes, and a period that was public already says when it was completed."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import Any, LiteralString

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.hourly_totals import update_hourly_totals
from ingest.lifecycle.audit import audit_ledger
from ingest.lifecycle.daily_totals import update_daily_totals
from ingest.lifecycle.erasure import ErasureRequest, erase, plan_erasure
from ingest.lifecycle.reaggregation import recompute_reaggregated_hours
from ingest.lifecycle.reclassification import MIN_CHANGE_AGE
from ingest.pipeline import MessageOutcome, Observation
from ingest.quality_flags import QualityFlag
from ingest.writer import BatchTotals, commit_batch
from sensors.db import Database, connect
from tests.support.cases import ingest_case
from tests.support.entries import Document, example_datastream, example_entry
from tests.support.sample_data import publish_cells, publish_documents, traffic_counter_entry

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MIDNIGHT = datetime(2026, 11, 23, 23, tzinfo=UTC)
"""In Helmond, the start of 24 November."""
RULE = [{"rule": "public_threshold"}]
COUNTS = ("count_car", "mean_speed", "occupancy")
Readings = Iterable[tuple[datetime, float]]


def lamp(**of_energy: Any) -> Document:
    streams = [
        example_datastream("energy", "streetlight", public="day", **of_energy),
        example_datastream("fault_code", "streetlight", public="day"),
    ]
    return example_entry(reference="lamp-1", kind="streetlight", datastreams=streams)


def cabinet(**changes: Any) -> Document:
    stream = example_datastream("cabinet_energy", "streetlight", public="hour", **changes)
    return example_entry(reference="kast-1", kind="streetlight", datastreams=[stream])


def station(**changes: Any) -> Document:
    """PM2.5 as it comes, NO2 by the hour and temperature by the day."""
    forms = {"pm2_5": "live", "no2": "hour", "temperature": "day"}
    streams = [example_datastream(code, public=public, **changes) for code, public in forms.items()]
    return example_entry(reference="lucht-1", datastreams=streams)


def counter() -> Document:
    hourly = {"interval": "PT1H", "stamp": "start"}
    streams = [example_datastream(code, "traffic", public="hour", privacy_rules=RULE, **hourly) for code in COUNTS]
    return traffic_counter_entry(datastreams=streams)


def store(db: Database, code: str, readings: Readings, *, revised: datetime | None = None) -> BatchTotals:
    """Commit good values in one batch, without what the worker does next."""
    row = db.execute(
        "select id, sensor_id, recomputed, same_time from lantaarn.datastream where property = %(code)s", {"code": code}
    ).fetchone()
    assert row is not None
    observations = tuple(
        Observation(
            "observation_1y",
            row["id"],
            time,
            value,
            QualityFlag.JUMP if value < 0 else QualityFlag.GOOD,
            is_additive=not row["recomputed"],
            is_revisable=row["same_time"] == "last",
            revised=revised,
        )
        for time, value in readings
    )
    return commit_batch(db, [MessageOutcome(row["sensor_id"], "+/+/+/json", 10, observations, (), 0)], MIDNIGHT)


def take(db: Database, code: str, readings: Readings, *, revised: datetime | None = None) -> None:
    """Commit good values, and finish their hours as the worker does."""
    if store(db, code, readings, revised=revised).has_late:
        update_hourly_totals(db)


def hourly(first: int, last: int, value: float = 10.0) -> list[tuple[datetime, float]]:
    """A value in each hour of the day, from and to these."""
    return [(MIDNIGHT + number * HOUR, value) for number in range(first, last + 1)]


def rows(db: Database, query: LiteralString, **parameters: Any) -> list[dict[str, Any]]:
    return db.execute(query, parameters).fetchall()


def hours(db: Database, code: str) -> dict[int, float | None]:
    """The public hours, by their number from midnight."""
    found = rows(db, "select hour, value from open.hour where property = %(code)s", code=code)
    return {(row["hour"] - MIDNIGHT) // HOUR: row["value"] for row in found}


def days(db: Database, code: str) -> dict[date, float]:
    """The public days, which are those of the dashboards once these were brought up to date."""
    public = rows(db, "select day, value from open.day where property = %(code)s", code=code)
    shown = rows(db, "select day, value from staff.day where property = %(code)s", code=code)
    assert {row["day"]: row["value"] for row in shown} == pytest.approx({row["day"]: row["value"] for row in public})
    return {row["day"]: row["value"] for row in public}


def completed_hours(db: Database, code: str) -> set[int]:
    """The hours that say that they were completed, all of which do so since a moment ago."""
    found = rows(
        db,
        "select hour, completed_at > now() - interval '5 minutes' as just_now from open.hour"
        " where property = %(code)s and completed_at is not null",
        code=code,
    )
    assert all(row["just_now"] for row in found)
    return {(row["hour"] - MIDNIGHT) // HOUR for row in found}


def completed_days(db: Database, code: str) -> set[date]:
    public = rows(db, "select day from open.day where property = %(code)s and completed_at is not null", code=code)
    shown = rows(db, "select day from staff.day where property = %(code)s and completed_at is not null", code=code)
    assert shown == public
    return {row["day"] for row in public}


@pytest.mark.parametrize("code", ["pm2_5", "no2"])
def test_a_late_value_counts_at_once_in_its_hour_which_says_so(each_database: Database, code: str) -> None:
    db = each_database
    publish_documents(db, station())
    take(db, code, [*hourly(2, 3), *hourly(6, 9)])
    publish_cells(db, MIDNIGHT + 9 * HOUR)
    assert completed_hours(db, code) == set()
    # In a published hour, in the gap between two, before the first one, and in one that isn't published yet.
    take(db, code, [(MIDNIGHT + 2 * HOUR + MINUTE, 20), *hourly(5, 5), *hourly(1, 1), *hourly(8, 9, 20.0)])
    public = {1: 10, 2: 15, 3: 10, 5: 10, 6: 10, 7: 10}
    assert {hour: value for hour, value in hours(db, code).items() if hour < 8} == public
    assert completed_hours(db, code) == {2, 5}
    publish_cells(db, MIDNIGHT + 12 * HOUR)
    assert hours(db, code) == public | {8: 10, 9: 10}
    assert completed_hours(db, code) == {2, 5}


def test_a_late_value_counts_at_once_in_its_day_which_says_so(each_database: Database) -> None:
    db = each_database
    publish_documents(db, lamp())
    two = [(MIDNIGHT - DAY, 1.0), (MIDNIGHT + DAY, 3.0)]
    take(db, "energy", two)
    take(db, "fault_code", [(time, 0) for time, _ in two])
    publish_cells(db, MIDNIGHT + 3 * DAY)
    update_daily_totals(db, MIDNIGHT + 3 * DAY)
    take(db, "energy", [(MIDNIGHT - DAY + HOUR, 0.5), (MIDNIGHT + HOUR, 2.0), (MIDNIGHT + 3 * DAY, 4.0)])
    take(db, "fault_code", [(MIDNIGHT + DAY + HOUR, 7)])
    update_daily_totals(db, MIDNIGHT + 3 * DAY + 15 * MINUTE)
    assert days(db, "energy") == {date(2026, 11, 23): 1.5, date(2026, 11, 24): 2, date(2026, 11, 25): 3}
    assert completed_days(db, "energy") == {date(2026, 11, 23), date(2026, 11, 24)}
    assert completed_days(db, "fault_code") == {date(2026, 11, 25)}
    assert rows(db, "select since, code from staff.light_outage") == [{"since": date(2026, 11, 25), "code": 7}]


def test_days_of_hours_say_when_they_were_completed(each_database: Database) -> None:
    db = each_database
    publish_documents(db, station())
    for code in ("pm2_5", "no2"):
        take(db, code, [*hourly(0, 20), *hourly(30, 40)])
    publish_cells(db, MIDNIGHT + 2 * DAY)
    update_daily_totals(db, MIDNIGHT + 2 * DAY)
    take(db, "pm2_5", [(MIDNIGHT + MINUTE, 40)])
    take(db, "no2", [(MIDNIGHT + MINUTE, 40)])
    update_daily_totals(db, MIDNIGHT + 2 * DAY + 15 * MINUTE)
    for code in ("pm2_5", "no2"):
        assert completed_days(db, code) == {date(2026, 11, 24)}


def test_a_day_that_is_not_over_is_not_completed(each_database: Database) -> None:
    db = each_database
    publish_documents(db, station())
    for at in (MIDNIGHT + 12 * HOUR, MIDNIGHT + 20 * HOUR, MIDNIGHT + DAY + 10 * MINUTE):
        take(db, "pm2_5", [(at - 2 * HOUR, 10), (at - HOUR, 20), (at - 5 * HOUR, 30)])
        publish_cells(db, at)
        update_daily_totals(db, at)
    assert completed_days(db, "pm2_5") == set()
    # Nor is one that values come of in their order, before it was over for an hour.
    take(db, "pm2_5", [(MIDNIGHT + DAY - MINUTE, 10)])
    update_daily_totals(db, MIDNIGHT + DAY + 20 * MINUTE)
    assert completed_days(db, "pm2_5") == set()


def test_what_comes_twice_completes_nothing(each_database: Database) -> None:
    db = each_database
    publish_documents(db, station(), cabinet(aggregation="counter"))
    for code in ("pm2_5", "no2", "temperature", "cabinet_energy"):
        readings = [(time, 10 + number) for number, (time, _) in enumerate(hourly(0, 30))]
        take(db, code, readings)
        publish_cells(db, MIDNIGHT + 3 * DAY)
        update_daily_totals(db, MIDNIGHT + 3 * DAY)
        assert not store(db, code, readings).has_late
        update_hourly_totals(db)
        update_daily_totals(db, MIDNIGHT + 3 * DAY)
        assert completed_hours(db, code) == set()
        assert completed_days(db, code) == set()


def test_a_late_reading_of_a_meter_moves_what_the_next_hour_counted(each_database: Database) -> None:
    db = each_database
    publish_documents(db, cabinet(aggregation="counter"))
    take(
        db, "cabinet_energy", [(MIDNIGHT, 0), (MIDNIGHT + HOUR, 1), (MIDNIGHT + 3 * HOUR, 5), (MIDNIGHT + 4 * HOUR, 6)]
    )
    update_hourly_totals(db)
    publish_cells(db, MIDNIGHT + 7 * HOUR)
    assert hours(db, "cabinet_energy") == {1: 1, 3: 4, 4: 1}
    take(db, "cabinet_energy", [(MIDNIGHT + 2 * HOUR, 3)])
    assert hours(db, "cabinet_energy") == {1: 1, 2: 2, 3: 2, 4: 1}
    assert completed_hours(db, "cabinet_energy") == {2, 3}
    row = rows(db, "select counted_since from open.hour where hour = %(hour)s", hour=MIDNIGHT + 3 * HOUR)
    assert row == [{"counted_since": None}]


def test_a_revised_value_completes_its_periods(each_database: Database) -> None:
    db = each_database
    publish_documents(db, station(same_time="last"))
    for code in ("pm2_5", "no2", "temperature"):
        take(db, code, hourly(0, 30), revised=MIDNIGHT + 31 * HOUR)
        update_hourly_totals(db)
    publish_cells(db, MIDNIGHT + 3 * DAY)
    update_daily_totals(db, MIDNIGHT + 3 * DAY)
    for code in ("pm2_5", "no2", "temperature"):
        # The second one is the same value, and the third one isn't good any more.
        revised = [(MIDNIGHT + 4 * HOUR, 40.0), (MIDNIGHT + 5 * HOUR, 10.0), (MIDNIGHT + 6 * HOUR, -5.0)]
        store(db, code, revised, revised=MIDNIGHT + 2 * DAY)
        update_hourly_totals(db)
    update_daily_totals(db, MIDNIGHT + 3 * DAY)
    for code in ("pm2_5", "no2"):
        assert completed_hours(db, code) == {4}
        assert hours(db, code) == {hour: 40 if hour == 4 else 10 for hour in range(31) if hour != 6}
    mean_of_24th = pytest.approx((22 * 10 + 40) / 23)
    assert days(db, "temperature") == {date(2026, 11, 24): mean_of_24th, date(2026, 11, 25): 10}
    assert completed_days(db, "temperature") == {date(2026, 11, 24)}
    assert audit_ledger(db, MIDNIGHT + 3 * DAY) == ()


def test_cells_about_people_stay_as_published(each_database: Database) -> None:
    db = each_database
    publish_documents(db, counter())
    values = {"count_car": 60.0, "mean_speed": 30.0, "occupancy": 5.0}
    for code, value in values.items():
        take(db, code, [*hourly(0, 3, value), *hourly(6, 9, value)])
    publish_cells(db, MIDNIGHT + 12 * HOUR)
    update_daily_totals(db, MIDNIGHT + 2 * DAY)
    cells = rows(db, "select * from lantaarn.public_cell order by 1, 2, 3")
    assert len(cells) == 8 + 8
    for code, value in values.items():
        take(db, code, [(MIDNIGHT + MINUTE, 3 * value), *hourly(4, 5, value)])
    update_daily_totals(db, MIDNIGHT + 2 * DAY + HOUR)
    assert rows(db, "select * from lantaarn.public_cell order by 1, 2, 3") == cells
    for code in COUNTS:
        assert completed_hours(db, code) == completed_days(db, code) == set()


def test_case_11_counts_that_come_after_their_hours_were_published(each_database: Database) -> None:
    """``11_backlog_after_publication``: nothing is lost, and no published cell changes.

    A cell about people is written once (decision 007), so the 120 hours stay without data, and count in the mean of
    four weeks. Of what isn't about people the same backlog appears, as the next test shows.
    """
    db = each_database
    publish_documents(db, counter())
    steps = backlog()
    for readings in steps[:2]:
        take(db, "count_car", readings)
    publish_cells(db, steps[1][-1][0] + 3 * HOUR)
    cells = rows(db, "select * from lantaarn.public_cell where reference is null order by start")
    assert sum(row["value"] is not None for row in cells) == 46
    assert sum(row["value"] is None for row in cells) > 100
    take(db, "count_car", steps[2])
    publish_cells(db, steps[1][-1][0] + 3 * HOUR)
    after = rows(db, "select * from lantaarn.public_cell where reference is null order by start")
    assert [row for row in after if row in cells] == cells
    assert rows(db, "select count(*) as hours, sum(sum) as cars from lantaarn.rollup_hour") == [
        {"hours": 166, "cars": 166 * 200}
    ]
    assert audit_ledger(db, steps[1][-1][0] + DAY) == ()


@pytest.mark.parametrize("code", ["pm2_5", "no2"])
def test_the_backlog_of_case_11_appears_if_it_is_not_about_people(each_database: Database, code: str) -> None:
    db = each_database
    publish_documents(db, station())
    steps = backlog()
    for readings in steps[:2]:
        take(db, code, readings)
    publish_cells(db, steps[1][-1][0] + 3 * HOUR)
    assert len(hours(db, code)) == 46
    take(db, code, steps[2])
    assert len(hours(db, code)) == 166
    assert completed_hours(db, code) == {(time - MIDNIGHT) // HOUR for time, _ in steps[2]}


def backlog() -> list[list[tuple[datetime, float]]]:
    """The three steps of case 11."""
    return [
        [(datetime.fromisoformat(each["time"]), float(each["count_car"])) for each in step["readings"]]
        for step in ingest_case("11")["messages"]
    ]


def test_an_erasure_completes_nothing(each_database: Database, tmp_path: Path) -> None:
    db = each_database
    publish_documents(db, cabinet(aggregation="counter"), station())
    meter = [(MIDNIGHT + number * HOUR / 2, number) for number in range(60)]
    for code in ("cabinet_energy", "pm2_5", "no2"):
        take(db, code, meter)
        update_hourly_totals(db)
    at = MIDNIGHT + 3 * DAY
    publish_cells(db, at)
    update_daily_totals(db, at)
    # A late value that is on its way when the erasure begins still counts as late.
    store(db, "pm2_5", [(MIDNIGHT + 20 * HOUR + MINUTE, 90)])
    for reference in ("kast-1", "lucht-1"):
        request = ErasureRequest("helmond", reference, "wrong", MIDNIGHT + 5 * HOUR / 2, MIDNIGHT + 8 * HOUR)
        erase(db, plan_erasure(db, request, at), tmp_path / "list")
    update_daily_totals(db, at + DAY)
    assert completed_hours(db, "cabinet_energy") == completed_hours(db, "no2") == set()
    assert completed_hours(db, "pm2_5") == {20}
    # The first hour after the period counts from before it, in public too.
    assert hours(db, "cabinet_energy")[8] == 13
    assert set(range(31)) - hours(db, "cabinet_energy").keys() == set(range(2, 8)) | {30}
    assert rows(db, "select datastream_id from lantaarn.publication") == []
    assert audit_ledger(db, at) == ()


def test_another_aggregation_completes_nothing_and_forgets_nothing(each_database: Database) -> None:
    db = each_database
    publish_documents(db, lamp(), cabinet())
    for code in ("energy", "cabinet_energy"):
        take(db, code, [(MIDNIGHT + number * HOUR, number / 100) for number in range(60) if number != 3])
    at = MIDNIGHT + 4 * DAY
    publish_cells(db, at)
    update_daily_totals(db, at)
    take(db, "energy", [(MIDNIGHT + 3 * HOUR, 0.9)])
    take(db, "cabinet_energy", [(MIDNIGHT + 3 * HOUR, 0.9)])
    update_daily_totals(db, at)
    assert completed_days(db, "energy") == {date(2026, 11, 24)}
    held = "select datastream_id, period, start, completed_at from lantaarn.public_cell order by 1, 2, 3"
    before = rows(db, held)
    publish_documents(db, lamp(aggregation="counter"), cabinet(aggregation="counter"))
    db.execute("update lantaarn.aggregation_change set changed_at = %(at)s", {"at": at - MIN_CHANGE_AGE})
    recompute_reaggregated_hours(db, at)
    update_daily_totals(db, at + HOUR)
    # The first hour of a meter is only what it counts from.
    assert rows(db, held) == [row for row in before if (row["period"], row["start"]) != ("hour", MIDNIGHT)]
    assert completed_days(db, "energy") == completed_days(db, "cabinet_energy") == {date(2026, 11, 24)}
    # What is public follows: the 0.9 was a spike, and the meter ended the days at 0.23, 0.47 and 0.59.
    assert days(db, "energy") == {date(2026, 11, 24): 0.2, date(2026, 11, 25): 0.2, date(2026, 11, 26): 0.1}
    assert audit_ledger(db, at) == ()


CODES = ("pm2_5", "no2", "temperature", "energy", "fault_code")


@st.composite
def deliveries(draw: st.DrawFn) -> list[tuple[int, float, bool]]:
    """Values at minutes of a day, each minute once, and whether each came late."""
    value = st.integers(0, 400).map(lambda tenths: tenths / 10)
    reading = st.tuples(st.integers(0, 24 * 60 - 1), value, st.booleans())
    return sorted(draw(st.lists(reading, min_size=1, max_size=15, unique_by=lambda each: each[0])))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    delivered=deliveries(),
    chance=st.randoms(use_true_random=False),
    batch=st.integers(1, 8),
    publishings=st.integers(1, 4),
)
def test_any_split_in_on_time_and_late_gives_what_all_in_order_gives(
    database: str,
    delivered: list[tuple[int, float, bool]],
    chance: random.Random,
    batch: int,
    publishings: int,
) -> None:
    with connect(database) as db:
        start_over(db)
        on_time = [(MIDNIGHT + minute * MINUTE, value) for minute, value, is_late in delivered if not is_late]
        late = [(MIDNIGHT + minute * MINUTE, value) for minute, value, is_late in delivered if is_late]
        on_time.append((MIDNIGHT + DAY + HOUR, 5.0))
        for part in range(publishings):
            end = MIDNIGHT + (part + 1) * 2 * DAY / publishings
            for code in CODES:
                take(db, code, [each for each in on_time if end - 2 * DAY / publishings <= each[0] < end])
            publish_cells(db, end + 3 * HOUR)
        publish_cells(db, MIDNIGHT + 3 * DAY)
        update_daily_totals(db, MIDNIGHT + 3 * DAY)
        arriving = [*late, *chance.choices([*on_time, *late], k=3)]
        chance.shuffle(arriving)
        for start in range(0, len(arriving), batch):
            for code in CODES:
                take(db, code, arriving[start : start + batch])
            if chance.random() < 0.3:
                update_daily_totals(db, MIDNIGHT + 3 * DAY)
        update_daily_totals(db, MIDNIGHT + 3 * DAY)
        world = [*on_time, *late]
        by_hour, by_day = grouped_by_hour(world), grouped_by_day(world)
        assert hours(db, "pm2_5") == pytest.approx({hour: mean(values) for hour, values in by_hour.items()})
        assert hours(db, "no2") == pytest.approx({hour: mean(values) for hour, values in by_hour.items()})
        assert days(db, "pm2_5") == pytest.approx({day: mean(values) for day, values in by_day.items()})
        assert days(db, "temperature") == pytest.approx({day: mean(values) for day, values in by_day.items()})
        assert days(db, "energy") == pytest.approx({day: sum(values) for day, values in by_day.items()})
        assert days(db, "fault_code") == {day: max(values) for day, values in by_day.items()}
        assert audit_ledger(db, MIDNIGHT + 3 * DAY) == ()
        # Completed is what changed from the first hour on that had been published; not if it changed back, or hardly.
        public = grouped_by_hour(on_time)
        added = {hour for hour in grouped_by_hour(late) if hour >= min(public)}
        assert completed_hours(db, "pm2_5") == added
        same = {hour for hour in added & public.keys() if mean(public[hour]) == pytest.approx(mean(by_hour[hour]))}
        assert added - same <= completed_hours(db, "no2") <= added


def start_over(db: Database) -> None:
    db.execute(
        "truncate lantaarn.observation_1y, lantaarn.rollup_hour, lantaarn.day_total, lantaarn.days_made,"
        " lantaarn.public_cell, lantaarn.public_day, lantaarn.publication, lantaarn.changed_day,"
        " lantaarn.changed_hour, lantaarn.ledger"
    )
    if not rows(db, "select id from lantaarn.datastream"):
        publish_documents(db, station(), lamp())


def grouped_by_hour(readings: Sequence[tuple[datetime, float]]) -> Mapping[int, list[float]]:
    groups = defaultdict[int, list[float]](list)
    for time, value in readings:
        groups[(time - MIDNIGHT) // HOUR].append(value)
    return groups


def grouped_by_day(readings: Sequence[tuple[datetime, float]]) -> Mapping[date, list[float]]:
    groups = defaultdict[date, list[float]](list)
    for time, value in readings:
        groups[(time + HOUR).date()].append(value)  # Amsterdam is an hour ahead in November
    return groups
