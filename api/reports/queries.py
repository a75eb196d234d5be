"""Questions and complaints about a sensor: the form, and what is public of a report.

Without an account and without a name. What a resident writes goes to the desk of the entry and is never public; when
it was received and how long the answer may take is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from api.reports import working_days
from api.sensor.queries import CLOCK, NotFoundError
from sensors.db import Database, queries
from sensors.policy.personal_data import Trip, trips
from sensors.register.entry import Email
from sensors.vocabulary.localized_text import Text

SQL = queries.load(Path(__file__).with_suffix(".sql"))
ANSWER_WITHIN = 10
"""Working days. A promise: it is on the form, and whether it is kept is on the page of every report."""
SHORTEST, LONGEST = 10, 2000
SHOWN = 100
"""How many of the newest reports are listed."""
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_EMAIL: TypeAdapter[str] = TypeAdapter(Email)


class Kind(StrEnum):
    """What a report is about."""

    WRONG = "wrong"
    QUESTION = "question"


class Status(StrEnum):
    """Where a report is."""

    RECEIVED = "received"
    ANSWERED = "answered"
    CLOSED = "closed"


KINDS: Mapping[Kind, Text] = {
    Kind.WRONG: Text("Er klopt iets niet", "Something is wrong"),
    Kind.QUESTION: Text("Ik heb een vraag", "I have a question"),
}
STATUSES: Mapping[Status, Text] = {
    Status.RECEIVED: Text("Wacht op antwoord", "Waiting for an answer"),
    Status.ANSWERED: Text("Beantwoord", "Answered"),
    Status.CLOSED: Text("Afgesloten", "Closed"),
}
PRIVATE: Mapping[Trip, Text] = {
    Trip.PLATE: Text(
        "In uw tekst staat iets dat op een kenteken lijkt. Haal het weg: wij hebben het niet nodig.",
        "Your text holds something that looks like a number plate. Please take it out: we do not need it.",
    ),
    Trip.MAC: Text(
        "In uw tekst staat iets dat op het nummer van een apparaat lijkt. Haal het weg: wij hebben het niet nodig.",
        "Your text holds something that looks like the number of a device. Please take it out: we do not need it.",
    ),
    Trip.IP: Text(
        "In uw tekst staat iets dat op een internetadres van een apparaat lijkt. Haal het weg: wij hebben het niet "
        "nodig.",
        "Your text holds something that looks like the internet address of a device. Please take it out: we do not "
        "need it.",
    ),
    Trip.EMAIL: Text(
        "In uw tekst staat een e-mailadres. Haal het weg. Wilt u een mail van ons? Vul uw adres dan hieronder in.",
        "Your text holds an e-mail address. Please take it out. Would you like a mail from us? Then enter your "
        "address below.",
    ),
    Trip.PHONE: Text(
        "In uw tekst staat iets dat op een telefoonnummer lijkt. Haal het weg: wij bellen niet.",
        "Your text holds something that looks like a phone number. Please take it out: we do not call.",
    ),
}
NO_KIND = Text("Kies waar het over gaat.", "Choose what it is about.")
TOO_SHORT = Text(
    f"Schrijf wat meer: minstens {SHORTEST} tekens.", f"Please write a little more: at least {SHORTEST} characters."
)
TOO_LONG = Text(
    f"Uw tekst is te lang. Er passen {LONGEST} tekens in.",
    f"Your text is too long. There is room for {LONGEST} characters.",
)
BAD_EMAIL = Text(
    "Dit is geen e-mailadres. Een adres ziet eruit als naam@voorbeeld.nl. Of laat het leeg.",
    "This is not an e-mail address. An address looks like name@example.com. Or leave it empty.",
)
TRAPPED = Text("Maak dit veld leeg en verstuur opnieuw.", "Empty this field and send again.")


@dataclass(frozen=True, slots=True)
class Draft:
    """A report as it was filled in."""

    kind: str = ""
    words: str = ""
    email: str = field(default="", repr=False)
    trap: str = ""
    """A field that people do not see, so only programs fill it in."""

    @property
    def problems(self) -> dict[str, Text]:
        """What is wrong, by the field it is about, in the order of the form."""
        found = {
            "kind": None if self.kind in set(Kind) else NO_KIND,
            "words": self._wrong_with_words(),
            "email": BAD_EMAIL if self.email and not _is_email(self.email) else None,
            "trap": TRAPPED if self.trap else None,
        }
        return {name: problem for name, problem in found.items() if problem}

    def _wrong_with_words(self) -> Text | None:
        if len(self.words) < SHORTEST:
            return TOO_SHORT
        if len(self.words) > LONGEST:
            return TOO_LONG
        trip = trips(self.words)
        return PRIVATE[trip] if trip else None


def _is_email(text: str) -> bool:
    try:
        _EMAIL.validate_python(text)
    except ValidationError:
        return False
    return True


def draft(given: Mapping[str, str]) -> Draft:
    """What a form brought, without the marks that a text has no use for."""
    return Draft(
        kind=given.get("kind", ""),
        words=_CONTROL.sub("", given.get("words", "").replace("\r\n", "\n")).strip(),
        email=given.get("email", "").strip(),
        trap=given.get("website", ""),
    )


@dataclass(frozen=True, slots=True)
class Report:
    """What is public of a report. ``answer`` is there once it is settled."""

    number: int
    reference: str
    kind: Kind
    received_on: date
    due_on: date
    status: Status
    settled_on: date | None
    answer: str | None

    @property
    def is_open(self) -> bool:
        """Whether someone is waiting for an answer."""
        return self.status is Status.RECEIVED

    def is_late(self, today: date) -> bool:
        """Whether the answer came, or is still to come, after the day it was promised."""
        return (self.settled_on or today) > self.due_on


def file(db: Database, municipality: str, reference: str, form_id: UUID, given: Draft) -> int:
    """Take a draft without problems in: its number. The same form again is the same report. Raises NotFoundError."""
    row = db.execute(
        SQL["file_report"],
        {
            "form_id": form_id,
            "municipality": municipality,
            "reference": reference,
            "report_kind": given.kind,
            "words": given.words,
            "email": given.email or None,
            "due_on": working_days.add(datetime.now(CLOCK).date(), ANSWER_WITHIN),
        },
    ).fetchone()
    if row is None:
        raise NotFoundError
    return row["number"]


def report(db: Database, municipality: str, number: int) -> Report:
    """One report, as everyone may see it. Raises NotFoundError."""
    row = db.execute(SQL["report"], {"municipality": municipality, "number": number}).fetchone()
    if row is None:
        raise NotFoundError
    return _report(row)


def newest(db: Database, municipality: str, reference: str | None = None) -> list[Report]:
    """The newest reports, of one sensor or of all."""
    asked = {"municipality": municipality, "reference": reference, "limit": SHOWN}
    return [_report(row) for row in db.execute(SQL["reports"], asked).fetchall()]


def _report(row: Mapping[str, Any]) -> Report:
    given: dict[str, Any] = {**row, "kind": Kind(row["kind"]), "status": Status(row["status"])}
    return Report(**given)
