"""Every statement of the dashboards and alerts, as Grafana would send it, by the role that Grafana has."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, LiteralString, cast
from zoneinfo import ZoneInfo

import pandas as pd
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from dashboards.alerts import ALERTS
from dashboards.build import DASHBOARDS, get_query
from dashboards.panel_queries import load_panel_queries
from dashboards.spec import Dashboard, VariableType
from ingest.cells import count_cells
from ingest.cells.count_cells import publish_counts
from ingest.lifecycle.daily_totals import update_daily_totals
from sensors.db import Database, connect
from sensors.db.migrate import migrate
from sensors.db.server import EmbeddedPostgres
from sensors.register.repository import publish
from simulators import replay
from simulators.city import example_register as city_register
from tests.db.ingest.test_count_cells import counter, pass_by
from tests.support import small_city
from tests.support.grafana_macros import TimeRange, expand_macros, last_days
from tests.support.pglite.client import Pglite
from tests.support.pglite.fixtures import MIGRATED_SNAPSHOT, temporary_database
from tests.support.sample_data import publish_cells, publish_documents, traffic_counter_entry

CHOICES = {
    "buurt": "'*'",
    "organisatie": "'*'",
    "stof": "no2",
    "station": "lucht-gemeente-01",
    "teller": "verkeer-lus-01",
    "groep": "kasteelpark",
    "datum": "",
    "vergelijk": "'*'",
    "co2": "0,374",
}
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def asked(dashboard: Dashboard) -> Iterator[str]:
    """The sections that a dashboard needs: of its panels and of its choices."""
    yield from (panel.key for panel in dashboard.panels)
    yield from (variable.name for variable in dashboard.variables if variable.variable_type is not VariableType.TEXT)


EVERY = [
    *((f"{each.name}/{key}", get_query(each, key)) for each in DASHBOARDS for key in asked(each)),
    *((f"alerts/{alert.key}", load_panel_queries("alerts")[alert.key]) for alert in ALERTS),
]


def ask(db: Database, query: str, period: TimeRange, **chosen: str) -> list[dict[str, Any]]:
    return db.execute(expand_macros(query, period, CHOICES | chosen)).fetchall()


def grafana(db: Database) -> None:
    """From here on as the role of Grafana."""
    db.execute("set role lantaarn_dashboard")


CITY = "small city"


@pytest.fixture(scope="module")
def filled(pg_server: EmbeddedPostgres) -> Iterator[str]:
    """The address of a PostgreSQL with the small city in it, for all tests here: they change nothing that stays."""
    with temporary_database(pg_server.url) as url, connect(url) as db:
        migrate(db)
        small_city.fill_database(db, small_city.current_second())
        yield url


@pytest.fixture(scope="module")
def kept(migrated_pglite: Pglite) -> Pglite:
    """The same on TimescaleDB, kept under a name of its own."""
    migrated_pglite.open_snapshot(MIGRATED_SNAPSHOT)
    small_city.fill_database(migrated_pglite, small_city.current_second())
    migrated_pglite.save_snapshot(CITY)
    return migrated_pglite


@pytest.fixture(params=["postgresql", "timescaledb-wasm"])
def city_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "postgresql":
        with connect(request.getfixturevalue("filled")) as db:
            grafana(db)
            yield db
        return
    db = request.getfixturevalue("kept")
    db.open_snapshot(CITY)
    grafana(db)
    yield db


def test_every_statement_answers_with_rows(city_database: Database) -> None:
    # One test, not one for each: filling the database takes seconds.
    period, empty, wrong = last_days(2), set[str](), dict[str, str]()
    yesterday = (datetime.now(AMSTERDAM).date() - timedelta(days=1)).isoformat()
    for name, query in EVERY:
        try:
            rows = ask(city_database, query, period, datum=yesterday)
            if not any(value is not None for row in rows for value in row.values()):
                empty.add(name)
            few = ask(city_database, query, period, buurt="BU07940000", organisatie="O'Neill")
            assert len(few) <= len(rows), name
        except psycopg.Error as error:
            wrong[name] = str(error)
    assert wrong == {}
    assert empty == set()


def test_time_buckets_of_timescale_mean_the_same(kept: Pglite) -> None:
    kept.open_snapshot(CITY)
    grafana(kept)
    now = datetime.now(UTC)
    for key in ("lag", "messages_per_minute", "batch_sizes"):
        query = load_panel_queries("platform")[key]
        ours = ask(kept, query, last_days(1, now))
        theirs = ask(kept, query, last_days(1, now, has_timescaledb=True))
        assert [row["time"] for row in ours] == [row["time"].timestamp() for row in theirs]


def test_what_grafana_may_not_see_it_can_not(city_database: Database) -> None:
    for table in (
        "lantaarn.rollup_hour",
        "lantaarn.day_total",
        "lantaarn.lamp_day",
        "lantaarn.ledger",
        "restricted.location",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            city_database.execute(f"select * from {table}")
    rows = city_database.execute(
        "select distinct property from staff.day union select property from staff.datastream"
    ).fetchall()
    # Nothing of one lamp but what is public of it.
    assert not {row["property"] for row in rows} & {"power", "dim_level", "burning_hours", "lamp_temperature"}


def test_groups_of_fewer_than_eight_lamps_are_not_told(city_database: Database) -> None:
    lamps = [row["lamps"] for row in city_database.execute("select lamps from staff.light_day").fetchall()]
    assert lamps
    assert min(lamps) >= 8
    city_database.execute("reset role")
    with suppress(psycopg.Rollback), city_database.transaction():
        city_database.execute(
            "update lantaarn.finding set status = 'paused'"
            " where reference in ('lantaarn-0101', 'lantaarn-0102', 'lantaarn-0104')"
        )
        assert city_database.execute("select * from staff.light_day").fetchall() == []
        assert city_database.execute("select * from staff.light_now").fetchall() == []
        raise psycopg.Rollback


def test_counts_are_those_of_the_register(city_database: Database) -> None:
    query: LiteralString = (
        "select ours.day, ours.value, theirs.value as public, theirs.below from staff.day as ours"
        " left join open.day as theirs on theirs.datastream_id = ours.datastream_id and theirs.day = ours.day"
        " where ours.counts_people"
    )
    rows = city_database.execute(query).fetchall()
    assert len(rows) > 10
    assert all(row["value"] == row["public"] for row in rows)
    assert any(row["below"] is not None for row in rows) or any(row["value"] is not None for row in rows)


def test_dimming_saves_what_it_should(city_database: Database) -> None:
    """The lamps of the demo burn at 60 percent from 23:00 to 06:00 and at full strength before and after."""
    now = small_city.current_second()
    period = TimeRange(now - timedelta(days=3), now)
    saved = ask(city_database, load_panel_queries("lighting")["saved_kwh"], period)[0]["Bespaard"]
    used = sum(row["Verbruik"] for row in ask(city_database, load_panel_queries("lighting")["energy_by_day"], period))
    burned = ask(city_database, load_panel_queries("lighting")["burning_hours"], period)
    dimmed = 7 * 0.4 / (burned[-1]["Branduren van een lamp"] - 7 * 0.4)
    assert saved / used == pytest.approx(dimmed, rel=0.2)
    carbon = ask(city_database, load_panel_queries("lighting")["saved_carbon"], period, co2="0,5")[0]["Bespaard"]
    assert carbon == pytest.approx(saved / 2)


def test_an_outage_is_told_with_its_days(city_database: Database) -> None:
    rows = ask(city_database, load_panel_queries("lighting")["outages"], last_days(3))
    assert {row["Referentie"] for row in rows} == {small_city.FAULTY_REFERENCE}
    assert 1 <= rows[0]["Dagen"] <= 3


def test_a_meter_that_jumped_is_told_with_its_jumps(city_database: Database) -> None:
    rows = ask(city_database, load_panel_queries("register")["meter_jumps"], last_days(3))
    told = [(row["Referentie"], row["Meting"], row["Sprongen"]) for row in rows]
    assert told == [(small_city.JUMPING_REFERENCE, "Verbruikte stroom", 1)]


def test_grafana_has_a_time_limit_and_writes_nothing(database: str) -> None:
    with connect(database) as owner:
        owner.execute("alter role lantaarn_dashboard login password 'grafana'")
        name = owner.info.dbname
    parts = conninfo_to_dict(database) | {"user": "lantaarn_dashboard", "password": "grafana"}
    with psycopg.connect(**cast("dict[str, Any]", parts | {"dbname": name}), autocommit=True) as db:
        shown = {each: db.execute(sql.SQL("show {}").format(sql.Identifier(each))).fetchone() for each in LIMITED}
        assert shown == {name: (value,) for name, value in LIMITED.items()}
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            db.execute("create temporary table here (n integer)")


LIMITED = {
    "statement_timeout": "10s",
    "default_transaction_read_only": "on",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}


def recorded(first: str, last_day: str) -> pd.DataFrame:
    """The recorded series of some days, at the times at which they were recorded."""
    series = replay.recorded_values()
    day = series["time"].dt.tz_convert(AMSTERDAM).dt.date
    chosen = (day >= date.fromisoformat(first)) & (day <= date.fromisoformat(last_day))
    return cast("pd.DataFrame", series[chosen & series["property"].isin(["no2", "count_bicycle"])])


@pytest.mark.parametrize(
    ("first", "day", "final", "hours"),
    [
        ("2023-03-25", "2023-03-26", "2023-03-27", 23),
        ("2023-10-28", "2023-10-29", "2023-10-30", 25),
        ("2019-03-30", "2019-03-31", "2019-04-01", 23),
        ("2018-10-27", "2018-10-28", "2018-10-29", 25),
    ],
)
def test_days_of_the_recorded_series_equal_those_of_pandas(
    each_database: Database, first: str, day: str, final: str, hours: int
) -> None:
    db, series = each_database, recorded(first, final)
    assert len(series) > 100
    for entry in city_register.example_entries(1):
        if entry.reference in set(series["reference"]):
            known = entry.model_copy(update={"active_from": date(2018, 1, 1)})
            publish(db, known, editor="test", reason="test", valid_from=datetime(2018, 1, 1, tzinfo=UTC))
    numbers = {
        (row["reference"], row["property"]): row["id"]
        for row in db.execute(
            "select reference, property, d.id from lantaarn.datastream d join lantaarn.sensor s on s.id = sensor_id"
        ).fetchall()
    }
    ids = [numbers[key] for key in zip(series["reference"], series["property"], strict=True)]
    db.execute(
        "insert into lantaarn.rollup_hour select id, hour, 1, value, value, value"
        " from unnest(%(ids)s::integer[], %(hours)s::timestamptz[], %(values)s::float8[]) as t (id, hour, value)",
        {"ids": ids, "hours": series["time"].dt.to_pydatetime().tolist(), "values": series["value"].tolist()},
    )
    end = series["time"].max().to_pydatetime() + timedelta(hours=3)
    publish_cells(db, end)
    update_daily_totals(db, end)
    period = TimeRange(end - timedelta(days=4), end)
    air = {
        (row["time"], row["metric"]): row["value"]
        for row in ask(db, load_panel_queries("air_quality")["daily_means"], period)
    }
    bicycles = {row["time"]: row["value"] for row in ask(db, load_panel_queries("traffic")["traffic_by_class"], period)}
    local = series.assign(day=series["time"].dt.tz_convert(AMSTERDAM).dt.date)
    start = datetime.combine(date.fromisoformat(day), datetime.min.time(), AMSTERDAM)
    here = local[local["day"] == date.fromisoformat(day)]
    if day.startswith("2023"):
        stations = here[here["property"] == "no2"].groupby("reference")["value"]
        full = stations.mean()[stations.count() * 4 >= hours * 3]
        assert stations.count().max() == hours
        assert air[start, "Gemiddelde van de stations"] == pytest.approx(full.mean(), abs=1e-6)
        assert air[start, "Hoogste station"] == pytest.approx(full.max(), abs=1e-6)
    else:
        counted = here[here["property"] == "count_bicycle"]["value"]
        assert len(counted) >= 2 * (hours - 1)
        # The night belongs to the day it begins.
        clock = series["time"].dt.tz_convert(AMSTERDAM).dt.tz_localize(None)
        is_begun = ((clock - timedelta(hours=6)).dt.date == start.date()) & (series["property"] == "count_bicycle")
        assert bicycles[start] == series.loc[is_begun, "value"].sum()


def test_of_a_counter_that_tells_its_total_too_each_pass_is_once_in_a_sum(
    server_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    db, codes = server_database, ("count_car", "count_bus", "count_motor_vehicle", "count_bicycle")
    beside = traffic_counter_entry(datastreams=[counter(code)["datastreams"][0] for code in codes])
    publish_documents(db, beside, counter(reference="verkeer-2"))
    monkeypatch.setattr(count_cells, "add_noise", _unchanged)
    start = datetime.combine(datetime.now(AMSTERDAM).date() - timedelta(days=4), time(8), AMSTERDAM)
    for reference in ("verkeer-1", "verkeer-2"):
        pass_by(db, start, 30, 40, reference=reference)
    publish_counts(db, datetime.now(UTC))
    update_daily_totals(db, datetime.now(UTC))
    split = ask(db, load_panel_queries("traffic")["modal_split"], last_days(5))
    assert {row["metric"].split(" ±")[0]: row["Aantal"] for row in split} == {
        "Auto, motor of vrachtwagen": 140,
        "Op de fiets": 70,
    }
    by_hour = ask(db, load_panel_queries("traffic")["weekday_hour"], last_days(5), teller="verkeer-1")
    weekday = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")[start.weekday()]
    assert {row["Uur"]: row[weekday] for row in by_hour}["09:00"] == 80


def _unchanged(count: int, _: float) -> int:
    return count


def test_no_statement_asks_for_a_table() -> None:
    named = re.compile(r"\b(?:from|join)\s+(?!lateral\b)([a-z_]+\.[a-z_]+|pg_\w+)", re.IGNORECASE)
    seen = {name for _, query in EVERY for name in named.findall(re.sub(r"extract\(\s*\w+ from", "(", query))}
    assert {name.split(".")[0] for name in seen} == {"open", "staff", "pg_stat_database"}
    assert all("lantaarn." not in query for _, query in EVERY)
