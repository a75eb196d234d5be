"""Hours and days are what each property adds up to, in whatever order its values come, and however often."""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any, LiteralString

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.hourly_totals import update_hourly_totals
from ingest.lifecycle.audit import JumpingMeter, audit_ledger, jumping_meters
from ingest.lifecycle.daily_totals import update_daily_totals
from ingest.lifecycle.erasure import ErasureRequest, erase, plan_erasure
from ingest.pipeline import IncomingMessage, MessageOutcome, Observation
from ingest.quality_flags import QualityFlag
from ingest.writer import commit_batch
from sensors.db import Database, connect
from sensors.register.entry import Entry
from sensors.register.repository import PublishResult, publish
from tests.db.ingest.test_writer import take
from tests.support.cases import ingest_case
from tests.support.entries import example_datastream, example_entry
from tests.support.sample_data import publish_cells, publish_documents, traffic_counter_entry

START = datetime(2026, 11, 20, tzinfo=UTC)
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
LONG_AGO = datetime(2025, 11, 20, tzinfo=UTC)
"""Of readings over weeks: all are past, so that the database marks their days as changed."""
HOUR = timedelta(hours=1)
METER = "burning_hours"


def lamp(db: Database, **of_energy: Any) -> None:
    """A lamp that reports every hour, for the hour before."""
    streams = [
        example_datastream(code, "streetlight", interval="PT1H", public="none")
        for code in ("energy", "power", "dim_level", METER)
    ]
    streams[0] |= of_energy
    document = example_entry(reference="lamp-1", kind="streetlight", datastreams=streams)
    done = publish(db, Entry.model_validate(document), editor="test", reason="test", valid_from=START)
    assert isinstance(done, PublishResult), done


def from_lamp(readings: Iterable[Mapping[str, Any]]) -> list[IncomingMessage]:
    return [IncomingMessage("helmond/streetlight/lamp-1/json", json.dumps(each).encode()) for each in readings]


def any_order(messages: Sequence[IncomingMessage], seed: int) -> list[IncomingMessage]:
    """Every message, some of them twice, in an order of their own."""
    chance = random.Random(seed)
    return chance.sample([*messages, *messages[::3]], len(messages) + len(messages[::3]))


def lamp_days(db: Database) -> dict[date, dict[str, Any]]:
    rows = db.execute("select day, kwh, burned, full_kwh from lantaarn.lamp_day order by day").fetchall()
    return {row["day"]: row for row in rows}


def november(day: int) -> date:
    return date(2026, 11, day)


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_an_exchanged_lamp_burned_as_long_as_it_did(each_database: Database, seed: int | None) -> None:
    """``01_burning_hours_reset``: 26 November has 11 hours of the old lamp and 2 of the new one."""
    lamp(each_database)
    messages = from_lamp(ingest_case("01")["messages"])
    take(each_database, messages if seed is None else any_order(messages, seed), batch=7, at=NOW)
    update_daily_totals(each_database, NOW)
    days = lamp_days(each_database)
    assert (days[november(26)]["burned"], days[november(27)]["burned"]) == (13, 14)
    assert sum(row["burned"] for row in days.values()) == 41
    assert days[november(27)]["full_kwh"] == pytest.approx(14 * 40 / 1000)
    assert audit_ledger(each_database, NOW) == ()


@pytest.mark.parametrize(("seed", "base"), [(None, 0), (3, 16_245)])
def test_energy_that_only_rises_counts_its_increase(each_database: Database, seed: int | None, base: float) -> None:
    """``05_cumulative_energy``, with the entry's ``aggregation: counter``: 1.76 kWh, as the first value is the base.

    Also when the meter shows more than a lamp can use between two readings."""
    lamp(each_database, aggregation="counter")
    readings = ingest_case("05")["messages"]
    messages = from_lamp({**each, "energy": base + each["energy"]} for each in readings)
    take(each_database, messages if seed is None else any_order(messages, seed), batch=5, at=NOW)
    update_daily_totals(each_database, NOW)
    used = {day: row["kwh"] for day, row in lamp_days(each_database).items()}
    assert (used[november(26)], used[november(27)]) == pytest.approx((0.6, 0.6))
    assert sum(used.values()) == pytest.approx(1.76)


