"""How long what tells of passers-by may be kept, whatever an entry says.

Single rows of a counter in a quiet street are a diary of single persons, and a mean speed exists only when someone
drove by. A lamp that becomes brighter for whoever passes tells as much in its power, its energy and its light level.
"""

from sensors.kinds import KINDS, ObservedProperty
from sensors.policy.promises import MAX_CELLS_TERM, MAX_RAW_TERM, MAX_TRUE_HOURS_TERM
from sensors.register.entry import Datastream, Entry, Retention
from sensors.vocabulary.codes import Public, SensorType
from sensors.vocabulary.durations import is_longer


def reacts_to_people(entry: Entry) -> bool:
    """Whether the device does something when someone comes near: it senses that, or reports it."""
    kind = KINDS.get(entry.kind or "")
    definitions = (kind.properties.get(each.observed_property) for each in entry.datastreams) if kind else ()
    return SensorType.PROXIMITY in entry.device.sensor_types or any(
        each is not None and each.required_privacy_rule == "window_count" for each in definitions
    )


def raw_limit(entry: Entry, definition: ObservedProperty) -> str | None:
    """The longest term of single values, as an ISO 8601 duration. None: any."""
    tells_of_passers = definition.passes or (definition.follows_people and reacts_to_people(entry))
    return MAX_RAW_TERM if tells_of_passers else None


def totals_limit(entry: Entry, definition: ObservedProperty) -> str | None:
    """The longest term of true totals of hours. None: that of everything else that is made of them."""
    return MAX_TRUE_HOURS_TERM if definition.passes else raw_limit(entry, definition)


def aggregate_limit(datastream: Datastream, definition: ObservedProperty) -> str | None:
    """The longest term of what is published, or of true totals where nothing is. None: any."""
    if not definition.passes:
        return None
    return MAX_TRUE_HOURS_TERM if datastream.public is Public.NONE else MAX_CELLS_TERM


def kept_retention(entry: Entry, datastream: Datastream, definition: ObservedProperty | None) -> Retention | None:
    """How long it is kept: as the entry says, or shorter where a limit does. Other rules are for data that we store."""
    retention = datastream.retention
    if retention is None or definition is None or not entry.delivers_data:
        return retention
    raw, aggregate = raw_limit(entry, definition), aggregate_limit(datastream, definition)
    return Retention(raw=at_most(retention.raw, raw), aggregate=at_most(retention.aggregate, aggregate))


def at_most(term: str, limit: str | None) -> str:
    """The term, or the limit where the term is longer."""
    return limit if limit is not None and is_longer(term, limit) else term


def has_long_raw_term(entry: Entry, datastream: Datastream, definition: ObservedProperty) -> bool:
    """Single values that tell of passers-by would be kept for too long."""
    kept = kept_retention(entry, datastream, definition)
    return kept is not None and datastream.retention is not None and kept.raw != datastream.retention.raw


def has_long_totals_term(entry: Entry, datastream: Datastream, definition: ObservedProperty) -> bool:
    """True totals of what passes would be kept for too long, and nothing is published of them."""
    return datastream.public is Public.NONE and _has_long_aggregate_term(entry, datastream, definition)


def has_long_cells_term(entry: Entry, datastream: Datastream, definition: ObservedProperty) -> bool:
    """What is published of passes would be kept for too long."""
    return datastream.public is not Public.NONE and _has_long_aggregate_term(entry, datastream, definition)


def _has_long_aggregate_term(entry: Entry, datastream: Datastream, definition: ObservedProperty) -> bool:
    kept = kept_retention(entry, datastream, definition)
    return kept is not None and datastream.retention is not None and kept.aggregate != datastream.retention.aggregate
