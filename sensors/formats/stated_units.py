"""Find the units that a payload states beside its values, under whatever name.

``unit``, ``unitCode`` (NGSI-LD), ``uom``, ``unit_of_measurement`` (Home Assistant), ``unitOfMeasurement``
(SensorThings), ``u`` (SenML) and others all mean a unit. A member that looks like one and isn't understood makes its
value unusable: ignoring it once stored 0.35 mg/m3 as 0.35 ug/m3. So does a text that is another unit of the value,
whatever the name of its member. Documented for device makers in ``docs/payloads.md``.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, cast

from sensors.kinds import ObservedProperty
from sensors.vocabulary.rejection_reasons import RejectionReason
from sensors.vocabulary.units import IDENTITY, UnitConversion, VolumeRatio, is_reference

_UNIT = "units?|uoms?|eenheid|eenheden|einheit(?:en)?|unidad|ucum"
_WORD_FOR_UNIT = re.compile(f"(?:{_UNIT})|.*(?:{_UNIT})$")
_NAME_FOR_UNIT = re.compile(f"{_WORD_FOR_UNIT.pattern}|symbol$|b?u$")
_SAYS_NO_MORE = re.compile(
    f"(?:{_UNIT}|meas(?:ure(?:s|d|ment|ments)?)?|values?|readings?|results?|sensors?|data|default|common|of|code|text|name"
    "|symbol|label|definition|description)+|b?u"
)
"""Words that don't tell what a unit is about."""
_HINTS = ("unit", "uom", "eenhe", "einheit", "unidad", "ucum", "symbol", "\nu\n", "\nbu\n")
_ONLY_IF_TEXT = frozenset({"u", "bu", "symbol"})
"""Names that are also those of other things, such as a component of the wind."""
_USUAL_NAMES = frozenset({"unit", "units", "unitCode", "unitText", "uom", "unit_of_measurement", "unitOfMeasurement"})
"""Recognised without taking them apart. (No cache: it would keep text of payloads.)"""
_DEVICE = re.compile("(?:unit)?(?:serial|id|number|no|nr|address)+")
"""What ``unitSerial`` and the like are about."""
_VALUE_MEMBERS = frozenset({"value", "@value", "code"})
"""Members of an object that state the unit it is about, besides those whose name is that of a unit."""
_SCALES = frozenset({"scale", "scalefactor", "multiplier"})
"""Names of numbers, without underscores, that a value is still to be multiplied by. We don't, unless it is 1."""
_SHORTEST_UNMISTAKABLE = 3
"""Characters of a unit that is one in any member; a shorter one, such as ``K``, could be a class or a status."""
_DESCRIBING_MEMBERS = frozenset({"definition", "name", "label", "description"})
"""Members of an object that describe a unit in free text: they count if they are understood."""


class Statement(NamedTuple):
    """One unit as stated. ``text`` is None if it isn't text. If it only ``describes``, it may be unknown beside a known
    one."""

    text: str | None
    describes: bool = False


Statements = tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class StatedUnits:
    """The units stated in one object, beside values: for all of them, for some by name, and for something else."""

    general: Statements = ()
    by_subject: Mapping[str, Statements] | None = None
    """By ``subject`` of the name of the value."""
    others: Statements = ()
    """Units of what isn't a value here, as far as can be seen. A value they could apply to isn't usable."""
    fields_read: int = 0
    """Members that state a unit of a value."""

    def of(self, code: str) -> Statements:
        """What is stated of one value."""
        own = self.by_subject.get(_subject_of_code(code)) if self.by_subject else None
        return own or self.general


NOTHING_STATED = StatedUnits()


def names_unit(name: str) -> bool:
    """Whether the name of a member looks like that of a unit: a word in it starts or ends with ``unit`` or a synonym.

    ``pm2_5Unit``, ``UNITCODE`` and ``measurement-units`` do, ``community`` doesn't.
    """
    if name in _USUAL_NAMES:
        return True
    if not _may_name_unit((name,)):
        return False
    words = _words(name)
    return _NAME_FOR_UNIT.match("".join(words)) is not None or any(map(_WORD_FOR_UNIT.match, words))


