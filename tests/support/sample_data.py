"""A small register with data, for tests of code that reads it."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from ingest.cells import count_cells
from ingest.quality_flags import QualityFlag
from sensors.db import Database
from sensors.register import repository
from sensors.register.entry import Entry
from sensors.register.repository import PublishResult, load_areas, publish
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE
from tests.support.entries import LAW_OF_PERSONAL_DATA, Document, example_datastream, example_entry, person_datastream

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
REGISTERED = datetime(2023, 1, 1, tzinfo=UTC)
"""Before everything that tests measure: of what was counted earlier, nothing is published."""


def publish_documents(db: Database, *documents: Document, valid_from: datetime = REGISTERED) -> None:
    """Load the area boundaries, and publish these entries."""
    load_areas(db)
    for document in documents:
        done = publish(db, Entry.model_validate(document), editor="test", reason="test", valid_from=valid_from)
        assert isinstance(done, PublishResult), done


def traffic_counter_entry(**changes: Any) -> Document:
    """A traffic counter with public hourly counts, which it sends every hour."""
    rule = [{"rule": "public_threshold"}]
    counts = example_datastream("count_car", "traffic", public="hour", privacy_rules=rule, interval="PT1H")
    return example_entry(
        **{
            "reference": "verkeer-1",
            "kind": "traffic",
            "name": {"nl": "Autoteller"},
            "device": {"category": "sensor", "sensor_types": ["proximity"]},
            "datastreams": [counts],
        }
        | changes
    )


def travel_time_entry(**changes: Any) -> Document:
    """A sensor at the start of a travel time segment."""
    rule = {"rule": "match_in_memory", "to": "kenteken-2"}
    return _person_sensor_entry("kenteken-1", "traffic", "travel_time", rule) | changes


@contextmanager
def before_there_were_rules() -> Generator[None]:
    """What is published meanwhile may break any rule, as entries may that are older than it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repository, "find_rule_violations", _no_violations)
        yield


def _no_violations(_entry: Entry, _classes: object) -> tuple[()]:
    return ()


def motion_lamp_entry(number: int = 1, **changes: Any) -> Document:
    """A lamp whose movements are counted per group."""
    rule = {"rule": "window_count", "group": "kasteelpark"}
    return _person_sensor_entry(f"lamp-{number}", "streetlight", "presence", rule) | changes


def motion_lamp_entries(lamps: int = 12) -> list[Document]:
    """A whole group of such lamps."""
    return [motion_lamp_entry(number) for number in range(1, lamps + 1)]


def _person_sensor_entry(reference: str, kind: str, code: str, rule: Document) -> Document:
    stream = person_datastream(code, kind, rule, {"rule": "public_threshold"}, public="hour")
    legal = example_entry()["legal"] | LAW_OF_PERSONAL_DATA
    return example_entry(reference=reference, kind=kind, datastreams=[stream], legal=legal)


def home_sensor_entry(**changes: Any) -> Document:
    """A resident's sensor, whose exact location must never be published."""
    place = {"kind": "fixed", "geometry": {"type": "Point", "coordinates": [5.654321, 51.481234]}}
    return example_entry(
        **{
            "reference": "bewoner-1",
            "name": {"nl": "Fijnstofmeter van een bewoner"},
            "location": place | {"precision": "cell_100m"},
            "organisations": [{"role": "owner", "name": "Inwoner"}, {"role": "controller", "name": "Gemeente Helmond"}],
        }
        | changes
    )


def insert_observation(
    db: Database, reference: str, code: str, value: float, at: datetime, *, quality: QualityFlag = QualityFlag.GOOD
) -> None:
    """Insert one value of a datastream with retention class P1Y, without its hourly total."""
    db.execute(
        "insert into lantaarn.observation_1y (datastream_id, time, value, quality) "
        "select d.id, %(at)s, %(value)s, %(quality)s from lantaarn.datastream d "
        "join lantaarn.sensor s on s.id = d.sensor_id "
        "where s.reference = %(reference)s and d.property = %(code)s",
        {"reference": reference, "code": code, "value": value, "at": at, "quality": int(quality)},
    )


def insert_hourly_total(db: Database, reference: str, code: str, hour: datetime, amount: float) -> None:
    """Insert the rollup of three values in an hour."""
    db.execute(
        "insert into lantaarn.rollup_hour (datastream_id, hour, count, sum, min, max) "
        "select d.id, %(hour)s, 3, %(sum)s, %(sum)s, %(sum)s "
        "from lantaarn.datastream d join lantaarn.sensor s on s.id = d.sensor_id "
        "where s.reference = %(reference)s and d.property = %(code)s",
        {"reference": reference, "code": code, "hour": hour, "sum": amount},
    )


def insert_travel_time(db: Database, reference: str, start: datetime, *, median: int, p85: int | None = 120) -> None:
    """Insert a window of travel times of cars."""
    db.execute(
        "insert into lantaarn.travel_time (datastream_id, window_start, minutes, vehicle_class, median, p85, revision) "
        "select d.id, %(start)s, 60, 'car', %(median)s, %(p85)s, s.revision "
        "from lantaarn.datastream d join lantaarn.sensor s on s.id = d.sensor_id where s.reference = %(reference)s",
        {"reference": reference, "start": start, "median": median, "p85": p85},
    )


