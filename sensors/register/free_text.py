"""The texts of a register entry that anyone wrote by hand, and which of them point to a person, a car or a device."""

from collections.abc import Iterator
from typing import cast

from sensors.policy.personal_data import trips
from sensors.register.entry import Contact, Device, Entry, Location, Organisation, Part, Project, Words
from sensors.register.validation.violations import path_of

_WRITTEN: tuple[tuple[type[Part], frozenset[str]], ...] = (
    (Words, frozenset({"nl", "en"})),
    (Device, frozenset({"make", "model", "supplier"})),
    (Location, frozenset({"address"})),
    (Organisation, frozenset({"name"})),
    (Project, frozenset({"name"})),
    (Contact, frozenset({"name"})),
)
"""Fields with free text. Codes, units and web addresses have forms of their own."""

Path = tuple[int | str, ...]


def texts(part: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text that someone wrote, with its path."""
    if isinstance(part, tuple):
        for index, item in enumerate(cast(tuple[object, ...], part)):
            yield from texts(item, (*path, index))
    elif isinstance(part, Part):
        written = next((names for kind, names in _WRITTEN if isinstance(part, kind)), frozenset[str]())
        for name, value in part:
            if name in written and isinstance(value, str):
                yield (*path, name), value
            else:
                yield from texts(value, (*path, name))


def identifying_texts(entry: Entry) -> Iterator[str]:
    """The paths of texts with a number plate, a network address, an e-mail address or a phone number in them, other
    than those of the contact."""
    desk = [known for known in (entry.contact.email, entry.contact.phone) if known]
    for path, text in texts(entry):
        rest = text
        for known in desk:
            rest = rest.replace(known, "")
        if trips(rest) is not None:
            yield path_of(path)