def _may_name_unit(names: Iterable[str]) -> bool:
    """A quick test for every object of every message: false only if none of the names is that of a unit."""
    text = "\n".join(("", *names, "")).casefold()
    return any(hint in text for hint in _HINTS)


def subject(name: str) -> str:
    """What the name of a member is about, without the words for a unit: ``pm25`` for ``PM2_5_unitCode``."""
    if name in _USUAL_NAMES:
        return ""
    return "".join(word for word in _words(name) if not _SAYS_NO_MORE.fullmatch(word))


@cache
def _subject_of_code(code: str) -> str:
    return subject(code)


def _words(name: str) -> list[str]:
    """The words and numbers in a name, in lower case: ``pm``, ``2``, ``5`` and ``unit`` in ``PM2_5Unit``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", unicodedata.normalize("NFKC", name))
    return re.findall(r"[^\W\d_]+|\d+", spaced.casefold())


def units_in_object(item: Mapping[str, Any], codes: Collection[str]) -> StatedUnits:
    """The units stated in an object with values, as members of the same object. ``codes``: of every known property.

    ``unit`` is about all its values, ``pm2_5_unit`` about one; ``units`` may map names to units.
    """
    contained = tuple(_units_in_containers(item, codes))
    if not _may_name_unit(item):
        return StatedUnits(others=contained) if contained else NOTHING_STATED
    members = {name: member for name, member in item.items() if name not in codes and _states_unit(name, member)}
    subjects = set(map(_subject_of_code, codes))
    others = subjects.union(subject(name) for name in item if name not in members)
    found = _Findings(contained)
    for name, member in members.items():
        found.add(subject(name), member, subjects, others - subjects)
    return found.as_stated_units()


def _units_in_containers(item: Mapping[str, Any], codes: Collection[str]) -> Iterator[Statement]:
    """Units in objects beside the values, such as ``metadata``; not those of an object with a value of its own."""
    for name, member in item.items():
        if type(member) is dict and name not in codes and "value" not in member and not names_unit(name):
            for inner, each, _ in _members(cast("dict[str, Any]", member)):
                if _states_unit(inner, each):
                    yield from _statements(each)


class _Findings:
    """Collects what the members of one object state."""

    def __init__(self, others: Iterable[Statement]) -> None:
        self._by_subject: defaultdict[str, list[Statement]] = defaultdict(list)
        self._others = list(others)
        self._fields_read = 0

    def add(self, about: str, member: object, subjects: set[str], present: set[str]) -> None:
        """Add a member. ``subjects``: of every known property; ``present``: of other members of the object."""
        mapped = _units_by_subject(member, subjects) or {about: tuple(_statements(member))}
        for each, statements in mapped.items():
            if each in subjects or each == "":
                self._by_subject[each].extend(statements)
            elif each not in present:
                self._others.extend(statements)
        self._fields_read += any(each in subjects or each == "" for each in mapped)

    def as_stated_units(self) -> StatedUnits:
        by_subject = {about: tuple(statements) for about, statements in self._by_subject.items()}
        return StatedUnits(by_subject.pop("", ()), by_subject, tuple(self._others), self._fields_read)


def units_in_value(fields: Mapping[str, Any]) -> StatedUnits:
    """The units stated in the object of one value, at any depth.

    Within it, an object with a ``value`` of its own has a unit of its own (properties of properties in NGSI-LD), so it
    is skipped. A list of ``{"name": …, "value": …}`` is read as members (metadata in NGSI).
    """
    if len(fields) == 2 and isinstance(text := fields.get("unit"), str):
        # Nearly every value with a unit.
        return StatedUnits((Statement(text, is_reference(text)),), fields_read=1)
    general: list[Statement] = []
    others: list[Statement] = []
    fields_read = 0
    for name, member, depth in _members(fields):
        if _states_unit(name, member):
            about_device = _DEVICE.fullmatch(subject(name)) is not None
            (others if about_device else general).extend(_statements(member))
            fields_read += depth == 0 and not about_device
        elif isinstance(member, str) and len(member) >= _SHORTEST_UNMISTAKABLE:
            others.append(Statement(member))
        elif _multiplies(name, member):
            general.append(Statement(None))
    return StatedUnits(tuple(general), others=tuple(others), fields_read=fields_read)


def _states_unit(name: str, member: object) -> bool:
    return names_unit(name) and (name.casefold() not in _ONLY_IF_TEXT or isinstance(member, str))


def _multiplies(name: str, member: object) -> bool:
    return isinstance(member, int | float) and member != 1 and name.replace("_", "").casefold() in _SCALES


def _members(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any, int]]:
    """Every member of the object of a value, with its depth, except values."""
    waiting: list[tuple[Any, int]] = [(fields, 0)]
    while waiting:
        found, depth = waiting.pop()
        if isinstance(found, list):
            waiting.extend((each, depth) for each in cast("list[Any]", found))
        elif isinstance(found, dict):
            members = cast("dict[str, Any]", found)
            if depth and "value" in members:
                if isinstance(name := members.get("name"), str):
                    yield name, members["value"], depth
                continue
            for name, member in members.items():
                if name != "value":
                    yield name, member, depth
                    if not names_unit(name):
                        waiting.append((member, depth + 1))


def _units_by_subject(member: object, subjects: set[str]) -> dict[str, Statements]:
    """A mapping from names of values to units, or nothing: ``{"pm2_5": "mg/m3", "temperature": "degF"}``."""
    if not isinstance(member, dict):
        return {}
    entries = {subject(name): each for name, each in cast("dict[str, Any]", member).items()}
    return {about: tuple(_statements(each)) for about, each in entries.items() if about in subjects}


def _statements(member: object) -> Iterator[Statement]:
    """The unit that a member states. None for null and for objects of nulls, with which SensorThings says "no unit"."""
    if isinstance(member, str):
        yield Statement(member, is_reference(member))
    elif isinstance(member, dict):
        yield from _statements_of_object(cast("dict[str, Any]", member))
    elif member is not None:
        yield Statement(None)


def _statements_of_object(members: dict[str, Any]) -> Iterator[Statement]:
    given = {name: each for name, each in members.items() if each is not None}
    if members and not given:
        return
    understood = False
    for name, each in given.items():
        if name in _DESCRIBING_MEMBERS and isinstance(each, str):
            yield Statement(each, describes=True)
        elif name in _VALUE_MEMBERS or names_unit(name):
            yield Statement(each, is_reference(each)) if isinstance(each, str) else Statement(None)
        else:
            continue
        understood = True
    if not understood:
        yield Statement(None)


def stated_unit(
    definition: ObservedProperty, scopes: Iterable[StatedUnits]
) -> UnitConversion | VolumeRatio | RejectionReason | None:
    """The unit of a value, as stated nearest to it. ``scopes``: nearest first. None if no unit is stated.

    A unit of something else is only a reason to refuse the value if it could be about it.
    """
    others: list[Statement] = []
    for scope in scopes:
        if scope is not NOTHING_STATED:
            if statements := scope.of(definition.code):
                return _agreed_unit(definition, statements)
            others.extend(scope.others)
    if any(definition.find_unit(each.text or "") not in (None, IDENTITY) for each in others):
        return RejectionReason.UNKNOWN_UNIT
    return None


def _agreed_unit(
    definition: ObservedProperty, statements: Statements
) -> UnitConversion | VolumeRatio | RejectionReason:
    """The unit that all statements name. Only descriptions may be unknown."""
    agreed: UnitConversion | VolumeRatio | None = None
    for each in statements:
        unit = definition.find_unit(each.text or "")
        if (unit is None and not each.describes) or (unit and agreed and unit != agreed):
            return RejectionReason.UNKNOWN_UNIT
        agreed = unit or agreed
    return agreed or RejectionReason.UNKNOWN_UNIT
