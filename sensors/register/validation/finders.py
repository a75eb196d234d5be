"""Building blocks that locate rule violations in an entry."""

from collections.abc import Callable, Iterable

from sensors.kinds import KINDS, ObservedProperty
from sensors.policy.constraint import ConstraintPredicate
from sensors.register.entry import Datastream, Entry
from sensors.register.validation.rule import ViolationFinder
from sensors.register.validation.violations import format_path


def path_if(path: str, is_violated: Callable[[Entry], bool]) -> ViolationFinder:
    """The given path, if the entry violates the rule."""
    return lambda entry: [path] if is_violated(entry) else []


def path_if_not_after(earlier: str, later: str) -> ViolationFinder:
    """The path of the later date, if both dates are set and it is not later."""

    def is_not_after(entry: Entry) -> bool:
        first, second = getattr(entry, earlier), getattr(entry, later)
        return first is not None and second is not None and second <= first

    return path_if(later, is_not_after)


def duplicates_of(list_field: str, key: str) -> ViolationFinder:
    """The key of every item whose key repeats that of an earlier item."""

    def find_duplicates(entry: Entry) -> Iterable[str]:
        keys = [getattr(item, key) for item in getattr(entry, list_field)]
        return [format_path((list_field, index, key)) for index, value in enumerate(keys) if value in keys[:index]]

    return find_duplicates


def datastream_paths_if(field: str, is_violated: Callable[[Entry, Datastream], bool]) -> ViolationFinder:
    """The given field of every datastream that violates the rule."""
    return lambda entry: [
        format_path(("datastreams", index, field))
        for index, datastream in enumerate(entry.datastreams)
        if is_violated(entry, datastream)
    ]


def known_property_paths_if(field: str, is_violated: ConstraintPredicate) -> ViolationFinder:
    """The given field of every violating datastream whose observed property is known."""

    def is_known_and_violated(entry: Entry, datastream: Datastream) -> bool:
        definition = property_definition(entry, datastream)
        return definition is not None and is_violated(entry, datastream, definition)

    return datastream_paths_if(field, is_known_and_violated)


def ingested_paths_if(field: str, is_violated: ConstraintPredicate) -> ViolationFinder:
    """Like ``known_property_paths_if``, only for sensors that deliver data to us: others state their own practice."""
    return known_property_paths_if(
        field, lambda entry, datastream, definition: entry.delivers_data and is_violated(entry, datastream, definition)
    )


def property_definition(entry: Entry, datastream: Datastream) -> ObservedProperty | None:
    """The definition of the datastream's observed property; None if the kind or the property is unknown."""
    kind = KINDS.get(entry.kind or "")
    return kind.properties.get(datastream.observed_property) if kind else None