@dataclass(frozen=True)
class Hour:
    """What a meter counted in an hour; no increase and no last reading if there is none that counts."""

    increase: float | None
    jumps: int
    counted_since: datetime | None
    last: float | None


def counted(readings: Mapping[datetime, float], rate: float = 1.0) -> dict[datetime, Hour]:
    """The reference: readings in order of time, one step after the other."""
    times = sorted(readings)
    values = [readings[time] for time in times]
    strays = _strays(values)
    hours: dict[datetime, Hour] = {}
    base: int | None = None
    for number, time in enumerate(times):
        hour = time.replace(minute=0)
        found = hours.get(hour, Hour(None, 0, None, None))
        if base is not None:
            since = times[base]
            most = rate * ((time - since) / HOUR + 1)
            step = None if strays[number] else _step(values[base], values[number], most)
            found = replace(
                found, increase=round((found.increase or 0) + (step or 0), 6), jumps=found.jumps + (step is None)
            )
            if step and since < hour - HOUR:
                found = replace(found, counted_since=since.replace(minute=0))
        if not strays[number]:
            base, found = number, replace(found, last=values[number])
        hours[hour] = found
    return hours


def _strays(values: Sequence[float]) -> list[bool]:
    """Which readings are left out: every spike, and every dip that doesn't follow one."""
    spikes, dips = ([False] * len(values) for _ in range(2))
    for number in range(1, len(values) - 1):
        before, value, after = values[number - 1 : number + 2]
        spikes[number] = before <= after < value
        dips[number] = value < before <= after
    return [spikes[number] or (dips[number] and not spikes[number - 1]) for number in range(len(values))]


def _step(before: float, after: float, most: float) -> float | None:
    if after < 0 or before * 0.9 < after < before:
        return None
    step = after - before if after >= before else after
    return step if step <= most else None


