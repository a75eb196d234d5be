"""What the desk does with a report, as the owner of the tables: answer, correct, erase, and show all that is held."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from api.reports.labels import MAX_TEXT_LENGTH, ReportStatus
from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.erasures.listed import read_erasures_from_database
from sensors.erasures.reports import erase_listed_report
from sensors.erasures.tombstones import ErasedReport, append_tombstones
from sensors.policy import promises
from sensors.policy.personal_data import PersonalDataMatch
from sensors.policy.personal_text import find_in_sentences

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
_TERMS = {
    "text_term": promises.TEXT_TERM,
    "max_text_term": promises.MAX_TEXT_TERM,
    "address_term": promises.ADDRESS_TERM,
    "max_address_term": promises.MAX_ADDRESS_TERM,
}


class DeskError(Exception):
    """The desk asked for what can't be done; the text says why."""


@dataclass(frozen=True, slots=True)
class ReportNumber:
    """One report, of one municipality."""

    municipality: str
    number: int

    @property
    def parameters(self) -> dict[str, Any]:
        """These as parameters of the queries."""
        return {"municipality": self.municipality, "number": self.number}


@dataclass(frozen=True, slots=True)
class PublicText:
    """A text that everyone will read. ``matches`` is what it seems to contain; ``reason`` says why that stays."""

    text: str
    matches: tuple[PersonalDataMatch, ...] = ()
    reason: str | None = None


def screen_public_text(given: str, anyway_reason: str | None = None) -> PublicText:
    """Check a text before everyone can read it.

    Raises ``DeskError`` for a length that doesn't fit, and for what points to a person unless there is a reason.
    """
    text = _with_length(given)
    matches = find_in_sentences(text)
    if not matches:
        return PublicText(text)
    if anyway_reason is None:
        seen = ", ".join(matches)
        raise DeskError(
            f"Everyone can read this, and it holds something like: {seen}. Leave that out; or, if it points to nobody, "
            "publish it with --anyway and a --reason, which is recorded."
        )
    return PublicText(text, matches, screen_reason(anyway_reason))


def screen_reason(given: str) -> str:
    """Check a reason before it is recorded. Raises ``DeskError`` if it doesn't fit or points to a person."""
    reason = _with_length(given)
    matches = find_in_sentences(reason)
    if matches:
        raise DeskError(f"The reason is kept, and holds something like: {', '.join(matches)}. Rephrase it.")
    return reason


def _with_length(given: str) -> str:
    text = given.strip()
    if not 1 <= len(text) <= MAX_TEXT_LENGTH:
        raise DeskError(f"Write 1 to {MAX_TEXT_LENGTH} characters.")
    return text


def settle_report(db: Database, report: ReportNumber, status: ReportStatus, answer: PublicText, now: datetime) -> bool:
    """Answer or close an open report. Returns whether the answer goes by mail too. Raises ``DeskError``."""
    with db.transaction():
        asked = {**report.parameters, "status": status, "answer": answer.text}
        if db.execute(QUERIES["settle_report"], asked).fetchone() is None:
            raise DeskError(f"There is no report {report.number} that waits for an answer.")
        _record_matches(db, report, answer, now)
        return _queue_answer(db, report)


def correct_answer(db: Database, report: ReportNumber, answer: PublicText, reason: str, now: datetime) -> bool:
    """Replace a published answer: the old text is gone. Returns whether it goes by mail too. Raises ``DeskError``."""
    with db.transaction():
        asked = {**report.parameters, "answer": answer.text, "now": now}
        if db.execute(QUERIES["correct_answer"], asked).fetchone() is None:
            raise DeskError(f"Report {report.number} has no answer to correct.")
        _record(db, report, now, decision="corrected", reason=reason)
        _record_matches(db, report, answer, now)
        return _queue_answer(db, report)


def plan_report_erasure(db: Database, report: ReportNumber, now: datetime, *, with_answer: bool) -> ErasedReport:
    """Say what to erase, without changing anything. Raises ``DeskError`` if there is no such report."""
    row = db.execute(QUERIES["form"], report.parameters).fetchone()
    if row is None:
        raise DeskError(f"There is no report {report.number}.")
    return ErasedReport(uuid4(), row["form_id"], report.number, with_answer, now)


def erase_report(db: Database, erased: ErasedReport, reason: str, tombstone_file: Path) -> None:
    """Add a report to ``tombstone_file``, so that no restored backup brings it back, then erase it.

    Raises ``TombstoneError`` if the list was altered: nothing is erased then.
    """
    append_tombstones(tombstone_file, [*read_erasures_from_database(db), erased])
    erase_listed_report(db, erased, reason, erased.recorded_at)


def held_about_report(db: Database, report: ReportNumber) -> Mapping[str, Any]:
    """All that is held about one report. Raises ``DeskError`` if there is none."""
    row = db.execute(QUERIES["held"], report.parameters | _TERMS).fetchone()
    if row is None:
        raise DeskError(f"There is no report {report.number}.")
    mails = db.execute(QUERIES["held_mails"], report.parameters).fetchall()
    decisions = db.execute(QUERIES["held_decisions"], report.parameters).fetchall()
    return {**row, "mails": mails, "decisions": decisions}


def _queue_answer(db: Database, report: ReportNumber) -> bool:
    return db.execute(QUERIES["queue_answer_mail"], {"number": report.number}).fetchone() is not None


def _record_matches(db: Database, report: ReportNumber, answer: PublicText, now: datetime) -> None:
    if answer.reason is not None:
        _record(
            db, report, now, decision="published_anyway", reason=answer.reason, matches=list(map(str, answer.matches))
        )


def _record(db: Database, report: ReportNumber, now: datetime, **decision: object) -> None:
    db.execute(QUERIES["insert_decision"], {"number": report.number, "now": now, "matches": [], **decision})
