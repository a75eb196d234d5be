"""Replay recorded series of real stations as devices: times are shifted, values are never changed.

**Clocks.** The two American series use local clock time without a zone. Rows in the hour skipped in spring are
impossible and dropped. The repeated hour in autumn has one row (or equal ones): it is read as the first of the two,
still on summer time, and the second stays empty. Motorway hours listed several times (once per weather condition) are
equal and taken once; missing hours stay missing.

**Periods.** Hourly values are about the hour that begins at their time (RIVM's column is ``start_utc``; the traffic
files have clock hours), so their devices stamp the start, and send when the hour is over.

**Shifting.** Each source is shifted by a whole number of hours, so that the last recorded hour with the same phase as
the hour that was sent last becomes that hour: the same hour of the day for air, the same hour of the week for traffic,
which keeps the rush hour in place. The few recorded hours after it are played live; then the recording loops.
"""

import heapq
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count
from math import isnan
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pandas as pd

from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE
from simulators.devices.messages import DeviceMessage, Sample, device_topic, pack_samples

DATA_DIR = Path(__file__).parent / "data"
HOUR = timedelta(hours=1)
STATION_CODES = ("NL10131", "NL10230", "NL10236", "NL10237", "NL10247", "NL10248")
CITIZEN_REFERENCE = "lucht-bewoner-15092"
BICYCLE_COLUMNS = {
    "verkeer-fremont-oost": "Fremont Bridge East Sidewalk",
    "verkeer-fremont-west": "Fremont Bridge West Sidewalk",
}
MOTORWAY_REFERENCE = "verkeer-metro"
_COMPONENTS = {"NO2": "no2", "PM10": "pm10", "PM2.5": "pm2_5"}


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded file. ``read`` returns the columns reference, property, time (UTC) and value."""

    name: str
    kind: str
    time_zone: ZoneInfo
    """The local clock whose hour of the day (or week) is preserved."""
    cycle: timedelta
    period: timedelta
    """The period that a value is about, from its time on."""
    read: Callable[[], pd.DataFrame]


def station_reference(code: str) -> str:
    """The reference of the device replaying an official station."""
    return f"lucht-{code.lower()}"


RECORDED_REFERENCES = frozenset(
    {*map(station_reference, STATION_CODES), CITIZEN_REFERENCE, *BICYCLE_COLUMNS, MOTORWAY_REFERENCE}
)
"""References of the devices that replay a recording."""


def recorded_values() -> pd.DataFrame:
    """All recorded values: reference, kind, property, time (UTC, as recorded) and value, bit-equal to the files."""
    return pd.concat([_load(source).assign(kind=source.kind) for source in RECORDINGS], ignore_index=True)


def shifted_values(now: datetime, days: float) -> pd.DataFrame:
    """The values of the last ``days`` that have been sent at ``now``, as ``recorded_values`` with ``time`` shifted.

    The original time is in the column ``recorded``.
    """
    frames = [_shifted_recording(source, now, now - timedelta(days=days)) for source in RECORDINGS]
    return pd.concat(frames, ignore_index=True)


def recorded_messages(
    now: datetime, days: float, *, municipality: str = "helmond", until: datetime | None = None
) -> Iterator[DeviceMessage]:
    """Messages of the recorded devices, from ``days`` before ``now`` to ``until`` inclusive (default: ``now``)."""
    return heapq.merge(
        *recorded_streams(now, now - timedelta(days=days), until or now, municipality).values(),
        key=lambda message: message.sent_at,
    )


def recorded_streams(
    now: datetime, start: datetime, until: datetime | None, municipality: str
) -> dict[str, Iterator[DeviceMessage]]:
    """Messages of each recorded device after ``start``, by reference; endless without ``until``."""
    return {
        str(reference): pack_samples(
            device_topic(municipality, source.kind, str(reference)),
            _samples(source, str(reference), now, start, until),
            now,
            source.period,
        )
        for source in RECORDINGS
        for reference in _load(source)["reference"].unique()
    }


def citizen_values_at(time: datetime) -> dict[str, float]:
    """The last values of the recorded citizen sensor at this time, with the recording looped.

    The other citizen sensors are simulated from it.
    """
    seconds, values = _citizen_recording()
    first, length = seconds[0], seconds[-1] - seconds[0] + 150
    return values[bisect_right(seconds, first + (time.timestamp() - first) % length) - 1]


@lru_cache(maxsize=1)
def _citizen_recording() -> tuple[list[float], list[dict[str, float]]]:
    recorded = list(_shifted_samples(_load(_SENSOR_COMMUNITY), timedelta(), None))
    return [sample.time.timestamp() for sample in recorded], [dict(sample.values) for sample in recorded]


def time_shift(source: Recording, now: datetime) -> timedelta:
    """How far to shift a source: a whole number of hours."""
    last, newest = _last_recorded_hour(source), _floor_to_hour(now - source.period)
    recorded_clock = last.astimezone(source.time_zone).replace(tzinfo=None)
    clock = newest.astimezone(LOCAL_TIME_ZONE).replace(tzinfo=None)
    return newest - (last - (recorded_clock - clock) % source.cycle)


def _floor_to_hour(time: datetime) -> datetime:
    return time.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _last_recorded_hour(source: Recording) -> datetime:
    return _floor_to_hour(cast("pd.Timestamp", _load(source)["time"].max()).to_pydatetime())


def _shifted_recording(source: Recording, now: datetime, start: datetime) -> pd.DataFrame:
    recorded = _load(source)
    time = recorded["time"] + time_shift(source, now)
    moved = recorded.assign(kind=source.kind, recorded=recorded["time"], time=time)
    return cast("pd.DataFrame", moved.loc[(time > start) & (time + source.period <= now)])


def _samples(
    source: Recording, reference: str, now: datetime, start: datetime, until: datetime | None
) -> Iterator[Sample]:
    every = _load(source)
    rows = every[every["reference"] == reference]
    by = time_shift(source, now)
    end = _last_recorded_hour(source) + HOUR
    first = _floor_to_hour(cast("pd.Timestamp", every["time"].min()).to_pydatetime())
    # Loop over whole cycles, so that Mondays stay Mondays.
    turn = (end - first) // source.cycle * source.cycle
    last = until - source.period if until is not None else None
    yield from _shifted_samples(rows[rows["time"] > start - by], by, last)
    for again in count(1):
        if last is not None and end + by + (again - 1) * turn > last:
            return
        yield from _shifted_samples(rows[rows["time"] >= end - turn], by + again * turn, last)


def _shifted_samples(rows: pd.DataFrame, by: timedelta, until: datetime | None) -> Iterator[Sample]:
    wide = rows.pivot_table(index="time", columns="property", values="value", aggfunc="first", sort=True)
    names = [str(name) for name in wide.columns]
    times = cast("pd.DatetimeIndex", wide.index).to_pydatetime()
    for time, numbers in zip(times, wide.to_numpy().tolist(), strict=True):
        moved: datetime = time.astimezone(UTC) + by
        if until is not None and moved > until:
            return
        yield Sample(moved, {name: value for name, value in zip(names, numbers, strict=True) if not isnan(value)})


@lru_cache(maxsize=8)
def _load(source: Recording) -> pd.DataFrame:
    return source.read().sort_values(["time", "reference", "property"], ignore_index=True)


def _csv(name: str, separator: str = ",") -> pd.DataFrame:
    # As text: older pandas versions parse floats one bit off, Python's float never does.
    return pd.read_csv(DATA_DIR / name, sep=separator, dtype=str)


def _to_utc(clock_times: pd.Series, zone: ZoneInfo) -> pd.Series:
    first_of_two = clock_times.notna().to_numpy()  # all true: read ambiguous times as summer time
    return clock_times.dt.tz_localize(zone, ambiguous=first_of_two, nonexistent="NaT").dt.tz_convert("UTC")


def _stations() -> pd.DataFrame:
    table = _csv("brabant_2023_hourly_long.csv.gz")
    return pd.DataFrame(
        {
            "reference": "lucht-" + table["station_code"].str.lower(),
            "property": table["component"].map(_COMPONENTS),
            "time": pd.to_datetime(table["start_utc"], utc=True),
            "value": table["value_ug_m3"].map(float),
        }
    )


def _citizen() -> pd.DataFrame:
    table = _csv("15092_sds011_2019-01_02.csv.gz", ";")
    time = pd.to_datetime(table["timestamp"], utc=True)
    columns = {"P1": "pm10", "P2": "pm2_5"}
    return pd.concat(
        pd.DataFrame(
            {"reference": CITIZEN_REFERENCE, "property": code, "time": time, "value": table[column].map(float)}
        )
        for column, code in columns.items()
    )


def _bicycles() -> pd.DataFrame:
    table = _csv("FremontBridge.csv.gz")
    time = _to_utc(pd.to_datetime(table["Date"], format="%m/%d/%Y %I:%M:%S %p"), _SEATTLE)
    return pd.concat(
        pd.DataFrame(
            {"reference": reference, "property": "count_bicycle", "time": time, "value": table[column].map(float)}
        )
        for reference, column in BICYCLE_COLUMNS.items()
    ).dropna()


def _motorway() -> pd.DataFrame:
    table = _csv("Metro_Interstate_Traffic_Volume.csv.gz").drop_duplicates("date_time")
    return pd.DataFrame(
        {
            "reference": MOTORWAY_REFERENCE,
            "property": "count_motor_vehicle",
            "time": _to_utc(pd.to_datetime(table["date_time"]), _MINNEAPOLIS),
            "value": table["traffic_volume"].map(float),
        }
    ).dropna()


_SEATTLE = ZoneInfo("America/Los_Angeles")
_MINNEAPOLIS = ZoneInfo("America/Chicago")
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_SENSOR_COMMUNITY = Recording("sensor.community", "air_quality", ZoneInfo("Europe/London"), _DAY, timedelta(), _citizen)
RECORDINGS = (
    Recording("Luchtmeetnet", "air_quality", LOCAL_TIME_ZONE, _DAY, HOUR, _stations),
    _SENSOR_COMMUNITY,
    Recording("Fremont Bridge", "traffic", _SEATTLE, _WEEK, HOUR, _bicycles),
    Recording("I-94", "traffic", _MINNEAPOLIS, _WEEK, HOUR, _motorway),
)
"""The recorded sources. Device references are unique across them."""
