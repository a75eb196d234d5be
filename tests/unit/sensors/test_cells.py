"""How much noise is in a published count: enough for all numbers together that hold the same pass."""

from dataclasses import replace
from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.kinds import KINDS
from sensors.policy.cells import CellRule, RatioRule
from sensors.policy.compiler import DatastreamPolicy, compile_policy
from sensors.register.entry import Entry
from sensors.register.location import snap_to_cell
from sensors.register.rijksdriehoek import to_rijksdriehoek
from sensors.register.shared_places import PASS_PROPERTIES, PublishedDatastream, noise_of_counts
from sensors.vocabulary.codes import Precision, Public
from tests.support.entries import example_datastream, example_entry

TRAFFIC = KINDS["traffic"].properties
METRE_NORTH, METRE_EAST = 1 / 111_270, 1 / 69_450
"""In degrees, in Helmond."""
PASSES = ("car", "van", "truck", "bus", "motorcycle", "bicycle", "pedestrian")


def compiled(*streams: tuple[str, str]) -> dict[str, DatastreamPolicy]:
    datastreams = [
        example_datastream(code, "traffic", public=public, privacy_rules=[{"rule": "public_threshold"}])
        for code, public in streams
    ]
    policy = compile_policy(Entry.model_validate(example_entry(kind="traffic", datastreams=datastreams)))
    return {each.property: each for each in policy.datastreams}


def cells(*streams: tuple[str, str]) -> dict[str, CellRule | None]:
    return {code: each.cells for code, each in compiled(*streams).items()}


def at(
    sensor: int,
    code: str,
    east: float = 0,
    north: float = 0,
    *,
    period: Public = Public.HOUR,
    host: str | None = None,
) -> PublishedDatastream:
    """A datastream of a sensor so many metres from a fixed point."""
    position = [5.66 + east * METRE_EAST, 51.48 + north * METRE_NORTH]
    return PublishedDatastream(sensor, "traffic", code, period, {"type": "Point", "coordinates": position}, host)


def test_every_count_has_a_rule_and_nothing_else_has() -> None:
    for kind in KINDS.values():
        for each in kind.properties.values():
            is_count = each.counts_people and each.required_privacy_rule is None
            assert (each.sums_minutes is not None) == is_count, each.code
            assert bool(each.passes) == (is_count or each.averages_people), each.code
            assert each.passes <= set(PASSES)


def test_people_without_a_car_are_added_up_by_the_hour_and_the_night() -> None:
    on_foot = cells(("count_pedestrian", "hour"), ("count_bicycle", "day"), ("count_bus", "none"))
    assert on_foot["count_pedestrian"] == CellRule(Public.HOUR, 12, 60, has_night=True)
    assert on_foot["count_bicycle"] == CellRule(Public.DAY, 24, 60, has_night=True)
    assert on_foot["count_bus"] == CellRule(Public.NONE, None, 15, has_night=False)
    assert cells(("mean_speed", "hour"))["mean_speed"] is None


def test_noise_grows_with_the_numbers_of_one_sensor_that_hold_the_same_pass() -> None:
    loop = cells(("count_car", "hour"), ("count_bus", "hour"), ("mean_speed", "hour"), ("occupancy", "hour"))
    assert loop["count_car"] is not None
    assert loop["count_car"].noise == loop["count_bus"].noise == pytest.approx(12 * sqrt(3 / 2))  # type: ignore[union-attr]
    unpublished = cells(("count_car", "hour"), ("mean_speed", "none"), ("occupancy", "none"))
    assert unpublished["count_car"] == CellRule(Public.HOUR, 12, 15, has_night=False)


def test_a_total_beside_its_classes_is_one_more_number_of_each_pass() -> None:
    classes = (("count_car", "hour"), ("count_bus", "hour"), ("count_bicycle", "hour"))
    beside = cells(*classes, ("count_motor_vehicle", "hour"), ("mean_speed", "hour"))
    noise = {code: rule.noise for code, rule in beside.items() if rule is not None}
    for code in ("count_motor_vehicle", "count_car", "count_bus"):
        assert noise[code] == pytest.approx(12 * sqrt(4 / 2))
    assert beside["count_bicycle"] == CellRule(Public.HOUR, 12, 60, has_night=True)
    # Of two numbers there is enough noise in any case. What isn't published doesn't count.
    two = cells(*classes, ("count_motor_vehicle", "hour"), ("mean_speed", "none"))
    assert two["count_car"] == two["count_motor_vehicle"] == CellRule(Public.HOUR, 12, 15, has_night=False)


