"""The reasons to refuse a datastream: incomplete, contradictory, or weaker than its kind allows.

Every constraint is also a rule of ``sensors.register.validation`` under the same name, so that editors see it when they
import an entry. Here it also covers entries that were published before the rule existed.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import timedelta

from sensors.kinds import ALIVE, ObservedProperty
from sensors.policy.constraint import Constraint, privacy_rules_of_type
from sensors.policy.counted_in_memory import COUNTED_IN_MEMORY, is_counted_in_memory
from sensors.policy.retention_classes import BUILT_IN_CLASSES, NEVER_STORED
from sensors.register.entry import Datastream, Entry, MatchInMemory, NoIdentifiers, PublicThreshold, WindowCount
from sensors.vocabulary.codes import PersonalData, Precision, Public
from sensors.vocabulary.durations import parse_duration
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.measurement import Aggregation, SameTime

RESIDENT_NAME = "Inwoner"
"""The organisation name used for residents, who are never named."""

PUBLIC_THRESHOLD = PublicThreshold(rule="public_threshold")
"""The small-count rule as the public views implement it."""

STORED_FIELDS: frozenset[str] = frozenset({"time", "value", "quality"})
"""The fields of a stored observation."""

MAX_ALIVE_HOURS = 6
"""The longest interval of a sign of life. Of sensors that notice people it is only known whether at least 15 readings
came in a week: at this interval, 28 come."""


def fields_read(datastream: Datastream) -> tuple[str, ...]:
    """The payload fields read for this datastream; all others are dropped."""
    if any(isinstance(rule, MatchInMemory) for rule in datastream.privacy_rules):
        return ("time", "identifier", "vehicle_class")
    return ("time", datastream.observed_property)


def has_public_threshold(datastream: Datastream) -> bool:
    """Has a small-count rule."""
    return bool(privacy_rules_of_type(datastream, PublicThreshold))


def is_of_resident(entry: Entry) -> bool:
    """Whether it is a resident's, so that its place is about them."""
    return any(each.name == RESIDENT_NAME for each in entry.organisations)


def is_of_events(datastream: Datastream, definition: ObservedProperty) -> bool:
    """Its messages are each about one person or vehicle, so that none is stored."""
    return definition.required_privacy_rule is not None or is_counted_in_memory(datastream)


def is_declared_twice(entry: Entry, datastream: Datastream, _: ObservedProperty) -> bool:
    """Another datastream declares the same property, so neither promise can be trusted."""
    return [each.observed_property for each in entry.datastreams].count(datastream.observed_property) > 1


def has_wrong_unit(_: Entry, datastream: Datastream, definition: ObservedProperty) -> bool:
    """The unit is not the property's canonical one."""
    return datastream.unit != definition.unit


def adds_up_otherwise(_: Entry, datastream: Datastream, definition: ObservedProperty) -> bool:
    """Declared as amounts or meter readings, which values of this property are not or can't be checked to be."""
    if datastream.aggregation is None:
        return False
    is_bounded = definition.max_rate_per_hour is not None and not is_counted_in_memory(datastream)
    is_unbounded_counter = datastream.aggregation is Aggregation.COUNTER and not is_bounded
    return not definition.aggregation.is_total or is_unbounded_counter


def has_wrong_same_time(_: Entry, datastream: Datastream, definition: ObservedProperty) -> bool:
    """Replaces a count of people, whose versions could be compared, or sums what are no parts of an amount."""
    aggregation = datastream.aggregation or definition.aggregation
    replaces_people = definition.counts_people and datastream.same_time is SameTime.LAST
    return replaces_people or (datastream.same_time is SameTime.SUM and aggregation is not Aggregation.DELTA)


def is_not_by_the_clock(_: Entry, datastream: Datastream, definition: ObservedProperty) -> bool:
    """A sign of life without a declared interval, or with one so long that a week does not show it."""
    if definition is not ALIVE:
        return False
    interval = datastream.interval or ""
    return not interval.startswith("PT") or parse_duration(interval) > timedelta(hours=MAX_ALIVE_HOURS)


def has_unknown_wait(entry: Entry, datastream: Datastream, definition: ObservedProperty) -> bool:
    """A device without a clock, and no interval to judge by whether a message waited too long before it arrived."""
    return (
        not is_of_events(datastream, definition) and entry.payload.time == "on_receipt" and datastream.interval is None
    )


def exposes_resident_location(entry: Entry, _: Datastream, __: ObservedProperty) -> bool:
    """A resident's sensor is shown at its exact location."""
    return is_of_resident(entry) and entry.location.precision is Precision.EXACT


def is_identifiable(_: Entry, datastream: Datastream, __: ObservedProperty) -> bool:
    """People could be identified from what would be stored."""
    return datastream.personal_data is PersonalData.IDENTIFIABLE


