"""One row a minute says how much came in and how far behind ingest is."""

from datetime import UTC, datetime, timedelta

from msgspec import structs

from ingest.heartbeat import Heartbeat
from ingest.pipeline import MessageOutcome, Observation
from ingest.quality_flags import QualityFlag

HOUR = timedelta(hours=1)
MINUTE = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def outcome(*ages: timedelta, received_at: datetime = MINUTE) -> MessageOutcome:
    """Values about the hour that ended these ages ago: they are stored under its start."""
    sent = [received_at - age for age in ages]
    observations = tuple(Observation("observation_1y", 1, at - HOUR, 3.0, QualityFlag.GOOD) for at in sent)
    return MessageOutcome(1, "+/traffic/+/json", 10, observations, (), 0, newest_time=max(sent, default=None))


def test_a_minute_is_told_once_it_is_over() -> None:
    heartbeat = Heartbeat()
    assert heartbeat.take_finished_minute(MINUTE) is None
    heartbeat.record_batch([outcome(timedelta(seconds=2)), outcome()], MINUTE, 0.25)
    heartbeat.record_batch([outcome()], MINUTE, 0.5)
    assert heartbeat.take_finished_minute(MINUTE + timedelta(seconds=59)) is None
    finished = heartbeat.take_finished_minute(MINUTE + timedelta(seconds=60))
    assert finished == {"minute": MINUTE, "batches": 2, "messages": 3, "lag": 2.25, "commit": 0.5}


def test_messages_about_people_are_in_no_minute() -> None:
    heartbeat = Heartbeat()
    heartbeat.take_finished_minute(MINUTE)
    passed = structs.replace(outcome(timedelta(seconds=2)), is_about_people=True)
    heartbeat.record_batch([passed], MINUTE, 0.5)
    heartbeat.record_batch([outcome(timedelta(seconds=9)), passed], MINUTE, 0.25)
    finished = heartbeat.take_finished_minute(MINUTE + timedelta(minutes=1))
    assert finished == {"minute": MINUTE, "batches": 1, "messages": 1, "lag": 9.25, "commit": 0.25}


def test_the_next_minute_starts_from_nothing() -> None:
    heartbeat = Heartbeat()
    heartbeat.take_finished_minute(MINUTE)
    heartbeat.record_batch([outcome(timedelta(seconds=2))], MINUTE, 0.25)
    heartbeat.take_finished_minute(MINUTE + timedelta(minutes=1))
    finished = heartbeat.take_finished_minute(MINUTE + timedelta(minutes=5))
    next_minute = MINUTE + timedelta(minutes=1)
    assert finished == {"minute": next_minute, "batches": 0, "messages": 0, "lag": None, "commit": None}


def test_a_device_that_was_offline_does_not_make_ingest_late() -> None:
    heartbeat = Heartbeat()
    heartbeat.take_finished_minute(MINUTE)
    heartbeat.record_batch([outcome(timedelta(hours=20), timedelta(seconds=1))], MINUTE, 0.5)
    heartbeat.record_batch([outcome(timedelta(hours=30))], MINUTE, 0.5)
    finished = heartbeat.take_finished_minute(MINUTE + timedelta(minutes=1))
    assert finished is not None
    assert finished["lag"] == 1.5


def test_a_clock_that_runs_ahead_gives_no_negative_lag() -> None:
    heartbeat = Heartbeat()
    heartbeat.take_finished_minute(MINUTE)
    heartbeat.record_batch([outcome(timedelta(seconds=-30))], MINUTE, 0.5)
    finished = heartbeat.take_finished_minute(MINUTE + timedelta(minutes=1))
    assert finished is not None
    assert finished["lag"] == 0.5
