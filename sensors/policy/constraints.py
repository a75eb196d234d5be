"""Why ingest refuses a datastream: what is incomplete, contradictory, or weaker than its kind allows. One list.

Every objection is also a rule of ``sensors.register.validation``, by the same name, so that people see it when they
import an entry. Here it guards what was published before the rule was there, too.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from sensors.kinds import Property
from sensors.policy.retention_classes import BUILT_IN, NONE
from sensors.register.entry import Datastream, Entry, MatchInMemory, NoIdentifiers, PublicThreshold, WindowCount
from sensors.vocabulary.codes import PersonalData, Precision, Public
from sensors.vocabulary.localized_text import Text

RESIDENT = "Inwoner"
"""The name of an organisation that is a resident: residents are never named."""

THRESHOLD = PublicThreshold(rule="public_threshold")
"""The rule for small numbers as the public views carry it out."""

MOTOR_VEHICLES = frozenset({"count_car", "count_van", "count_truck", "count_bus", "count_motorcycle"})
"""What ``count_motor_vehicle`` is the total of."""

STORED: frozenset[str] = frozenset({"time", "value", "quality"})
"""What a stored observation consists of."""

Broken = Callable[[Entry, Datastream, Property], bool]


@dataclass(frozen=True, slots=True)
class Objection:
    """A reason to refuse a datastream. ``rule``: its name in the rulebook."""

    rule: str
    reason: Text
    broken: Broken


def fields_read(datastream: Datastream) -> tuple[str, ...]:
    """The fields of a payload that are read for this datastream; everything else is dropped."""
    if any(isinstance(rule, MatchInMemory) for rule in datastream.privacy_rules):
        return ("time", "identifier", "vehicle_class")
    return ("time", datastream.observed_property)


def _rules(datastream: Datastream, kind: type) -> list[object]:
    return [rule for rule in datastream.privacy_rules if isinstance(rule, kind)]


def hides_small_numbers(datastream: Datastream) -> bool:
    """With the rule for small numbers."""
    return bool(_rules(datastream, PublicThreshold))


def declared_twice(entry: Entry, datastream: Datastream, _: Property) -> bool:
    """Two promises about one property: neither holds."""
    return [each.observed_property for each in entry.datastreams].count(datastream.observed_property) > 1


def other_unit(_: Entry, datastream: Datastream, known: Property) -> bool:
    """Not the canonical unit of the property."""
    return datastream.unit != known.unit


def shows_a_home(entry: Entry, _: Datastream, __: Property) -> bool:
    """A resident's sensor at its exact place."""
    residents = any(each.name == RESIDENT for each in entry.organisations)
    return residents and entry.location.precision is Precision.EXACT


def identifiable(_: Entry, datastream: Datastream, __: Property) -> bool:
    """People can be recognised in what would be stored."""
    return datastream.personal_data is PersonalData.IDENTIFIABLE


def denies_people(_: Entry, datastream: Datastream, known: Property) -> bool:
    """Made from what single persons do, and said not to be about people."""
    return known.needs_rule is not None and datastream.personal_data is PersonalData.NONE


def rule_missing(_: Entry, datastream: Datastream, known: Property) -> bool:
    """Without the rule that its kind asks for."""
    return known.needs_rule is not None and all(rule.rule != known.needs_rule for rule in datastream.privacy_rules)


def rule_of_other_property(_: Entry, datastream: Datastream, known: Property) -> bool:
    """With a rule that does not belong to this property; so never with both."""
    return any(
        isinstance(rule, MatchInMemory | WindowCount) and rule.rule != known.needs_rule
        for rule in datastream.privacy_rules
    )


def rule_twice(_: Entry, datastream: Datastream, __: Property) -> bool:
    """The same rule with numbers more than once: which number holds?"""
    return any(len(_rules(datastream, kind)) > 1 for kind in (MatchInMemory, WindowCount, PublicThreshold))


def matches_itself(entry: Entry, datastream: Datastream, _: Property) -> bool:
    """A segment that ends where it begins would tell how long someone stayed."""
    return any(isinstance(rule, MatchInMemory) and rule.to == entry.reference for rule in datastream.privacy_rules)


def _promised_away(entry: Entry) -> Iterator[str]:
    for datastream in entry.datastreams:
        for rule in datastream.privacy_rules:
            if isinstance(rule, NoIdentifiers):
                yield from (name.lower() for name in rule.fields)


def reads_what_is_promised_away(entry: Entry, datastream: Datastream, _: Property) -> bool:
    """Needs a field that the entry says is dropped on arrival."""
    return not {*fields_read(datastream), "value"}.isdisjoint(_promised_away(entry))


def keeps_persons(_: Entry, datastream: Datastream, known: Property) -> bool:
    """Single values of persons, with a term."""
    retention = datastream.retention
    return known.needs_rule is not None and retention is not None and retention.raw != NONE


def has_other_term(datastream: Datastream, classes: Collection[str]) -> bool:
    """A term that is none of these retention classes."""
    return datastream.retention is not None and datastream.retention.raw not in {*classes, NONE}


def other_term(_: Entry, datastream: Datastream, __: Property) -> bool:
    """A term that is none of the retention classes that are built in."""
    return has_other_term(datastream, BUILT_IN)


def stores_more_than_said(_: Entry, datastream: Datastream, known: Property) -> bool:
    """The entry names fewer fields than are stored."""
    return known.needs_rule is None and not STORED.issubset(datastream.stored_fields)


