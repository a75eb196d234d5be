"""Where a sensor is shown to be, and in which neighbourhood."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point
from shapely.geometry import shape

from sensors.codes import Precision
from sensors.location import Geometry, areas, locate, public_point, snap

CELLS = st.sampled_from([Precision.CELL_100M, Precision.CELL_1KM])
SIZE = {Precision.CELL_100M: 100, Precision.CELL_1KM: 1000}
PLACES = st.tuples(st.floats(3.2, 7.3), st.floats(50.75, 53.55)) | st.tuples(
    # On the lines of the grid, where rounding would choose a side.
    st.integers(220, 500).map(lambda index: index * 1460 / 100_000),
    st.integers(5640, 5949).map(lambda index: index * 900 / 100_000),
)


def point(place: tuple[float, float]) -> Geometry:
    return {"type": "Point", "coordinates": list(place)}


def test_an_exact_place_stays_as_it_is() -> None:
    here = point((5.66, 51.48))
    assert snap(here, Precision.EXACT) is here


@given(PLACES, CELLS)
def test_a_cell_holds_the_place_and_gives_itself(place: tuple[float, float], precision: Precision) -> None:
    cell = snap(point(place), precision)
    assert shape(cell).covers(Point(place))
    assert snap(cell, precision) == cell


@given(PLACES, CELLS, st.floats(0, 0.999), st.floats(0, 0.999))
def test_every_place_in_a_cell_is_shown_as_that_cell(
    place: tuple[float, float], precision: Precision, east: float, north: float
) -> None:
    cell = snap(point(place), precision)
    (x, y), (right, top) = cell["coordinates"][0][0], cell["coordinates"][0][2]
    assert snap(point((x + east * (right - x), y + north * (top - y))), precision) == cell


@given(PLACES)
def test_a_kilometre_cell_is_made_of_whole_cells(place: tuple[float, float]) -> None:
    small, large = (snap(point(place), precision) for precision in (Precision.CELL_100M, Precision.CELL_1KM))
    assert shape(large).covers(shape(small))


@given(PLACES, CELLS)
def test_a_cell_has_the_promised_size(place: tuple[float, float], precision: Precision) -> None:
    corners = snap(point(place), precision)["coordinates"][0]
    (x, y), (right, top) = corners[0], corners[2]
    width, height = metres_per_degree((y + top) / 2)
    assert (right - x) * width == pytest.approx(SIZE[precision], rel=0.034)
    assert (top - y) * height == pytest.approx(SIZE[precision], rel=0.002)


def metres_per_degree(latitude: float) -> tuple[float, float]:
    """Of longitude and of latitude, on the WGS84 ellipsoid."""
    phi, axis, e2 = math.radians(latitude), 6_378_137, 0.00669437999014
    bend = 1 - e2 * math.sin(phi) ** 2
    per_radian = axis / math.sqrt(bend) * math.cos(phi), axis * (1 - e2) / bend**1.5
    return math.radians(per_radian[0]), math.radians(per_radian[1])


def test_helmond_has_its_districts_and_neighbourhoods() -> None:
    levels = [area.level for area in areas()]
    assert {level: levels.count(level) for level in levels} == {
        "municipality": 1,
        "district": 12,
        "neighbourhood": 44,
    }
    names = {area.code: area.name for area in areas()}
    assert names["WK079410"] == "Binnenstad"
    assert {area.municipality for area in areas()} == {"helmond"}
    assert {area.district for area in areas() if area.level == "neighbourhood"} <= names.keys()


def test_every_neighbourhood_is_found_from_a_point_inside_it() -> None:
    for area in areas():
        if area.level == "neighbourhood":
            assert locate(area.geometry) == (area.code, area.district)


def test_a_point_on_a_border_is_in_one_neighbourhood_always_the_same() -> None:
    first, second = (area for area in areas() if area.code in ("BU07941000", "BU07941003"))
    border = shape(first.geometry).intersection(shape(second.geometry)).representative_point()
    assert {locate(point((border.x, border.y))) for _ in range(3)} == {(first.code, first.district)}


def test_outside_helmond_there_is_no_neighbourhood() -> None:
    assert locate(point((4.9, 52.37))) == (None, None)


def test_the_public_point_of_an_area_is_inside_it() -> None:
    bent = [[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3], [0, 0]]
    geometry: Geometry = {"type": "Polygon", "coordinates": [bent]}
    assert shape(geometry).contains(Point(public_point(geometry)))