def insert_window_count(db: Database, group: str, start: datetime, count: int) -> None:
    """Insert a one-hour window of a group of 12 lamps with this noisy count."""
    db.execute(
        "insert into lantaarn.window_count values "
        "('helmond', %(group)s, 'presence', %(start)s, %(start)s::timestamptz + interval '1 hour', 12, %(count)s, 1, "
        "248, 59)",
        {"group": group, "start": start, "count": count},
    )


def insert_movement(db: Database, group: str, first_day: date, days: int, *, by_hour: Mapping[int, int]) -> None:
    """Insert every window of so many days of a group of 12 lamps: the counts by the hour (local time) in which a window
    begins, 23 for the night, without any noise in them."""
    windows: list[tuple[datetime, datetime, int]] = []
    for number in range(days):
        midnight = datetime.combine(first_day + timedelta(days=number), time(), LOCAL_TIME_ZONE)
        windows += [
            (midnight.replace(hour=hour), midnight.replace(hour=hour + 1), by_hour.get(hour, 0))
            for hour in range(6, 23)
        ]
        windows.append((midnight.replace(hour=23), (midnight + timedelta(days=1)).replace(hour=6), by_hour.get(23, 0)))
    db.execute(
        "insert into lantaarn.window_count select 'helmond', %(group)s, 'presence', given.start, given.until, 12, "
        "given.count, (select max(revision) from lantaarn.register_entry), sqrt(5120 * 12), "
        "extract(epoch from given.until - given.start) / 61 "
        "from unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[], %(counts)s::bigint[]) "
        "as given (start, until, count) on conflict do nothing",
        {
            "group": group,
            "starts": [start for start, _, _ in windows],
            "ends": [until for _, until, _ in windows],
            "counts": [count for _, _, count in windows],
        },
    )


def publish_movement(db: Database, at: datetime) -> int:
    """Publish the means of movement that are due, as ingest does every hour; how many there were."""
    row = db.execute("select lantaarn.publish_movement(%(at)s)::integer as written", {"at": at}).fetchone()
    assert row is not None
    return row["written"]


def publish_cells(db: Database, at: datetime | None = None) -> None:
    """Publish what is complete, as ingest does every hour, but with counts as they are, without noise in them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(count_cells, "add_noise", _unchanged)
        count_cells.publish_counts(db, at or datetime.now(UTC))
    db.execute("select lantaarn.publish_cells(coalesce(%(at)s::timestamptz, now()))", {"at": at})


def insert_event_books(db: Database, days_ago: int = 7) -> None:
    """What became of the windows of events on one day, and a kind of sensor of which many events were refused."""
    for rule, subject, due, released, unobserved in (
        ("window_count", "helmond/park/presence", 18, 14, 3),
        ("match_in_memory", "1", 24, 20, 0),
    ):
        window = {"rule": rule, "subject": subject, "due": due, "released": released, "unobserved": unobserved}
        day = {"day": (NOW - days_ago * DAY).astimezone(LOCAL_TIME_ZONE).date(), "until": NOW}
        db.execute(
            "insert into lantaarn.window_due values (%(rule)s, %(subject)s, %(day)s, 'helmond', %(due)s)", window | day
        )
        db.execute(
            "insert into lantaarn.window_day values (%(rule)s, %(subject)s, %(day)s, %(released)s::integer, "
            "%(due)s::integer - %(released)s::integer - %(unobserved)s::integer, %(unobserved)s::integer, %(until)s)",
            window | day,
        )
    for reason, events in (("in_future", 17_500), ("undeclared", 9_000), ("no_time", -300)):
        db.execute(
            "insert into lantaarn.event_refusal "
            "values ('streetlight', %(reason)s, %(since)s, %(until)s, %(events)s, 640)",
            {"reason": reason, "since": NOW - 2 * DAY, "until": NOW - DAY, "events": events},
        )


def _unchanged(count: int, _: float) -> int:
    return count


def insert_ledger_hour(
    db: Database, reference: str, hour: datetime, *, stored: int, refused: dict[str, int], aggregated: int = 0
) -> None:
    """Insert an hour of the ledger: readings stored, readings rejected by reason, and events."""
    db.execute(
        "insert into lantaarn.ledger (sensor_id, hour, received, stored, duplicate, quarantined, aggregated, "
        "fields_dropped) select id, %(hour)s, %(stored)s::integer + %(refused)s::integer + %(aggregated)s::integer, "
        "%(stored)s, 0, %(refused)s, %(aggregated)s, 0 from lantaarn.sensor where reference = %(reference)s",
        {
            "reference": reference,
            "hour": hour,
            "stored": stored,
            "refused": sum(refused.values()),
            "aggregated": aggregated,
        },
    )
    for reason, readings in refused.items():
        db.execute(
            "insert into lantaarn.ledger_reason select id, %(hour)s, %(reason)s, %(readings)s "
            "from lantaarn.sensor where reference = %(reference)s",
            {"reference": reference, "hour": hour, "reason": reason, "readings": readings},
        )
