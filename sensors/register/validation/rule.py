"""What a rule between the parts of a register entry is made of, and the shapes that most of them have."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sensors.register.entry import Datastream, Entry
from sensors.register.validation.violations import path_of
from sensors.vocabulary.localized_text import Text

Finder = Callable[[Entry], Iterable[str]]
"""The paths of an entry at which a rule is broken; none when all is well."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule between parts of an entry."""

    id: str
    nl: str
    en: str
    broken_at: Finder
    reads: tuple[str, ...] = ()
    """Other paths that must be right before the rule can be judged."""

    @property
    def text(self) -> Text:
        """What to do about it."""
        return Text(self.nl, self.en)


def at(path: str, broken: Callable[[Entry], bool]) -> Finder:
    """This one path, when this is so."""
    return lambda entry: [path] if broken(entry) else []


def each_datastream(part: str, broken: Callable[[Entry, Datastream], bool]) -> Finder:
    """This part of every datastream of which this is so."""
    return lambda entry: [
        path_of(("datastreams", index, part))
        for index, datastream in enumerate(entry.datastreams)
        if broken(entry, datastream)
    ]


def twice(items: str, key: str) -> Finder:
    """The key of every item that has the same key as an item before it."""

    def again(entry: Entry) -> Iterable[str]:
        keys = [getattr(item, key) for item in getattr(entry, items)]
        return [path_of((items, index, key)) for index, value in enumerate(keys) if value in keys[:index]]

    return again


def not_after(earlier: str, later: str) -> Finder:
    """The path of the later date, when it is not later."""

    def is_wrong(entry: Entry) -> bool:
        first, second = getattr(entry, earlier), getattr(entry, later)
        return first is not None and second is not None and second <= first

    return at(later, is_wrong)
