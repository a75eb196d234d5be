"""The law behind a sensor, and who answers for it: ground, decision, assessment, organisations and contacts."""

import datetime as dt
from typing import Annotated

from pydantic import AnyHttpUrl, StringConstraints

from sensors.register.part import Email, Link, Part, Phone, ShortText, Words
from sensors.vocabulary.codes import DpiaStatus, LegalGround, Role, TransferSafeguard


class Contact(Part):
    """A service desk, never a person."""

    name: ShortText
    """The name of the desk or department."""
    email: Email | None = None
    """A shared mailbox."""
    phone: Phone | None = None
    """The desk's phone number."""
    url: AnyHttpUrl | None = None


class Decision(Part):
    """The democratic decision behind the sensor."""

    body: ShortText
    """The body that decided, such as the council or the mayor and aldermen."""
    title: Words
    date: dt.date
    url: AnyHttpUrl | None = None


class Dpia(Part):
    """The data protection impact assessment (AVG art. 35)."""

    status: DpiaStatus
    """The state of the assessment."""
    date: dt.date | None = None
    """The date of the assessment."""
    url: AnyHttpUrl | None = None
    """Where to read the assessment."""


class Transfer(Part):
    """A recipient of data about people outside the European Economic Area, and what protects the data there."""

    recipient: ShortText
    """An organisation, never a person."""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    """ISO 3166-1 alpha-2, such as ``US``."""
    safeguard: TransferSafeguard
    """What protects the data."""
    url: AnyHttpUrl | None = None
    """Where to read it."""


class Legal(Part):
    """The legal ground, the decision, and where they are documented."""

    ground: LegalGround | None = None
    """The legal ground under AVG article 6(1)."""
    basis: tuple[Link, ...] = ()
    """The laws or regulations that define the task."""
    decision: Decision | None = None
    """The democratic decision."""
    privacy_statement: AnyHttpUrl | None = None
    """The privacy statement."""
    dpia: Dpia | None = None
    """The data protection impact assessment."""
    processing_register: AnyHttpUrl | None = None
    """The entry in the register of processing activities (AVG art. 30)."""
    algorithms: tuple[Link, ...] = ()
    """Algorithms that use the data, as listed in the algorithm register."""
    officer: Contact | None = None
    """The data protection officer (AVG art. 13(1)(b)): a shared mailbox or desk, never a person."""
    supervisory_authority: Link | None = None
    """The authority that hears complaints about the use of personal data (AVG art. 13(2)(d))."""
    transfers: tuple[Transfer, ...] | None = None
    """Where data about people leaves the European Economic Area (AVG art. 13(1)(f)); ``[]`` if it does not."""


class Organisation(Part):
    """An organisation and its role. ``tooi``: its URI in TOOI, the Dutch government's register of organisations.
    ``agreement``: for a processor, the reference of the agreement with it (AVG art. 28(3))."""

    role: Role
    name: ShortText
    tooi: AnyHttpUrl | None = None
    url: AnyHttpUrl | None = None
    agreement: ShortText | None = None