def public_too_fine(_: Entry, datastream: Datastream, known: Property) -> bool:
    """Public in a finer form than its kind allows."""
    return datastream.public.fineness > known.finest_public.fineness


def shows_few_people(_: Entry, datastream: Datastream, known: Property) -> bool:
    """Numbers of people or vehicles, public without the rule for small numbers."""
    about_people = known.counts_people or datastream.personal_data is not PersonalData.NONE
    return about_people and datastream.public is not Public.NONE and not hides_small_numbers(datastream)


def other_threshold(_: Entry, datastream: Datastream, __: Property) -> bool:
    """Numbers for small counts that the public views don't work with."""
    return any(rule != THRESHOLD for rule in _rules(datastream, PublicThreshold))


def total_beside_its_parts(entry: Entry, datastream: Datastream, _: Property) -> bool:
    """A total from which a hidden part could be worked out."""
    parts = MOTOR_VEHICLES.intersection(each.observed_property for each in entry.datastreams)
    return datastream.observed_property == "count_motor_vehicle" and bool(parts)


OBJECTIONS: tuple[Objection, ...] = (
    Objection(
        "property_once",
        Text("Deze meting staat meer dan één keer in het register.", "This is in the register more than once."),
        declared_twice,
    ),
    Objection(
        "unit_of_property",
        Text("De eenheid klopt niet.", "The unit is not the one of this observed property."),
        other_unit,
    ),
    Objection(
        "resident_place_hidden",
        Text(
            "De sensor is van een inwoner, en zijn precieze plek zou openbaar zijn.",
            "The sensor belongs to a resident, and its exact place would be public.",
        ),
        shows_a_home,
    ),
    Objection(
        "identifiable_not_stored",
        Text("Gegevens waarin mensen te herkennen zijn, slaan wij niet op.", "Identifiable data is never stored."),
        identifiable,
    ),
    Objection(
        "people_not_denied",
        Text(
            "Er staat dat dit niet over mensen gaat, maar dat gaat het wel.",
            "It says that this is not about people, but it is.",
        ),
        denies_people,
    ),
    Objection(
        "property_needs_rule",
        Text("De privacyregel die hierbij hoort, ontbreekt.", "The privacy rule that this needs is missing."),
        rule_missing,
    ),
    Objection(
        "rule_of_property",
        Text("Er staat een privacyregel bij die hier niet past.", "It has a privacy rule that does not fit here."),
        rule_of_other_property,
    ),
    Objection(
        "rule_once",
        Text(
            "Dezelfde privacyregel staat er meer dan één keer, met verschillende afspraken.",
            "The same privacy rule is there more than once.",
        ),
        rule_twice,
    ),
    Objection(
        "match_elsewhere",
        Text(
            "De reistijd zou bij dezelfde sensor beginnen en eindigen.",
            "The travel time would begin and end at the same sensor.",
        ),
        matches_itself,
    ),
    Objection(
        "identifiers_not_read",
        Text(
            "Voor deze meting is een gegeven nodig waarvan ook staat dat we het weggooien.",
            "This needs a field of which it also says that we drop it.",
        ),
        reads_what_is_promised_away,
    ),
    Objection(
        "persons_not_kept",
        Text(
            "Losse waarden van mensen bewaren wij nooit, maar er staat een bewaartermijn bij.",
            "Single values of persons are never stored, but it says for how long they would be.",
        ),
        keeps_persons,
    ),
    Objection(
        "retention_class",
        Text("Deze bewaartermijn kennen wij niet.", "There is no retention class of this length."),
        other_term,
    ),
    Objection(
        "stored_fields_all",
        Text(
            "Wij bewaren meer dan er staat: van elke meting de tijd, de waarde en hoe goed die is.",
            "We store more than it says: the time, the value and the quality of every reading.",
        ),
        stores_more_than_said,
    ),
    Objection(
        "public_not_too_fine",
        Text(
            "Dit mag niet zo precies openbaar zijn: het kan iets over mensen verraden.",
            "This may not be public in such detail: it can betray people.",
        ),
        public_too_fine,
    ),
    Objection(
        "small_numbers_hidden",
        Text(
            "Aantallen mensen of voertuigen zijn alleen openbaar met de regel voor kleine aantallen.",
            "Counts of people or vehicles are public only with the rule for small numbers.",
        ),
        shows_few_people,
    ),
    Objection(
        "threshold_as_published",
        Text(
            f"Wij verbergen aantallen onder de {THRESHOLD.below} en ronden af op {THRESHOLD.round_to}. "
            "Hier staan andere getallen.",
            f"We hide counts below {THRESHOLD.below} and round to {THRESHOLD.round_to}. Here are other numbers.",
        ),
        other_threshold,
    ),
    Objection(
        "total_or_parts",
        Text(
            "Dit is het totaal van tellingen die er ook apart staan. Zo zou een verborgen aantal uit te rekenen zijn.",
            "This is the total of counts that are also there by themselves. A hidden count could be worked out.",
        ),
        total_beside_its_parts,
    ),
)
"""Why a datastream is refused, in the order in which it is told: the first that applies."""


def objections(classes: Collection[str]) -> tuple[Objection, ...]:
    """The same, where these are the retention classes."""
    if not frozenset(classes) ^ BUILT_IN:
        return OBJECTIONS

    def other_than_these(_: Entry, datastream: Datastream, __: Property) -> bool:
        return has_other_term(datastream, classes)

    return tuple(
        replace(each, broken=other_than_these) if each.rule == "retention_class" else each for each in OBJECTIONS
    )
