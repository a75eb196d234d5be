"""What must hold of the datastreams of an entry: complete, of its kind, and as private as ingest will carry out.

Most of it is what ``sensors.policy.constraints`` refuses, told here with what to do about it.
"""

from collections.abc import Collection

from sensors.kinds import KINDS, Property
from sensors.policy.constraints import (
    THRESHOLD,
    Broken,
    denies_people,
    has_other_term,
    hides_small_numbers,
    identifiable,
    keeps_persons,
    matches_itself,
    other_threshold,
    other_unit,
    public_too_fine,
    reads_what_is_promised_away,
    rule_missing,
    rule_of_other_property,
    rule_twice,
    shows_few_people,
    stores_more_than_said,
    total_beside_its_parts,
)
from sensors.policy.retention_classes import BUILT_IN, told
from sensors.register.entry import Datastream, Entry
from sensors.register.validation.rule import Finder, Rule, at, each_datastream, twice
from sensors.vocabulary.codes import PersonalData, Public


def _property(entry: Entry, datastream: Datastream) -> Property | None:
    kind = KINDS.get(entry.kind or "")
    return kind.properties.get(datastream.observed_property) if kind else None


def _each_known(part: str, broken: Broken) -> Finder:
    """This part of every datastream whose property we know and of which this is so."""

    def is_known_and_broken(entry: Entry, datastream: Datastream) -> bool:
        known = _property(entry, datastream)
        return known is not None and broken(entry, datastream, known)

    return each_datastream(part, is_known_and_broken)


def _each_taken_in(part: str, broken: Broken) -> Finder:
    """The same, of sensors that deliver their data to us: what others do is told as it is."""
    return _each_known(part, lambda entry, datastream, known: entry.delivers_data and broken(entry, datastream, known))


def _is_unknown(entry: Entry, datastream: Datastream) -> bool:
    return entry.delivers_data and entry.kind in KINDS and _property(entry, datastream) is None


def _shows_few_people(entry: Entry, datastream: Datastream) -> bool:
    known = _property(entry, datastream)
    if known is not None:
        return shows_few_people(entry, datastream, known)
    return (
        datastream.personal_data is not PersonalData.NONE
        and datastream.public is not Public.NONE
        and not hides_small_numbers(datastream)
    )


def one_of(classes: Collection[str]) -> Rule:
    """What we keep has a term that is one of these retention classes."""
    choice = told(classes)
    return Rule(
        "retention_class",
        f"Kies een bewaartermijn die wij kennen: {choice.nl}.",
        f"Choose a retention class: {choice.en}.",
        each_datastream(
            "retention",
            lambda entry, datastream: entry.delivers_data and has_other_term(datastream, classes),
        ),
    )


DATASTREAM_RULES: tuple[Rule, ...] = (
    Rule(
        "data_needs_datastream",
        "Wij krijgen gegevens van deze sensor. Zeg wat hij meet.",
        "This sensor delivers data to us. Say what it measures.",
        at("datastreams", lambda entry: entry.delivers_data and not entry.datastreams),
    ),
    Rule(
        "property_once",
        "Deze meting staat er al.",
        "This observed property is already there.",
        twice("datastreams", "observed_property"),
    ),
    Rule(
        "property_of_kind",
        "Dit soort sensor meet dit niet.",
        "This kind of sensor does not measure this.",
        each_datastream("observed_property", _is_unknown),
    ),
    Rule(
        "unit_of_property",
        "Dit is niet de eenheid van deze meting.",
        "This is not the unit of this observed property.",
        _each_known("unit", other_unit),
    ),
    Rule(
        "total_or_parts",
        "Dit is het totaal van tellingen die er ook apart staan. Zo verraadt het kleine aantallen. Kies er één van.",
        "This is the total of counts that are also there. Small numbers could be worked out. Choose one.",
        _each_taken_in("observed_property", total_beside_its_parts),
    ),
    Rule(
        "retention",
        "Zeg hoe lang dit wordt bewaard.",
        "Say how long this is kept.",
        each_datastream(
            "retention",
            lambda entry, datastream: (
                datastream.retention is None
                and (entry.delivers_data or datastream.personal_data is not PersonalData.NONE)
            ),
        ),
    ),
    one_of(BUILT_IN),
    Rule(
        "persons_not_kept",
        "Losse waarden van mensen bewaren wij nooit. Kies bij “raw” de waarde “none”.",
        "Single values of persons are never stored. Choose “none” for “raw”.",
        _each_taken_in("retention", keeps_persons),
    ),
    Rule(
        "stored_fields_all",
        "Van elke meting bewaren wij de tijd, de waarde en hoe goed die is. Noem ze alle drie.",
        "Of every reading we store the time, the value and the quality. Name all three.",
        _each_taken_in("stored_fields", stores_more_than_said),
    ),
    Rule(
        "identifiable_not_public",
        "Mensen zijn hierin te herkennen. Dan mag het niet openbaar zijn.",
        "People can be recognised in this. So it may not be public.",
        each_datastream(
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
        _each_taken_in("personal_data", identifiable),
    ),
    Rule(
        "people_not_denied",
        "Deze meting gaat over mensen. Kies “de_identified”.",
        "This observed property is about people. Choose “de_identified”.",
        _each_taken_in("personal_data", denies_people),
    ),
    Rule(
        "property_needs_rule",
        "Bij deze meting hoort een privacyregel: “window_count” voor beweging, “match_in_memory” voor reistijd.",
        "This needs its privacy rule: “window_count” for presence, “match_in_memory” for travel time.",
        _each_known("privacy_rules", rule_missing),
    ),
    Rule(
        "rule_of_property",
        "Deze privacyregel past niet bij deze meting. Laat hem weg.",
        "This privacy rule does not fit this observed property. Leave it out.",
        _each_taken_in("privacy_rules", rule_of_other_property),
    ),
    Rule(
        "rule_once",
        "Dezelfde privacyregel staat er meer dan één keer. Laat er één staan.",
        "The same privacy rule is there more than once. Leave one.",
        _each_taken_in("privacy_rules", rule_twice),
    ),
    Rule(
        "match_elsewhere",
        "De reistijd begint en eindigt bij dezelfde sensor. Noem bij “to” een andere sensor.",
        "The travel time begins and ends at the same sensor. Name another sensor in “to”.",
        _each_taken_in("privacy_rules", matches_itself),
    ),
    Rule(
        "identifiers_not_read",
        "Deze meting leest een veld dat volgens “no_identifiers” wordt weggegooid. Kies één van de twee.",
        "This reads a field that is dropped according to “no_identifiers”. Choose one of the two.",
        _each_taken_in("privacy_rules", reads_what_is_promised_away),
    ),
    Rule(
        "public_not_too_fine",
        "Dit mag niet zo precies openbaar zijn: het kan iets over mensen verraden.",
        "This may not be public in such detail: it can betray people.",
        _each_known("public", public_too_fine),
    ),
    Rule(
        "small_numbers_hidden",
        "Dit telt mensen of voertuigen. Openbaar mag het alleen met de regel “public_threshold”.",
        "This counts people or vehicles. It may be public only with the rule “public_threshold”.",
        each_datastream("privacy_rules", _shows_few_people),
    ),
    Rule(
        "threshold_as_published",
        f"Wij verbergen aantallen onder de {THRESHOLD.below} en ronden af op {THRESHOLD.round_to}. Kies die getallen.",
        f"We hide counts below {THRESHOLD.below} and round to {THRESHOLD.round_to}. Choose those numbers.",
        _each_taken_in("privacy_rules", other_threshold),
    ),
)
"""Every rule about datastreams, in the order in which it is told."""
