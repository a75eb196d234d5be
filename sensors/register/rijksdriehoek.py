"""Positions in the Dutch grid (Rijksdriehoek, RD): distances in metres.

The approximation by F. H. Schreutelkamp and G. L. Strang van Hees, "Benaderingsformules voor de transformatie tussen
RD- en WGS84-kaartcoördinaten", Geodesia 2001-2: right to within half a metre in the Netherlands.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from shapely import transform
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from sensors.register.location import GeoJsonGeometry

_CENTRE = np.array([5.38720621, 52.15517440])
"""Longitude and latitude of the tower of Our Lady in Amersfoort, where x is 155,000 and y 463,000."""
_Powers = tuple[int, int]
_EAST: Mapping[_Powers, float] = {
    (0, 0): 155_000.0,
    (0, 1): 190_094.945,
    (1, 1): -11_832.228,
    (2, 1): -114.221,
    (0, 3): -32.391,
    (1, 0): -0.705,
    (3, 1): -2.340,
    (1, 3): -0.608,
    (0, 2): -0.008,
    (2, 3): 0.148,
}
_NORTH: Mapping[_Powers, float] = {
    (0, 0): 463_000.0,
    (1, 0): 309_056.544,
    (0, 2): 3_638.893,
    (2, 0): 73.077,
    (1, 2): -157.984,
    (3, 0): 59.788,
    (0, 1): 0.433,
    (2, 2): -6.439,
    (1, 1): -0.032,
    (0, 4): 0.092,
    (1, 4): -0.054,
}
"""Coefficients by the powers of latitude and longitude."""


def to_rijksdriehoek(geometry: GeoJsonGeometry) -> BaseGeometry:
    """A GeoJSON geometry in WGS84 degrees, in metres of RD."""
    return transform(shape(geometry), _transformed)


def _transformed(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    longitude, latitude = 0.36 * (positions - _CENTRE).T

    def sum_of(terms: Mapping[_Powers, float]) -> NDArray[np.float64]:
        return np.sum([factor * latitude**p * longitude**q for (p, q), factor in terms.items()], axis=0)

    return np.column_stack((sum_of(_EAST), sum_of(_NORTH)))
