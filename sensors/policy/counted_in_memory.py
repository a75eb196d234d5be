"""What a sensor may declare that sends a message for each road user, which are counted in memory."""

from datetime import timedelta

from sensors.kinds import ALIVE, KINDS, ObservedProperty
from sensors.policy.constraint import Constraint, privacy_rules_of_type
from sensors.policy.retention_classes import NEVER_STORED
from sensors.register.entry import CountInMemory, Datastream, Entry
from sensors.vocabulary.codes import Public
from sensors.vocabulary.durations import parse_duration
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.measurement import SameTime

MAX_COUNTER_ALIVE_MINUTES = 15
"""The longest interval of the sign of life of such a sensor: an hour of which less than three quarters was alive is
unknown (``lantaarn.sign_of_life``)."""


def is_counted_in_memory(datastream: Datastream) -> bool:
    """Its device sends a message for each road user."""
    return bool(privacy_rules_of_type(datastream, CountInMemory))


def is_not_counted_by_the_hour(_: Entry, datastream: Datastream, __: ObservedProperty) -> bool:
    """What is counted in memory becomes public hours, or nothing at all."""
    return is_counted_in_memory(datastream) and datastream.public is not Public.HOUR


def averages_the_counted(entry: Entry, _: Datastream, definition: ObservedProperty) -> bool:
    """A mean over those who are counted in memory: each message would be about one of them, and it would be stored."""
    kind = KINDS.get(entry.kind or "")
    in_memory = [each.observed_property for each in entry.datastreams if is_counted_in_memory(each)]
    counted = [kind.properties[code] for code in in_memory if code in kind.properties] if kind else []
    return definition.averages_people and any(each.passes & definition.passes for each in counted)


def has_terms_of_sums(entry: Entry, datastream: Datastream, _: ObservedProperty) -> bool:
    """What is counted in memory declares how a device sends sums, or that it has no clock.

    A message about one road user has no such sum, and needs an exact time.
    """
    is_as_default = (
        datastream.interval is None
        and datastream.stamp is None
        and datastream.sends_zeros
        and datastream.same_time is SameTime.FIRST
        and entry.payload.time == "sent"
    )
    return is_counted_in_memory(datastream) and not is_as_default


def has_no_sign_of_life(entry: Entry, datastream: Datastream) -> bool:
    """What is counted in memory by a device that is as silent when it is broken as when nobody passes.

    No constraint: an entry from before this rule goes on, but none of its hours has a number.
    """
    return is_counted_in_memory(datastream) and not any(map(_is_sign_of_life, entry.datastreams))


def _is_sign_of_life(datastream: Datastream) -> bool:
    """It is stored, and comes often enough to tell of an hour."""
    interval, retention = datastream.interval or "", datastream.retention
    return (
        datastream.observed_property == ALIVE.code
        and interval.startswith("PT")
        and parse_duration(interval) <= timedelta(minutes=MAX_COUNTER_ALIVE_MINUTES)
        and retention is not None
        and retention.raw != NEVER_STORED
    )


COUNTED_IN_MEMORY: tuple[Constraint, ...] = (
    Constraint(
        "counted_by_the_hour",
        LocalizedText(
            "Wie er langskomt, tellen we hier in het geheugen van de computer, per uur. Dan kan het alleen per uur "
            "openbaar zijn.",
            "We count who passes here in the computer’s memory, by the hour, so it can only be public by the hour.",
        ),
        is_not_counted_by_the_hour,
    ),
    Constraint(
        "no_mean_of_the_counted",
        LocalizedText(
            "Wie er langskomt, tellen we hier één voor één. Dan zou dit van elk voertuig apart bewaard worden.",
            "We count who passes here one by one, so this would be stored of every single vehicle.",
        ),
        averages_the_counted,
    ),
    Constraint(
        "counted_one_by_one",
        LocalizedText(
            "Wie er langskomt, tellen we hier één voor één. Maar er staat iets bij wat alleen past bij een sensor die "
            "zelf optelt, of die geen klok heeft.",
            "We count who passes here one by one, but it has settings of a sensor that adds up by itself, or that has "
            "no clock.",
        ),
        has_terms_of_sums,
    ),
)
"""The constraints on what is counted in memory."""
