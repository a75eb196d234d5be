"""Before and after a date: what pandas makes of the same days, and no verdict where there is none to give."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboards.panel_queries import load_panel_queries
from sensors.db import Database
from tests.support.counters import counter_entry, insert_count_days
from tests.support.entries import example_datastream, example_entry
from tests.support.grafana_macros import TimeRange, expand_macros
from tests.support.sample_data import publish_documents
from tests.support.year_of_air import AMSTERDAM

SPRING = pd.read_csv(Path(__file__).parents[2] / "data/air_2019_2020/no2_days.csv")
LOCKDOWN, WEEKS = "16-03-2020", 10
AROUND_LOCKDOWN = TimeRange(
    datetime(2020, 1, 6, tzinfo=AMSTERDAM), datetime(2020, 5, 25, tzinfo=AMSTERDAM) - timedelta(milliseconds=1)
)
YEAR_EARLIER = pd.Timedelta(days=364)
T_95 = {2: 4.303, 3: 3.182}
COLUMNS = ("Blijft over", "Minstens", "Hoogstens")


def ask(db: Database, dashboard: str, period: TimeRange, **chosen: str) -> list[dict[str, Any]]:
    everything = {"buurt": "'*'", "organisatie": "'*'", "vergelijk": "'*'"}
    query = load_panel_queries(dashboard)["before_after"]
    return db.execute(expand_macros(query, period, everything | chosen)).fetchall()


def expected(days: Any, treated: str, date: pd.Timestamp, weeks: int) -> tuple[float, float, float]:
    """What remains and its bounds, in per cent. ``days``: a column for each place, a row for each day that counts."""
    window: Any = pd.date_range(date - pd.Timedelta(weeks=weeks), periods=14 * weeks)
    now, past = days.reindex(window), days.reindex(window - YEAR_EARLIER).set_axis(window)
    usable = now.notna() & past.notna()
    usable = usable[usable[treated]]
    now, past = now.loc[usable.index].where(usable), past.loc[usable.index].where(usable)
    after = usable.index >= date
    ratio = np.log(now[after].sum() / past[after].sum()) - np.log(now[~after].sum() / past[~after].sum())
    others = ratio.drop(treated)
    week = (usable.index - window[0]).days // 7
    weekly = np.log(now.groupby(week).sum() / past.groupby(week).sum())
    apart = weekly[treated] - weekly.drop(columns=treated).mean(axis=1)
    wandering = sum(side.var(ddof=1) / len(side) for side in (apart[apart.index < weeks], apart[apart.index >= weeks]))
    spread = others.var(ddof=1)
    margin = T_95[len(others) - 1] * np.sqrt(max(spread, wandering) + spread / len(others))
    difference = ratio[treated] - others.mean()
    return tuple(100 * np.expm1(each) for each in (difference, difference - margin, difference + margin))


@pytest.fixture
def spring(each_database: Database) -> Database:
    stations = sorted(set(SPRING["station"]))
    publish_documents(
        each_database, *(example_entry(reference=each, datastreams=[example_datastream("no2")]) for each in stations)
    )
    each_database.execute("update lantaarn.datastream set totals_since = '-infinity'")
    each_database.execute(
        "insert into lantaarn.day_total (datastream_id, day, count, sum, min, max, hours) "
        "select stream.id, given.day, given.hours, given.hours * given.value, 0, 0, given.hours "
        "from unnest(%(stations)s::text[], %(days)s::date[], %(values)s::float8[], %(hours)s::integer[]) "
        "as given (reference, day, value, hours) "
        "join lantaarn.sensor as sensor on sensor.reference = given.reference "
        "join lantaarn.datastream as stream on stream.sensor_id = sensor.id",
        {
            "stations": SPRING["station"].tolist(),
            "days": SPRING["day"].tolist(),
            "values": SPRING["no2"].tolist(),
            "hours": SPRING["hours"].tolist(),
        },
    )
    each_database.execute("set role lantaarn_dashboard")
    return each_database


def test_the_lockdown_of_2020_is_no_measure_of_one_street(spring: Database) -> None:
    """Less traffic and windy weather everywhere: by itself the busiest street became 21 per cent cleaner."""
    valid = SPRING[SPRING["hours"] >= 18]
    days = valid.assign(day=pd.to_datetime(valid["day"])).pivot_table(index="day", columns="station", values="no2")
    plain: dict[str, float] = {}
    for station in days.columns:
        (told,) = ask(spring, "air_quality", AROUND_LOCKDOWN, stof="no2", station=station, datum=LOCKDOWN)
        assert told["Dagen"] == 7 * WEEKS
        assert told["Wat is te zeggen"] == "Niet te zeggen: het verschil kan toeval zijn", station
        assert [told[column] for column in COLUMNS] == pytest.approx(
            list(expected(days, station, pd.Timestamp("2020-03-16"), WEEKS)), rel=1e-4
        )
        plain[station] = told["Verschil"]
    assert plain["NL10237"] == pytest.approx(-21, abs=1)


def test_where_nothing_can_be_said_it_says_why(spring: Database) -> None:
    def verdict(period: TimeRange, **chosen: str) -> str:
        asked = {"stof": "no2", "station": "NL10237", "datum": "2020-03-16"} | chosen
        (told,) = ask(spring, "air_quality", period, **asked)
        assert told["Verschil"] is not None
        if not told["Wat is te zeggen"].endswith("toeval zijn"):
            assert {told[column] for column in COLUMNS} == {None}
        return told["Wat is te zeggen"]

    assert "minder dan drie andere" in verdict(AROUND_LOCKDOWN, vergelijk="NL10131")
    short = TimeRange(datetime(2020, 2, 24, tzinfo=AMSTERDAM), AROUND_LOCKDOWN.until)
    assert "minder dan vier weken" in verdict(short)
    # Nothing of 2018 is there.
    early = TimeRange(datetime(2019, 1, 1, tzinfo=AMSTERDAM), datetime(2019, 5, 1, tzinfo=AMSTERDAM))
    assert "een jaar eerder" in verdict(early, datum="01-03-2019")


def counts(growth: float) -> pd.DataFrame:
    """Two years of five counters with seasons and weather in common; from 1 September 2025 the first has more."""
    random = np.random.default_rng(3)
    days = pd.date_range("2024-05-01", "2025-12-31")
    weather = np.exp(0.3 * np.sin(days.day_of_year / 58) + random.normal(0, 0.15, len(days)))
    rows: list[pd.DataFrame] = []
    for number in range(1, 6):
        value = 2000 * number * weather * np.exp(random.normal(0, 0.05, len(days)))
        if number == 1:
            value = value * np.where(days >= pd.Timestamp("2025-09-01"), 1 + growth, 1)
        given = {
            "reference": f"verkeer-{number}",
            "property": "count_bicycle",
            "day": days.date,
            "value": value.round(),
        }
        rows.append(pd.DataFrame(given))
    frame = pd.concat(rows, ignore_index=True)
    # The second has a gap of ten days, the third begins after the summer of 2025.
    is_gap = (frame["reference"] == "verkeer-2") & frame["day"].astype(str).between("2025-10-01", "2025-10-10")
    is_new = (frame["reference"] == "verkeer-3") & (frame["day"].astype(str) < "2025-08-15")
    return frame[~is_gap & ~is_new]


@pytest.mark.parametrize(
    ("growth", "verdict"), [(0.4, "Meer dan elders"), (-0.3, "Minder dan elders"), (0.0, "Niet te zeggen")]
)
def test_what_one_counter_gained_beside_others_is_found(server_database: Database, growth: float, verdict: str) -> None:
    frame = counts(growth)
    publish_documents(server_database, *(counter_entry(f"verkeer-{number}", "count_bicycle") for number in range(1, 6)))
    insert_count_days(server_database, frame)
    server_database.execute("set role lantaarn_dashboard")
    period = TimeRange(datetime(2025, 7, 1, tzinfo=AMSTERDAM), datetime(2025, 11, 3, tzinfo=AMSTERDAM))
    (told,) = ask(server_database, "traffic", period, teller="verkeer-1", datum="1-9-2025")
    assert told["Wat is te zeggen"].startswith(verdict)
    assert told["Minstens"] < 100 * growth < told["Hoogstens"]
    days = frame.assign(day=pd.to_datetime(frame["day"])).pivot_table(index="day", columns="reference", values="value")
    assert [told[column] for column in COLUMNS] == pytest.approx(
        list(expected(days.drop(columns="verkeer-3"), "verkeer-1", pd.Timestamp("2025-09-01"), 8)), rel=1e-4
    )
    first = days["verkeer-1"]
    assert told["Ervoor"] == pytest.approx(first["2025-07-07":"2025-08-31"].mean())
    assert told["± ervoor"] == pytest.approx(2 * 12 * np.sqrt(18) / np.sqrt(56))
