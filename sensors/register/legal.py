"""The law behind a sensor, and who answers for it: ground, decision, assessment, organisations and contacts."""

import datetime as dt

from pydantic import AnyHttpUrl

from sensors.register.part import Email, Link, Part, Phone, ShortText, Words
from sensors.vocabulary.codes import DpiaStatus, LegalGround, Role


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


class Organisation(Part):
    """An organisation and its role. ``tooi``: its URI in TOOI, the Dutch government's register of organisations."""

    role: Role
    name: ShortText
    tooi: AnyHttpUrl | None = None
    url: AnyHttpUrl | None = None
