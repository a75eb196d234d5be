"""Validate a register entry and report every violation at once, in Dutch and English.

The rules are in ``sensors.register.validation.rules``, the schema in ``sensors.register.entry``.
"""

from collections.abc import Collection

from pydantic import ValidationError

from sensors.policy.retention_classes import BUILT_IN_CLASSES
from sensors.register.entry import Entry
from sensors.register.validation.rule import Rule
from sensors.register.validation.rules import RULES
from sensors.register.validation.rules.retention import retention_class_rule
from sensors.register.validation.violations import Violation, repair, schema_violations

__all__ = ["RULES", "Violation", "find_rule_violations", "find_violations", "validate"]


def validate(document: object, classes: Collection[str] = BUILT_IN_CLASSES) -> Entry | tuple[Violation, ...]:
    """The entry in a document (JSON as Python values), or all its violations. Never raises.

    A part that violates the schema does not mask problems elsewhere: the other parts are validated without it.
    ``classes``: the names of the existing retention classes.
    """
    try:
        entry = Entry.model_validate(document)
    except ValidationError as error:
        violations = tuple(schema_violations(error))
        return violations + _find_unmasked_violations(
            _repaired_entry(document, error), classes, repaired_paths=tuple(each.path for each in violations)
        )
    return find_rule_violations(entry, classes) or entry


def find_violations(document: object) -> tuple[Violation, ...]:
    """All violations in a document; empty if it can be published. Never raises."""
    outcome = validate(document)
    return () if isinstance(outcome, Entry) else outcome


def find_rule_violations(entry: Entry, classes: Collection[str] = BUILT_IN_CLASSES) -> tuple[Violation, ...]:
    """The rule violations of an entry that fits the schema."""
    return _find_unmasked_violations(entry, classes, repaired_paths=())


def _find_unmasked_violations(
    entry: Entry, classes: Collection[str], repaired_paths: tuple[str, ...]
) -> tuple[Violation, ...]:
    """Like ``find_rule_violations``, without those that may only be due to a repaired part.

    That is: at the part, above or below it, or of a rule that depends on it.
    """
    return tuple(
        Violation(path, rule.id, rule.message)
        for rule in _rules_for(classes)
        for path in rule.violated_at(entry)
        if not any(_overlap(each, read) for each in repaired_paths for read in (path, *rule.depends_on))
    )


def _rules_for(classes: Collection[str]) -> tuple[Rule, ...]:
    return tuple(retention_class_rule(classes) if rule.id == "retention_class" else rule for rule in RULES)


def _repaired_entry(document: object, error: ValidationError) -> Entry:
    repaired = repair(document, error)
    try:
        return Entry.model_validate(repaired)
    except ValidationError as hidden:
        # Pydantic checks a geometry only in isolation; each new error is repaired in turn, so this terminates.
        return _repaired_entry(repaired, hidden)


def _overlap(path: str, other: str) -> bool:
    shorter, longer = sorted((path, other), key=len)
    return shorter in ("", longer) or longer.startswith((f"{shorter}.", f"{shorter}["))