def denies_personal_data(_: Entry, datastream: Datastream, definition: ObservedProperty) -> bool:
    """Its messages are each about one person or vehicle, but it is declared free of personal data."""
    return is_of_events(datastream, definition) and datastream.personal_data is PersonalData.NONE


def lacks_required_rule(_: Entry, datastream: Datastream, definition: ObservedProperty) -> bool:
    """The privacy rule that the property requires is missing."""
    return definition.required_privacy_rule is not None and all(
        rule.rule != definition.required_privacy_rule for rule in datastream.privacy_rules
    )


def has_rule_of_other_property(_: Entry, datastream: Datastream, definition: ObservedProperty) -> bool:
    """Declares an in-memory rule that the property does not use; this also rules out two of them at once."""
    is_count = definition.sums_minutes is not None
    return any(
        isinstance(rule, MatchInMemory | WindowCount) and rule.rule != definition.required_privacy_rule
        for rule in datastream.privacy_rules
    ) or (is_counted_in_memory(datastream) and not is_count)


def has_duplicate_rule(_: Entry, datastream: Datastream, __: ObservedProperty) -> bool:
    """Declares a parameterised rule more than once, leaving the parameters ambiguous."""
    return any(
        len(privacy_rules_of_type(datastream, kind)) > 1 for kind in (MatchInMemory, WindowCount, PublicThreshold)
    )


def is_matched_with_itself(entry: Entry, datastream: Datastream, _: ObservedProperty) -> bool:
    """The segment ends where it begins, which would measure how long someone stayed."""
    return any(isinstance(rule, MatchInMemory) and rule.to == entry.reference for rule in datastream.privacy_rules)


def _dropped_fields(entry: Entry) -> Iterator[str]:
    for datastream in entry.datastreams:
        for rule in datastream.privacy_rules:
            if isinstance(rule, NoIdentifiers):
                yield from (name.lower() for name in rule.fields)


def reads_dropped_field(entry: Entry, datastream: Datastream, _: ObservedProperty) -> bool:
    """Needs a field that the entry declares as dropped on arrival."""
    return not {*fields_read(datastream), "value"}.isdisjoint(_dropped_fields(entry))


def retains_personal_values(_: Entry, datastream: Datastream, definition: ObservedProperty) -> bool:
    """Single values about persons would be retained."""
    retention = datastream.retention
    return is_of_events(datastream, definition) and retention is not None and retention.raw != NEVER_STORED


def has_unknown_retention_class(datastream: Datastream, classes: Collection[str]) -> bool:
    """The retention is not one of these classes."""
    return datastream.retention is not None and datastream.retention.raw not in {*classes, NEVER_STORED}


def has_no_built_in_retention_class(_: Entry, datastream: Datastream, __: ObservedProperty) -> bool:
    """The retention is not a built-in class."""
    return has_unknown_retention_class(datastream, BUILT_IN_CLASSES)


def stores_undeclared_fields(_: Entry, datastream: Datastream, definition: ObservedProperty) -> bool:
    """The entry declares fewer fields than are stored."""
    return not is_of_events(datastream, definition) and not STORED_FIELDS.issubset(datastream.stored_fields)


def exceeds_finest_public(_: Entry, datastream: Datastream, definition: ObservedProperty) -> bool:
    """Public in a finer form than the property allows."""
    return datastream.public.fineness > definition.finest_public.fineness


def publishes_small_counts(_: Entry, datastream: Datastream, definition: ObservedProperty) -> bool:
    """Counts of people or vehicles are public without the small-count rule; those of events have noise in any case."""
    if definition.required_privacy_rule == "window_count" or is_counted_in_memory(datastream):
        return False
    about_people = definition.counts_people or datastream.personal_data is not PersonalData.NONE
    return about_people and datastream.public is not Public.NONE and not has_public_threshold(datastream)


def has_unsupported_threshold(_: Entry, datastream: Datastream, __: ObservedProperty) -> bool:
    """It declares numbers of its own for the rule before noise, which hid small counts and rounded others."""
    return any(rule != PUBLIC_THRESHOLD for rule in privacy_rules_of_type(datastream, PublicThreshold))


