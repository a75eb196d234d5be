"""What a rule between the parts of a register entry is made of, and the shapes that most of them have."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sensors.register.entry import Datastream, Entry
from sensors.register.validation.violations import format_path
from sensors.vocabulary.localized_text import LocalizedText

ViolationFinder = Callable[[Entry], Iterable[str]]
"""The paths of an entry at which a rule is broken; none when all is well."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule between parts of an entry."""

    id: str
    nl: str
    en: str
    violated_at: ViolationFinder
    depends_on: tuple[str, ...] = ()
    """Other paths that must be right before the rule can be judged."""

    @property
    def message(self) -> LocalizedText:
        """What to do about it."""
        return LocalizedText(self.nl, self.en)


def path_if(path: str, is_violated: Callable[[Entry], bool]) -> ViolationFinder:
    """This one path, when this is so."""
    return lambda entry: [path] if is_violated(entry) else []


def datastream_paths_if(field: str, is_violated: Callable[[Entry, Datastream], bool]) -> ViolationFinder:
    """This part of every datastream of which this is so."""
    return lambda entry: [
        format_path(("datastreams", index, field))
        for index, datastream in enumerate(entry.datastreams)
        if is_violated(entry, datastream)
    ]


def duplicates_of(list_field: str, key: str) -> ViolationFinder:
    """The key of every item that has the same key as an item before it."""

    def again(entry: Entry) -> Iterable[str]:
        keys = [getattr(item, key) for item in getattr(entry, list_field)]
        return [format_path((list_field, index, key)) for index, value in enumerate(keys) if value in keys[:index]]

    return again


def path_if_not_after(earlier: str, later: str) -> ViolationFinder:
    """The path of the later date, when it is not later."""

    def is_wrong(entry: Entry) -> bool:
        first, second = getattr(entry, earlier), getattr(entry, later)
        return first is not None and second is not None and second <= first

    return path_if(later, is_wrong)
