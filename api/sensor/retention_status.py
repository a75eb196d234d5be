"""Retention of a sensor's individual values, and the result of the last check."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.policy.promises import MAX_CHECK_AGE

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class RetentionStatus:
    """The retention promise for one datastream's individual values, and whether it is kept."""

    promised: str
    """The retention class, an ISO 8601 duration."""
    margin: timedelta
    """How much longer values can remain: until a whole chunk has expired, and until the next run."""
    oldest: date | None
    """The day of the oldest value, or the Monday of its week if not every value is public; None without values."""
    about_people: bool
    """When the oldest value came would tell when somebody passed: ``oldest`` is None."""
    last_deletion: datetime | None
    """When values of this class were last deleted."""
    verified_at: datetime | None
    """When it was last checked; None if not in the last hour."""
    within_promise: bool | None
    """Whether nothing is kept too long; None if not checked in the last hour."""


def load_retention_status(db: Database, sensor_id: int, now: datetime) -> dict[str, RetentionStatus]:
    """By observed property; properties without stored individual values are left out."""
    found: dict[str, RetentionStatus] = {}
    for row in db.execute(QUERIES["retention_status"], {"sensor_id": sensor_id}).fetchall():
        is_recent = row["verified_at"] is not None and now - row["verified_at"] <= MAX_CHECK_AGE
        found[row["property"]] = RetentionStatus(
            promised=row["retention_class"],
            margin=row["margin"] or timedelta(0),
            oldest=row["oldest"],
            about_people=row["about_people"],
            last_deletion=row["last_deletion"],
            verified_at=row["verified_at"] if is_recent else None,
            within_promise=row["kept"] if is_recent else None,
        )
    return found


def load_retention_classes(db: Database) -> frozenset[str]:
    """The names of the existing retention classes."""
    return frozenset(row["name"] for row in db.execute(QUERIES["retention_classes"]).fetchall())
