"""An entry compiled to what ingest may do. Fail-closed: what is incomplete, contradictory or too weak is refused.

A refused datastream is simply not in the policy, and what is not in the policy is not stored.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sensors.codes import PersonalData, Public, RetentionClass
from sensors.entry import Datastream, Entry, NoIdentifiers, OnDevice, PublicThreshold
from sensors.kinds import KINDS, Kind, Property
from sensors.text import Text

CARRIED_OUT = (NoIdentifiers, OnDevice, PublicThreshold)
"""The privacy rules that are carried out: by the allow-list, on the device, and by the public views. A datastream
that declares another rule is refused, because storing it without its rule would break the promise."""


@dataclass(frozen=True, slots=True)
class DatastreamPolicy:
    """What may be stored of one observed property, for how long, and in which form it is public."""

    property: str
    unit: str
    retention_class: RetentionClass
    public: Public
    counts_people: bool
    summed: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """A datastream that ingest will not store, and why."""

    property: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything ingest may do for one sensor; empty for a sensor that delivers no data to us."""

    datastreams: tuple[DatastreamPolicy, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def compile_policy(entry: Entry) -> Policy:
    """Compile an entry: every datastream ends either in the policy or in its refusals."""
    if not entry.delivers_data:
        return Policy()
    kind = KINDS.get(entry.kind or "")
    outcomes = [_compile(datastream, kind) for datastream in entry.datastreams]
    return Policy(
        tuple(outcome for outcome in outcomes if isinstance(outcome, DatastreamPolicy)),
        tuple(outcome for outcome in outcomes if isinstance(outcome, Refusal)),
    )


def _compile(datastream: Datastream, kind: Kind | None) -> DatastreamPolicy | Refusal:
    name = datastream.observed_property
    known = kind.properties.get(name) if kind else None
    if known is None:
        return Refusal(name, Text("Dit soort sensor meet dit niet.", "This kind of sensor does not measure this."))
    if datastream.retention is None:
        return Refusal(
            name, Text("Er staat niet hoe lang dit wordt bewaard.", "It does not say how long this is kept.")
        )
    for applies, reason in OBJECTIONS:
        if applies(datastream, known):
            return Refusal(name, reason)
    return DatastreamPolicy(
        property=name,
        unit=known.unit,
        retention_class=RetentionClass(datastream.retention.raw),
        public=datastream.public,
        counts_people=known.counts_people,
        summed=known.summed,
    )


def _rule_missing(datastream: Datastream, known: Property) -> bool:
    return known.needs_rule is not None and known.needs_rule not in {rule.rule for rule in datastream.privacy_rules}


def _rule_not_carried_out(datastream: Datastream, _: Property) -> bool:
    return not all(isinstance(rule, CARRIED_OUT) for rule in datastream.privacy_rules)


def _not_kept(datastream: Datastream, _: Property) -> bool:
    return datastream.retention is not None and datastream.retention.raw == RetentionClass.NONE


def _no_retention_class(datastream: Datastream, _: Property) -> bool:
    return datastream.retention is not None and datastream.retention.raw not in set(RetentionClass)


def _public_too_fine(datastream: Datastream, known: Property) -> bool:
    return datastream.public.fineness > known.finest_public.fineness


def _people_public_without_threshold(datastream: Datastream, known: Property) -> bool:
    about_people = known.counts_people or datastream.personal_data is not PersonalData.NONE
    thresholds = [rule for rule in datastream.privacy_rules if isinstance(rule, PublicThreshold)]
    return about_people and datastream.public is not Public.NONE and not thresholds


OBJECTIONS: tuple[tuple[Callable[[Datastream, Property], bool], Text], ...] = (
    (
        lambda datastream, known: datastream.unit != known.unit,
        Text("De eenheid klopt niet.", "The unit is not the one of this property."),
    ),
    (
        lambda datastream, _: datastream.personal_data is PersonalData.IDENTIFIABLE,
        Text("Gegevens waarin mensen te herkennen zijn, slaan wij niet op.", "Identifiable data is never stored."),
    ),
    (
        _rule_missing,
        Text("De privacyregel die hierbij hoort, ontbreekt.", "The privacy rule that this needs is missing."),
    ),
    (
        _rule_not_carried_out,
        Text(
            "Wij kunnen deze privacyregel nog niet uitvoeren, dus slaan wij niets op.",
            "This privacy rule is not carried out here, so nothing is stored.",
        ),
    ),
    (
        _not_kept,
        Text("Losse metingen worden niet bewaard.", "Single values are not kept."),
    ),
    (
        _no_retention_class,
        Text("Deze bewaartermijn kennen wij niet.", "There is no retention class of this length."),
    ),
    (
        _public_too_fine,
        Text(
            "Dit mag niet zo precies openbaar zijn: het kan iets over mensen verraden.",
            "This may not be public in such detail: it can betray people.",
        ),
    ),
    (
        _people_public_without_threshold,
        Text(
            "Aantallen mensen of voertuigen zijn alleen openbaar met de regel voor kleine aantallen.",
            "Counts of people or vehicles are public only with the rule for small numbers.",
        ),
    ),
)
"""Why a datastream is refused, in the order in which it is told: the first that applies."""
