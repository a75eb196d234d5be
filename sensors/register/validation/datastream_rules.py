"""What must hold of the datastreams of an entry: complete, of its kind, and as private as ingest will carry out.

Most of it is what ``sensors.policy.constraints`` refuses, told here with what to do about it.
"""

from collections.abc import Collection

from sensors.kinds import KINDS, ObservedProperty
from sensors.policy.constraints import (
    PUBLIC_THRESHOLD,
    ConstraintPredicate,
    denies_personal_data,
    exceeds_finest_public,
    has_duplicate_rule,
    has_public_threshold,
    has_rule_of_other_property,
    has_unknown_retention_class,
    has_unsupported_threshold,
    has_wrong_unit,
    is_identifiable,
    is_matched_with_itself,
    is_total_beside_its_parts,
    lacks_required_rule,
    publishes_small_counts,
    reads_dropped_field,
    retains_personal_values,
    stores_undeclared_fields,
)
from sensors.policy.retention_classes import BUILT_IN_CLASSES, describe_classes
from sensors.register.entry import Datastream, Entry
from sensors.register.validation.rule import Rule, ViolationFinder, datastream_paths_if, duplicates_of, path_if
from sensors.vocabulary.codes import PersonalData, Public


def _property_definition(entry: Entry, datastream: Datastream) -> ObservedProperty | None:
    kind = KINDS.get(entry.kind or "")
    return kind.properties.get(datastream.observed_property) if kind else None


def _known_property_paths_if(part: str, broken: ConstraintPredicate) -> ViolationFinder:
    """This part of every datastream whose property we know and of which this is so."""

    def is_known_and_broken(entry: Entry, datastream: Datastream) -> bool:
        known = _property_definition(entry, datastream)
        return known is not None and broken(entry, datastream, known)

    return datastream_paths_if(part, is_known_and_broken)


def _ingested_paths_if(part: str, broken: ConstraintPredicate) -> ViolationFinder:
    """The same, of sensors that deliver their data to us: what others do is told as it is."""
    return _known_property_paths_if(
        part, lambda entry, datastream, known: entry.delivers_data and broken(entry, datastream, known)
    )


def _is_unknown_property(entry: Entry, datastream: Datastream) -> bool:
    return entry.delivers_data and entry.kind in KINDS and _property_definition(entry, datastream) is None


def _publishes_small_counts(entry: Entry, datastream: Datastream) -> bool:
    definition = _property_definition(entry, datastream)
    if definition is not None:
        return publishes_small_counts(entry, datastream, definition)
    return (
        datastream.personal_data is not PersonalData.NONE
        and datastream.public is not Public.NONE
        and not has_public_threshold(datastream)
    )


def retention_class_rule(classes: Collection[str]) -> Rule:
    """What we keep has a term that is one of these retention classes."""
    options = describe_classes(classes)
    return Rule(
        "retention_class",
        f"Kies een bewaartermijn die wij kennen: {options.nl}.",
        f"Choose a retention class: {options.en}.",
        datastream_paths_if(
            "retention",
            lambda entry, datastream: entry.delivers_data and has_unknown_retention_class(datastream, classes),
        ),
    )


