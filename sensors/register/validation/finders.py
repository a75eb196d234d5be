"""The ways in which most rules find where an entry breaks them."""

from collections.abc import Callable, Iterable

from sensors.kinds import KINDS, ObservedProperty
from sensors.policy.constraints import ConstraintPredicate
from sensors.register.entry import Datastream, Entry
from sensors.register.validation.rule import ViolationFinder
from sensors.register.validation.violations import format_path


def path_if(path: str, is_violated: Callable[[Entry], bool]) -> ViolationFinder:
    """This one path, when the entry violates the rule."""
    return lambda entry: [path] if is_violated(entry) else []


def path_if_not_after(earlier: str, later: str) -> ViolationFinder:
    """The path of the later date, when both are there and it is not later."""

    def is_not_after(entry: Entry) -> bool:
        first, second = getattr(entry, earlier), getattr(entry, later)
        return first is not None and second is not None and second <= first

    return path_if(later, is_not_after)


def duplicates_of(list_field: str, key: str) -> ViolationFinder:
    """The key of every item that has the same key as an item before it."""

    def find_duplicates(entry: Entry) -> Iterable[str]:
        keys = [getattr(item, key) for item in getattr(entry, list_field)]
        return [format_path((list_field, index, key)) for index, value in enumerate(keys) if value in keys[:index]]

    return find_duplicates


def datastream_paths_if(field: str, is_violated: Callable[[Entry, Datastream], bool]) -> ViolationFinder:
    """This field of every datastream that violates the rule."""
    return lambda entry: [
        format_path(("datastreams", index, field))
        for index, datastream in enumerate(entry.datastreams)
        if is_violated(entry, datastream)
    ]


def known_property_paths_if(field: str, is_violated: ConstraintPredicate) -> ViolationFinder:
    """This field of every datastream whose observed property we know and that violates the rule."""

    def is_known_and_violated(entry: Entry, datastream: Datastream) -> bool:
        definition = property_definition(entry, datastream)
        return definition is not None and is_violated(entry, datastream, definition)

    return datastream_paths_if(field, is_known_and_violated)


def ingested_paths_if(field: str, is_violated: ConstraintPredicate) -> ViolationFinder:
    """The same, of sensors that deliver their data to us: what others do with theirs is told as it is."""
    return known_property_paths_if(
        field, lambda entry, datastream, definition: entry.delivers_data and is_violated(entry, datastream, definition)
    )


def property_definition(entry: Entry, datastream: Datastream) -> ObservedProperty | None:
    """What the entry's kind says of the datastream's observed property; None when kind or property is unknown."""
    kind = KINDS.get(entry.kind or "")
    return kind.properties.get(datastream.observed_property) if kind else None