@st.composite
def meters(draw: st.DrawFn) -> dict[datetime, float]:
    """Readings of a meter that rises, stands still, is exchanged, jumps, hiccups, and is silent for hours or days."""
    gaps = st.sampled_from([1, 5, 30, 60, 90, 119, 120, 121, 600, 1440, 4000])
    sorts = st.sampled_from(["rise", "rise", "rise", "still", "reset", "jump", "back", "slip", "dip", "spike", "minus"])
    steps = draw(st.lists(st.tuples(gaps, sorts, st.floats(0, 1)), min_size=1, max_size=14))
    minute, value, readings = 0, draw(st.sampled_from([0.0, 0.9, 17.25, 41003.0])), dict[datetime, float]()
    readings[LONG_AGO] = value
    for gap, sort, part in steps:
        minute += gap
        shown = None
        match sort:
            case "rise":
                value += part * gap / 60
            case "reset":
                value = part * gap / 60
            case "jump":
                value += 5000 + part
            case "back":
                value *= part
            case "slip":
                value *= 0.85 + part * 0.15
            case "dip":
                shown = value * part
            case "spike":
                shown = value + part * 24
            case "minus":
                shown = -part
            case _:
                pass
        value = round(value, 2)
        readings[LONG_AGO + timedelta(minutes=minute)] = value if shown is None else round(shown, 2)
    return readings


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(readings=meters(), chance=st.randoms(use_true_random=False), batch=st.integers(1, 9))
def test_meters_count_alike_whatever_happens_on_the_way(
    server_database: Database, readings: dict[datetime, float], chance: random.Random, batch: int
) -> None:
    db = server_database
    start_over(db)
    if not db.execute("select id from lantaarn.datastream").fetchall():
        lamp(db)
    arriving = [*readings.items(), *chance.choices(list(readings.items()), k=len(readings) // 2)]
    chance.shuffle(arriving)
    at = max(NOW, *readings)
    for start in range(0, len(arriving), batch):
        store(db, METER, arriving[start : start + batch])
        if chance.random() < 0.7:
            update_hourly_totals(db)
        if chance.random() < 0.2:
            update_daily_totals(db, at)
    update_hourly_totals(db)
    update_daily_totals(db, at)
    hours = counted(readings)
    assert hours_of(db, METER) == hours
    assert all(each.increase is None or each.increase >= 0 for each in hours_of(db, METER).values())
    days = defaultdict[date, list[float]](list)
    for hour, each in hours.items():
        days[(hour + HOUR).date()] += [] if each.increase is None else [each.increase]  # Amsterdam is an hour ahead
    rows = db.execute("select day, sum from lantaarn.day_total").fetchall()
    assert {row["day"]: row["sum"] for row in rows} == pytest.approx(
        {day: sum(increases) if increases else None for day, increases in days.items()}
    )
    assert audit_ledger(db, at) == ()


def start_over(db: Database) -> None:
    db.execute(
        "truncate lantaarn.observation_1y, lantaarn.rollup_hour, lantaarn.day_total, lantaarn.days_made,"
        " lantaarn.changed_day, lantaarn.changed_hour, lantaarn.ledger"
    )


def stream_id(db: Database, code: str) -> int:
    row = db.execute("select id from lantaarn.datastream where property = %(code)s", {"code": code}).fetchone()
    assert row is not None
    return row["id"]


def store(db: Database, code: str, values: Iterable[tuple[datetime, float]]) -> None:
    """Commit good values, as ingest does."""
    stream = stream_id(db, code)
    observations = tuple(
        Observation("observation_1y", stream, time, value, QualityFlag.GOOD, is_additive=False)
        for time, value in values
    )
    commit_batch(db, [MessageOutcome(1, "+/+/+/json", 10, observations, (), 0)], NOW)


def hours_of(db: Database, code: str) -> dict[datetime, Hour]:
    rows = db.execute(
        "select hour, sum, coalesce(jumps, 0) as jumps, counted_since, last_value from lantaarn.rollup_hour"
        " where datastream_id = %(id)s",
        {"id": stream_id(db, code)},
    ).fetchall()
    return {
        row["hour"]: Hour(
            None if row["sum"] is None else round(row["sum"], 6), row["jumps"], row["counted_since"], row["last_value"]
        )
        for row in rows
    }


HICCUPS: Mapping[str, tuple[list[float], float, int]] = {
    "an impossible reset": ([41017, 5000, 5001], 1, 1),
    "a dip to zero": ([41003, 0, 41004, 41005], 2, 1),
    "a small meter that dips": ([0.5, 0.51, 0.509, 0.52, 0.53, 0, 0.54], 0.04, 2),
    "a dip below zero and a spike": ([0.9, 0.94, -0.01, 0.98, 1.5, 1.02, 1.1], 0.2, 2),
    "a step up that is kept": ([107.2, 499, 499.2], 0.2, 1),
    "a step up that is taken back": ([0.2, 499, 0.4, 0.5], 0.3, 1),
    "a last digit that slips": ([0.6, 0.59, 0.58, 0.6, 0.62], 0.03, 2),
    "a newest reading that is a bit lower": ([0.5, 0.51, 0.48], 0.01, 1),
    "an exchanged meter": ([0.5, 0.6, 0.1, 0.2], 0.3, 0),
    "two meters that send as one": ([0.1, 0.9, 0.2, 1.0, 0.3, 1.1, 0.4], 0.3, 3),
    "a dip and a spike": ([0.5, 0, 0.6, 0.55, 0.56], 0.06, 2),
}
"""Readings an hour apart of a meter that counts 1 an hour at most, what it counted, and how many don't count."""


def test_what_no_meter_can_have_counted_is_a_jump(each_database: Database) -> None:
    db = each_database
    lamp(db)
    for name, (readings, increase, jumps) in HICCUPS.items():
        start_over(db)
        store(db, METER, [(START + number * HOUR, value) for number, value in enumerate(readings)])
        update_hourly_totals(db)
        hours = hours_of(db, METER).values()
        found = (round(sum(each.increase or 0 for each in hours), 6), sum(each.jumps for each in hours))
        assert found == (increase, jumps), name
        assert jumping_meters(db, 5) == ((JumpingMeter("lamp-1", jumps),) if jumps else ()), name


def test_a_spike_counts_until_the_next_reading_tells_that_it_was_one(each_database: Database) -> None:
    lamp(each_database)
    for number, value in enumerate([0.0, 0.1, 0.9, 0.2]):
        store(each_database, METER, [(START + number * HOUR, value)])
        update_hourly_totals(each_database)
        if number == 2:
            assert hours_of(each_database, METER)[START + 2 * HOUR] == Hour(0.8, 0, None, 0.9)
    hours = hours_of(each_database, METER)
    assert hours[START + 2 * HOUR] == Hour(0, 1, None, None)
    assert hours[START + 3 * HOUR] == Hour(0.1, 0, START + HOUR, 0.2)


def test_a_meter_has_no_value_where_there_is_nothing_to_count_from(each_database: Database) -> None:
    db = each_database
    stream = example_datastream("cabinet_energy", "streetlight", public="hour") | {"aggregation": "counter"}
    publish_documents(db, example_entry(reference="kast-1", kind="streetlight", datastreams=[stream]))
    store(db, "cabinet_energy", [(START + number * HOUR, 20 + number) for number in range(3)])
    update_hourly_totals(db)
    publish_cells(db, START + 9 * HOUR)
    rows = db.execute("select hour, value from open.hour order by hour").fetchall()
    assert [(row["hour"], row["value"]) for row in rows] == [(START + HOUR, 1), (START + 2 * HOUR, 1)]


def test_a_meter_counts_from_its_last_reading_when_that_is_gone(each_database: Database) -> None:
    lamp(each_database)
    store(each_database, METER, [(START + number * HOUR, number) for number in range(5)])
    update_hourly_totals(each_database)
    each_database.execute("delete from lantaarn.observation_1y")
    store(each_database, METER, [(START + 8 * HOUR, 7.5)])
    update_hourly_totals(each_database)
    hours = hours_of(each_database, METER)
    assert hours[START + 4 * HOUR].increase == 1
    assert hours[START + 8 * HOUR] == Hour(3.5, 0, START + 4 * HOUR, 7.5)


def test_a_meter_never_counts_from_a_dip_that_is_gone(each_database: Database) -> None:
    db = each_database
    lamp(db)
    store(db, METER, [(START + number * HOUR, value) for number, value in enumerate([0, 1, 2, 0.5, 3])])
    update_hourly_totals(db)
    db.execute("delete from lantaarn.observation_1y where value < 3")
    store(db, METER, [(START + timedelta(hours=4, minutes=30), 3.25)])
    update_hourly_totals(db)
    assert hours_of(db, METER)[START + 4 * HOUR] == Hour(1.25, 0, START + 2 * HOUR, 3.25)


def test_an_hour_whose_values_are_partly_gone_keeps_its_totals(each_database: Database) -> None:
    lamp(each_database)
    minutes = [(START + timedelta(minutes=10 * number), number / 10) for number in range(6)]
    store(each_database, METER, minutes[:5])
    update_hourly_totals(each_database)
    before = hours_of(each_database, METER)
    each_database.execute("delete from lantaarn.observation_1y where value < 0.35")
    store(each_database, METER, minutes[5:])
    update_hourly_totals(each_database)
    assert hours_of(each_database, METER) == before


def test_a_reading_that_is_moved_to_another_table_counts_once(each_database: Database) -> None:
    db = each_database
    lamp(db)
    store(db, METER, [(START, 1), (START + HOUR, 2)])
    update_hourly_totals(db)
    db.execute("insert into lantaarn.observation_31d select * from lantaarn.observation_1y")
    store(db, METER, [(START + timedelta(minutes=90), 2.5)])
    update_hourly_totals(db)
    rows = db.execute("select count, sum, jumps from lantaarn.rollup_hour order by hour").fetchall()
    assert [(row["count"], row["sum"], row["jumps"]) for row in rows] == [(1, None, None), (2, 1.5, None)]


def test_who_stores_meter_readings_at_the_same_time_counts_them_once(database: str) -> None:
    with connect(database) as db:
        lamp(db)
        readings = [(START + timedelta(minutes=7 * number), number / 10) for number in range(400)]
        random.Random(4).shuffle(readings)
        writers = [Thread(target=_write, args=(database, readings[part::3])) for part in range(3)]
        for each in writers:
            each.start()
        for each in writers:
            each.join()
        assert db.execute("select hour from lantaarn.changed_hour").fetchall() == []
        assert hours_of(db, METER) == counted(dict(readings))


def _write(url: str, readings: Sequence[tuple[datetime, float]]) -> None:
    with connect(url, role="lantaarn_ingest") as db:
        for start in range(0, len(readings), 10):
            store(db, METER, readings[start : start + 10])
            update_hourly_totals(db)


def test_erasing_a_meters_period_counts_on_from_before_it(each_database: Database, tmp_path: Any) -> None:
    db = each_database
    lamp(db)
    readings = {START + timedelta(minutes=30 * number): number / 2 for number in range(200)}
    # The last before each period is a spike only as long as the next one is there.
    readings |= {START + timedelta(hours=20): 30, START + timedelta(hours=51): 40}
    readings |= {START + timedelta(hours=98, minutes=30): 120}
    store(db, METER, readings.items())
    update_hourly_totals(db)
    update_daily_totals(db, NOW)
    for since, until in (
        (START + timedelta(hours=20, minutes=20), START + timedelta(hours=50, minutes=40)),
        (START + timedelta(hours=99), NOW),
    ):
        request = ErasureRequest("helmond", "lamp-1", "wrong", since, until)
        erase(db, plan_erasure(db, request, NOW), tmp_path / "list")
        readings = {time: value for time, value in readings.items() if not since <= time < until}
        assert hours_of(db, METER) == counted(readings)
        assert audit_ledger(db, NOW) == ()
    update_daily_totals(db, NOW)
    assert audit_ledger(db, NOW) == ()


def measured(highest: int) -> st.SearchStrategy[list[tuple[int, float]]]:
    """Values at minutes of two days, each minute once."""
    values = st.integers(0, highest * 10).map(lambda tenths: tenths / 10)
    return st.lists(st.tuples(st.integers(0, 50 * 60), values), min_size=1, unique_by=lambda each: each[0])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    levels=measured(140),
    chance=st.randoms(use_true_random=False),
)
def test_levels_average_by_their_energy(
    server_database: Database, levels: list[tuple[int, float]], chance: random.Random
) -> None:
    hours, days = totals(server_database, "energy_mean", levels, chance)
    for values, found in [*hours, *days]:
        expected = 10 * np.log10(np.mean(10 ** (np.array(values) / 10)))
        assert found == pytest.approx(expected, abs=1e-6)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    directions=measured(360),
    chance=st.randoms(use_true_random=False),
)
def test_directions_average_as_vectors(
    server_database: Database, directions: list[tuple[int, float]], chance: random.Random
) -> None:
    hours, days = totals(server_database, "circular_mean", directions, chance)
    for values, found in [*hours, *days]:
        mean = np.mean(np.exp(1j * np.radians(values)))
        if found is None:
            assert abs(mean) < 1e-8
        elif abs(mean) > 1e-6:
            assert 0 <= found < 360
            assert abs((found - np.degrees(np.angle(mean)) + 180) % 360 - 180) < 1e-3


