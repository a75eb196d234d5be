"""Nobody can work out from all that is public what is not: an exact count, or whether someone was in the street.

How little the noise of counts lets through is played in tests/attacks/test_counters.py. Here every number drawn is the
same, so that whatever differs between two worlds came another way.
"""

import json
import math
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import mean
from typing import Any, LiteralString, cast
from zoneinfo import ZoneInfo

import httpx
import pytest

from ingest.cells import count_cells
from sensors.db import Database, connect
from tests.support.entries import Document, example_datastream, example_entry
from tests.support.sample_data import (
    DAY,
    HOUR,
    NOW,
    insert_ledger_hour,
    insert_travel_time,
    insert_window_count,
    motion_lamp_entry,
    publish_cells,
    publish_documents,
    traffic_counter_entry,
    travel_time_entry,
)
from tests.support.web_server import running_web_server

CLASSES = ("count_car", "count_bicycle", "count_pedestrian")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
COUNTERS = 4
SHOWN = 7
"""The number drawn for every cell."""
START = NOW - 14 * DAY
WORKED_OUT = re.compile(r'"made_at":"[^"]*"|rekenden dit [^<]* uur na')
"""When that was."""
HOURS = 14 * 24
Cell = tuple[int, datetime]
World = dict[Cell, int]
"""How many really passed, by datastream and hour."""


def register(db: Database) -> None:
    """Counters by class and hour, and some by the day, which say nothing when nobody passes."""
    documents = [counting(f"C-{number}", "hour", *CLASSES) for number in range(COUNTERS)]
    documents += [counting(f"D-{number}", "day", "count_bicycle") for number in range(4)]
    publish_documents(db, *documents)


def counting(reference: str, public: str, *codes: str, **changes: Any) -> Document:
    rule = [{"rule": "public_threshold"}]
    declared = {"public": public, "privacy_rules": rule, **changes}
    streams = [example_datastream(code, "traffic", **declared) for code in codes]
    speed = example_datastream("mean_speed", "traffic", public=public, privacy_rules=rule)
    return traffic_counter_entry(reference=reference, datastreams=[*streams, speed])


def invent(db: Database, rng: random.Random) -> World:
    """Fourteen days of quiet and busy hours, most of them near the threshold."""
    counted = db.execute(
        "select id from lantaarn.datastream where counts_people and rule is null order by id"
    ).fetchall()
    scales = {row["id"]: rng.choice((2, 8, 16, 60)) for row in counted}
    return {
        (stream, START + number * HOUR): min(rng.randrange(2 * scale + 1), 9999)
        for stream, scale in scales.items()
        for number in range(HOURS)
    }


def another(world: World, rng: random.Random) -> World:
    """Another world of which the same should be public: whatever passed in each hour, but for the very first one."""
    return {cell: count if cell[1] == START else rng.randrange(100) for cell, count in world.items()}


def _always_shown(_count: int, _deviation: float) -> int:
    return SHOWN


