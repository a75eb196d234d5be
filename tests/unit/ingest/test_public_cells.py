from datetime import UTC, datetime, timedelta

from ingest.pipeline import Observation, Outcome
from ingest.public_cells import Cells
from ingest.quality_flags import Quality

HOUR = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _batch(measured: datetime) -> list[Outcome]:
    return [Outcome(1, "+/traffic/+/json", 10, (Observation("observation_1y", 1, measured, 3.0, Quality.GOOD),), (), 0)]


def _published(cells: Cells, now: datetime) -> None:
    assert cells.due(now)
    cells.done(now)


def test_nothing_is_published_while_what_comes_in_is_old() -> None:
    cells = Cells()
    now = HOUR + timedelta(minutes=10)
    assert not cells.due(now)
    cells.note(_batch(now - timedelta(hours=30)), now)
    assert not cells.due(now)
    cells.note(_batch(now - timedelta(seconds=2)), now)
    assert cells.due(now)


def test_it_is_done_once_an_hour_some_minutes_after() -> None:
    cells = Cells()
    cells.note(_batch(HOUR), HOUR)
    _published(cells, HOUR + timedelta(minutes=1))
    assert not cells.due(HOUR + timedelta(minutes=59))
    assert not cells.due(HOUR + timedelta(minutes=64))
    _published(cells, HOUR + timedelta(minutes=65))


def test_devices_that_seldom_speak_are_waited_for_no_longer_than_half_an_hour() -> None:
    cells = Cells()
    assert not cells.due(HOUR + timedelta(minutes=29))
    assert cells.due(HOUR + timedelta(minutes=30))
