"""Compile an entry to what ingest may do. Fails closed: incomplete, contradictory or too weak datastreams are refused.

A refused datastream is left out of the policy, and what is not in the policy is not ingested. The reasons for refusal
are in ``sensors.policy.constraints``; how coarsely a location is published, in ``sensors.register.location``.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sensors.kinds import KINDS, Kind, ObservedProperty
from sensors.policy.cells import CellRule, RatioRule, cell_rule, public_form, ratio_rule
from sensors.policy.constraints import constraints_for
from sensors.policy.promises import MIN_SAMPLED_VEHICLES, TRAVEL_TIME_WINDOWS
from sensors.policy.retention_classes import BUILT_IN_CLASSES, NEVER_STORED
from sensors.policy.terms import at_most, kept_retention, totals_limit
from sensors.register.entry import CountInMemory, Datastream, Entry, MatchInMemory, WindowCount
from sensors.vocabulary.codes import PersonalData, Public
from sensors.vocabulary.durations import parse_duration
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.measurement import Aggregation, SameTime, Stamp


@dataclass(frozen=True, slots=True)
class MatchingRule:
    """Match passages in memory with those at another sensor, and output only travel times of groups."""

    to: str | None
    """The reference of the sensor where the segment ends. None: passages here only end other sensors' segments."""
    minimum: int
    """Of sampled vehicles."""
    window: timedelta

    @property
    def gives_travel_times(self) -> bool:
        """Whether a segment starts here whose travel times are stored.

        A window that is no longer allowed, in an entry from before, gives none. Passages are still read then: segments
        of other sensors may end here.
        """
        return self.to is not None and self.window in map(parse_duration, TRAVEL_TIME_WINDOWS)


@dataclass(frozen=True, slots=True)
class CountingRule:
    """Turn movements into noisy counts over a group of sensors and a window."""

    group: str
    minimum_sensors: int
    window: timedelta
    has_doubled_nights: bool = False
    """Whether the noise of nights is doubled."""


@dataclass(frozen=True, slots=True)
class PassCountingRule:
    """Count road users whose messages come one by one, by the hour or the night, into public cells with noise."""


EventRule = MatchingRule | CountingRule | PassCountingRule
"""What ingest does with messages that are each about one person or vehicle."""


def rule_to_document(rule: EventRule) -> dict[str, Any]:
    """A rule as stored in ``lantaarn.datastream``; the window is in seconds."""
    if isinstance(rule, PassCountingRule):
        return {"rule": "count_in_memory"}
    name = "match_in_memory" if isinstance(rule, MatchingRule) else "window_count"
    return {"rule": name, **asdict(rule), "window": int(rule.window.total_seconds())}


def rule_from_document(document: Mapping[str, Any]) -> EventRule:
    """The inverse of ``rule_to_document``. Raises KeyError for any other document."""
    if document["rule"] == "count_in_memory":
        return PassCountingRule()
    window = timedelta(seconds=document["window"])
    if document["rule"] == "match_in_memory":
        return MatchingRule(document.get("to"), document["minimum"], window)
    doubled = document.get("has_doubled_nights", False)
    return CountingRule(document["group"], document["minimum_sensors"], window, doubled)


