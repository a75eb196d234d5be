"""The free text in a register entry, and detection of personal data in it."""

from collections.abc import Iterator
from typing import cast

from sensors.policy.personal_data import find_personal_data
from sensors.register.entry import Device, Entry, Location, Project
from sensors.register.legal import Contact, Decision, Organisation, Transfer
from sensors.register.part import Part, Words
from sensors.register.validation.violations import FieldPath, format_path

_FREE_TEXT_FIELDS: tuple[tuple[type[Part], frozenset[str]], ...] = (
    (Words, frozenset({"nl", "en"})),
    (Device, frozenset({"make", "model", "supplier"})),
    (Location, frozenset({"address"})),
    (Organisation, frozenset({"name", "agreement"})),
    (Transfer, frozenset({"recipient"})),
    (Decision, frozenset({"body"})),
    (Project, frozenset({"name"})),
    (Contact, frozenset({"name"})),
)
"""Fields with free text. Codes, units and URLs have their own formats."""


def free_texts(part: object, path: FieldPath = ()) -> Iterator[tuple[FieldPath, str]]:
    """Yield every free text with its path."""
    if isinstance(part, tuple):
        for index, item in enumerate(cast(tuple[object, ...], part)):
            yield from free_texts(item, (*path, index))
    elif isinstance(part, Part):
        free_text_fields = next(
            (names for kind, names in _FREE_TEXT_FIELDS if isinstance(part, kind)), frozenset[str]()
        )
        for name, value in part:
            if name in free_text_fields and isinstance(value, str):
                yield (*path, name), value
            else:
                yield from free_texts(value, (*path, name))


def paths_with_personal_data(entry: Entry) -> Iterator[str]:
    """The paths of free texts that contain a number plate, network address, e-mail address or phone number, except
    those of the desk and the data protection officer."""
    desks = [each for each in (entry.contact, entry.legal.officer) if each is not None]
    contact_details = [known for desk in desks for known in (desk.email, desk.phone) if known]
    for path, text in free_texts(entry):
        rest = text
        for known in contact_details:
            rest = rest.replace(known, "")
        if find_personal_data(rest) is not None:
            yield format_path(path)
