"""Erase a resident's report: when one asks for it, and again in a database restored from a backup from before."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sensors.db import Database
from sensors.db.deletion_log import Deletion, lock_retention, log_deletion
from sensors.db.queries import load_queries
from sensors.erasures.tombstones import ErasedReport

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
REPEATED_REASON = "erased before, and again after a backup was restored"


@dataclass(frozen=True, slots=True)
class ReportErasure:
    """What was erased of one report; nothing if it isn't in this database, or was erased before."""

    erased_report: ErasedReport
    deletions: tuple[Deletion, ...]


def erase_listed_report(db: Database, listed: ErasedReport, reason: str, now: datetime) -> ReportErasure:
    """Erase words, address and pending mail of a report, and the answer if asked; log what was deleted. Idempotent.

    Number, dates and status stay public. A report that waits is closed. The caller has put ``listed`` in the list
    outside the database.
    """
    with db.transaction():
        lock_retention(db)
        db.execute(QUERIES["insert_erased_report"], asdict(listed))
        erased = db.execute(QUERIES["erase_words"], asdict(listed)).fetchone()
        if erased is None:
            return ReportErasure(listed, ())
        number = {"number": erased["number"]}
        counts = {
            "report": int(erased["had_words"] or erased["had_answer"]),
            "report_address": db.execute(QUERIES["erase_address"], number).rowcount,
            "report_mail": db.execute(QUERIES["erase_mail"], number).rowcount,
        }
        rule = f"tombstone {listed.id}"
        deletions = tuple(Deletion(table, "erasure", now, rows, rule) for table, rows in counts.items() if rows)
        for deletion in deletions:
            log_deletion(db, deletion, now)
        if deletions or erased["is_first"]:
            db.execute(QUERIES["insert_erasure_decision"], number | {"now": now, "reason": reason})
        return ReportErasure(listed, deletions)
