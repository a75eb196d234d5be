"""Groups of lamps whose movements are counted together: a new group must have enough lamps in the register.

The number of lamps doesn't follow from one entry. A group that is too small already goes on without being counted, so
that lamps can be added to it; ``lantaarn doctor`` lists those.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sensors.policy.promises import MIN_MOVEMENT_LAMPS
from sensors.register.entry import Entry, WindowCount
from sensors.register.validation.violations import Violation, format_path
from sensors.vocabulary.codes import Status
from sensors.vocabulary.localized_text import LocalizedText

GroupKey = tuple[str, str]
"""Municipality and group."""
GROUP_TOO_SMALL = LocalizedText(
    f"Een groep heeft minstens {MIN_MOVEMENT_LAMPS} lampen in het register, anders tellen we de beweging niet. "
    "Zet er meer lampen in, of voeg de groep samen met een andere.",
    f"A group has at least {MIN_MOVEMENT_LAMPS} lamps in the register, or its movements are not counted. Add lamps to "
    "it, or join it with another group.",
)


@dataclass(frozen=True, slots=True)
class LampGroup:
    """A group in the register: how many active lamps it has and needs."""

    municipality: str
    name: str
    lamps: int
    minimum: int


def small_group_violations(
    entries: Collection[Entry], existing_groups: Collection[GroupKey] = ()
) -> Mapping[UUID, tuple[Violation, ...]]:
    """Violations of entries in new groups with too few lamps, by entry id. ``entries``: all lamps of the new groups."""
    lamps = _lamps_by_group(entries)
    too_small = {key for key, ids in lamps.items() if len(ids) < MIN_MOVEMENT_LAMPS and key not in existing_groups}
    found = {entry.id: tuple(_violations(entry, too_small)) for entry in entries}
    return {entry_id: violations for entry_id, violations in found.items() if violations}


def _lamps_by_group(entries: Iterable[Entry]) -> Mapping[GroupKey, set[UUID]]:
    lamps: dict[GroupKey, set[UUID]] = {}
    for entry in entries:
        for key, _ in _groups_of(entry):
            lamps.setdefault(key, set()).add(entry.id)
    return lamps


def _violations(entry: Entry, too_small: Collection[GroupKey]) -> Iterator[Violation]:
    for key, path in _groups_of(entry):
        if key in too_small:
            yield Violation(path, "group_large_enough", GROUP_TOO_SMALL)


def _groups_of(entry: Entry) -> Iterator[tuple[GroupKey, str]]:
    """The groups that an entry takes part in, with the path of each."""
    if not entry.delivers_data or entry.status is Status.ENDED:
        return
    for index, datastream in enumerate(entry.datastreams):
        for place, rule in enumerate(datastream.privacy_rules):
            if isinstance(rule, WindowCount):
                path = format_path(("datastreams", index, "privacy_rules", place, "group"))
                yield (entry.municipality, rule.group), path
