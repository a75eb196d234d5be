"""Mails about a report: to the desk that must answer, and to a resident who left an address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from textwrap import indent
from typing import Any, Self
from urllib.parse import urlsplit

from api.reports.labels import KIND_LABELS, STATUS_LABELS, ReportKind, ReportStatus
from sensors.policy.promises import ADDRESS_TERM, TEXT_TERM
from sensors.vocabulary.durations import describe_duration


@dataclass(frozen=True, slots=True)
class Mail:
    """A due mail. ``address`` and, for the desk, ``words`` are None once they have expired."""

    mail_id: int
    attempts: int
    number: int
    goes_to: str
    address: str | None
    reference: str
    name: Mapping[str, str]
    uri: str
    kind: ReportKind
    words: str | None
    due_on: date
    status: ReportStatus
    answer: str | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Build from a row of ``take_mail``."""
        given: dict[str, Any] = {**row, "kind": ReportKind(row["kind"]), "status": ReportStatus(row["status"])}
        return cls(**given)

    @property
    def report_url(self) -> str:
        """The public page of the report, on the host of the sensor's URI."""
        site = urlsplit(self.uri)
        return f"{site.scheme}://{site.netloc}/meldingen/{self.number}"


def compose(mail: Mail, sender: str, now: datetime) -> EmailMessage | None:
    """Compose the message; None without an address or a text."""
    text = mail.words if mail.goes_to == "desk" else mail.answer
    if mail.address is None or text is None:
        return None
    message = EmailMessage(SMTP)
    message["From"], message["To"] = sender, mail.address
    message["Date"] = format_datetime(now)
    # The same each time it is tried, so that a mail that came twice is known as one.
    message["Message-ID"] = f"<lantaarn-{mail.number}-{mail.mail_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if mail.goes_to == "desk":
        message["Subject"] = f"Melding {mail.number} over sensor {mail.reference}"
        message.set_content(_text_for_desk(mail, text))
    else:
        message["Subject"] = f"Uw melding {mail.number}: {STATUS_LABELS[mail.status].nl.lower()}"
        message.set_content(_text_for_resident(mail, text))
    return message


def _text_for_desk(mail: Mail, words: str) -> str:
    return f"""\
Er is een melding over een sensor.

Nummer:   {mail.number}
Sensor:   {mail.name["nl"]} ({mail.reference})
Soort:    {KIND_LABELS[mail.kind].nl}
Antwoord: beloofd uiterlijk {mail.due_on:%d-%m-%Y}

{indent(words, "> ", lambda _: True)}

Antwoorden:  lantaarn reports answer {mail.number} --text "..."
Afsluiten:   lantaarn reports close {mail.number} --reason "..."
Het antwoord is openbaar, de tekst hierboven niet. Liet de inwoner een e-mailadres achter?
Dan krijgt die het antwoord ook per mail. Antwoorden op deze mail komt nergens aan.

Verwijder deze mail als er geantwoord is, en stuur hem niet door: de tekst is van een inwoner.
Lantaarn bewaart hem zelf, tot {describe_duration(TEXT_TERM).nl} na het antwoord (lantaarn reports list).

{mail.report_url}
"""


def _text_for_resident(mail: Mail, answer: str) -> str:
    term = describe_duration(ADDRESS_TERM)
    return f"""\
U schreef ons over de sensor "{mail.name["nl"]}" ({mail.reference}). Dit is ons antwoord.

{answer}

Uw melding: {mail.report_url}
Wij verwijderen uw e-mailadres {term.nl} na ons antwoord. Antwoorden op deze mail komt nergens aan.

English: you wrote to us about this sensor. This is our answer. We delete your email address
{term.en} after our answer. Please do not reply to this email: nobody reads replies.
"""