Totals = list[tuple[list[float], float | None]]
"""The values of each hour or day, and what they add up to."""


def totals(
    db: Database, aggregation: LiteralString, values: list[tuple[int, float]], chance: random.Random
) -> tuple[Totals, Totals]:
    """The hours and days of values at these minutes, which arrive in any order, some of them twice."""
    start_over(db)
    if not db.execute("select id from lantaarn.datastream").fetchall():
        streams = [example_datastream("temperature", public="live")]
        publish(db, Entry.model_validate(example_entry(datastreams=streams)), editor="t", reason="t", valid_from=START)
        db.execute("update lantaarn.datastream set aggregation = %(name)s", {"name": aggregation})
    arriving = [(START + timedelta(minutes=minute), value) for minute, value in [*values, *values[::2]]]
    chance.shuffle(arriving)
    for part in (arriving[::2], arriving[1::2]):
        store(db, "temperature", part)
    by_hour, by_day = defaultdict[datetime, list[float]](list), defaultdict[date, list[float]](list)
    for minute, value in values:
        time = START + timedelta(minutes=minute)
        by_hour[time.replace(minute=0)].append(value)
        by_day[(time + HOUR).date()].append(value)
    update_daily_totals(db, NOW)
    assert audit_ledger(db, NOW) == ()
    hours = {row["hour"]: row["value"] for row in db.execute("select hour, value from open.hour").fetchall()}
    days = {row["day"]: row["value"] for row in db.execute("select day, value from open.day").fetchall()}
    assert {row["day"]: row["value"] for row in db.execute("select day, value from staff.day").fetchall()} == {
        day: days.get(day) for day in by_day
    }
    return (
        [(values, hours.get(hour)) for hour, values in by_hour.items()],
        [(values, days.get(day)) for day, values in by_day.items()],
    )


