"""Which published numbers can hold the same pass: those of sensors at one place. The more there are, the more noise.

Sensors at most 25 metres apart are at one place, so are those on one pole (or whatever host their entries name),
however far apart their entries put them, and so are those that are linked by others in between.

All by the places that are published, because the noise is public too: by the exact ones it would tell where in its cell
a sensor is. A sensor that shows a cell can be anywhere in it, so it counts at every place within reach of the cell. It
links none of these: else every counter in a square kilometre would be at one place, and cells side by side in a city.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from shapely import STRtree

from sensors.kinds import KINDS, ObservedProperty
from sensors.policy.cells import cell_noise, cells_of_a_pass
from sensors.policy.promises import SAME_PLACE_METRES
from sensors.register.location import GeoJsonGeometry
from sensors.register.rijksdriehoek import to_rijksdriehoek
from sensors.vocabulary.codes import Public


@dataclass(frozen=True, slots=True)
class PublishedDatastream:
    """A datastream of which hours or days are published, and where its sensor is, as published."""

    sensor_id: int
    kind: str
    property: str
    period: Public
    geometry: GeoJsonGeometry
    host: str | None = None
    """What it hangs on, if its entry names that."""
    shows_cell: bool = False
    """Whether the geometry is a cell that the sensor is anywhere in."""


PASS_PROPERTIES: Mapping[str, frozenset[str]] = {
    kind.code: frozenset(each.code for each in kind.properties.values() if each.passes) for kind in KINDS.values()
}
"""The properties that are made of passes, by kind."""
DatastreamKey = tuple[int, str]
"""Sensor and property."""


def noise_of_counts(published: Sequence[PublishedDatastream]) -> Mapping[DatastreamKey, float]:
    """The noise of each of these datastreams, as a standard deviation in passes."""
    noise: dict[DatastreamKey, float] = {}
    for here, place in _places(published):
        definitions = [_definition(published[number]) for number in place]
        for each in (published[number] for number in here):
            key = (each.sensor_id, each.property)
            cells = cells_of_a_pass(_definition(each), definitions)
            noise[key] = max(noise.get(key, 0.0), cell_noise(each.period, cells))
    return noise


def _definition(datastream: PublishedDatastream) -> ObservedProperty:
    return KINDS[datastream.kind].properties[datastream.property]


def _places(published: Sequence[PublishedDatastream]) -> Iterator[tuple[Set[int], Set[int]]]:
    """The datastreams that a place is reckoned for, and all that are or may be at it, by number.

    Of a sensor that shows a cell these are all places that the cell reaches, and one with every other such sensor that
    may be beside it.
    """
    near = _beside_each(published)
    exact = {number for number, each in enumerate(published) if not each.shows_cell}
    for place in _connected(exact, near):
        reached = place.union(*(near[number] for number in place))
        yield reached, reached
    for number in range(len(published)):
        if number not in exact:
            yield {number}, near[number] - exact


def _beside_each(published: Sequence[PublishedDatastream]) -> Sequence[Set[int]]:
    """The numbers of the datastreams that are or may be within 25 metres of each or on its host, itself too."""
    shapes = np.array([to_rijksdriehoek(each.geometry) for each in published], dtype=np.object_)
    pairs: list[list[int]] = STRtree(shapes).query(shapes, predicate="dwithin", distance=SAME_PLACE_METRES).T.tolist()
    near: list[set[int]] = [set[int]() for _ in published]
    for one, other in pairs:
        near[one].add(other)
    first_on: dict[str, int] = {}
    for number, each in enumerate(published):
        if each.host is not None:
            first = first_on.setdefault(each.host, number)
            near[first].add(number)
            near[number].add(first)
    return near


def _connected(numbers: Set[int], links: Sequence[Set[int]]) -> Iterator[set[int]]:
    """The numbers that can be reached from each other."""
    left = set(numbers)
    while left:
        reached, waiting = set[int](), [left.pop()]
        while waiting:
            number = waiting.pop()
            reached.add(number)
            waiting += left & links[number]
            left -= links[number]
        yield reached
