"""The free text in a register entry, and detection of personal data in it."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import cast

from sensors.policy.personal_data import PersonalDataMatch, find_personal_data
from sensors.policy.personal_text import find_in_sentences
from sensors.register.entry import Datastream, Device, Entry, Location, Project
from sensors.register.homes import is_at_a_home
from sensors.register.legal import Contact, Decision, Organisation, Transfer
from sensors.register.part import Part, Words
from sensors.register.persons import is_personal_name
from sensors.register.validation.violations import FieldPath, format_path

_FREE_TEXT_FIELDS: tuple[tuple[type[Part], frozenset[str]], ...] = (
    (Words, frozenset({"nl", "en"})),
    (Device, frozenset({"make", "model", "supplier"})),
    (Datastream, frozenset({"access_parties"})),
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
            if name in free_text_fields:
                yield from _strings(value, (*path, name))
            else:
                yield from free_texts(value, (*path, name))


def _strings(value: object, path: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    """A text, or each in a list; a field may be left out, or say by a code that there is none."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        for index, each in enumerate(cast(tuple[object, ...], value)):
            yield from _strings(each, (*path, index))
    else:
        yield from free_texts(value, path)


def paths_with_personal_data(entry: Entry) -> Iterator[str]:
    """The paths of free texts that contain a number plate, network address, e-mail address or phone number, except
    those of the desk and the data protection officer."""
    for path, text in _texts_without_desks(entry):
        if find_personal_data(text) is not None:
            yield format_path(path)


def paths_that_point_to_a_person(entry: Entry) -> Iterator[str]:
    """The paths of texts that contain what only sentences tell of a person: a name, an address, a date of birth.

    Where a sensor in public space hangs may be told by a house number, and what it is made of by a name. The names of
    organisations, desks and projects have rules of their own. A reference stays for good, so that of a sensor at a home
    may tell neither who nor where.
    """
    at_a_home = is_at_a_home((each.name for each in entry.organisations), entry.location.precision)
    places = frozenset[PersonalDataMatch]() if at_a_home else _PLACES
    for path, text in _texts_without_desks(entry):
        if not (places | _allowed_in_field(path, at_a_home=at_a_home)).issuperset(_found_in_entry(text)):
            yield format_path(path)
    if at_a_home and points_to_a_person(re.sub(r"[-._]", " ", entry.reference).title()):
        yield "reference"


def _allowed_in_field(path: FieldPath, *, at_a_home: bool) -> frozenset[PersonalDataMatch]:
    """What a field may tell of: makers' codes look like foreign plates, and some makers are named like people."""
    if path[-1] in ("nl", "en", "address", "body"):
        return frozenset()
    is_named = path[-1] in ("name", "recipient") or not at_a_home
    return _TOLD_BY_A_FORM | {PersonalDataMatch.NAME} if is_named else _TOLD_BY_A_FORM


@lru_cache(maxsize=4096)
def _found_in_entry(text: str) -> frozenset[PersonalDataMatch]:
    """What is told of a person in sentences, without what ``paths_with_personal_data`` tells of the same text.

    Remembered, because this is slow: most texts of a register stand in many entries, and each entry is checked when it
    is read and when what it gives is derived. Only for texts that are meant to be public.
    """
    found = frozenset(find_in_sentences(text))
    return found if find_personal_data(text) is None else found - _TOLD_BY_A_FORM


def points_to_a_person(text: str) -> bool:
    """Whether a reason, or who is said to have edited, seems to point to a person: both are kept and public."""
    return is_personal_name(text) or find_in_sentences(text) != ()


_TOLD_BY_A_FORM = frozenset(
    {
        PersonalDataMatch.PLATE,
        PersonalDataMatch.MAC,
        PersonalDataMatch.IP,
        PersonalDataMatch.EMAIL,
        PersonalDataMatch.PHONE,
    }
)
"""What ``paths_with_personal_data`` finds, though not in all spellings that are found in sentences."""
_PLACES = frozenset({PersonalDataMatch.ADDRESS, PersonalDataMatch.COORDINATES})


def _texts_without_desks(entry: Entry) -> Iterator[tuple[FieldPath, str]]:
    """Every free text with its path, without how the desk and the data protection officer are reached."""
    desks = [each for each in (entry.contact, entry.legal.officer) if each is not None]
    contact_details = [known for desk in desks for known in (desk.email, desk.phone) if known]
    for path, text in free_texts(entry):
        for known in contact_details:
            text = text.replace(known, "")  # noqa: PLW2901 - what is left of it
        yield path, text