def test_three_levels_and_two_opposite_directions(each_database: Database) -> None:
    """50, 50 and 80 dB are 75.2 dB; north and south have no mean; 350 and 20 degrees are 5."""
    row = each_database.execute(
        "select open.aggregate('energy_mean', 3, 2 * 1e5 + 1e8, null, 80, null) as level,"
        " open.aggregate('circular_mean', 2, sind(0) + sind(180), cosd(0) + cosd(180), 180, null) as opposite,"
        " open.aggregate('circular_mean', 2, sind(350) + sind(20), cosd(350) + cosd(20), 350, null) as north"
    ).fetchone()
    assert row is not None
    assert row["level"] == pytest.approx(75.2, abs=0.05)
    assert row["opposite"] is None
    assert row["north"] == pytest.approx(5)


def test_a_sum_has_the_resolution_of_its_values(each_database: Database) -> None:
    """0.1 + 2.7 is 2.8000000000000003 in binary fractions, and 0.1 + 0.2 is 0.30000000000000004."""
    hours, days = totals(each_database, "delta", [(0, 0.1), (1, 0.2), (60, 2.5)], random.Random(1))
    assert [value for _, value in hours] == [0.3, 2.5]
    assert [value for _, value in days] == [2.8]


def test_a_mean_has_six_decimals(database: str) -> None:
    with connect(database) as db:
        row = db.execute(
            "select open.aggregate('mean', 3, 38.5, null, 20, null) as mean,"
            " open.aggregate('energy_mean', 2, 1e5 + 1e6, null, 60, null) as level,"
            " open.aggregate('circular_mean', 2, sind(10) + sind(25), cosd(10) + cosd(25), 25, null) as direction,"
            " open.aggregate('circular_mean', 1, sind(-1e-8), cosd(-1e-8), 0, null) as north"
        ).fetchone()
    assert row == {"mean": 12.833333, "level": 57.403627, "direction": 17.5, "north": 0}


