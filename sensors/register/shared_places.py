"""Which published numbers can hold the same pass: those of sensors at one place. The more there are, the more noise.

Sensors at most 25 metres apart are at one place, so are those on one pole (or whatever host their entries name),
however far apart their entries put them, and so are those that are linked by others in between.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from shapely import STRtree

from sensors.kinds import KINDS
from sensors.policy.cells import cell_noise, cells_of_a_pass
from sensors.policy.promises import SAME_PLACE_METRES
from sensors.register.location import GeoJsonGeometry
from sensors.register.rijksdriehoek import to_rijksdriehoek
from sensors.vocabulary.codes import Public


@dataclass(frozen=True, slots=True)
class PublishedDatastream:
    """A datastream of which hours or days are published, and where its sensor is or was until recently."""

    sensor_id: int
    kind: str
    property: str
    period: Public
    geometry: GeoJsonGeometry
    host: str | None = None
    """What it hangs on, if its entry names that."""


PASS_PROPERTIES: Mapping[str, frozenset[str]] = {
    kind.code: frozenset(each.code for each in kind.properties.values() if each.passes) for kind in KINDS.values()
}
"""The properties that are made of passes, by kind."""
DatastreamKey = tuple[int, str]
"""Sensor and property."""


def noise_of_counts(published: Sequence[PublishedDatastream]) -> Mapping[DatastreamKey, float]:
    """The noise of each of these datastreams, as a standard deviation in passes."""
    noise: dict[DatastreamKey, float] = {}
    for place in _places(published):
        # A sensor that was changed may be here twice; its numbers are the same.
        definitions = {(each.sensor_id, each.property): KINDS[each.kind].properties[each.property] for each in place}
        for each in place:
            key = (each.sensor_id, each.property)
            cells = cells_of_a_pass(definitions[key], definitions.values())
            noise[key] = max(noise.get(key, 0.0), cell_noise(each.period, cells))
    return noise


def _places(published: Sequence[PublishedDatastream]) -> Iterable[list[PublishedDatastream]]:
    """The datastreams by place."""
    neighbours: list[list[int]] = [list[int]() for _ in published]
    first_on: dict[str, int] = {}
    for number, each in enumerate(published):
        if each.host is not None:
            first = first_on.setdefault(each.host, number)
            neighbours[first].append(number)
            neighbours[number].append(first)
    shapes = np.array([to_rijksdriehoek(each.geometry) for each in published], dtype=np.object_)
    pairs: list[list[int]] = STRtree(shapes).query(shapes, predicate="dwithin", distance=SAME_PLACE_METRES).T.tolist()
    for one, other in pairs:
        neighbours[one].append(other)
    for place in _connected(neighbours):
        yield [published[number] for number in place]


def _connected(neighbours: Sequence[Sequence[int]]) -> Iterator[set[int]]:
    """The numbers that can be reached from each other."""
    left = set(range(len(neighbours)))
    while left:
        reached, waiting = set[int](), [left.pop()]
        while waiting:
            number = waiting.pop()
            reached.add(number)
            waiting += left.intersection(neighbours[number])
            left.difference_update(neighbours[number])
        yield reached
