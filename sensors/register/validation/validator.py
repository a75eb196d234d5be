"""Is this a register entry that can be published? Every violation at once, in Dutch and English.

The rules themselves are in ``sensors.register.validation.rules``, the schema in ``sensors.register.entry``.
"""

from collections.abc import Collection

from pydantic import ValidationError

from sensors.policy.retention_classes import BUILT_IN
from sensors.register.entry import Entry
from sensors.register.validation.datastreams import one_of
from sensors.register.validation.rule import Rule
from sensors.register.validation.rules import RULES
from sensors.register.validation.violations import Problem, mend, schema_problems

__all__ = ["RULES", "Problem", "check", "examine", "judge"]


def examine(document: object, classes: Collection[str] = BUILT_IN) -> Entry | tuple[Problem, ...]:
    """The entry in a document (JSON as Python values), or everything that is wrong with it. Never raises.

    A part that breaks the schema does not hide what is wrong elsewhere: the other parts are judged without it.
    ``classes``: the names of the retention classes that there are.
    """
    try:
        entry = Entry.model_validate(document)
    except ValidationError as error:
        problems = tuple(schema_problems(error))
        return problems + _judge(_mended(document, error), classes, broken=tuple(each.path for each in problems))
    return judge(entry, classes) or entry


def check(document: object) -> tuple[Problem, ...]:
    """Everything that is wrong with a document; nothing when it can be published. Never raises."""
    outcome = examine(document)
    return () if isinstance(outcome, Entry) else outcome


def judge(entry: Entry, classes: Collection[str] = BUILT_IN) -> tuple[Problem, ...]:
    """The violations of the rules by an entry that fits the schema."""
    return _judge(entry, classes, broken=())


def _judge(entry: Entry, classes: Collection[str], broken: tuple[str, ...]) -> tuple[Problem, ...]:
    """As ``judge``, without what may be there only because a broken part was mended: above, below or read by a rule."""
    return tuple(
        Problem(path, rule.id, rule.text)
        for rule in _rules(classes)
        for path in rule.broken_at(entry)
        if not any(_touch(each, judged) for each in broken for judged in (path, *rule.reads))
    )


def _rules(classes: Collection[str]) -> tuple[Rule, ...]:
    return tuple(one_of(classes) if rule.id == "retention_class" else rule for rule in RULES)


def _mended(document: object, error: ValidationError) -> Entry:
    mended = mend(document, error)
    try:
        return Entry.model_validate(mended)
    except ValidationError as hidden:
        # A geometry is looked at only when it is alone; whatever comes to light is mended too, so this ends.
        return _mended(mended, hidden)


def _touch(path: str, other: str) -> bool:
    shorter, longer = sorted((path, other), key=len)
    return shorter in ("", longer) or longer.startswith((f"{shorter}.", f"{shorter}["))