@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=300))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_sum_of_the_finest_resolution_is_the_decimal_one(each_database: Database, steps: list[int]) -> None:
    row = each_database.execute(
        "select open.aggregate('counter', 1, sum(step / 100000.0::double precision), null, null, null) as value"
        " from unnest(%(steps)s::integer []) as step",
        {"steps": steps},
    ).fetchone()
    assert row == {"value": sum(steps) / 100_000}


def test_a_gap_is_told_of_energy_but_not_of_people(each_database: Database) -> None:
    """How long a device said nothing can tell when someone passed."""
    db = each_database
    documents = (
        traffic_counter_entry(
            datastreams=[
                example_datastream("count_car", "traffic", public="hour", privacy_rules=[{"rule": "public_threshold"}])
                | {"aggregation": "counter"}
            ]
        ),
        example_entry(
            reference="kast-1",
            kind="streetlight",
            datastreams=[
                example_datastream("cabinet_energy", "streetlight", public="hour") | {"aggregation": "counter"}
            ],
        ),
    )
    for document in documents:
        publish(db, Entry.model_validate(document), editor="test", reason="test", valid_from=START)
    for code in ("count_car", "cabinet_energy"):
        store(db, code, [(START + number * HOUR, number * 20) for number in (0, 1, 5, 6)])
    update_hourly_totals(db)
    publish_cells(db, START + timedelta(days=3))
    rows = db.execute(
        "select property, value, counted_since from open.hour where hour = %(hour)s", {"hour": START + 5 * HOUR}
    ).fetchall()
    assert {row["property"]: (row["value"], row["counted_since"]) for row in rows} == {
        "count_car": (80, None),
        "cabinet_energy": (80, START + HOUR),
    }