CONSTRAINTS: tuple[Constraint, ...] = (
    Constraint(
        "property_once",
        LocalizedText(
            "Deze meting staat meer dan één keer in het register.",
            "This measurement is in the register more than once.",
        ),
        is_declared_twice,
    ),
    Constraint(
        "unit_of_property",
        LocalizedText("De eenheid klopt niet.", "The unit is wrong."),
        has_wrong_unit,
    ),
    Constraint(
        "resident_place_hidden",
        LocalizedText(
            "De sensor is van een inwoner, en zijn precieze plek zou openbaar zijn.",
            "The sensor belongs to a resident, and its exact location would be public.",
        ),
        exposes_resident_location,
    ),
    Constraint(
        "identifiable_not_stored",
        LocalizedText(
            "Gegevens waarin mensen te herkennen zijn, slaan wij niet op.",
            "We do not store data that can identify people.",
        ),
        is_identifiable,
    ),
    Constraint(
        "people_not_denied",
        LocalizedText(
            "Er staat dat dit niet over mensen gaat, maar dat gaat het wel.",
            "The register says that this is not about people, but it is.",
        ),
        denies_personal_data,
    ),
    Constraint(
        "property_needs_rule",
        LocalizedText(
            "De privacyregel die hierbij hoort, ontbreekt.", "The privacy rule that this requires is missing."
        ),
        lacks_required_rule,
    ),
    Constraint(
        "rule_of_property",
        LocalizedText(
            "Er staat een privacyregel bij die hier niet past.", "It has a privacy rule that does not apply here."
        ),
        has_rule_of_other_property,
    ),
    Constraint(
        "rule_once",
        LocalizedText(
            "Dezelfde privacyregel staat er meer dan één keer, met verschillende afspraken.",
            "The same privacy rule appears more than once, with different settings.",
        ),
        has_duplicate_rule,
    ),
    Constraint(
        "match_elsewhere",
        LocalizedText(
            "De reistijd zou bij dezelfde sensor beginnen en eindigen.",
            "The travel time would start and end at the same sensor.",
        ),
        is_matched_with_itself,
    ),
    Constraint(
        "identifiers_not_read",
        LocalizedText(
            "Voor deze meting is een gegeven nodig waarvan ook staat dat we het weggooien.",
            "This requires a field that the register also says we delete.",
        ),
        reads_dropped_field,
    ),
    Constraint(
        "persons_not_kept",
        LocalizedText(
            "Losse waarden van mensen bewaren wij nooit, maar er staat een bewaartermijn bij.",
            "We never store individual values about people, but a retention period is given.",
        ),
        retains_personal_values,
    ),
    *COUNTED_IN_MEMORY,
    Constraint(
        "retention_class",
        LocalizedText("Deze bewaartermijn kennen wij niet.", "We do not have this retention period."),
        has_no_built_in_retention_class,
    ),
    Constraint(
        "stored_fields_all",
        LocalizedText(
            "Wij bewaren meer dan er staat: van elke meting de tijd, de waarde en hoe goed die is.",
            "We store more than the register says: the time, the value and the quality of every reading.",
        ),
        stores_undeclared_fields,
    ),
    Constraint(
        "public_not_too_fine",
        LocalizedText(
            "Dit mag niet zo precies openbaar zijn: het kan iets over mensen verraden.",
            "This may not be public in this much detail: it could reveal something about people.",
        ),
        exceeds_finest_public,
    ),
    Constraint(
        "small_numbers_hidden",
        LocalizedText(
            "Aantallen mensen of voertuigen zijn alleen openbaar met de regel voor kleine aantallen.",
            "Counts of people or vehicles may only be public with the rule for small numbers.",
        ),
        publishes_small_counts,
    ),
    Constraint(
        "threshold_as_published",
        LocalizedText(
            "Hier staat onder welk aantal wij niets laten zien. Dat klopt niet: in elke telling zit een toevallig "
            "getal.",
            "The register says below which count we show nothing. That is not so: there is a random number in "
            "each count.",
        ),
        has_unsupported_threshold,
    ),
    Constraint(
        "amount_or_meter_reading",
        LocalizedText(
            "Deze meting is geen hoeveelheid of meterstand, maar dat staat er wel.",
            "This measurement is not an amount or a meter reading, but the register says that it is.",
        ),
        adds_up_otherwise,
    ),
    Constraint(
        "same_time_of_property",
        LocalizedText(
            "Zo kunnen we twee waarden op één tijdstip niet verwerken bij deze meting.",
            "We can't process two values for one moment in this way for this measurement.",
        ),
        has_wrong_same_time,
    ),
    Constraint(
        "alive_by_the_clock",
        LocalizedText(
            f"Een teken van leven moet op vaste tijden komen: minstens elke {MAX_ALIVE_HOURS} uur.",
            f"A sign of life must be sent at fixed times: at least every {MAX_ALIVE_HOURS} hours.",
        ),
        is_not_by_the_clock,
    ),
    Constraint(
        "interval_without_clock",
        LocalizedText(
            "De sensor heeft geen klok, en er staat niet hoe vaak hij meet.",
            "The sensor has no clock, and the register does not say how often it measures.",
        ),
        has_unknown_wait,
    ),
)
"""All constraints, in order of precedence: the first that applies is the reason given."""


def constraints_for(classes: Collection[str]) -> tuple[Constraint, ...]:
    """The constraints for a database with these retention classes."""
    if not frozenset(classes) ^ BUILT_IN_CLASSES:
        return CONSTRAINTS

    def has_unknown_class(_: Entry, datastream: Datastream, __: ObservedProperty) -> bool:
        return has_unknown_retention_class(datastream, classes)

    return tuple(
        replace(each, violated_by=has_unknown_class) if each.rule_id == "retention_class" else each
        for each in CONSTRAINTS
    )
