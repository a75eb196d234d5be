"""The demo's simulated past of movement: the same rows as ingest writes, enough of them for pages to show means."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sensors.db import Database
from simulators.city import past_movement
from simulators.city.example_register import EXAMPLE_SEED, example_entries
from simulators.city.past_movement import PAST_WEEKS, write_past_movement
from simulators.devices.movements import LampMovement, LampRow
from tests.support.sample_data import publish_documents

UNTIL = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _nobody(_row: LampRow, _minute: datetime) -> Iterator[LampMovement]:
    return iter(())


def test_after_nine_weeks_there_are_means_of_both_groups(
    server_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who walks is tested elsewhere, and takes most of the time.
    monkeypatch.setattr(LampRow, "walks", _nobody)
    lamps = [
        each for each in example_entries(EXAMPLE_SEED) if each.reference.startswith(("lantaarn-21", "lantaarn-22"))
    ]
    publish_documents(server_database, *(each.model_dump(mode="json", exclude_none=True) for each in lamps))
    written = write_past_movement(server_database, lamps, EXAMPLE_SEED, UNTIL)
    assert written == pytest.approx(2 * 18 * 7 * PAST_WEEKS, abs=4)
    rows = server_database.execute(
        "select group_name, days, count(distinct slot_start)::integer as slots from open.movement group by 1, 2"
    ).fetchall()
    assert {(row["group_name"], row["days"], row["slots"]) for row in rows} >= {
        (group, days, slots) for group in ("kasteelpark", "steenweg") for days, slots in (("night", 1), ("weekday", 17))
    }
    assert write_past_movement(server_database, lamps, EXAMPLE_SEED, UNTIL) == 0


def test_the_past_is_long_enough_however_the_weeks_fall() -> None:
    # Four whole weeks, after at most four that are not over yet.
    assert past_movement.PAST_WEEKS >= 4 + 4 + 1
