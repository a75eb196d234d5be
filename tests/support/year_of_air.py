"""A recorded year of air at six stations with gaps cut into it, for tests that compare the dashboards with pandas."""

from datetime import UTC, datetime
from functools import cache
from typing import cast
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from ingest.lifecycle.daily_totals import update_daily_totals
from sensors.db import Database
from simulators import replay
from tests.support.entries import example_datastream, example_entry
from tests.support.sample_data import publish_documents

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
YEAR = 2023
TWELVE_DAYS, OUTAGE, SHORT_DAYS, HALF = "station-1", "station-2", "station-3", "station-4"
"""Stations with twelve days of data, none for sixteen days, days of a few hours, and half the year."""
OUTAGE_DAYS = ("2023-06-05", "2023-06-20")
PROPERTIES = ("no2", "pm10", "o3")


@cache
def year_with_gaps() -> pd.DataFrame:
    """Columns reference, property, hour (UTC), day (of Amsterdam) and value (µg/m³)."""
    recorded = replay.recorded_values()
    is_of_year = recorded["time"].dt.tz_convert(AMSTERDAM).dt.year == YEAR
    chosen = is_of_year & (recorded["kind"] == "air_quality") & recorded["property"].isin(PROPERTIES)
    series = cast("pd.DataFrame", recorded.loc[chosen])
    names = {name: f"station-{number}" for number, name in enumerate(sorted(set(series["reference"].tolist())))}
    series = series.assign(reference=series["reference"].map(names), hour=series["time"])
    series = pd.concat([series, _ozone("station-0", 0.0), _ozone(OUTAGE, 15.0)], ignore_index=True)
    series["day"] = series["hour"].dt.tz_convert(AMSTERDAM).dt.date.astype(str)
    return _cut(series[["reference", "property", "hour", "day", "value"]])


def _ozone(reference: str, more: float) -> pd.DataFrame:
    """A year of ozone: high on summer afternoons, with some days of smog; the recorded year has none."""
    hours = pd.date_range(f"{YEAR}-01-01", f"{YEAR + 1}-01-01", freq="h", tz=AMSTERDAM, inclusive="left")
    day, clock = hours.day_of_year.to_numpy(), hours.hour.to_numpy()
    summer = np.clip(np.sin((day - 80) / 365 * 2 * np.pi), 0, None)
    smog = 45 * ((day % 11) < 2)
    value = 40 + more + summer * (60 + smog) * np.clip(np.sin((clock - 8) / 24 * 2 * np.pi), -0.3, None)
    return pd.DataFrame(
        {"reference": reference, "property": "o3", "hour": hours.tz_convert(UTC), "value": np.round(value, 2)}
    )


def _cut(series: pd.DataFrame) -> pd.DataFrame:
    """Take the gaps out. The days on which the clock changes stay whole."""
    reference, day, clock = series["reference"], series["day"], series["hour"].dt.hour
    gone = (reference == TWELVE_DAYS) & ~day.between("2023-02-01", "2023-02-12")
    gone |= (reference == OUTAGE) & day.between(*OUTAGE_DAYS)
    gone |= (reference == SHORT_DAYS) & day.str.endswith(("3", "7")) & (clock < 7)
    gone |= (reference == HALF) & (day >= "2023-07-01")
    return cast("pd.DataFrame", series[~gone]).reset_index(drop=True)


def fill_year(db: Database) -> None:
    """Register the stations and insert their hours and days."""
    series = year_with_gaps()
    streams = [example_datastream(code) for code in PROPERTIES]
    for reference in sorted(set(series["reference"])):
        entry = example_entry(reference=reference, name={"nl": f"Meetpunt {reference}"}, datastreams=streams)
        publish_documents(db, entry)
    insert_hours(db, series)
    update_daily_totals(db, datetime.now(UTC))


def insert_hours(db: Database, series: pd.DataFrame) -> None:
    """Insert hourly totals of one value each, since forever."""
    db.execute("update lantaarn.datastream set totals_since = '-infinity'")
    db.execute(
        "insert into lantaarn.rollup_hour (datastream_id, hour, count, sum, min, max) "
        "select stream.id, given.hour, 1, given.value, given.value, given.value "
        "from unnest(%(references)s::text[], %(codes)s::text[], %(hours)s::timestamptz[], %(values)s::float8[]) "
        "as given (reference, code, hour, value) "
        "join lantaarn.sensor as sensor on sensor.reference = given.reference "
        "join lantaarn.datastream as stream on stream.sensor_id = sensor.id and stream.property = given.code",
        {
            "references": series["reference"].tolist(),
            "codes": series["property"].tolist(),
            "hours": series["hour"].dt.to_pydatetime().tolist(),
            "values": series["value"].tolist(),
        },
    )


def valid_days(code: str) -> pd.DataFrame:
    """The days of a property that count: mean, and hours of the day_hours it has, by reference and day."""
    series = year_with_gaps()
    days = series[series["property"] == code].groupby(["reference", "day"])["value"].agg(["mean", "count"])
    starts = pd.to_datetime(days.index.get_level_values("day"))
    midnight, next_midnight = starts.tz_localize(AMSTERDAM), (starts + pd.Timedelta(days=1)).tz_localize(AMSTERDAM)
    due = (next_midnight - midnight) / pd.Timedelta(hours=1)
    return days.loc[days["count"] >= 0.75 * due.to_numpy()]
