"""Questions and complaints about a sensor: submitted forms, and the public part of reports.

No account or name is needed. The resident's text goes to the desk of the entry and is never public; the time of receipt
and the deadline are.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from api.exceptions import NotFoundError
from api.reports import working_days
from api.reports.labels import (
    BAD_EMAIL_MESSAGE,
    HONEYPOT_MESSAGE,
    MAX_TEXT_LENGTH,
    MIN_TEXT_LENGTH,
    NO_KIND_MESSAGE,
    PERSONAL_DATA_MESSAGES,
    REST_MESSAGE,
    TOO_LONG_MESSAGE,
    TOO_SHORT_MESSAGE,
    ReportKind,
    ReportStatus,
    keep_message,
)
from sensors.db import Database, queries
from sensors.policy.personal_data import PersonalDataMatch
from sensors.policy.personal_text import WEAK_MATCHES, find_in_sentences
from sensors.policy.promises import ANSWER_WITHIN_WORKING_DAYS
from sensors.register.part import Email
from sensors.register.redaction import REMOVED_TEXT
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))
MAX_LISTED = 100
"""Number of newest reports to list."""
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_EMAIL: TypeAdapter[str] = TypeAdapter(Email)


@dataclass(frozen=True, slots=True)
class Draft:
    """A report as filled in."""

    kind: str = ""
    text: str = ""
    email: str = field(default="", repr=False)
    honeypot: str = ""
    """Honeypot: invisible to people, so only bots fill it in."""
    kept_matches: frozenset[str] = frozenset()
    """What the resident was warned of and keeps: values of ``WEAK_MATCHES``."""

    @property
    def errors(self) -> dict[str, LocalizedText]:
        """Errors by field, in form order."""
        found = {
            "kind": None if self.kind in set(ReportKind) else NO_KIND_MESSAGE,
            "words": self._text_error(),
            "email": BAD_EMAIL_MESSAGE if self.email and not _is_email(self.email) else None,
            "trap": HONEYPOT_MESSAGE if self.honeypot else None,
        }
        return {name: error for name, error in found.items() if error}

    @property
    def weak_matches(self) -> tuple[PersonalDataMatch, ...]:
        """What the text seems to contain that the resident may keep in it."""
        return tuple(match for match in self._matches if match in WEAK_MATCHES)

    @property
    def keeps_weak_matches(self) -> bool:
        """Whether the resident keeps all of these."""
        return self.kept_matches.issuperset(self.weak_matches)

    def _text_error(self) -> LocalizedText | None:
        if len(self.text) < MIN_TEXT_LENGTH:
            return TOO_SHORT_MESSAGE
        if len(self.text) > MAX_TEXT_LENGTH:
            return TOO_LONG_MESSAGE
        refused = [match for match in self._matches if match not in WEAK_MATCHES & self.kept_matches]
        return _warning(refused) if refused else None

    @property
    def _matches(self) -> tuple[PersonalDataMatch, ...]:
        return find_in_sentences(self.text)


def _warning(matches: Sequence[PersonalDataMatch]) -> LocalizedText:
    """What the text seems to contain, all of it, and what the resident can do: a line each."""
    messages = [PERSONAL_DATA_MESSAGES[match] for match in matches]
    weak = [match for match in matches if match in WEAK_MATCHES]
    if weak:
        messages.append(keep_message(weak))
        if len(weak) < len(matches):
            messages.append(REST_MESSAGE)
    return LocalizedText("\n".join(each.nl for each in messages), "\n".join(each.en for each in messages))


def _is_email(text: str) -> bool:
    try:
        _EMAIL.validate_python(text)
    except ValidationError:
        return False
    return True


def parse_draft(fields: Mapping[str, str]) -> Draft:
    """Parse the form, stripping control characters."""
    return Draft(
        kind=fields.get("kind", ""),
        text=_CONTROL_CHARACTERS.sub("", fields.get("words", "").replace("\r\n", "\n")).strip(),
        email=fields.get("email", "").strip(),
        honeypot=fields.get("website", ""),
        kept_matches=frozenset(fields.get("keep", "").split()),
    )


@dataclass(frozen=True, slots=True)
class Report:
    """The public part of a report. ``answer`` is set once it is settled, unless it was erased."""

    number: int
    reference: str
    kind: ReportKind
    received_on: date
    due_on: date
    status: ReportStatus
    settled_on: date | None
    answer: str | None
    corrected_on: date | None = None
    erased_on: date | None = None
    sensor_erased_on: date | None = None
    """When the words went with all that was said of the sensor of a resident; only of one report, not in a list."""

    @property
    def is_open(self) -> bool:
        """Whether the report is still unanswered."""
        return self.status is ReportStatus.RECEIVED

    @property
    def was_answered(self) -> bool:
        """Whether it got an answer, or a reason why not. What waited was closed when it was erased, and got neither."""
        closed_by_erasure = self.answer is None and self.settled_on == self.erased_on
        return not self.is_open and (self.status is ReportStatus.ANSWERED or not closed_by_erasure)

    def is_late(self, today: date) -> bool:
        """Whether the answer came, or is due, after the promised day."""
        return (self.settled_on or today) > self.due_on


def file_report(db: Database, municipality: str, reference: str, form_id: UUID, draft: Draft) -> int:
    """File a valid draft and return its number. Resubmitting a form gives the same report. Raises NotFoundError."""
    row = db.execute(
        QUERIES["file_report"],
        {
            "form_id": form_id,
            "municipality": municipality,
            "reference": reference,
            "report_kind": draft.kind,
            "words": draft.text,
            "email": draft.email or None,
            "due_on": working_days.add_working_days(datetime.now(LOCAL_TIME_ZONE).date(), ANSWER_WITHIN_WORKING_DAYS),
        },
    ).fetchone()
    if row is None:
        raise NotFoundError
    return row["number"]


def get_report(db: Database, municipality: str, number: int) -> Report:
    """One public report. Raises NotFoundError."""
    parameters = {"municipality": municipality, "number": number, "removed": REMOVED_TEXT.nl}
    row = db.execute(QUERIES["report"], parameters).fetchone()
    if row is None:
        raise NotFoundError
    return _report(row)


def list_newest_reports(db: Database, municipality: str, reference: str | None = None) -> list[Report]:
    """The newest reports, for one sensor or all."""
    parameters = {"municipality": municipality, "reference": reference, "limit": MAX_LISTED}
    return [_report(row) for row in db.execute(QUERIES["newest_reports"], parameters).fetchall()]


def _report(row: Mapping[str, Any]) -> Report:
    given: dict[str, Any] = {**row, "kind": ReportKind(row["kind"]), "status": ReportStatus(row["status"])}
    return Report(**given)
