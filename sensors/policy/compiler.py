"""An entry compiled to what ingest may do. Fail-closed: what is incomplete, contradictory or too weak is refused.

A refused datastream is simply not in the policy, and what is not in the policy is not taken in. Why one is refused is
in ``sensors.policy.constraints``; how exactly a place is shown, in ``sensors.register.location``.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sensors.kinds import KINDS
from sensors.policy.constraints import objections
from sensors.policy.retention_classes import BUILT_IN, NONE
from sensors.register.entry import Datastream, Entry, MatchInMemory, WindowCount
from sensors.vocabulary.codes import Public
from sensors.vocabulary.durations import span
from sensors.vocabulary.localized_text import Text


@dataclass(frozen=True, slots=True)
class Matching:
    """Passages are matched in memory with those at another sensor; only times of groups come out."""

    to: str | None
    """The reference of the sensor where the segment ends. None: passages here only end the segments of others."""
    minimum: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Counting:
    """Movements become counts over a group of sensors and a window."""

    group: str
    minimum_sensors: int
    window: timedelta


def rule_document(rule: Matching | Counting) -> dict[str, Any]:
    """A rule as it stands in ``lantaarn.datastream``; its window is in seconds."""
    name = "match_in_memory" if isinstance(rule, Matching) else "window_count"
    return {"rule": name, **asdict(rule), "window": int(rule.window.total_seconds())}


def rule_from(document: Mapping[str, Any]) -> Matching | Counting:
    """The rule in what ``rule_document`` made. Raises KeyError for anything else."""
    window = timedelta(seconds=document["window"])
    if document["rule"] == "match_in_memory":
        return Matching(document.get("to"), document["minimum"], window)
    return Counting(document["group"], document["minimum_sensors"], window)


@dataclass(frozen=True, slots=True)
class DatastreamPolicy:
    """What may be taken in of one observed property, how, for how long, and in which form it is public."""

    property: str
    unit: str
    retention_class: str | None
    """Of single values. None: they are never stored, but taken up in windows by ``rule``."""
    aggregate_term: str
    """How long totals are kept: an ISO 8601 duration."""
    public: Public
    counts_people: bool
    summed: bool
    rule: Matching | Counting | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A datastream of which ingest will take nothing in, and why."""

    property: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything ingest may do for one sensor; empty for a sensor that delivers no data to us."""

    datastreams: tuple[DatastreamPolicy, ...] = ()
    refusals: tuple[Refusal, ...] = ()


NOT_MEASURED = Text("Dit soort sensor meet dit niet.", "This kind of sensor does not measure this.")
NO_TERM = Text("Er staat niet hoe lang dit wordt bewaard.", "It does not say how long this is kept.")
NOT_KEPT = Text("Volgens het register bewaren wij hier niets van.", "The register says that nothing of this is kept.")


def compile_policy(entry: Entry, classes: Collection[str] = BUILT_IN) -> Policy:
    """Compile an entry: every datastream ends either in the policy or in its refusals.

    ``classes``: the names of the retention classes that there are.
    """
    if not entry.delivers_data:
        return Policy()
    outcomes = [_compile(entry, datastream, classes) for datastream in entry.datastreams]
    return Policy(
        tuple(outcome for outcome in outcomes if isinstance(outcome, DatastreamPolicy)),
        tuple(outcome for outcome in outcomes if isinstance(outcome, Refusal)),
    )


def _compile(entry: Entry, datastream: Datastream, classes: Collection[str]) -> DatastreamPolicy | Refusal:
    name = datastream.observed_property
    kind = KINDS.get(entry.kind or "")
    known = kind.properties.get(name) if kind else None
    if known is None:
        return Refusal(name, NOT_MEASURED)
    if datastream.retention is None:
        return Refusal(name, NO_TERM)
    for objection in objections(classes):
        if objection.broken(entry, datastream, known):
            return Refusal(name, objection.reason)
    rule = _rule(datastream)
    if datastream.retention.raw == NONE and rule is None:
        return Refusal(name, NOT_KEPT)
    return DatastreamPolicy(
        property=name,
        unit=known.unit,
        retention_class=None if rule else datastream.retention.raw,
        aggregate_term=datastream.retention.aggregate,
        public=datastream.public,
        counts_people=known.counts_people,
        summed=known.summed,
        rule=rule,
    )


def _rule(datastream: Datastream) -> Matching | Counting | None:
    """What is done in memory, if anything: an objection has seen to it that there is one rule at most."""
    for rule in datastream.privacy_rules:
        if isinstance(rule, MatchInMemory):
            return Matching(rule.to, rule.minimum, span(rule.window))
        if isinstance(rule, WindowCount):
            return Counting(rule.group, rule.minimum_sensors, span(rule.window))
    return None
