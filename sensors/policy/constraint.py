"""What a constraint is: a reason to refuse a datastream, and when it applies."""

from collections.abc import Callable
from dataclasses import dataclass

from sensors.kinds import ObservedProperty
from sensors.register.entry import Datastream, Entry
from sensors.vocabulary.localized_text import LocalizedText

ConstraintPredicate = Callable[[Entry, Datastream, ObservedProperty], bool]


@dataclass(frozen=True, slots=True)
class Constraint:
    """A reason to refuse a datastream. ``rule_id``: the matching validation rule."""

    rule_id: str
    reason: LocalizedText
    violated_by: ConstraintPredicate


def privacy_rules_of_type(datastream: Datastream, rule_type: type) -> list[object]:
    """The privacy rules of this type that a datastream declares."""
    return [rule for rule in datastream.privacy_rules if isinstance(rule, rule_type)]