def test_a_mean_is_a_ratio_to_the_counts_that_are_public_as_it_is() -> None:
    counts = (("count_car", "hour"), ("count_bus", "hour"), ("count_truck", "day"), ("count_bicycle", "hour"))
    loop = compiled(*counts, ("mean_speed", "hour"), ("occupancy", "none"))
    assert loop["mean_speed"].ratio == RatioRule(50, 50, ("count_bus", "count_car"))
    assert loop["count_car"].ratio is None
    total = compiled(("count_motor_vehicle", "day"), ("count_car", "day"), ("mean_speed", "day"))
    assert total["mean_speed"].ratio == RatioRule(50, 50, ("count_motor_vehicle",))
    assert compiled(("mean_speed", "hour"))["mean_speed"].ratio == RatioRule(50, 50, ())


def test_how_full_the_road_is_is_not_published_whatever_an_entry_says() -> None:
    loop = compiled(("count_car", "hour"), ("occupancy", "hour"))
    assert loop["occupancy"].public is Public.NONE
    assert loop["occupancy"].ratio is None
    assert loop["count_car"].cells == CellRule(Public.HOUR, 12, 15, has_night=False)


def test_a_ratio_is_of_what_vehicles_can_measure() -> None:
    for kind in KINDS.values():
        for each in kind.properties.values():
            assert (each.reference is not None) == (each.clip is not None) <= each.averages_people, each.code
            if each.reference is not None and each.clip is not None:
                low, high = each.plausible_range
                assert low <= each.reference - each.clip < each.reference + each.clip <= high


def test_noise_grows_with_the_sensors_at_one_place() -> None:
    here, near, far = at(1, "count_car"), at(2, "count_car", east=24.5), at(3, "count_car", east=60)
    speeds = [at(2, "mean_speed", east=24.5), at(2, "count_bicycle", east=24.5)]
    noise = noise_of_counts([here, near, far, *speeds])
    assert noise[1, "count_car"] == noise[2, "count_car"] == pytest.approx(12 * sqrt(4 / 2))
    assert noise[3, "count_car"] == noise[2, "count_bicycle"] == 12


def test_day_cells_have_the_noise_of_days() -> None:
    streams = [at(number, "count_car", period=Public.DAY if number else Public.HOUR) for number in range(4)]
    noise = noise_of_counts(streams)
    assert [noise[number, "count_car"] for number in range(4)] == pytest.approx([12 * sqrt(2), *[24 * sqrt(2)] * 3])


@pytest.mark.parametrize(("metres", "together"), [(24.8, True), (25.2, False)])
@pytest.mark.parametrize("direction", ["east", "north"])
def test_25_metres_are_one_place(metres: float, together: bool, direction: str) -> None:
    away = {"east": 0.0, "north": 0.0} | {direction: metres}
    streams = [at(0, "count_car"), at(1, "count_car"), at(2, "count_car", away["east"], away["north"])]
    assert noise_of_counts(streams)[2, "count_car"] == pytest.approx(12 * sqrt(3 / 2) if together else 12)


def test_sensors_on_one_pole_are_at_one_place_wherever_their_entries_put_it() -> None:
    poles = [at(1, "count_car", host="helmond/lm-1"), at(2, "count_car", east=400, host="helmond/lm-1")]
    others = [at(3, "count_car", east=410), at(4, "count_car", east=800, host="helmond/lm-2")]
    noise = noise_of_counts([*poles, *others])
    # The third is next to the second.
    assert [noise[number, "count_car"] for number in (1, 2, 3)] == pytest.approx([12 * sqrt(3 / 2)] * 3)
    assert noise[4, "count_car"] == 12


def test_an_area_reaches_as_far_as_its_edge() -> None:
    square = [[5.66, 51.48], [5.67, 51.48], [5.67, 51.49], [5.66, 51.49], [5.66, 51.48]]
    polygon = {"type": "Polygon", "coordinates": [square]}
    mobile = [PublishedDatastream(9, "traffic", code, Public.HOUR, polygon) for code in ("count_car", "mean_speed")]
    assert noise_of_counts([*mobile, at(1, "count_car", east=-20)])[1, "count_car"] == pytest.approx(12 * sqrt(4 / 2))
    assert noise_of_counts([*mobile, at(1, "count_car", east=-30)])[1, "count_car"] == 12


