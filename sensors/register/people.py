"""Whether a sensor is about people: one answer for its page, its sign, the search index and the API.

Whoever counts passers-by counts persons, also where the entry says that its numbers are of nobody in particular.
"""

from collections.abc import Iterable

from sensors.kinds import KINDS
from sensors.vocabulary.codes import PersonalData

_LEVELS = list(PersonalData)


def personal_data_level(kind: str | None, measured: Iterable[tuple[str, PersonalData]]) -> PersonalData:
    """The highest level of what a sensor of this kind measures: of each property its code, and what the entry says."""
    return max((_level(kind, code, declared) for code, declared in measured), key=_LEVELS.index, default=_LEVELS[0])


def _level(kind: str | None, code: str, declared: PersonalData) -> PersonalData:
    kind_of_ours = KINDS.get(kind or "")
    known = kind_of_ours.properties.get(code) if kind_of_ours else None
    is_of_people = known is not None and known.about_people
    return PersonalData.DE_IDENTIFIED if is_of_people and declared is PersonalData.NONE else declared
