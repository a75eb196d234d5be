"""A sensor whose properties each have a different retention class, on a clock controlled by the test."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from ingest.lifecycle.retention import add_retention_class
from ingest.lifecycle.retention import enforce_retention as enforce
from ingest.lifecycle.verification import RetentionVerification, record_verification, verify_retention
from ingest.pipeline import MessageOutcome, Observation
from ingest.quality_flags import QualityFlag
from ingest.writer import commit_batch
from sensors.db import Database
from sensors.register.entry import Entry
from sensors.register.repository import PublishResult, publish
from tests.support.entries import example_datastream, example_entry

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
QUARTER_HOUR = timedelta(minutes=15)
DAY = timedelta(days=1)
CUSTOM_CLASS = "P90D"
CLASS_BY_PROPERTY: Mapping[str, str] = {
    "no2": "P1D",
    "pm10": "P31D",
    "pm2_5": CUSTOM_CLASS,
    "temperature": "P1Y",
    "relative_humidity": "P5Y",
    "pm1": "P10Y",
}
"""The retention class of each property. One is not built in."""


def publish_sensor(db: Database, classes: Mapping[str, str] = CLASS_BY_PROPERTY, aggregate: str = "P10Y") -> None:
    """Add the custom retention class, and publish the sensor with these classes."""
    add_retention_class(db, CUSTOM_CLASS)
    streams = [
        example_datastream(code, retention={"raw": raw, "aggregate": aggregate}, public="live")
        for code, raw in classes.items()
    ]
    document = example_entry(reference="LML-1", datastreams=streams)
    done = publish(db, Entry.model_validate(document), editor="test", reason="test", valid_from=START)
    assert isinstance(done, PublishResult), done
    # The database stamps changes with its own clock; put them on the test's clock.
    db.execute("update lantaarn.class_change set changed_at = %(at)s where moved_at is null", {"at": START})


def datastream_id(db: Database, code: str) -> int:
    """The id of the datastream with this property."""
    row = db.execute("select id from lantaarn.datastream where property = %(code)s", {"code": code}).fetchone()
    assert row is not None
    return row["id"]


def observation_table(retention_class: str) -> str:
    return f"observation_{retention_class[1:].lower()}"


def store_observations(
    db: Database, code: str, retention_class: str, times: Iterable[datetime], value: float = 7.0
) -> None:
    """Commit good values of a property with this retention class, as ingest does."""
    number = datastream_id(db, code)
    observations = tuple(
        Observation(observation_table(retention_class), number, at, value, QualityFlag.GOOD) for at in times
    )
    commit_batch(db, [MessageOutcome(1, "+/+/+/json", 10, observations, (), 0)], START)


def insert_report(db: Database, received: datetime, settled: datetime | None, *, address: bool = True) -> int:
    """Insert a report with words, and with an address if asked. Returns its number."""
    row = db.execute(
        "insert into lantaarn.report (form_id, municipality, entry_id, reference, kind, words, due_on, received_at, "
        "status, answer, settled_at) values (%(form)s, 'helmond', %(form)s, 'x', 'question', 'words', '2026-01-01', "
        "%(received)s, case when %(settled)s::timestamptz is null then 'received' else 'answered' end, "
        "case when %(settled)s::timestamptz is not null then 'answer' end, %(settled)s) returning id",
        {"form": uuid4(), "received": received, "settled": settled},
    ).fetchone()
    assert row is not None
    if address:
        db.execute("insert into lantaarn.report_address values (%(id)s, 'someone@example.com')", row)
    return row["id"]


def verify_and_record(db: Database, now: datetime) -> RetentionVerification:
    """Verify retention and record the result, as the scheduler does after enforcing it."""
    found = verify_retention(db, now)
    record_verification(db, found, now)
    return found


def run_lifecycle(db: Database, now: datetime) -> RetentionVerification:
    """Enforce and verify retention, as the scheduler does every 15 minutes."""
    enforce(db, now)
    return verify_and_record(db, now)
