"""Recorded series: every value as it was, at the right moment."""

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE
from simulators import replay
from simulators.replay import RECORDINGS

NOW = datetime(2026, 6, 14, 10, 20, tzinfo=UTC)
SUNDAY = datetime(2026, 6, 14, 21, 59, 59, tzinfo=UTC)
"""Just before midnight in Helmond: the citizen's recording ends then, so nothing is left over to be played later."""
MONDAY = SUNDAY + timedelta(seconds=1)
"""The same of the hourly recordings, whose last hour is over."""
NOWS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zone beside it
HOUR = timedelta(hours=1)

Value = tuple[str, str, datetime, float]


def rows_of(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    with gzip.open(replay.DATA_DIR / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def recorded(reference: str) -> dict[datetime, float]:
    """One property of one recorded device, by time as recorded."""
    rows = replay.recorded_values().query("reference == @reference")
    return dict(zip((time.to_pydatetime() for time in rows["time"]), rows["value"].tolist(), strict=True))


def said(now: datetime, days: float, until: datetime | None = None) -> Iterator[Value]:
    """What a receiver of the messages reads in them."""
    for message in replay.recorded_messages(now, days, until=until):
        content: dict[str, Any] = json.loads(message.payload)
        for sample in content.get("readings", [content]):
            time = datetime.fromisoformat(sample.pop("time"))
            yield from ((message.topic.split("/")[2], code, time, value) for code, value in sample.items())


def test_every_number_of_the_stations_is_there_bit_equal() -> None:
    codes = {"NO2": "no2", "PM10": "pm10", "PM2.5": "pm2_5"}
    expected = {
        (replay.station_reference(row["station_code"]), codes[row["component"]], row["start_utc"]): float(
            row["value_ug_m3"]
        )
        for row in rows_of("brabant_2023_hourly_long.csv.gz")
    }
    rows = replay.recorded_values().query("reference.str.startswith('lucht-nl')")
    times = rows["time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (
        dict(zip(zip(rows["reference"], rows["property"], times, strict=True), rows["value"], strict=True)) == expected
    )


def test_p1_is_pm10_and_p2_is_pm2_5() -> None:
    first = replay.recorded_values().query("reference == @replay.CITIZEN_REFERENCE").head(2)
    row = rows_of("15092_sds011_2019-01_02.csv.gz", ";")[0]
    assert dict(zip(first["property"], first["value"], strict=True)) == {
        "pm10": float(row["P1"]),
        "pm2_5": float(row["P2"]),
    }


def test_the_hour_that_the_clock_skips_in_spring_is_left_out() -> None:
    east = recorded("verkeer-fremont-oost")
    assert {row["Date"] for row in rows_of("FremontBridge.csv.gz")} >= {"03/10/2019 02:00:00 AM"}
    # 01:00 in winter time and 03:00 in summer time, one hour later; with counts 2 and 0 in the file, and 1 after it.
    assert [east[datetime(2019, 3, 10, hour, tzinfo=UTC)] for hour in (9, 10, 11)] == [2, 0, 1]


def test_the_hour_that_comes_twice_in_autumn_is_the_first_of_the_two() -> None:
    east = recorded("verkeer-fremont-oost")
    midnight = datetime(2018, 11, 4, 7, tzinfo=UTC)
    assert [east.get(midnight + number * HOUR) for number in range(4)] == [1, 5, None, 0]


def test_motorway_hours_come_once_and_missing_hours_stay_missing() -> None:
    rows = rows_of("Metro_Interstate_Traffic_Volume.csv.gz")
    hours = {row["date_time"]: row["traffic_volume"] for row in rows if row["traffic_volume"]}
    chicago = ZoneInfo("America/Chicago")
    expected = {
        datetime.fromisoformat(hour).replace(tzinfo=chicago).astimezone(UTC): float(count)
        for hour, count in hours.items()
    }
    assert len(rows) > len(hours)
    assert recorded(replay.MOTORWAY_REFERENCE) == expected


@given(now=NOWS)
@example(now=datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
def test_times_move_by_whole_hours_to_the_same_hour_of_the_day_or_week(now: datetime) -> None:
    for source in RECORDINGS:
        moved = replay.time_shift(source, now)
        assert moved % HOUR == timedelta()
        # The hour that was sent last; when the clock changes, the present hour may be another one further.
        sent = now - source.period
        then = (sent - moved).astimezone(source.time_zone)
        here = sent.astimezone(LOCAL_TIME_ZONE)
        assert then.hour == here.hour
        if source.cycle == timedelta(weeks=1):
            assert then.weekday() == here.weekday()


@pytest.mark.parametrize("now", [NOW, SUNDAY, datetime(2026, 1, 1, 3, 4, 5, tzinfo=UTC)])
def test_every_source_speaks_until_the_present_hour(now: datetime) -> None:
    frame = replay.shifted_values(now, 366)
    assert frame["time"].max() <= now
    for reference in replay.RECORDED_REFERENCES:
        last = frame.query("reference == @reference")["time"].max()
        assert now - last.to_pydatetime() < timedelta(hours=9), reference


@pytest.mark.slow
def test_messages_say_exactly_what_was_recorded() -> None:
    heard = list(said(SUNDAY, 366))
    frame = replay.shifted_values(SUNDAY, 366)
    expected = zip(frame["reference"], frame["property"], frame["time"].dt.to_pydatetime(), frame["value"], strict=True)
    assert len(heard) == len(frame)
    assert set(heard) == set(expected)


def test_on_a_sunday_night_the_whole_year_of_every_station_is_played() -> None:
    for now, devices in ((SUNDAY, "lucht-bewoner"), (MONDAY, "lucht-nl")):
        played, every = replay.shifted_values(now, 366), replay.recorded_values()
        assert played["reference"].str.startswith(devices).sum() == every["reference"].str.startswith(devices).sum()


@pytest.mark.parametrize("now", [NOW, SUNDAY, MONDAY])
def test_an_hour_is_sent_when_it_is_over(now: datetime) -> None:
    sent: set[timedelta] = set()
    for message in replay.recorded_messages(now, 1, until=now + timedelta(hours=3)):
        if "bewoner" not in message.topic and message.sent_at > now:
            (sample,) = message.samples
            sent.add(message.sent_at - sample.time)
    assert sent == {HOUR}
    assert replay.shifted_values(now, 1).query("reference.str.startswith('verkeer')")["time"].max() <= now - HOUR


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(now=NOWS, days=st.floats(0, 3), hours=st.integers(0, 48))
def test_the_past_and_the_live_messages_join_without_a_gap_or_a_repeat(now: datetime, days: float, hours: int) -> None:
    until = now + hours * HOUR
    live_and_past = sorted(said(now, days, until))
    assert len(live_and_past) == len({value[:3] for value in live_and_past})
    past = set(said(now, days))
    later = [value for value in live_and_past if value not in past]
    assert past <= set(live_and_past)
    assert all(value[2] > now - HOUR for value in later)


def test_after_its_end_a_recording_starts_again_at_its_beginning() -> None:
    length = timedelta(days=59)
    values = {
        (code, time): value
        for name, code, time, value in said(NOW, 1, NOW + length)
        if name == replay.CITIZEN_REFERENCE
    }
    again = [key for key in values if (key[0], key[1] + length) in values]
    assert len(again) > 500
    assert all(values[key] == values[key[0], key[1] + length] for key in again)
