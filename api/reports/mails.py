"""The mails about a report: to the desk that must answer, and to the resident who left an address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from textwrap import indent
from typing import Any, Self
from urllib.parse import urlsplit

from api.reports.queries import KINDS, STATUSES, Kind, Status


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that is due. ``address`` and, to the desk, ``words`` are none when they are past their term."""

    mail: int
    attempts: int
    number: int
    goes_to: str
    address: str | None
    reference: str
    name: Mapping[str, str]
    uri: str
    kind: Kind
    words: str | None
    due_on: date
    status: Status
    answer: str | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """A row of ``take_mail``."""
        given: dict[str, Any] = {**row, "kind": Kind(row["kind"]), "status": Status(row["status"])}
        return cls(**given)

    @property
    def page(self) -> str:
        """Where everyone can see how the report stands: on the site that the sensor's own address names."""
        site = urlsplit(self.uri)
        return f"{site.scheme}://{site.netloc}/meldingen/{self.number}"


def written(letter: Letter, sender: str, now: datetime) -> EmailMessage | None:
    """The mail itself; none when it has nowhere to go or nothing to say."""
    told = letter.words if letter.goes_to == "desk" else letter.answer
    if letter.address is None or told is None:
        return None
    mail = EmailMessage(SMTP)
    mail["From"], mail["To"] = sender, letter.address
    mail["Date"] = format_datetime(now)
    # The same each time it is tried, so that a mail that came twice is known as one.
    mail["Message-ID"] = f"<lantaarn-{letter.number}-{letter.mail}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    if letter.goes_to == "desk":
        mail["Subject"] = f"Melding {letter.number} over sensor {letter.reference}"
        mail.set_content(_to_desk(letter, told))
    else:
        mail["Subject"] = f"Uw melding {letter.number}: {STATUSES[letter.status].nl.lower()}"
        mail.set_content(_to_resident(letter, told))
    return mail


def _to_desk(letter: Letter, words: str) -> str:
    return f"""\
Er is een melding over een sensor.

Nummer:   {letter.number}
Sensor:   {letter.name["nl"]} ({letter.reference})
          {letter.uri}
Soort:    {KINDS[letter.kind].nl}
Antwoord: beloofd uiterlijk {letter.due_on:%d-%m-%Y}

{indent(words, "> ", lambda _: True)}

Antwoorden:  lantaarn reports answer {letter.number} --text "..."
Afsluiten:   lantaarn reports close {letter.number} --reason "..."
Het antwoord is openbaar, de tekst hierboven niet. Liet de inwoner een e-mailadres achter?
Dan krijgt die het antwoord ook per mail. Antwoorden op deze mail komt nergens aan.

{letter.page}
"""


def _to_resident(letter: Letter, answer: str) -> str:
    return f"""\
U schreef ons over de sensor "{letter.name["nl"]}" ({letter.reference}). Dit is ons antwoord.

{answer}

Uw melding: {letter.page}
Wij verwijderen uw e-mailadres 30 dagen na ons antwoord. Antwoorden op deze mail komt nergens aan.

English: you wrote to us about this sensor, and this is our answer. We delete your e-mail address
30 days after it. Please do not reply to this mail: nobody reads it.
"""