DATASTREAM_RULES: tuple[Rule, ...] = (
    Rule(
        "data_needs_datastream",
        "Wij krijgen gegevens van deze sensor. Zeg wat hij meet.",
        "This sensor delivers data to us. Say what it measures.",
        path_if("datastreams", lambda entry: entry.delivers_data and not entry.datastreams),
    ),
    Rule(
        "property_once",
        "Deze meting staat er al.",
        "This observed property is already there.",
        duplicates_of("datastreams", "observed_property"),
    ),
    Rule(
        "property_of_kind",
        "Dit soort sensor meet dit niet.",
        "This kind of sensor does not measure this.",
        datastream_paths_if("observed_property", _is_unknown_property),
    ),
    Rule(
        "unit_of_property",
        "Dit is niet de eenheid van deze meting.",
        "This is not the unit of this observed property.",
        _known_property_paths_if("unit", has_wrong_unit),
    ),
    Rule(
        "total_or_parts",
        "Dit is het totaal van tellingen die er ook apart staan. Zo verraadt het kleine aantallen. Kies er één van.",
        "This is the total of counts that are also there. Small numbers could be worked out. Choose one.",
        _ingested_paths_if("observed_property", is_total_beside_its_parts),
    ),
    Rule(
        "retention",
        "Zeg hoe lang dit wordt bewaard.",
        "Say how long this is kept.",
        datastream_paths_if(
            "retention",
            lambda entry, datastream: (
                datastream.retention is None
                and (entry.delivers_data or datastream.personal_data is not PersonalData.NONE)
            ),
        ),
    ),
    retention_class_rule(BUILT_IN_CLASSES),
    Rule(
        "persons_not_kept",
        "Losse waarden van mensen bewaren wij nooit. Kies bij “raw” de waarde “none”.",
        "Single values of persons are never stored. Choose “none” for “raw”.",
        _ingested_paths_if("retention", retains_personal_values),
    ),
    Rule(
        "stored_fields_all",
        "Van elke meting bewaren wij de tijd, de waarde en hoe goed die is. Noem ze alle drie.",
        "Of every reading we store the time, the value and the quality. Name all three.",
        _ingested_paths_if("stored_fields", stores_undeclared_fields),
    ),
    Rule(
        "identifiable_not_public",
        "Mensen zijn hierin te herkennen. Dan mag het niet openbaar zijn.",
        "People can be recognised in this. So it may not be public.",
        datastream_paths_if(
            "public",
            lambda _, datastream: (
                datastream.personal_data is PersonalData.IDENTIFIABLE and datastream.public is not Public.NONE
            ),
        ),
    ),
    Rule(
        "identifiable_not_stored",
        "Mensen zijn hierin te herkennen. Zulke gegevens slaan wij niet op.",
        "People can be recognised in this. Such data is never stored here.",
        _ingested_paths_if("personal_data", is_identifiable),
    ),
    Rule(
        "people_not_denied",
        "Deze meting gaat over mensen. Kies “de_identified”.",
        "This observed property is about people. Choose “de_identified”.",
        _ingested_paths_if("personal_data", denies_personal_data),
    ),
    Rule(
        "property_needs_rule",
        "Bij deze meting hoort een privacyregel: “window_count” voor beweging, “match_in_memory” voor reistijd.",
        "This needs its privacy rule: “window_count” for presence, “match_in_memory” for travel time.",
        _known_property_paths_if("privacy_rules", lacks_required_rule),
    ),
    Rule(
        "rule_of_property",
        "Deze privacyregel past niet bij deze meting. Laat hem weg.",
        "This privacy rule does not fit this observed property. Leave it out.",
        _ingested_paths_if("privacy_rules", has_rule_of_other_property),
    ),
    Rule(
        "rule_once",
        "Dezelfde privacyregel staat er meer dan één keer. Laat er één staan.",
        "The same privacy rule is there more than once. Leave one.",
        _ingested_paths_if("privacy_rules", has_duplicate_rule),
    ),
    Rule(
        "match_elsewhere",
        "De reistijd begint en eindigt bij dezelfde sensor. Noem bij “to” een andere sensor.",
        "The travel time begins and ends at the same sensor. Name another sensor in “to”.",
        _ingested_paths_if("privacy_rules", is_matched_with_itself),
    ),
    Rule(
        "identifiers_not_read",
        "Deze meting leest een veld dat volgens “no_identifiers” wordt weggegooid. Kies één van de twee.",
        "This reads a field that is dropped according to “no_identifiers”. Choose one of the two.",
        _ingested_paths_if("privacy_rules", reads_dropped_field),
    ),
    Rule(
        "public_not_too_fine",
        "Dit mag niet zo precies openbaar zijn: het kan iets over mensen verraden.",
        "This may not be public in such detail: it can betray people.",
        _known_property_paths_if("public", exceeds_finest_public),
    ),
    Rule(
        "small_numbers_hidden",
        "Dit telt mensen of voertuigen. Openbaar mag het alleen met de regel “public_threshold”.",
        "This counts people or vehicles. It may be public only with the rule “public_threshold”.",
        datastream_paths_if("privacy_rules", _publishes_small_counts),
    ),
    Rule(
        "threshold_as_published",
        f"Wij verbergen aantallen onder de {PUBLIC_THRESHOLD.below} en ronden af op {PUBLIC_THRESHOLD.round_to}. Kies "
        "die getallen.",
        f"We hide counts below {PUBLIC_THRESHOLD.below} and round to {PUBLIC_THRESHOLD.round_to}. Choose those "
        "numbers.",
        _ingested_paths_if("privacy_rules", has_unsupported_threshold),
    ),
)
"""Every rule about datastreams, in the order in which it is told."""
