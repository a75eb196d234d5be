"""What the dashboards say about counts of traffic with gaps is what pandas makes of the same cells."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboards.panel_queries import load_panel_queries
from sensors.db import Database
from tests.support.counters import HOUR_NOISE, counter_entry, insert_cells
from tests.support.grafana_macros import TimeRange, expand_macros
from tests.support.sample_data import publish_documents
from tests.support.year_of_air import AMSTERDAM

FIRST, LAST = "2025-03-03", "2025-04-13"
PERIOD = TimeRange(
    datetime(2025, 3, 3, tzinfo=AMSTERDAM), datetime(2025, 4, 14, tzinfo=AMSTERDAM) - timedelta(milliseconds=1)
)
DAYS = 42
WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
CAR, BICYCLE = "count_car", "count_bicycle"
BUSY, GAPS = "verkeer-1", "verkeer-2"


def cells() -> pd.DataFrame:
    """Six weeks with the day on which the clock goes forward: cars by the hour, bicycles with the night as one cell.

    The second counter has twelve days and a day of a few hours.
    """
    random = np.random.default_rng(7)
    hours = pd.date_range(FIRST, periods=24 * DAYS - 1, freq="h", tz=AMSTERDAM)
    rows = [(BUSY, CAR, "hour", hour) for hour in hours]
    rows += [(BUSY, BICYCLE, "night" if hour.hour == 23 else "hour", hour) for hour in hours if 6 <= hour.hour <= 23]
    rows += [(GAPS, CAR, "hour", hour) for hour in hours[: 24 * 12 + 9]]
    frame = pd.DataFrame(rows, columns=["reference", "property", "period", "start"])
    frame["value"] = random.integers(40, 400, len(frame)).astype(float)
    # Too little was heard of these: cells without a number. One night of cars is not whole.
    clock = frame["start"].dt.hour
    frame.loc[(frame["property"] == BICYCLE) & (clock == 8) & (frame["start"].dt.day == 5), "value"] = np.nan
    frame.loc[(frame["property"] == CAR) & (clock == 3) & (frame["start"].dt.day == 11), "value"] = np.nan
    return frame


@pytest.fixture
def counted(each_database: Database) -> Database:
    publish_documents(each_database, counter_entry(BUSY, CAR, BICYCLE), counter_entry(GAPS, CAR))
    insert_cells(each_database, cells())
    each_database.execute("set role lantaarn_dashboard")
    return each_database


def ask(db: Database, key: str, **chosen: str) -> list[dict[str, Any]]:
    query = load_panel_queries("traffic")[key]
    everything = {"buurt": "'*'", "organisatie": "'*'", "teller": BUSY, "datum": ""}
    return db.execute(expand_macros(query, PERIOD, everything | chosen)).fetchall()


def with_slots() -> pd.DataFrame:
    """The cells by the day and hour, or night, that they count with."""
    frame = cells()
    local = frame["start"].dt.tz_localize(None)
    shifted = local - pd.Timedelta(hours=6)
    clock = local.dt.hour
    return frame.assign(day=shifted.dt.normalize(), slot=clock.where(clock.between(6, 22), 23))


def test_hours_and_weekdays_are_those_of_pandas(counted: Database) -> None:
    rows = ask(counted, "weekday_hour")
    assert [row["Uur"] for row in rows] == [*(f"{hour:02}:00" for hour in range(6, 23)), "23:00-06:00"]
    frame = with_slots()
    frame = frame[frame["reference"] == BUSY]
    grouped = frame.groupby(["property", "day", "slot"])["value"]
    total = grouped.sum(min_count=1)
    # A night of cars is seven hours, six when the clock goes forward, and none may lack a number.
    night_hours = total.index.get_level_values("day").map(lambda day: 6 if str(day.date()) == "2025-03-29" else 7)
    is_hourly_night = (total.index.get_level_values("slot") == 23) & (total.index.get_level_values("property") == CAR)
    total = total[~is_hourly_night | (grouped.count() == night_hours)].dropna().reset_index()
    total["weekday"] = total["day"].dt.day_of_week
    means = total.groupby(["property", "slot", "weekday"])["value"].mean().groupby(["slot", "weekday"]).sum()
    for row, slot in zip(rows, [*range(6, 23), 23], strict=True):
        assert [row[day] for day in WEEKDAYS] == pytest.approx([means[slot, number] for number in range(7)]), slot
    # The margin of a mean of six hours of two classes, the largest of the week: one Wednesday has no bicycles at eight.
    margin = 2 * HOUR_NOISE * np.sqrt(1 / 6 + 1 / 6)
    assert rows[0]["Marge"] == pytest.approx(margin)
    assert rows[2]["Marge"] == pytest.approx(2 * HOUR_NOISE * np.sqrt(1 / 6 + 1 / 5))


def test_counters_are_complete_by_what_was_due(counted: Database) -> None:
    told = {row["Referentie"]: row for row in ask(counted, "traffic_by_counter")}
    due = 24 * DAYS - 1
    measured = {BUSY: (2 * due - 2 - 1) / 2, GAPS: 24 * 12 + 9 - 1}
    assert {name: row["Volledig"] for name, row in told.items()} == {
        name: int(100 * hours / due) for name, hours in measured.items()
    }
    assert [(name, row["Plaats"]) for name, row in told.items()] == [(BUSY, 1), (GAPS, None)]
    frame = cells().assign(day=lambda rows: rows["start"].dt.date)
    days = frame[frame["reference"] == GAPS].groupby("day")["value"].agg(["sum", "count"])
    valid = days.loc[days["count"] >= 18, "sum"]
    assert len(valid) == 12
    assert told[GAPS]["Per dag"] == pytest.approx(valid.mean())
    assert ask(counted, "volledig")[0]["__text"] == f"{int(100 * (2 * due - 3 + measured[GAPS]) / (3 * due))} %"


def test_a_day_without_enough_hours_is_a_row_without_value(counted: Database) -> None:
    rows = [row for row in ask(counted, "traffic_by_class") if row["metric"].startswith("Aantal auto")]
    assert [str(row["time"].astimezone(AMSTERDAM).date()) for row in rows] == [
        str(day.date()) for day in pd.date_range(FIRST, LAST)
    ]
    frame = cells().assign(day=lambda rows: rows["start"].dt.date)
    days = frame[frame["property"] == CAR].groupby(["reference", "day"])["value"].agg(["sum", "count"])
    expected = days[days["count"] >= 18]["sum"].groupby("day").sum()
    assert [row["value"] for row in rows] == pytest.approx(expected.tolist())
    outside = TimeRange(PERIOD.since - timedelta(days=5), PERIOD.until)
    everything = {"buurt": "'*'", "organisatie": "'*'"}
    longer = counted.execute(
        expand_macros(load_panel_queries("traffic")["traffic_by_class"], outside, everything)
    ).fetchall()
    assert [row["value"] for row in longer[:10]] == [None] * 10
