"""How long single values of a sensor are kept, and whether that is so: what the last check found."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.policy.promises import MAX_CHECK_AGE

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class RetentionStatus:
    """The promise about the single values of one datastream, and what came of it."""

    promised: str
    """The retention class: an ISO 8601 duration."""
    margin: timedelta
    """How much longer the last of them can be there: until a whole chunk is past its term, and until the next run."""
    oldest: date | None
    """The day of the oldest value, or the Monday of its week where not every value is public; none without any."""
    last_deletion: datetime | None
    """When values of this class were deleted last."""
    verified_at: datetime | None
    """When it was checked last; none when it never was, or not in the last hour."""
    within_promise: bool | None
    """Whether the check found that nothing is kept longer; none when it was not checked in the last hour."""


def load_retention_status(db: Database, sensor_id: int, now: datetime) -> dict[str, RetentionStatus]:
    """By observed property; of what is never stored by itself there is nothing to tell."""
    found: dict[str, RetentionStatus] = {}
    for row in db.execute(QUERIES["retention_status"], {"sensor_id": sensor_id}).fetchall():
        is_recent = row["verified_at"] is not None and now - row["verified_at"] <= MAX_CHECK_AGE
        found[row["property"]] = RetentionStatus(
            promised=row["retention_class"],
            margin=row["margin"] or timedelta(0),
            oldest=row["oldest"],
            last_deletion=row["last_deletion"],
            verified_at=row["verified_at"] if is_recent else None,
            within_promise=row["kept"] if is_recent else None,
        )
    return found


def load_retention_classes(db: Database) -> frozenset[str]:
    """The names of the retention classes that there are."""
    return frozenset(row["name"] for row in db.execute(QUERIES["retention_classes"]).fetchall())