def publish_alike(db: Database, at: datetime | None = None) -> None:
    """Publish as ingest does, with the same number drawn whatever was counted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(count_cells, "add_noise", _always_shown)
        count_cells.publish_counts(db, at or datetime.now(UTC))
    db.execute("select lantaarn.publish_cells(coalesce(%(at)s::timestamptz, now()))", {"at": at})


def write(db: Database, world: World, rng: random.Random) -> None:
    """The hours as ingest stores them; an hour without passages mostly without any message, unless one is due."""
    rows = db.execute("select id from lantaarn.datastream where measurement_interval is not null").fetchall()
    regular = {row["id"] for row in rows}
    kept = {cell: count for cell, count in world.items() if count or cell[1] == START or cell[0] in regular}
    db.execute(
        "insert into lantaarn.rollup_hour (datastream_id, hour, count, sum, min, max) "
        "select id, hour, messages, total, 0, total from unnest(%(ids)s::integer[], %(hours)s::timestamptz[], "
        "%(messages)s::bigint[], %(totals)s::float8[]) as given (id, hour, messages, total) "
        "on conflict (datastream_id, hour) do update set "
        "sum = rollup_hour.sum + excluded.sum, count = rollup_hour.count + excluded.count",
        {
            "ids": [stream for stream, _ in kept],
            "hours": [hour for _, hour in kept],
            "messages": [rng.randrange(1, 60) for _ in kept],
            "totals": [float(count) for count in kept.values()],
        },
    )


def drive_by(db: Database) -> None:
    """A mean speed for each hour in which a counter counted anyone: 30 km/h, always."""
    db.execute(
        "insert into lantaarn.rollup_hour (datastream_id, hour, count, sum, min, max) "
        "select speed.id, total.hour, 1, 30, 30, 30 from lantaarn.rollup_hour as total "
        "inner join lantaarn.datastream as counter on counter.id = total.datastream_id "
        "inner join lantaarn.datastream as speed using (sensor_id) "
        "where speed.property = 'mean_speed' and total.sum > 0 group by 1, 2 on conflict do nothing"
    )


def live_through(db: Database, world: World, rng: random.Random) -> list[dict[str, Any]]:
    """The fourteen days as they pass: cells are published, and some messages come in after that. Gives back what was
    public on the way."""
    seen: list[dict[str, Any]] = []
    for end in (START + number * DAY for number in range(1, 15)):
        write(db, {cell: count for cell, count in world.items() if end - DAY <= cell[1] < end}, rng)
        drive_by(db)
        publish_alike(db, end + HOUR)
        seen += db.execute("select * from open.hour").fetchall()
        write(db, {cell: rng.randrange(3) for cell in world if cell[1] == end - 3 * DAY}, rng)
    publish_alike(db)
    return seen


def forget(db: Database) -> None:
    db.execute("truncate lantaarn.rollup_hour, lantaarn.public_cell")
    db.execute("update lantaarn.public_floor set settled_until = '-infinity'")


def everything(db: Database) -> Mapping[str, list[dict[str, Any]]]:
    """All that the views for everyone hold."""
    # Not since when totals are known: Python knows no infinite times, and it tells of no one's passing.
    views = db.execute(
        "select table_name, string_agg(quote_ident(column_name), ', ' order by ordinal_position) as columns"
        " from information_schema.columns where table_schema = 'open' and column_name <> 'totals_since' group by 1"
    ).fetchall()
    found = {
        view["table_name"]: db.execute(
            cast(LiteralString, f"select {view['columns']} from open.{view['table_name']}")
        ).fetchall()
        for view in views
    }
    # When the numbers about quality were worked out is another moment each time, and tells of nobody.
    return {name: sorted(rows, key=str) for name, rows in found.items() if name != "quality_time"}


def test_worlds_that_differ_in_who_passed_differ_in_nothing_else(server_database: Database) -> None:
    """Which hours there are, when they come and what else is public tells nothing besides the noisy numbers."""
    db, rng = server_database, random.Random(4)
    register(db)
    world = invent(db, rng)
    seen = live_through(db, world, rng)
    public = everything(db)
    counted = [row for row in public["hour"] if row["property"] != "mean_speed"]
    assert len(counted) > 2500
    assert {row["value"] for row in counted} == {SHOWN}
    # No cell changed after it was published.
    assert {str(row) for row in seen} <= {str(row) for row in public["hour"]}
    forget(db)
    live_through(db, another(world, rng), rng)
    assert everything(db) == public


def test_every_page_says_the_same_of_both_worlds_and_the_same_each_time(database: str) -> None:
    rng = random.Random(6)
    with connect(database) as db, running_web_server(database) as url, httpx.Client(base_url=url) as client:
        publish_documents(
            db,
            counting("C-0", "hour", *CLASSES, interval="PT1H"),
            counting("D-0", "day", *CLASSES, interval="PT1H"),
            travel_time_entry(),
            motion_lamp_entry(),
        )
        world = {cell: count for cell, count in invent(db, rng).items() if NOW - 20 * HOUR < cell[1] < NOW - 2 * HOUR}
        write(db, world | {(stream, NOW - 20 * HOUR): 1 for stream, _ in world}, rng)
        publish_alike(db)
        keep_books(db, last_week=120, now=0)
        insert_travel_time(db, "kenteken-1", NOW - 2 * HOUR, median=80)
        insert_window_count(db, "kasteelpark", NOW - 3 * HOUR, 43)
        public = answers(client)
        for amount in (0, 7, 14):
            insert_window_count(db, "kasteelpark", NOW - (4 + amount) * HOUR, amount)
        db.execute("truncate lantaarn.rollup_hour, lantaarn.public_cell, lantaarn.ledger, lantaarn.ledger_reason")
        db.execute("update lantaarn.public_floor set settled_until = '-infinity'")
        keep_books(db, last_week=910, now=500)
        write(db, another(world, rng) | {(stream, NOW - 20 * HOUR): 1 for stream, _ in world}, rng)
        publish_alike(db)
        assert answers(client) == public
        assert "minder dan 25" in public["/sensors/C-0"]
        together = json.loads(public["/v1/areas/BU07941000"])["properties"]["values"]
        assert "count_car" in {each["observed_property"] for each in together}
        counted = [value for each in together if each["summed"] for value in each["values"]]
        assert {value["value"] for value in counted} == {SHOWN}
        assert {client.get("/v1/sensors/C-0").text for _ in range(1000)} == {public["/v1/sensors/C-0"]}


TOGETHER = (
    *("/buurten/BU07941000", "/v1/areas/BU07941000", "/themas/verkeer", "/themas/licht", "/v1/themes/traffic"),
    *("/organisaties/gemeente-helmond", "/v1/organisations/gemeente-helmond"),
)
"""What tells of many sensors together."""


def answers(client: httpx.Client) -> dict[str, str]:
    references = ("C-0", "D-0", "kenteken-1", "lamp-1")
    paths = ["/", "/v1/sensors", *TOGETHER]
    paths += [f"{where}/{each}" for each in references for where in ("/sensors", "/v1/sensors")]
    paths += ["/?deviating=yes", "/kwaliteit", "/kwaliteit?organisation=Gemeente%20Helmond", "/v1/quality"]
    paths += [f"/v1/quality/{groups}" for groups in ("neighbourhoods", "organisations", "organisations.csv")]
    return {path: WORKED_OUT.sub("", client.get(path).text) for path in paths}


def keep_books(db: Database, *, last_week: int, now: int) -> None:
    """Books of sensors that could betray people, and of one that nobody knows: a week ago and now."""
    for reference in ("C-0", "D-0", "lamp-1"):
        insert_ledger_hour(db, reference, NOW - 7 * DAY, stored=0, refused={"too_late": last_week})
        insert_ledger_hour(db, reference, NOW, stored=now, refused={"too_late": now})
    db.execute("update lantaarn.ledger set fields_dropped = quarantined")
    db.execute(
        "insert into lantaarn.ledger_reason values (null, %(week)s, 'unregistered', %(last)s), "
        "(null, %(week)s, 'malformed', %(few)s), (null, %(now)s, 'unregistered', %(new)s)",
        {"week": NOW - 7 * DAY, "last": last_week, "few": last_week % 14, "now": NOW, "new": now},
    )


LAMPS = 10
NIGHTS = 2400


@dataclass(frozen=True, slots=True)
class Night:
    """One night in a quiet street, with so many ``passers`` besides ``someone``. ``energy``: kWh of each lamp;
    ``without``: what it would have been without that one, on average."""

    day: date
    someone: bool
    passers: int
    energy: tuple[float, ...]
    without: tuple[float, ...]


def street(rng: random.Random) -> Iterator[Night]:
    """Lamps that burn at 40 % and brighten for a minute and a half for whoever passes: about six a night, and in half
    of the nights the one that the attacker looks for."""
    watts = [rng.uniform(25, 60) for _ in range(LAMPS)]
    for number in range(NIGHTS):
        day = (NOW - (NIGHTS - number) * DAY).date()
        dark = 12 + 4 * math.cos(2 * math.pi * (day.timetuple().tm_yday + 10) / 365)
        someone, passers = rng.random() < 0.5, sum(rng.random() < 0.1 for _ in range(60))
        without = tuple(watt * (0.4 * dark + 0.6 * passers * 0.025) / 1000 for watt in watts)
        energy = tuple(
            (kwh + someone * watt * 0.6 * 0.025 / 1000) * rng.gauss(1, 0.002)
            for kwh, watt in zip(without, watts, strict=True)
        )
        yield Night(day, someone, passers, energy, without)


def light_up(db: Database, nights: Sequence[Night]) -> None:
    """The street as ingest stores it: energy and fault by the hour, and a message more whenever a lamp brightens."""
    streams = [
        example_datastream("energy", "streetlight", public="day"),
        example_datastream("fault_code", "streetlight", public="day"),
    ]
    publish_documents(
        db, *(example_entry(reference=f"L-{each}", kind="streetlight", datastreams=streams) for each in range(LAMPS))
    )
    rows = [(f"L-{lamp}", night, night.energy[lamp]) for night in nights for lamp in range(LAMPS)]
    given = {
        "references": [reference for reference, _, _ in rows],
        "hours": [evening(night.day) for _, night, _ in rows],
        "energies": [energy for _, _, energy in rows],
        # Ten status messages of two readings, and two more for each who passes: often near an edge of a band.
        "readings": [20 + 4 * (night.passers + night.someone) for _, night, _ in rows],
    }
    db.execute(
        "insert into lantaarn.rollup_hour select d.id, g.hour, g.readings / 2, t.total, 0, t.total "
        "from unnest(%(references)s::text[], %(hours)s::timestamptz[], %(energies)s::float8[], %(readings)s::bigint[]) "
        "as g (reference, hour, energy, readings) inner join lantaarn.sensor s using (reference) "
        "inner join lantaarn.datastream d on d.sensor_id = s.id "
        "cross join lateral (select case d.property when 'energy' then g.energy else 0 end as total) as t",
        given,
    )
    db.execute(
        "insert into lantaarn.ledger select s.id, g.hour, g.readings, g.readings, 0, 0, 0, 0 "
        "from unnest(%(references)s::text[], %(hours)s::timestamptz[], %(readings)s::bigint[]) "
        "as g (reference, hour, readings) inner join lantaarn.sensor s using (reference)",
        {name: given[name] for name in ("references", "hours", "readings")},
    )
    for start in range(0, NIGHTS, 30):
        publish_cells(db, evening(nights[start].day) + DAY)
    publish_cells(db)


def evening(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 20, tzinfo=UTC)


def test_nobody_can_tell_from_the_lamps_whether_someone_was_in_the_street(database: str) -> None:
    nights = list(street(random.Random(7)))
    with connect(database) as db:
        light_up(db, nights)
        cells = db.execute("select sensor_id, property, day, value from open.day").fetchall()
        weeks = db.execute("select sensor_id, week, received from open.ledger_week").fetchall()
        assert db.execute("select from open.hour").fetchall() == db.execute("select from open.latest").fetchall() == []
        assert db.execute("select from open.ledger_day").fetchall() == []
    public: dict[date, dict[str, float]] = {night.day: {} for night in nights}
    for cell in cells:
        public[cell["day"]][f"{cell['property']} {cell['sensor_id']}"] = cell["value"]
    for row in weeks:
        for day in (row["week"] + timedelta(days=number) for number in range(7)):
            if day in public:
                public[day][f"books {row['sensor_id']}"] = float(row["received"])
    told = [worked_out(night, public[night.day]) for night in nights]
    assert len(told[100]) == 3 * LAMPS + 2
    assert best_guess(nights, told) <= 0.55
    # The exact energy, which is not public, would tell.
    exact = [{"more": sum(night.energy) - sum(night.without)} for night in nights]
    assert best_guess(nights, exact) > 0.9


def worked_out(night: Night, public: Mapping[str, float]) -> dict[str, float]:
    """What is public, and how much more it is than what an attacker expects who knows the street and all others."""
    energies = [value for name, value in public.items() if name.startswith("energy")]
    more = sum(energies) - sum(night.without)
    steps = sum(energies) - sum(round(energy, 1) for energy in night.without)
    return {**public, "more": more, "steps": steps}


def best_guess(nights: Sequence[Night], told: Sequence[Mapping[str, float]]) -> float:
    """The balanced accuracy, in the second half of the nights, of the one threshold that does best in the first."""
    half = len(nights) // 2
    names = sorted({name for each in told for name in each})
    rules = [(name, edge) for name in names for edge in sorted({each.get(name, 0) for each in told[:half]})[::4]]

    def right(rule: tuple[str, float], part: slice) -> float:
        name, edge = rule
        guesses = [
            (night.someone, each.get(name, 0) > edge) for night, each in zip(nights[part], told[part], strict=True)
        ]
        return mean(mean(guess == truth for truth, guess in guesses if truth is wanted) for wanted in (True, False))

    scores = {rule: right(rule, slice(half)) for rule in rules}
    best = max(scores, key=lambda rule: abs(scores[rule] - 0.5))
    found = right(best, slice(half, None))
    return found if scores[best] > 0.5 else 1 - found