def in_cell(sensor: int, code: str, east: float = 0, north: float = 0) -> PublishedDatastream:
    """A datastream of a sensor so many metres from a fixed point that shows its cell of 100 metres only."""
    return coarse(at(sensor, code, east, north))


def coarse(exact: PublishedDatastream) -> PublishedDatastream:
    return replace(exact, geometry=snap_to_cell(exact.geometry, Precision.CELL_100M), shows_cell=True)


def test_a_sensor_that_shows_a_cell_counts_at_every_place_that_it_may_be_at_and_links_none() -> None:
    hidden = in_cell(1, "count_car")
    west, south = hidden.geometry["coordinates"][0][0]
    east, north = (west - 5.66) / METRE_EAST, (south - 51.48) / METRE_NORTH
    corner = at(2, "count_car", east, north)
    opposite = [at(number, "count_car", east + 80, north + 80) for number in (3, 4)]
    noise = noise_of_counts([hidden, corner, *opposite])
    assert noise[2, "count_car"] == 12
    assert noise[1, "count_car"] == noise[3, "count_car"] == noise[4, "count_car"] == pytest.approx(12 * sqrt(3 / 2))


def test_sensors_in_cells_side_by_side_may_be_at_one_place() -> None:
    homes = [in_cell(number, "count_car", east=100 * number) for number in range(1, 6)]
    noise = noise_of_counts(homes)
    # Beside one other and between two, but not in a row of five.
    assert [noise[number, "count_car"] for number in (1, 3, 5)] == pytest.approx([12, 12 * sqrt(3 / 2), 12])


NUMBERS = {"mean_speed": 2, "occupancy": 0}
"""How many numbers of an hour are public, of what isn't one."""
PLACED = st.lists(
    st.builds(
        at,
        st.integers(1, 6),
        st.sampled_from(sorted(PASS_PROPERTIES["traffic"])),
        st.sampled_from([0, 20, 40, 300]),
        st.sampled_from([0, 300]),
        period=st.sampled_from([Public.HOUR, Public.DAY]),
        host=st.sampled_from([None, None, "helmond/lm-1", "helmond/lm-2"]),
    ),
    max_size=20,
    unique_by=lambda each: (each.sensor_id, each.property),
)


@given(PLACED, st.sets(st.integers(1, 6)), st.randoms(use_true_random=False))
def test_whoever_passes_one_place_in_an_hour_and_back_shifts_its_numbers_little(
    placed: list[PublishedDatastream], in_cells: set[int], order: Random
) -> None:
    """In any of the classes, over all numbers of sensors within 25 metres or on one pole, also out and home, and where
    some of them show their cell only."""
    placed = [replace(each, host=None) if each.sensor_id in in_cells else each for each in placed]
    shown = [coarse(each) if each.sensor_id in in_cells else each for each in placed]
    noise = noise_of_counts(shown)
    order.shuffle(shown)
    assert noise_of_counts(shown) == noise
    for here in placed:
        # One that shows its cell links no others: of what is on either side of it, it alone counts both.
        rivals = placed if here.sensor_id not in in_cells else [each for each in placed if each.sensor_id in in_cells]
        at_place = [each for each in rivals if is_together(each, here)]
        for passed in PASSES:
            held = [each for each in at_place if passed in TRAFFIC[each.property].passes]
            shifts = [NUMBERS.get(each.property, 1) * (2 / noise[each.sensor_id, each.property]) ** 2 for each in held]
            assert sum(shifts) <= 2 * (2 / 12) ** 2 + 1e-9


def is_together(one: PublishedDatastream, other: PublishedDatastream) -> bool:
    metres = to_rijksdriehoek(one.geometry).distance(to_rijksdriehoek(other.geometry))
    return metres <= 20.1 or (one.host is not None and one.host == other.host)


@pytest.mark.parametrize(
    ("longitude", "latitude", "x", "y"),
    [
        (4.88352559, 52.37453253, 120_700.723, 487_525.502),  # Westertoren, Amsterdam
        (6.56820053, 53.21938317, 233_883.131, 582_065.168),  # Martinitoren, Groningen
    ],
)
def test_positions_in_the_dutch_grid(longitude: float, latitude: float, x: float, y: float) -> None:
    point = to_rijksdriehoek({"type": "Point", "coordinates": [longitude, latitude]})
    assert (point.centroid.x, point.centroid.y) == pytest.approx((x, y), abs=1)
