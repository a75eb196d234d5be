"""A year of recorded series, played as devices through the broker, equals what pandas computes from the source files.

Every station, every hour and every Europe/Amsterdam day, a citizen's sensor of every 2.5 minutes included: to 1e-9.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString, cast
from zoneinfo import ZoneInfo

import pandas as pd
import psycopg
import pytest
from pydantic import SecretStr

from ingest.worker import Worker
from sensors.db import connect
from sensors.db.migrate import migrate
from sensors.db.server import EmbeddedPostgres
from sensors.kinds import KINDS
from sensors.register.repository import publish
from sensors.settings.ingest import IngestSettings
from simulators import replay
from simulators.city import example_register as city_register
from simulators.devices.publisher import Publisher
from simulators.embedded.broker import EmbeddedBroker
from tests.support.pglite.fixtures import temporary_database
from tests.support.waiting import wait_for

DAYS = 366
NOW = datetime.now(UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
Connection = psycopg.Connection[dict[str, Any]]
KEYS = ["reference", "property"]


@dataclass(frozen=True, slots=True)
class Played:
    """The totals in the database after the replay, and the recorded values as they lie in time now."""

    hours: pd.DataFrame
    days: pd.DataFrame
    expected: pd.DataFrame
    ledger: dict[str, int]


def recorded() -> pd.DataFrame:
    """The source files, read here and not by the program under test: reference, property, time (UTC), value."""
    stations = pd.read_csv(replay.DATA_DIR / "brabant_2023_hourly_long.csv.gz")
    stations["reference"] = "lucht-" + stations["station_code"].str.lower()
    stations["property"] = stations["component"].replace({"NO2": "no2", "PM10": "pm10", "PM2.5": "pm2_5"})
    stations["time"] = pd.to_datetime(stations["start_utc"], utc=True)
    stations["value"] = stations["value_ug_m3"]
    citizen = pd.read_csv(replay.DATA_DIR / "15092_sds011_2019-01_02.csv.gz", sep=";")
    citizen["time"] = pd.to_datetime(citizen["timestamp"], utc=True)
    citizen = citizen.rename(columns={"P1": "pm10", "P2": "pm2_5"}).assign(reference="lucht-bewoner-15092")
    citizen = citizen.melt(["reference", "time"], ["pm10", "pm2_5"], "property", "value")
    bicycles = pd.read_csv(replay.DATA_DIR / "FremontBridge.csv.gz")
    bicycles["time"] = on_clock(pd.to_datetime(bicycles["Date"], format="%m/%d/%Y %I:%M:%S %p"), "America/Los_Angeles")
    sides = {"East": "verkeer-fremont-oost", "West": "verkeer-fremont-west"}
    bicycles = bicycles.rename(columns={f"Fremont Bridge {side} Sidewalk": name for side, name in sides.items()})
    bicycles = bicycles.melt(["time"], list(sides.values()), "reference", "value").assign(property="count_bicycle")
    motorway = pd.read_csv(replay.DATA_DIR / "Metro_Interstate_Traffic_Volume.csv.gz")
    motorway["time"] = on_clock(pd.to_datetime(motorway["date_time"]), "America/Chicago")
    motorway = motorway.drop_duplicates("time").rename(columns={"traffic_volume": "value"})
    motorway = motorway.assign(reference="verkeer-metro", property="count_motor_vehicle")
    tables = [table[[*KEYS, "time", "value"]].dropna() for table in (stations, citizen, bicycles, motorway)]
    return pd.concat(tables, ignore_index=True).drop_duplicates([*KEYS, "time"])


def on_clock(times: pd.Series, zone: str) -> pd.Series:
    """Clock times of a place in UTC: skipped hours are nothing, of a doubled hour the first is meant."""
    return times.dt.tz_localize(zone, ambiguous=[True] * len(times), nonexistent="NaT").dt.tz_convert("UTC")


def moved() -> pd.DataFrame:
    """The recorded values of the last year, moved to now and rounded, without the implausible, which no total has."""
    table = recorded()
    shifts = {
        str(reference): replay.time_shift(source, NOW)
        for source in replay.RECORDINGS
        for reference in source.read()["reference"].unique()
    }
    table["time"] += table["reference"].map(shifts)
    # Hourly values are sent when their hour is over.
    sent = table["time"].where(table["reference"] == replay.CITIZEN_REFERENCE, table["time"] + pd.Timedelta(hours=1))
    table = table[(table["time"] > NOW - pd.Timedelta(days=DAYS)) & (sent <= NOW)]
    known = {name: each for kind in KINDS.values() for name, each in kind.properties.items()}
    low = table["property"].map(lambda name: known[str(name)].plausible_range[0])
    high = table["property"].map(lambda name: known[str(name)].plausible_range[1])
    table = table[table["value"].between(low, high)]
    # Counts are whole already; the rest is air, of which tenths are kept. Pandas rounds halves to even, as ingest does.
    return table.assign(value=table["value"].round(1))


def totals(db: Connection, query: LiteralString) -> pd.DataFrame:
    return pd.DataFrame(db.execute(query).fetchall()).set_index([*KEYS, "period"]).sort_index()


def grouped(table: pd.DataFrame, period: pd.Series) -> pd.DataFrame:
    groups = table.assign(period=period).groupby([*KEYS, "period"])["value"]
    return groups.agg(["count", "mean", "min", "max"]).sort_index()


@pytest.fixture(scope="module")
def played(
    pg_server: EmbeddedPostgres, embedded_broker_wheel: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Played]:
    with (
        temporary_database(pg_server.url) as url,
        EmbeddedBroker(tmp_path_factory.mktemp("broker")) as broker,
        connect(url) as db,
    ):
        migrate(db)
        for entry in city_register.example_entries(1):
            if entry.reference in replay.RECORDED_REFERENCES:
                publish(db, entry, editor="test", reason="test", valid_from=NOW)
        # Counters keep single values for a week, and so refuse older ones; here a year of them is compared.
        db.execute("update lantaarn.datastream set retention_class = 'P10Y'")
        play(db, IngestSettings(database_url=SecretStr(url), mqtt_url=SecretStr(broker.url)))
        yield Played(totals(db, HOURS), totals(db, DAYS_QUERY), moved(), ledger(db))


def play(db: Connection, settings: IngestSettings) -> None:
    """All of it through the broker into the database, as fast as it goes."""
    worker = Worker(settings)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        wait_for(lambda: all(worker.readiness().values()), 10)
        sent = 0
        with Publisher(settings.broker, threading.Event()) as publisher:
            for message in replay.recorded_messages(NOW, DAYS):
                sent += message.value_count
                publisher.send(message)
        wait_for(lambda: ledger(db)["received"] == sent, 120)
    finally:
        worker.stop()
        thread.join(20)


HOURS: LiteralString = """
select reference, property, hour as period, count, sum / count as mean, min, max
from lantaarn.rollup_hour join lantaarn.datastream on datastream.id = datastream_id
join lantaarn.sensor on sensor.id = sensor_id
"""
DAYS_QUERY: LiteralString = """
select reference, property, day as period, count, sum / count as mean, min, max
from lantaarn.rollup_day join lantaarn.datastream on datastream.id = datastream_id
join lantaarn.sensor on sensor.id = sensor_id
"""


def ledger(db: Connection) -> dict[str, int]:
    row = db.execute(
        "select coalesce(sum(received), 0)::int as received, coalesce(sum(stored), 0)::int as stored,"
        " coalesce(sum(duplicate), 0)::int as duplicate, coalesce(sum(quarantined), 0)::int as quarantined"
        " from lantaarn.ledger"
    ).fetchone()
    return cast("dict[str, int]", row)


@pytest.mark.timeout(400)
def test_every_hour_equals_what_pandas_computes(played: Played) -> None:
    hours = played.expected["time"].dt.floor("h")
    # The night of those on a bicycle is one, and belongs to the day it begins.
    clock = played.expected["time"].dt.tz_convert(AMSTERDAM).dt.tz_localize(None)
    is_night = played.expected["property"].eq("count_bicycle") & ~clock.dt.hour.between(6, 22)
    nights = (clock - pd.Timedelta(hours=6)).dt.normalize() + pd.Timedelta(hours=23)
    hours = hours.where(~is_night, nights.dt.tz_localize(AMSTERDAM).dt.tz_convert(hours.dt.tz))
    pd.testing.assert_frame_equal(
        played.hours, grouped(played.expected, hours), check_dtype=False, rtol=0, atol=1e-9, check_index_type=False
    )
    assert len(played.hours) > 8000 * 6 * 2


def test_every_amsterdam_day_equals_what_pandas_computes(played: Played) -> None:
    # Counts have no true days.
    others = played.expected[~played.expected["property"].str.startswith("count_")]
    days = others["time"].dt.tz_convert(AMSTERDAM).dt.date
    pd.testing.assert_frame_equal(
        played.days, grouped(others, days), check_dtype=False, rtol=0, atol=1e-9, check_index_type=False
    )


def test_nothing_was_lost_or_refused(played: Played) -> None:
    assert played.ledger["received"] == played.ledger["stored"] + played.ledger["duplicate"]
    assert played.ledger["quarantined"] == 0
    assert played.ledger["stored"] >= len(played.expected)
