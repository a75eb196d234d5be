"""Public movement at groups of lamps: means over weeks, each with its margin."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any, Literal

from api.exceptions import NotFoundError
from sensors.db import Database, queries

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))
PRESENCE = "presence"
Days = Literal["weekday", "weekend", "night"]


@dataclass(frozen=True, slots=True)
class MovementMean:
    """How many people passed one lamp in a slot, as a mean over weeks. Times are of the clock of Amsterdam; a night
    belongs to the day on which it begins."""

    first_day: date
    last_day: date
    days: Days
    slot_start: time
    slot_end: time
    windows: int
    """How many slots it is the mean of: those observed in full, …"""
    due: int
    """… of this many in these weeks."""
    value: float | None
    """The estimate, with the random number in it, so it may be below zero. None: more passed than lamps can count."""
    margin: float | None
    """The estimate is usually off by less than this: by two standard errors."""
    fewer_than: float | None
    """If set, too few passed to tell from none: probably fewer than this."""
    more_than: float | None
    """If set, there were more than this."""


@dataclass(frozen=True, slots=True)
class MovementGroup:
    """A group of lamps. ``faulty``: how many reported a fault on the latest day, and so may have missed people."""

    name: str
    observed_property: str
    lamps: int
    minimum: int
    """It needs this many lamps, or nothing of it is counted."""
    faulty: int
    is_public: bool

    @property
    def is_large_enough(self) -> bool:
        """Whether its movements are counted at all."""
        return self.lamps >= self.minimum


@dataclass(frozen=True, slots=True)
class GroupMovement:
    """A group and its latest means: of working days, nights and weekends."""

    group: MovementGroup
    means: tuple[MovementMean, ...]
    lamps_here: int | None = None
    """How many of its lamps are in a neighbourhood."""


def load_groups(db: Database, municipality: str) -> list[MovementGroup]:
    """All groups of the municipality, by name."""
    return [_group(row) for row in db.execute(QUERIES["groups"], {"municipality": municipality}).fetchall()]


def load_group(db: Database, municipality: str, name: str, code: str = PRESENCE) -> MovementGroup:
    """One group. Raises NotFoundError."""
    row = db.execute(QUERIES["group"], _key(municipality, name, code)).fetchone()
    if row is None:
        raise NotFoundError
    return _group(row)


def load_means(db: Database, municipality: str, name: str, code: str = PRESENCE) -> tuple[MovementMean, ...]:
    """Every published mean of a group, the newest first."""
    return _means(db, "means", _key(municipality, name, code))


def load_group_movement(db: Database, municipality: str, name: str, code: str) -> GroupMovement | None:
    """A group with its latest means; None if it has no active lamps."""
    key = _key(municipality, name, code)
    row = db.execute(QUERIES["group"], key).fetchone()
    return GroupMovement(_group(row), _means(db, "latest_means", key)) if row is not None else None


def load_neighbourhood_movement(db: Database, municipality: str, neighbourhood: str) -> list[GroupMovement]:
    """The public groups with lamps in a neighbourhood, with their latest means."""
    parameters = {"municipality": municipality, "neighbourhood": neighbourhood}
    return [
        GroupMovement(
            _group(row),
            _means(db, "latest_means", _key(municipality, row["group_name"], row["property"])),
            row["lamps_here"],
        )
        for row in db.execute(QUERIES["groups_in_neighbourhood"], parameters).fetchall()
        if row["published"]
    ]


def _means(db: Database, query: str, key: Mapping[str, str]) -> tuple[MovementMean, ...]:
    return tuple(MovementMean(**row) for row in db.execute(QUERIES[query], key).fetchall())


def _key(municipality: str, name: str, code: str) -> dict[str, str]:
    return {"municipality": municipality, "group": name, "property": code}


def _group(row: Mapping[str, Any]) -> MovementGroup:
    return MovementGroup(
        row["group_name"], row["property"], row["lamps"], row["minimum"], row["faulty"], row["published"]
    )
