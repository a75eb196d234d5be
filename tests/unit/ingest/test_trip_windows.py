"""Chance decides who is in the sample of a window, each time anew; what comes out follows the law behind the bound."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.generators.travel_time_bound import law, worst_total_variation
from ingest.events import trip_windows
from ingest.events.trip_windows import MAX_SAMPLED, Percentiles, TripWindow, percentiles
from sensors.policy.promises import MIN_SAMPLED_VEHICLES, SAMPLE_ONE_IN, SAMPLE_ONE_IN_ADJOINING
from sensors.vocabulary.codes import VehicleClass

CAR, TRUCK, OTHER = VehicleClass.CAR, VehicleClass.TRUCK, VehicleClass.OTHER
BOTH = (CAR, CAR)
EIGHT = [f"AB{number}CD".encode() for number in range(8)]


def drive(window: TripWindow, *trips: tuple[bytes, float], classes: tuple[VehicleClass, VehicleClass] = BOTH) -> None:
    for identifier, seconds in trips:
        window.add_trip(identifier, seconds, classes)


def everyone() -> TripWindow:
    return TripWindow(one_in=1)


def key_of(window: TripWindow) -> bytearray:
    return window._key  # pyright: ignore[reportPrivateUsage]


def tags_in(window: TripWindow) -> set[bytes]:
    return window._tags  # pyright: ignore[reportPrivateUsage]


def sampled(window: TripWindow, identifiers: Iterable[bytes]) -> set[bytes]:
    """Who of these gets a tag that is held."""
    found: set[bytes] = set()
    for identifier in identifiers:
        before = len(tags_in(window))
        window.add_trip(identifier, 60, BOTH)
        found.update([identifier] if len(tags_in(window)) > before else [])
    return found


@pytest.mark.parametrize("one_in", [SAMPLE_ONE_IN, SAMPLE_ONE_IN_ADJOINING])
def test_chance_puts_one_in_so_many_in_the_sample(one_in: int) -> None:
    vehicles = [f"V{number}".encode() for number in range(40_000)]
    share = 1 / one_in
    sigma = sqrt(share * (1 - share) * len(vehicles))
    assert len(sampled(TripWindow(one_in), vehicles)) == pytest.approx(share * len(vehicles), abs=5 * sigma)


def test_each_window_has_a_sample_of_its_own() -> None:
    """Who was in one window's sample is in that of the next as often as anyone."""
    vehicles = [f"V{number}".encode() for number in range(40_000)]
    first, second = (sampled(TripWindow(SAMPLE_ONE_IN), vehicles) for _ in range(2))
    share = 1 / SAMPLE_ONE_IN
    sigma = sqrt(share * (1 - share) * len(first))
    assert len(first & second) == pytest.approx(share * len(first), abs=5 * sigma)


def test_every_window_asks_the_operating_system_for_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def urandom(octets: int) -> bytes:
        asked.append(octets)
        return bytes([len(asked)]) * octets

    monkeypatch.setattr(trip_windows.os, "urandom", urandom)
    windows = [TripWindow(SAMPLE_ONE_IN) for _ in range(3)]
    assert asked == [16, 16, 16]
    assert len({bytes(key_of(window)) for window in windows}) == 3


@given(st.lists(st.tuples(st.sampled_from(EIGHT), st.floats(1, 1800)), max_size=40))
def test_a_vehicle_counts_once_however_often_it_comes_round(extra: list[tuple[bytes, float]]) -> None:
    once, often = everyone(), everyone()
    trips = [(identifier, 100.0 + 10 * number) for number, identifier in enumerate(EIGHT)]
    drive(once, *trips)
    drive(often, *trips, *extra)
    assert often.close(8) == once.close(8) == {CAR: Percentiles(130, None)}


@given(st.lists(st.sampled_from(list(VehicleClass)), min_size=2, max_size=12))
def test_it_counts_once_over_all_classes(seen_as: list[VehicleClass]) -> None:
    """Seven others in every class: who is seen in another class each time completes one row only."""
    window = everyone()
    for each in VehicleClass:
        drive(window, *((f"{each}{n}".encode(), 100) for n in range(7)), classes=(each, each))
    for each in seen_as:
        drive(window, (b"TARGET", 100), classes=(each, each))
    assert window.close(8).keys() == {seen_as[0]}


@given(st.sampled_from(list(VehicleClass)), st.sampled_from(list(VehicleClass)))
def test_the_class_is_the_one_that_both_ends_saw(start: VehicleClass, end: VehicleClass) -> None:
    window = everyone()
    drive(window, *((identifier, 100) for identifier in EIGHT), classes=(start, end))
    assert window.close(8).keys() == {start if start is end else OTHER}


