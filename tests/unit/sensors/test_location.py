"""Where a sensor is shown to be, and in which neighbourhood."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point
from shapely.geometry import shape

from sensors.register.location import (
    AreasError,
    GeoJsonGeometry,
    known_areas,
    municipality_name,
    municipality_slug,
    neighbourhood_and_district,
    representative_point,
    snap_to_cell,
)
from sensors.vocabulary.codes import Precision

CELLS = st.sampled_from([Precision.CELL_100M, Precision.CELL_1KM])
SIZE = {Precision.CELL_100M: 100, Precision.CELL_1KM: 1000}
PLACES = st.tuples(st.floats(3.2, 7.3), st.floats(50.75, 53.55)) | st.tuples(
    # On the lines of the grid, where rounding would choose a side.
    st.integers(220, 500).map(lambda index: index * 1460 / 100_000),
    st.integers(5640, 5949).map(lambda index: index * 900 / 100_000),
)


def point(place: tuple[float, float]) -> GeoJsonGeometry:
    return {"type": "Point", "coordinates": list(place)}


def test_an_exact_place_stays_as_it_is() -> None:
    here = point((5.66, 51.48))
    assert snap_to_cell(here, Precision.EXACT) is here


@given(PLACES, CELLS)
def test_a_cell_holds_the_place_and_gives_itself(place: tuple[float, float], precision: Precision) -> None:
    cell = snap_to_cell(point(place), precision)
    assert shape(cell).covers(Point(place))
    assert snap_to_cell(cell, precision) == cell


@given(PLACES, CELLS, st.floats(0, 0.999), st.floats(0, 0.999))
def test_every_place_in_a_cell_is_shown_as_that_cell(
    place: tuple[float, float], precision: Precision, east: float, north: float
) -> None:
    cell = snap_to_cell(point(place), precision)
    (x, y), (right, top) = cell["coordinates"][0][0], cell["coordinates"][0][2]
    assert snap_to_cell(point((x + east * (right - x), y + north * (top - y))), precision) == cell


@given(PLACES)
def test_a_kilometre_cell_is_made_of_whole_cells(place: tuple[float, float]) -> None:
    small, large = (snap_to_cell(point(place), precision) for precision in (Precision.CELL_100M, Precision.CELL_1KM))
    assert shape(large).covers(shape(small))


@given(PLACES, CELLS)
def test_a_cell_has_the_promised_size(place: tuple[float, float], precision: Precision) -> None:
    corners = snap_to_cell(point(place), precision)["coordinates"][0]
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
    levels = [area.level for area in known_areas()]
    assert {level: levels.count(level) for level in levels} == {
        "municipality": 1,
        "district": 12,
        "neighbourhood": 44,
    }
    names = {area.code: area.name for area in known_areas()}
    assert names["WK079410"] == "Binnenstad"
    assert {area.municipality for area in known_areas()} == {"helmond"}
    assert {area.district for area in known_areas() if area.level == "neighbourhood"} <= names.keys()


def test_every_neighbourhood_is_found_from_a_point_inside_it() -> None:
    for area in known_areas():
        if area.level == "neighbourhood":
            assert neighbourhood_and_district(area.geometry) == (area.code, area.district)


def test_a_point_on_a_border_is_in_one_neighbourhood_always_the_same() -> None:
    first, second = (area for area in known_areas() if area.code in ("BU07941000", "BU07941003"))
    border = shape(first.geometry).intersection(shape(second.geometry)).representative_point()
    assert {neighbourhood_and_district(point((border.x, border.y))) for _ in range(3)} == {(first.code, first.district)}


def test_outside_helmond_there_is_no_neighbourhood() -> None:
    assert neighbourhood_and_district(point((4.9, 52.37))) == (None, None)


def square(west: float, south: float, size: float = 0.01) -> GeoJsonGeometry:
    ring = [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def write(folder: Path, name: str, *features: tuple[dict[str, str], GeoJsonGeometry]) -> None:
    collection = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": said, "geometry": outline} for said, outline in features],
    }
    (folder / f"{name}.geojson").write_text(json.dumps(collection))


@pytest.fixture
def bergen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another municipality, as the CBS Wijk- en Buurtkaart names things."""
    write(
        tmp_path, "bergen_gemeente", ({"gemeentecode": "GM0748", "gemeentenaam": "Bergen op Zoom"}, square(4.3, 51.5))
    )
    write(tmp_path, "bergen_wijken", ({"wijkcode": "WK074801", "wijknaam": "Centrum"}, square(4.3, 51.5)))
    write(tmp_path, "bergen_buurten", ({"buurtcode": "BU07480100", "buurtnaam": "Markt"}, square(4.3, 51.5)))
    monkeypatch.setenv("LANTAARN_AREAS", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("bergen")
def test_a_municipality_is_three_files_in_a_folder() -> None:
    assert neighbourhood_and_district(point((4.305, 51.505))) == ("BU07480100", "WK074801")
    assert municipality_name("bergen-op-zoom") == "Bergen op Zoom"
    assert {area.municipality for area in known_areas()} == {"helmond", "bergen-op-zoom"}


def test_a_municipality_without_outlines_has_a_name_all_the_same() -> None:
    assert municipality_name("den-haag") == "Den Haag"


@pytest.mark.parametrize(
    ("name", "as_topic"),
    [("'s-Hertogenbosch", "s-hertogenbosch"), ("Súdwest-Fryslân", "sudwest-fryslan"), ("Bergen (L.)", "bergen-l")],
)
def test_the_name_of_a_municipality_in_topics(name: str, as_topic: str) -> None:
    assert municipality_slug(name) == as_topic


def test_newer_outlines_of_the_example_city_take_the_place_of_its_own(bergen: Path) -> None:
    write(bergen, "nieuw_gemeente", ({"statcode": "GM0794", "statnaam": "Helmond"}, square(5.6, 51.4)))
    write(bergen, "nieuw_wijken")
    write(bergen, "nieuw_buurten")
    assert len([area for area in known_areas() if area.municipality == "helmond"]) == 1


def test_outlines_that_can_not_be_used_are_told_with_the_reason(bergen: Path) -> None:
    for name, feature, told in (
        ("bergen_buurten", ({"buurtcode": "BU07480100", "buurtnaam": "Markt"}, square(80_000, 390_000)), "EPSG:4326"),
        ("bergen_wijken", ({"naam": "Centrum"}, square(4.3, 51.5)), "no wijkcode, wijknaam or outline"),
    ):
        write(bergen, name, feature)
        with pytest.raises(AreasError, match=told):
            known_areas()
    (bergen / "bergen_gemeente.geojson").unlink()
    with pytest.raises(AreasError, match="no file"):
        known_areas()


def test_the_public_point_of_an_area_is_inside_it() -> None:
    bent = [[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3], [0, 0]]
    geometry: GeoJsonGeometry = {"type": "Polygon", "coordinates": [bent]}
    assert shape(geometry).contains(Point(representative_point(geometry)))
