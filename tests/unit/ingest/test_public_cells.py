from datetime import UTC, datetime, timedelta

from ingest.cells.public_cells import PublicationSchedule
from ingest.pipeline import MessageOutcome, Observation
from ingest.quality_flags import QualityFlag

HOUR = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _batch(sent: datetime) -> list[MessageOutcome]:
    """A count of the hour before it was sent."""
    observations = (Observation("observation_1y", 1, sent - timedelta(hours=1), 3.0, QualityFlag.GOOD),)
    return [MessageOutcome(1, "+/traffic/+/json", 10, observations, (), 0, newest_time=sent)]


def _published(cells: PublicationSchedule, now: datetime) -> None:
    assert cells.is_due(now)
    cells.mark_published(now)


def test_nothing_is_published_while_what_comes_in_is_old() -> None:
    cells = PublicationSchedule()
    now = HOUR + timedelta(minutes=10)
    assert not cells.is_due(now)
    cells.record_batch(_batch(now - timedelta(hours=30)), now)
    assert not cells.is_due(now)
    cells.record_batch(_batch(now - timedelta(seconds=2)), now)
    assert cells.is_due(now)


def test_it_is_done_once_an_hour_some_minutes_after() -> None:
    cells = PublicationSchedule()
    cells.record_batch(_batch(HOUR), HOUR)
    _published(cells, HOUR + timedelta(minutes=1))
    assert not cells.is_due(HOUR + timedelta(minutes=59))
    assert not cells.is_due(HOUR + timedelta(minutes=64))
    _published(cells, HOUR + timedelta(minutes=65))


def test_devices_that_seldom_speak_are_waited_for_no_longer_than_half_an_hour() -> None:
    cells = PublicationSchedule()
    assert not cells.is_due(HOUR)
    assert not cells.is_due(HOUR + timedelta(minutes=29))
    assert cells.is_due(HOUR + timedelta(minutes=30))


def test_late_in_the_hour_a_start_waits_for_what_the_broker_kept() -> None:
    cells = PublicationSchedule()
    now = HOUR + timedelta(minutes=40)
    assert not cells.is_due(now)
    cells.record_batch(_batch(now - timedelta(hours=30)), now)
    assert not cells.is_due(HOUR + timedelta(minutes=59))
    assert cells.is_due(HOUR + timedelta(minutes=90))
