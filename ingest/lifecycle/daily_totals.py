"""Daily totals for the dashboards, made of the hours: for days of which hours changed, every quarter of an hour.

Exact under redelivery, late data and several writers, without a lock that ingest would meet. Days from two days before
the last time on are made again each time. Who stores an hour of more than a day ago leaves a mark in the same
transaction, so a mark that can be seen stands for hours that can be seen; one that can't be seen yet is met next time.
Nothing slips between: a batch would have to be under way for longer than a day.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from ingest.lifecycle.retention import QUERIES as RETENTION
from sensors.db import Database
from sensors.db.queries import load

QUERIES = load(Path(__file__).with_suffix(".sql"))
BEGINNING = date(1970, 1, 1)
AT_ONCE = 200
"""Datastreams of which a first time makes all days in one transaction: ten years of them take seconds."""


def make(db: Database, now: datetime) -> None:
    """Bring the daily totals up to date, as the owner of the tables. Safe to do again, and to break off."""
    row = db.execute(QUERIES["made_at"]).fetchone()
    streams = db.execute(QUERIES["streams"]).fetchone() or {"ids": []}
    if row is None:
        for some in _slices(streams["ids"]):
            _once(db, some, BEGINNING)
        first_day = BEGINNING
    else:
        first = db.execute(QUERIES["first"], {"at": row["at"]}).fetchone()
        first_day = first["first_day"] if first else BEGINNING
        _once(db, streams["ids"], first_day)
    with db.transaction():
        db.execute(RETENTION["lock"])
        db.execute(QUERIES["make_lamps"], {"first_day": first_day})
        _changed(db)
        db.execute(QUERIES["make_public"])
        db.execute(QUERIES["make_travel"], {"first_day": first_day})
        _books(db, first_day)
        db.execute(QUERIES["forget_made"])
        db.execute(QUERIES["remember_made"], {"at": now})


def _once(db: Database, streams: Sequence[int], first_day: date) -> None:
    """Under the lock of erasing and retention: what they delete must not come back from hours that we saw before."""
    with db.transaction():
        db.execute(RETENTION["lock"])
        db.execute(QUERIES["make"], {"datastream_ids": list(streams), "first_day": first_day})


def _changed(db: Database) -> None:
    rows = db.execute(QUERIES["take_changed"]).fetchall()
    which = {"datastream_ids": [row["datastream_id"] for row in rows], "days": [row["day"] for row in rows]}
    if rows:
        db.execute(QUERIES["make_changed"], which)
        db.execute(QUERIES["make_changed_lamps"], which)


def _books(db: Database, first_day: date) -> None:
    for table in ("books", "reasons"):
        db.execute(QUERIES[f"forget_{table}"], {"first_day": first_day})
        db.execute(QUERIES[f"make_{table}"], {"first_day": first_day})


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
