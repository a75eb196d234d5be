"""Enforce retention periods: delete expired rows, and log every deletion.

Individual values go by chunk if their table has chunks, else by row; totals by the retention period in their
datastream's register entry; aggregates by the promise in force when they were computed, or the current one if shorter;
ledger, quarantine and residents' reports by fixed periods. ``ingest.lifecycle.verification`` checks the result by
independent means.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sensors.db import Database
from sensors.db.deletion_log import Deletion, lock_retention, log_deletion
from sensors.db.queries import load_queries
from sensors.policy.promises import (
    ADDRESS_TERM,
    EVENT_REFUSAL_TERM,
    HEARTBEAT_TERM,
    LEDGER_TERM,
    MAX_ADDRESS_TERM,
    MAX_TEXT_TERM,
    QUARANTINE_TERM,
    STAFF_LOG_TERM,
    TEXT_TERM,
    UNSENT_MAIL_TERM,
)
from sensors.policy.retention_classes import substitute_table

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
TIMESCALEDB_RULE = "timescaledb policy"
"""The rule for chunks dropped by TimescaleDB's own policy, which works even if nothing else does."""
METADATA_TERMS = {
    "ledger": LEDGER_TERM,
    "ledger_reason": LEDGER_TERM,
    "quarantine": QUARANTINE_TERM,
    "book_day": LEDGER_TERM,
    "book_reason_day": LEDGER_TERM,
    "window_day": LEDGER_TERM,
    "window_due": LEDGER_TERM,
    "event_refusal": EVENT_REFUSAL_TERM,
    "pulse": HEARTBEAT_TERM,
}
"""Retention periods of data about readings, as opposed to the readings themselves."""
REPORT_TERMS = {
    "report": MAX_TEXT_TERM,
    "answered_report": TEXT_TERM,
    "report_address": MAX_ADDRESS_TERM,
    "answered_report_address": ADDRESS_TERM,
    "report_mail": UNSENT_MAIL_TERM,
    "report_decision": MAX_TEXT_TERM,
}
"""Retention periods of what residents wrote and of their addresses: after the report, and after the answer to it."""
TOTALS_TABLES = ("rollup_hour", "public_cell", "day_total", "public_day", "lamp_day")
AGGREGATE_TABLES = ("travel_time", "travel_hour", "window_count", "movement_cell")


def add_retention_class(db: Database, name: str) -> bool:
    """Create a retention class, as the table owner. Returns False if it already exists.

    Raises psycopg.errors.InvalidParameterValue for names that ``is_valid_class_name`` rejects.
    """
    row = db.execute(QUERIES["add_retention_class"], {"retention_class": name}).fetchone()
    return row is not None and row["added"]


def enforce_retention(db: Database, now: datetime) -> list[Deletion]:
    """Delete what has expired at ``now``, as the table owner, and log every table that lost rows."""
    with db.transaction():
        lock_retention(db)
        deletions = [
            *_observations(db, now),
            *_totals(db, now),
            *_aggregates(db, now),
            *_fixed(db, now),
            *_acts(db, now),
        ]
        for deletion in deletions:
            if deletion.deleted_rows:
                log_deletion(db, deletion, now)
    return deletions


def _observations(db: Database, now: datetime) -> Iterator[Deletion]:
    for row in db.execute(QUERIES["retention_classes"], {"now": now}).fetchall():
        if row["chunked"]:
            yield from _drop_chunks(db, row)
        else:
            statement = substitute_table(QUERIES["delete_observations"], row["table_name"])
            deleted = db.execute(statement, {"older_than": row["older_than"]}).rowcount
            yield Deletion(row["table_name"], row["name"], row["older_than"], deleted)


def _drop_chunks(db: Database, row: Mapping[str, Any]) -> Iterator[Deletion]:
    """Drop expired chunks, report noted chunks that TimescaleDB dropped itself, and note the next ones to expire."""
    table, older_than = row["table_name"], row["older_than"]
    gone = db.execute(QUERIES["dropped_by_database"], {"table_name": table}).fetchall()
    for chunk in gone:
        yield Deletion(table, row["name"], chunk["until"], chunk["rows"], TIMESCALEDB_RULE)
    known = {"table_name": table, "older_than": older_than}
    due = db.execute(QUERIES["expired_chunks_until"], known).fetchone() or {"until": None}
    deleted = 0
    if due["until"] is not None:
        counted = db.execute(substitute_table(QUERIES["count_expired"], table), {"until": due["until"]}).fetchone()
        deleted = counted["rows"] if counted else 0
        db.execute(substitute_table(QUERIES["drop_chunks"], table), {"older_than": due["until"]})
    yield Deletion(table, row["name"], older_than, deleted)
    db.execute(QUERIES["delete_expiring_chunk"], {"table_name": table})
    for chunk in db.execute(QUERIES["expiring_chunks"], known).fetchall():
        note = substitute_table(QUERIES["insert_expiring_chunk"], table)
        db.execute(note, {"table_name": table, "retention_class": row["name"], **chunk})


def _totals(db: Database, now: datetime) -> Iterator[Deletion]:
    for table in TOTALS_TABLES:
        for row in db.execute(QUERIES[f"due_{table}"], {"now": now}).fetchall():
            older = {"datastream_ids": row["datastream_ids"], "older_than": row["older_than"]}
            deleted = db.execute(QUERIES[f"delete_{table}"], older).rowcount
            yield Deletion(table, row["name"], row["older_than"], deleted)


def _aggregates(db: Database, now: datetime) -> Iterator[Deletion]:
    for row in db.execute(QUERIES["aggregate_promises"], {"now": now}).fetchall():
        for table in AGGREGATE_TABLES:
            promise = {"retention_class": row["name"], "older_than": row["older_than"]}
            deleted = db.execute(QUERIES[f"delete_{table}"], promise).rowcount
            yield Deletion(table, row["name"], row["older_than"], deleted)


def _fixed(db: Database, now: datetime) -> Iterator[Deletion]:
    for table, term in (METADATA_TERMS | REPORT_TERMS).items():
        older_than = _cutoff(db, now, term)
        deleted = db.execute(QUERIES[f"delete_{table}"], {"older_than": older_than}).rowcount
        yield Deletion(table, term, older_than, deleted)


def _acts(db: Database, now: datetime) -> Iterator[Deletion]:
    """What staff did too long ago, and the hash from which the chain of what is left goes on.

    Last: everyone who acts locks the end of that log after everything else.
    """
    older_than = _cutoff(db, now, STAFF_LOG_TERM)
    db.execute(QUERIES["allow_expiry"])
    gone = db.execute(QUERIES["delete_staff_log"], {"older_than": older_than}).fetchall()
    rule = f"term; the chain goes on from {bytes(gone[-1]['hash']).hex()}" if gone else None
    yield Deletion("staff_log", STAFF_LOG_TERM, older_than, len(gone), rule)


def _cutoff(db: Database, now: datetime, term: str) -> datetime:
    row = db.execute(QUERIES["cutoff"], {"now": now, "term": term}).fetchone()
    if row is None:
        raise RuntimeError("a select without from returned no row")
    return row["older_than"]