@dataclass(frozen=True, slots=True)
class DatastreamPolicy:
    """What may be ingested of one observed property, how, for how long, and in which form it is public."""

    property: str
    unit: str
    retention_class: str | None
    """Retention of single values. None: never stored, only aggregated in windows by ``rule``."""
    totals_term: str
    """Retention of true totals of hours: an ISO 8601 duration."""
    aggregate_term: str
    """Retention of days and of what is published, likewise."""
    public: Public
    counts_people: bool
    about_people: bool
    """What is published of it is never changed."""
    aggregation: Aggregation
    max_rate_per_hour: float | None
    """The largest possible increase within an hour. None: values are not meter readings."""
    stamp: Stamp
    measurement_interval: str | None
    """An ISO 8601 duration. None: not declared."""
    sends_zeros: bool
    same_time: SameTime
    cells: CellRule | None
    """How counts of people or vehicles are added up and published. None: it is no such count."""
    ratio: RatioRule | None
    """How a mean over what passes is published. None: it is no such mean, or isn't published."""
    rule: EventRule | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A datastream that ingest won't read, and why."""

    property: str
    reason: LocalizedText


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything ingest may do for one sensor; empty for a sensor that delivers no data to us."""

    datastreams: tuple[DatastreamPolicy, ...] = ()
    refusals: tuple[Refusal, ...] = ()


PROPERTY_NOT_OF_KIND = LocalizedText("Dit soort sensor meet dit niet.", "This type of sensor does not measure this.")
RETENTION_MISSING = LocalizedText(
    "Er staat niet hoe lang dit wordt bewaard.", "The register does not say how long this is kept."
)
NOTHING_STORED = LocalizedText(
    "Volgens het register bewaren wij hier niets van.", "According to the register, we do not keep any of this."
)


def compile_policy(entry: Entry, classes: Collection[str] = BUILT_IN_CLASSES) -> Policy:
    """Compile an entry: every datastream ends up either in the policy or in its refusals.

    ``classes``: the names of the existing retention classes.
    """
    if not entry.delivers_data:
        return Policy()
    outcomes = [_compile_datastream(entry, datastream, classes) for datastream in entry.datastreams]
    return Policy(
        tuple(outcome for outcome in outcomes if isinstance(outcome, DatastreamPolicy)),
        tuple(outcome for outcome in outcomes if isinstance(outcome, Refusal)),
    )


def _compile_datastream(entry: Entry, datastream: Datastream, classes: Collection[str]) -> DatastreamPolicy | Refusal:
    name = datastream.observed_property
    kind = KINDS.get(entry.kind or "")
    definition = kind.properties.get(name) if kind else None
    if kind is None or definition is None:
        return Refusal(name, PROPERTY_NOT_OF_KIND)
    retention = kept_retention(entry, datastream, definition)
    if retention is None:
        return Refusal(name, RETENTION_MISSING)
    for constraint in constraints_for(classes):
        if constraint.violated_by(entry, datastream, definition):
            return Refusal(name, constraint.reason)
    rule = _processing_rule(datastream)
    if retention.raw == NEVER_STORED and rule is None:
        return Refusal(name, NOTHING_STORED)
    return DatastreamPolicy(
        property=name,
        unit=definition.unit,
        retention_class=None if rule else retention.raw,
        totals_term=at_most(retention.aggregate, totals_limit(entry, definition)),
        aggregate_term=retention.aggregate,
        public=public_form(entry, definition, datastream.public),
        counts_people=definition.counts_people,
        about_people=definition.about_people or datastream.personal_data is not PersonalData.NONE,
        aggregation=Aggregation(datastream.aggregation or definition.aggregation),
        max_rate_per_hour=definition.max_rate_per_hour,
        stamp=datastream.stamp or definition.stamp,
        measurement_interval=datastream.interval,
        sends_zeros=datastream.sends_zeros,
        same_time=datastream.same_time,
        cells=cell_rule(definition, datastream.public, _published(entry, kind, *Public)),
        ratio=ratio_rule(definition, datastream.public, _published(entry, kind, datastream.public)),
        rule=rule,
    )


def _published(entry: Entry, kind: Kind, *forms: Public) -> Iterator[ObservedProperty]:
    """The properties that are published in one of these forms, whether or not they are refused for another reason."""
    for each in entry.datastreams:
        if each.public in forms and each.public is not Public.NONE and each.observed_property in kind.properties:
            yield kind.properties[each.observed_property]


def _processing_rule(datastream: Datastream) -> EventRule | None:
    """The in-memory rule, if any; a constraint ensures there is at most one."""
    for rule in datastream.privacy_rules:
        if isinstance(rule, MatchInMemory):
            return MatchingRule(rule.to, max(rule.minimum, MIN_SAMPLED_VEHICLES), parse_duration(rule.window))
        if isinstance(rule, WindowCount):
            return CountingRule(rule.group, rule.minimum_sensors, parse_duration(rule.window), rule.nights == "doubled")
        if isinstance(rule, CountInMemory):
            return PassCountingRule()
    return None
