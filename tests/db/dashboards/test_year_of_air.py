"""What the dashboards say about a year of air with gaps in it is what pandas makes of the same rows."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pandas as pd
import pytest

from dashboards.panel_queries import load_panel_queries
from sensors.db import Database, connect
from sensors.db.migrate import migrate
from sensors.db.server import EmbeddedPostgres
from tests.support import year_of_air
from tests.support.grafana_macros import TimeRange, expand_macros
from tests.support.pglite.client import Pglite
from tests.support.pglite.fixtures import MIGRATED_SNAPSHOT, temporary_database
from tests.support.year_of_air import AMSTERDAM, HALF, OUTAGE, OUTAGE_DAYS, SHORT_DAYS, TWELVE_DAYS, YEAR

WHOLE_YEAR = TimeRange(
    datetime(YEAR, 1, 1, tzinfo=AMSTERDAM), datetime(YEAR + 1, 1, 1, tzinfo=AMSTERDAM) - timedelta(milliseconds=1)
)
HOURS_OF_THE_YEAR = 8760
STATIONS = [f"station-{number}" for number in range(6)]
SNAPSHOT = "year of air"


@pytest.fixture(scope="module")
def filled(pg_server: EmbeddedPostgres) -> Iterator[str]:
    with temporary_database(pg_server.url) as url, connect(url) as db:
        migrate(db)
        year_of_air.fill_year(db)
        yield url


@pytest.fixture(scope="module")
def kept(migrated_pglite: Pglite) -> Pglite:
    migrated_pglite.open_snapshot(MIGRATED_SNAPSHOT)
    year_of_air.fill_year(migrated_pglite)
    migrated_pglite.save_snapshot(SNAPSHOT)
    return migrated_pglite


@pytest.fixture(params=["postgresql", "timescaledb-wasm"])
def year(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The year, as the role of Grafana sees it."""
    if request.param == "postgresql":
        with connect(request.getfixturevalue("filled")) as db:
            db.execute("set role lantaarn_dashboard")
            yield db
        return
    db = request.getfixturevalue("kept")
    db.open_snapshot(SNAPSHOT)
    db.execute("set role lantaarn_dashboard")
    yield db


def ask(
    db: Database, key: str, code: str, period: TimeRange = WHOLE_YEAR, station: str = "station-0"
) -> list[dict[str, Any]]:
    chosen = {"buurt": "'*'", "organisatie": "'*'", "stof": code, "station": station}
    return db.execute(expand_macros(load_panel_queries("air_quality")[key], period, chosen)).fetchall()


def by_day(rows: list[dict[str, Any]], metric: str) -> dict[str, float | None]:
    """A series by its days in Amsterdam."""
    return {str(row["time"].astimezone(AMSTERDAM).date()): row["value"] for row in rows if row["metric"] == metric}


def hours_measured(code: str) -> dict[str, int]:
    series = year_of_air.year_with_gaps()
    counted = series[series["property"] == code].groupby("reference").size()
    return {reference: int(counted.get(reference, 0)) for reference in STATIONS}