def test_vehicles_of_which_the_ends_disagree_are_no_part_of_either_class() -> None:
    window = everyone()
    drive(window, *((identifier, 100) for identifier in EIGHT[:7]))
    drive(window, (EIGHT[7], 100), classes=(TRUCK, CAR))
    assert window.close(8) == {}


def test_a_closed_window_holds_nothing_more() -> None:
    window = everyone()
    drive(window, *((identifier, 100) for identifier in EIGHT))
    key = key_of(window)
    assert any(key)
    assert len(tags_in(window)) == 8
    assert window.close(8)
    assert not any(key)
    assert tags_in(window) == set()
    assert window.close(8) == {}


def test_a_flood_takes_no_more_memory_than_the_busiest_road() -> None:
    window = everyone()
    for number in range(MAX_SAMPLED + 1000):
        window.add_trip(b"%d" % number, 60, BOTH)
    assert len(tags_in(window)) == MAX_SAMPLED
    assert window.close(8) == {CAR: Percentiles(60, 60)}


times = st.lists(st.floats(0.001, 1800), max_size=60)


@given(times, st.integers(0, 30))
def test_fewer_than_eight_or_than_the_entry_asks_come_to_nothing(seconds: list[float], minimum: int) -> None:
    assert (percentiles(seconds, minimum) is None) == (len(seconds) < max(8, minimum))


@given(times)
def test_percentiles_are_times_of_single_vehicles_to_five_seconds(seconds: list[float]) -> None:
    found = percentiles(seconds, 8)
    if found is None:
        return
    assert found.median % 5 == 0
    # As many are at most as long as the median as there are of half of them, and no more than that are shorter.
    assert sum(each < found.median - 2.5 for each in seconds) <= (len(seconds) - 1) // 2
    assert sum(each <= found.median + 2.5 for each in seconds) >= (len(seconds) + 1) // 2
    assert (found.p85 is None) == (len(seconds) < 20)
    if found.p85 is not None:
        assert found.p85 % 5 == 0
        assert sum(each < found.p85 - 2.5 for each in seconds) < 0.85 * len(seconds)
        assert sum(each <= found.p85 + 2.5 for each in seconds) >= 0.85 * len(seconds)


@pytest.mark.parametrize(("number", "slow"), [(20, 17), (21, 18), (40, 34), (100, 85)])
def test_of_each_hundred_eighty_five_were_as_fast(number: int, slow: int) -> None:
    found = percentiles([10.0 * place for place in range(1, number + 1)], 8)
    assert found is not None
    assert (found.median, found.p85) == (10 * ((number + 1) // 2), 10 * slow)


def outcomes(others: Sequence[float], rounds: int) -> Counter[Percentiles | None]:
    """What comes out of so many windows with these vehicles."""
    found: Counter[Percentiles | None] = Counter()
    for _ in range(rounds):
        window = TripWindow(SAMPLE_ONE_IN)
        drive(window, *((f"V{number}".encode(), seconds) for number, seconds in enumerate(others)))
        found[window.close(MIN_SAMPLED_VEHICLES).get(CAR)] += 1
    return found


@pytest.mark.slow
@pytest.mark.parametrize("vehicles", [20, 60, 100])
def test_windows_follow_the_law_that_the_bound_is_computed_from(vehicles: int) -> None:
    rounds = 20_000
    found = outcomes([10.0 * place for place in range(vehicles)], rounds)
    exact = law(vehicles)
    expected = {
        None: exact.nothing,
        **{Percentiles(10 * i, None): chance for i, chance in enumerate(exact.median)},
        **{Percentiles(10 * i, 10 * j): exact.both[i, j] for i in range(vehicles) for j in range(i + 1, vehicles)},
    }
    assert sum(expected.values()) == pytest.approx(1)
    assert found.keys() <= expected.keys()
    for outcome, chance in expected.items():
        sigma = sqrt(chance * (1 - chance) * rounds)
        assert found[outcome] == pytest.approx(chance * rounds, abs=6 * sigma + 3), outcome


@pytest.mark.slow
@pytest.mark.parametrize("one_in", [SAMPLE_ONE_IN, SAMPLE_ONE_IN_ADJOINING])
def test_one_vehicle_more_changes_what_comes_out_by_seven_hundredths_at_most(one_in: int) -> None:
    """Exactly, for every number of others up to 200, some larger ones, and every place of its time among theirs."""
    assert max(worst_total_variation(others, one_in) for others in (*range(200), 300, 500)) <= 0.07


def test_the_bound_is_that_of_a_larger_minimum_too() -> None:
    assert all(worst_total_variation(others, minimum=15) <= 0.07 for others in range(10, 140, 10))


def test_without_chance_one_vehicle_more_is_certain_to_show() -> None:
    assert worst_total_variation(7, one_in=1) == pytest.approx(1)
    assert worst_total_variation(35, one_in=1) == pytest.approx(1)
