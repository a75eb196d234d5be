"""A sensor whose properties are each kept for another term, and a clock that only the test moves."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from ingest.lifecycle.retention import add_class
from ingest.lifecycle.retention import run as enforce
from ingest.lifecycle.verification import Verification, record, verify
from ingest.pipeline import Observation, Outcome
from ingest.quality_flags import Quality
from ingest.writer import commit
from sensors.db import Database
from sensors.register.entry import Entry
from sensors.register.repository import Published, publish
from tests.support.entries import datastream, example

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
ADDED = "P90D"
CLASSES: Mapping[str, str] = {
    "no2": "P1D",
    "pm10": "P31D",
    "pm2_5": ADDED,
    "temperature": "P1Y",
    "relative_humidity": "P5Y",
    "pm1": "P10Y",
}
"""The class of each property. One of them is not built in."""


def keep(db: Database, classes: Mapping[str, str] = CLASSES, aggregate: str = "P10Y") -> None:
    """Make the class that is not built in, and publish the sensor with these classes."""
    add_class(db, ADDED)
    streams = [
        datastream(code, retention={"raw": raw, "aggregate": aggregate}, public="live") for code, raw in classes.items()
    ]
    document = example(reference="LML-1", datastreams=streams)
    done = publish(db, Entry.model_validate(document), editor="test", reason="test", at=START)
    assert isinstance(done, Published), done
    # The database keeps time by itself; here it is told.
    db.execute("update lantaarn.class_change set changed_at = %(at)s where moved_at is null", {"at": START})


def stream(db: Database, code: str) -> int:
    """The number of one datastream."""
    row = db.execute("select id from lantaarn.datastream where property = %(code)s", {"code": code}).fetchone()
    assert row is not None
    return row["id"]


def table_of(raw: str) -> str:
    return f"observation_{raw[1:].lower()}"


def store(db: Database, code: str, raw: str, times: Iterable[datetime], value: float = 7.0) -> None:
    """What ingest does with good values of this property, when this is its class."""
    number = stream(db, code)
    observations = tuple(Observation(table_of(raw), number, at, value, Quality.GOOD) for at in times)
    commit(db, [Outcome(1, "+/+/+/json", 10, observations, (), 0)], START)


def check(db: Database, now: datetime) -> Verification:
    """What the clock does last."""
    found = verify(db, now)
    record(db, found, now)
    return found


def tick(db: Database, now: datetime) -> Verification:
    """What the clock does each quarter of an hour."""
    enforce(db, now)
    return check(db, now)