def test_completeness_is_a_share_of_what_was_due(year: Database) -> None:
    told = {row["Referentie"]: row["Volledig"] for row in ask(year, "station_means", "no2")}
    hours = hours_measured("no2")
    assert told == {reference: 100 * hours[reference] // HOURS_OF_THE_YEAR for reference in STATIONS}
    assert told[TWELVE_DAYS] == 3
    assert told == {row["Referentie"]: row["Volledig"] for row in ask(year, "exceedance_days", "no2")}
    (all_together,) = ask(year, "volledig", "no2")
    assert all_together["__text"] == f"{100 * sum(hours.values()) // (6 * HOURS_OF_THE_YEAR)} %"
    # Only of days that are over, so that tomorrow is nowhere missing.
    ahead = TimeRange(WHOLE_YEAR.since, datetime.now(UTC) + timedelta(days=800))
    days = (datetime.now(AMSTERDAM).date() - date(YEAR, 1, 1)).days
    (until_now,) = ask(year, "volledig", "no2", ahead)
    assert until_now["__text"] == f"{100 * sum(hours.values()) // (6 * 24 * days)} %"


def test_a_station_with_too_little_is_named_and_has_no_place(year: Database) -> None:
    rows = ask(year, "station_means", "no2")
    means = year_of_air.valid_days("no2")["mean"].groupby("reference").mean()
    ranked = [row["Referentie"] for row in rows if row["Plaats"] is not None]
    complete = [each for each in STATIONS if hours_measured("no2")[each] >= 0.85 * HOURS_OF_THE_YEAR]
    assert 1 < len(complete) < len(STATIONS)
    assert ranked == list(means[complete].sort_values(ascending=False).index)
    assert {row["Referentie"] for row in rows[len(ranked) :]} >= {TWELVE_DAYS, HALF}
    assert {row["Referentie"]: row["Gemiddelde"] for row in rows} == pytest.approx(means.to_dict())


def test_days_above_the_limit_are_those_of_pandas(year: Database) -> None:
    days = year_of_air.valid_days("pm10")
    told = {row["Referentie"]: row for row in ask(year, "exceedance_days", "pm10")}
    for column, limit in (("Boven EU nu", 50), ("Boven EU 2030", 45), ("Boven WHO 2021", 45)):
        above = days[days["mean"] > limit].groupby("reference").size()
        assert {reference: told[reference][column] for reference in STATIONS} == {
            reference: above.get(reference, 0) for reference in STATIONS
        }
    counted = days.groupby("reference").size()
    assert told[SHORT_DAYS]["Dagen met genoeg uren"] == counted[SHORT_DAYS] < counted["station-0"]


@pytest.mark.parametrize(
    ("code", "column"), [("no2", "Boven EU nu"), ("o3", "Boven EU 2030"), ("o3", "Boven WHO 2021")]
)
def test_without_a_limit_there_are_no_days_above_it(year: Database, code: str, column: str) -> None:
    assert {row[column] for row in ask(year, "exceedance_days", code)} == {None}
    lines = {row["metric"] for row in ask(year, "daily_means", code)}
    assert lines == {"Gemiddelde van de stations", "Laagste station", "Hoogste station"} | (
        {"Grens EU vanaf 2030", "Advies WHO"} if code == "no2" else set()
    )


def test_daily_means_are_those_of_pandas_and_a_missing_day_is_a_row_without_value(year: Database) -> None:
    days = year_of_air.valid_days("no2")["mean"]
    only = days.unstack("reference")
    rows = ask(year, "daily_means", "no2")
    told = by_day(rows, "Gemiddelde van de stations")
    every_day = [str(day.date()) for day in pd.date_range(f"{YEAR}-01-01", f"{YEAR}-12-31")]
    assert list(told) == every_day
    expected = cast("pd.Series[float]", only.mean(axis=1)).reindex(every_day)
    assert told == pytest.approx(expected.to_dict())
    assert by_day(rows, "Hoogste station") == pytest.approx(only.max(axis=1).reindex(every_day).to_dict())


def test_days_without_anything_are_rows_too(year: Database) -> None:
    """Ozone of the second station and of no other is gone for sixteen days."""
    period = TimeRange(datetime(YEAR, 6, 1, tzinfo=AMSTERDAM), datetime(YEAR, 6, 30, 23, tzinfo=AMSTERDAM))
    chosen = {"buurt": "'*'", "organisatie": "'*'", "stof": "pm2_5", "station": OUTAGE}
    rows = year.execute(expand_macros(load_panel_queries("air_quality")["daily_means"], period, chosen)).fetchall()
    assert by_day(rows, "Gemiddelde van de stations") == {f"{YEAR}-06-{day:02}": None for day in range(1, 31)}
    complete = {str(row["time"].astimezone(AMSTERDAM).date()): row for row in ask(year, "completeness", "no2", period)}
    assert len(complete) == 30
    assert float(complete[OUTAGE_DAYS[0]]["Uren met metingen"]) == pytest.approx(100 * 4 / 6)


def test_both_days_on_which_the_clock_changes_count_with_their_own_hours(year: Database) -> None:
    series = year_of_air.year_with_gaps()
    here = series[(series["property"] == "o3") & series["day"].isin([f"{YEAR}-03-26", f"{YEAR}-10-29"])]
    told = by_day(ask(year, "daily_means", "o3"), "Gemiddelde van de stations")
    for day, hours in ((f"{YEAR}-03-26", 23), (f"{YEAR}-10-29", 25)):
        stations = here[here["day"] == day].groupby("reference")["value"]
        assert stations.count().max() == hours
        full = stations.mean()[stations.count() * 4 >= hours * 3]
        assert told[day] == pytest.approx(full.mean())


def test_every_hour_and_weekday_has_its_row(year: Database) -> None:
    few_days = TimeRange(datetime(YEAR, 2, 6, tzinfo=AMSTERDAM), datetime(YEAR, 2, 8, 9, tzinfo=AMSTERDAM))
    rows = ask(year, "weekday_hour", "no2", few_days, TWELVE_DAYS)
    assert [row["Uur"] for row in rows] == [f"{hour:02}:00" for hour in range(24)]
    assert rows[12]["woensdag"] is None
    assert {rows[12]["zaterdag"], rows[12]["zondag"]} == {None}
    assert rows[12]["maandag"] is not None


def ozone_of(reference: str) -> "pd.Series[float]":
    """Every hour of the year, also without a value."""
    series = year_of_air.year_with_gaps()
    chosen = series.loc[(series["property"] == "o3") & (series["reference"] == reference)]
    every_hour = pd.date_range(WHOLE_YEAR.since, WHOLE_YEAR.until, freq="h").tz_convert(UTC)
    return cast("pd.Series[float]", chosen.set_index("hour")["value"]).reindex(every_hour)


@pytest.mark.parametrize("reference", ["station-0", OUTAGE])
def test_ozone_is_that_of_pandas(year: Database, reference: str) -> None:
    (told,) = ask(year, "ozone", "o3", station=reference)
    means = ozone_of(reference).rolling(8, min_periods=6).mean()
    days = cast("pd.DatetimeIndex", means.index).tz_convert(AMSTERDAM).strftime("%Y-%m-%d")
    highest, number = means.groupby(days).max(), means.groupby(days).count()
    valid = highest[number >= 18].tolist()
    assert (told["Jaar"], told["Dagen met genoeg uren"]) == (str(YEAR), len(valid))
    assert told["Boven EU 120"] == sum(each > 120 for each in valid) > 0
    assert told["Boven WHO 100"] == sum(each > 100 for each in valid) > told["Boven EU 120"]


def test_aot40_is_of_daylight_hours_in_winter_time(year: Database) -> None:
    """Row eu045 of the norms: the sum over hours of max(0, c - 80), of 8 to 20 CET; eu040: May to July."""
    told = {reference: ask(year, "ozone", "o3", station=reference)[0] for reference in ("station-0", OUTAGE, HALF)}
    for reference in ("station-0", OUTAGE):
        hours = ozone_of(reference).dropna()
        cet = cast("pd.DatetimeIndex", hours.index).tz_convert("Etc/GMT-1")
        chosen = [value for at, value in zip(cet, hours, strict=True) if 5 <= at.month <= 7 and 8 <= at.hour < 20]
        assert told[reference]["AOT40 gemeten"] == pytest.approx(sum(max(value - 80, 0) for value in chosen))
        assert told[reference]["Uren mei-juli"] == 100 * len(chosen) // 1104
    assert told["station-0"]["AOT40"] == pytest.approx(told["station-0"]["AOT40 gemeten"])
    # Sixteen days of ninety-two are more than ten per cent.
    assert told[OUTAGE]["AOT40"] is None
    assert told[HALF]["Volledig"] == 0
    (row,) = ask(year, "volledig_ozon", "o3", station=OUTAGE)
    assert row["__text"] == f"{100 * hours_measured('o3')[OUTAGE] // HOURS_OF_THE_YEAR} %"
