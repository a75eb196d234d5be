"""What comes too often is thinned or not read, and what an honest device sends never is, whenever it arrives."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.flow_control.rate_limits import (
    MAX_ARRIVING_READINGS,
    MAX_FRUITLESS_READINGS,
    MIN_PRESSED_READINGS,
    PRESSED_BACKLOG,
    SensorRateLimiter,
    rate_limit,
)
from ingest.mqtt.session import SESSION_EXPIRY_SECONDS
from ingest.pipeline import IncomingMessage, IngestSensor, MessageOutcome, StoredDatastream, process_message
from ingest.quality_flags import QualityChecker
from sensors.kinds import KINDS
from sensors.vocabulary.codes import Status
from sensors.vocabulary.rejection_reasons import RejectionReason

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AIR = KINDS["air_quality"]
TEN_MINUTES = timedelta(minutes=10)
TOO_OFTEN = RejectionReason.TOO_OFTEN


def sensor_with(interval: timedelta | None, *properties: str, number: int = 7) -> IngestSensor:
    names = properties or ("no2",)
    streams = {
        name: StoredDatastream(place, "observation_1y", timedelta(days=365), AIR.properties[name], interval=interval)
        for place, name in enumerate(names, number * 10)
    }
    return IngestSensor(number, AIR, Status.ACTIVE, streams)


class Ingest:
    """Two sensors, A and B, whose messages are processed one by one and committed at once."""

    def __init__(self, interval: timedelta | None = TEN_MINUTES, *properties: str) -> None:
        self.limiter = SensorRateLimiter()
        self.quality_checker = QualityChecker()
        self.register = {
            ("helmond", "air_quality", "A"): sensor_with(interval, *properties),
            ("helmond", "air_quality", "B"): sensor_with(interval, *properties, number=8),
        }

    def send(
        self, payload: object, *, at: datetime = NOW, to: str = "A", duplicates: int = 0, redelivered: bool = False
    ) -> MessageOutcome:
        content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        message = IncomingMessage(f"helmond/air_quality/{to}/json", content, is_redelivered=redelivered)
        outcome = process_message(message, self.register, self.quality_checker, at, self.limiter)
        self.limiter.record_committed([outcome], {outcome.sensor_id: duplicates} if duplicates else {})
        return outcome

    def send_at(self, times: Iterable[datetime], *, at: datetime | None = None) -> list[datetime]:
        """Send one reading per instant, on receipt of ``at`` or as soon as measured. Returns the instants kept."""
        outcomes = [self.send({"time": time.isoformat(), "no2": 1.5}, at=at or time) for time in times]
        assert {each.reason for outcome in outcomes for each in outcome.rejections} <= {TOO_OFTEN}
        return [one.time for outcome in outcomes for one in outcome.observations]


def every(interval: timedelta, count: int, since: datetime = NOW) -> list[datetime]:
    return [since + number * interval for number in range(count)]


def reasons(outcome: MessageOutcome) -> set[RejectionReason]:
    return {each.reason for each in outcome.rejections}


def test_ten_times_the_declared_interval_is_kept_whole() -> None:
    times = every(timedelta(minutes=1), 6 * 60)
    assert Ingest().send_at(times) == times


def test_what_is_faster_is_thinned_to_a_tenth_of_the_interval() -> None:
    kept = Ingest().send_at(every(timedelta(seconds=10), 3 * 360))
    hours = [sum(each.hour == hour for each in kept) for hour in (12, 13, 14)]
    assert 60 <= hours[0] <= 120, "it takes an hour to tell"
    assert hours[1:] == [60, 60]
    later = [each for each in kept if each.hour == 14]
    assert {each.second for each in later} == {0}, "evenly spread over the hour"


def test_a_fast_sensor_that_slows_down_is_kept_whole_again() -> None:
    ingest = Ingest()
    ingest.send_at(every(timedelta(seconds=10), 360))
    times = every(TEN_MINUTES, 18, NOW + timedelta(hours=1))
    assert ingest.send_at(times) == times


def test_a_backlog_of_a_year_that_arrives_at_once_is_kept_whole() -> None:
    ingest = Ingest(timedelta(hours=1), "no2", "pm10", "pm2_5")
    times = every(timedelta(hours=1), 360 * 24, NOW - timedelta(days=360))
    for first in range(0, len(times), 1000):
        part = [{"time": time.isoformat(), "no2": 1, "pm10": 2, "pm2_5": 3} for time in times[first : first + 1000]]
        outcome = ingest.send(part)
        assert (len(outcome.observations), outcome.rejections) == (3 * len(part), ())


@given(st.integers(0, 1_000_000))
def test_what_is_as_often_as_declared_is_kept_in_any_order(seed: int) -> None:
    times = every(TEN_MINUTES, 300, NOW - timedelta(days=3))
    Random(seed).shuffle(times)
    assert Ingest().send_at(times, at=NOW) == times


def test_an_interval_that_is_not_declared_counts_as_a_second() -> None:
    limit = rate_limit((None,))
    assert limit == rate_limit((timedelta(seconds=1),))
    assert (limit.readings_per_hour, limit.spacing) == (36_000, timedelta(milliseconds=100))
    times = every(timedelta(milliseconds=100), 4000)
    outcome = Ingest(None).send([{"time": time.isoformat(), "no2": 1.5} for time in times], at=NOW + timedelta(hours=1))
    assert (len(outcome.observations), outcome.rejections) == (4000, ())


def test_a_longer_interval_than_an_hour_counts_as_an_hour() -> None:
    assert rate_limit((timedelta(days=1), timedelta(hours=1))) == rate_limit((timedelta(hours=1),) * 2)


def test_the_limit_is_the_sum_of_all_datastreams() -> None:
    assert rate_limit((timedelta(hours=1), timedelta(minutes=30))).readings_per_hour == 30


@pytest.mark.parametrize("shared_time", [True, False])
def test_the_lanes_of_a_road_count_once(shared_time: bool) -> None:
    ingest = Ingest(timedelta(minutes=1))
    for time in every(timedelta(minutes=1), 60):
        stamp = {"time": time.isoformat()}
        lanes = [({} if shared_time else stamp) | {"no2": lane} for lane in range(30)]
        payload = {**stamp, "readings": lanes} if shared_time else lanes
        assert ingest.send(payload, at=time).rejections == ()


def test_a_sensor_that_repeats_itself_is_no_longer_read_and_others_are() -> None:
    ingest = Ingest()
    reading = {"time": NOW.isoformat(), "no2": 1}
    ingest.send(reading, duplicates=MAX_FRUITLESS_READINGS)
    assert ingest.send(reading).rejections == ()
    ingest.send(reading, duplicates=1)
    refused = ingest.send(b"not even JSON")
    assert (reasons(refused), refused.observations) == ({TOO_OFTEN}, ())
    assert ingest.send(reading, to="B").rejections == ()
    assert (
        ingest.send({"time": (NOW + timedelta(hours=1)).isoformat(), "no2": 1}, at=NOW + timedelta(hours=1)).rejections
        == ()
    )


def test_large_messages_of_nothing_are_soon_no_longer_read() -> None:
    ingest = Ingest()
    deep = b"[" * 200_000
    outcomes = [reasons(ingest.send(deep)) for _ in range(20)]
    assert outcomes[:5] == [{RejectionReason.MALFORMED}] * 5
    assert outcomes[-1] == {TOO_OFTEN}


def test_what_the_broker_sends_again_is_not_held_against_the_sensor() -> None:
    ingest = Ingest()
    reading = {"time": NOW.isoformat(), "no2": 1}
    for _ in range(3):
        ingest.send(reading, duplicates=MAX_FRUITLESS_READINGS, redelivered=True)
        ingest.send([reading] * 9_000, redelivered=True)
    assert ingest.send(reading).rejections == ()


def test_even_new_readings_have_a_limit_per_hour() -> None:
    ingest = Ingest(timedelta(seconds=1))
    start = NOW - timedelta(days=300)
    outcomes: list[MessageOutcome] = []
    for part in range(70):
        times = every(timedelta(seconds=1), 4000, start + timedelta(seconds=part * 4000))
        outcomes.append(ingest.send([{"time": time.isoformat(), "no2": 1} for time in times]))
    kept = sum(len(each.observations) for each in outcomes)
    assert MAX_ARRIVING_READINGS < kept <= MAX_ARRIVING_READINGS + 4000
    assert reasons(outcomes[-1]) == {TOO_OFTEN}


def test_while_devices_wait_for_each_other_all_that_an_outage_leaves_at_the_broker_is_kept() -> None:
    ingest, minute = Ingest(timedelta(minutes=1)), timedelta(minutes=1)
    ingest.limiter.is_pressed = True
    outage = timedelta(seconds=SESSION_EXPIRY_SECONDS)
    left = [(NOW - outage + day * timedelta(days=1), timedelta(days=1) // minute) for day in range(outage.days)]
    for since, count in [*left, (NOW, 60)]:
        outcome = ingest.send([{"time": time.isoformat(), "no2": 1} for time in every(minute, count, since)], at=NOW)
        # Nothing is refused; the last hour is only ahead of the clock.
        assert (len(outcome.observations) + len(outcome.rejections), TOO_OFTEN in reasons(outcome)) == (count, False)


@pytest.mark.parametrize("interval", [timedelta(minutes=1), timedelta(hours=1)])
def test_while_devices_wait_for_each_other_more_than_that_is_not_read_until_the_next_hour(interval: timedelta) -> None:
    ingest = Ingest(interval)
    most = rate_limit((interval,)).max_pressed
    assert most == max(PRESSED_BACKLOG // interval, MIN_PRESSED_READINGS)
    for part in range(3):
        times = every(timedelta(seconds=30), 4_000, NOW - timedelta(days=9 + part))
        ingest.send([{"time": time.isoformat(), "no2": 1} for time in times])
    reading = {"time": NOW.isoformat(), "no2": 1}
    assert ingest.send(reading).rejections == (), "nobody waits yet"
    assert not ingest.limiter.is_exhausted(7, NOW)
    ingest.limiter.is_pressed = True
    assert reasons(ingest.send(reading)) == {TOO_OFTEN}
    assert ingest.limiter.is_exhausted(7, NOW)
    assert not ingest.limiter.is_exhausted(7, NOW + timedelta(hours=1))
    assert not ingest.limiter.is_exhausted(8, NOW)
    assert ingest.send(reading, to="B").rejections == ()


def test_while_devices_wait_for_each_other_what_is_of_no_use_is_sooner_not_read() -> None:
    ingest = Ingest()
    ingest.limiter.is_pressed = True
    reading = {"time": NOW.isoformat(), "no2": 1}
    ingest.send(reading, duplicates=MIN_PRESSED_READINGS)
    ingest.send(reading, duplicates=1)
    assert reasons(ingest.send(reading)) == {TOO_OFTEN}


def test_a_refusal_is_detailed_once_a_minute_and_anything_else_always() -> None:
    ingest = Ingest()
    ingest.send({"time": NOW.isoformat(), "no2": 1}, duplicates=MAX_FRUITLESS_READINGS + 1)
    seconds = (0, 1, 59, 60, 61)
    assert [ingest.send(b"{}", at=NOW + timedelta(seconds=each)).is_repeat for each in seconds] == [
        False,
        True,
        True,
        False,
        True,
    ]
    other = [ingest.send(b"{", to="B", at=NOW + timedelta(seconds=each)).is_repeat for each in seconds]
    assert not any(other)
