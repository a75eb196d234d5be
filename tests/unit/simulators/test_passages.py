"""Who passes the simulated cameras and lamps: the truth that travel times and counts are held against."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from math import exp
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.policy.personal_data import SIDECODES
from sensors.vocabulary.codes import VehicleClass
from simulators.devices.movements import LampRow
from simulators.devices.passages import (
    LOG_TRAVEL_TIME_SIGMA,
    SEGMENT_LENGTHS_M,
    Corridor,
    SimulatedPassage,
    median_travel_time_seconds,
    random_plate,
)

NOON = datetime(2026, 6, 15, 10, tzinfo=UTC)
"""A Monday, 12:00 in Helmond."""
HOUR = timedelta(hours=1)
GIVEN_OUT = re.compile("|".join(form.replace("X", "[A-Z]").replace("9", "[0-9]") for form in SIDECODES))
MOTORISED = [each for each in VehicleClass if each not in {VehicleClass.BICYCLE, VehicleClass.OTHER}]
ROW = LampRow(1, "kasteelpark", tuple(f"lantaarn-21{number:02}" for number in range(1, 13)))


def key(passage: SimulatedPassage) -> str:
    return passage.identifier.replace("-", "")


@given(st.integers(), st.sampled_from(MOTORISED))
def test_every_plate_has_a_form_that_is_given_out(seed: int, vehicle_class: VehicleClass) -> None:
    made = random_plate(Random(seed), vehicle_class)
    assert GIVEN_OUT.fullmatch(made)
    assert not set("AEIOU") & set(made)


def test_the_same_seed_gives_the_same_passages_and_another_one_others() -> None:
    once = list(Corridor(1).passages(NOON, NOON + HOUR))
    assert once == list(Corridor(1).passages(NOON, NOON + HOUR))
    assert not set(once) & set(Corridor(2).passages(NOON, NOON + HOUR))


def test_passages_come_by_time_and_in_whichever_parts_they_are_asked() -> None:
    whole = list(Corridor(1).passages(NOON, NOON + HOUR))
    assert all(NOON < earlier.time <= later.time <= NOON + HOUR for earlier, later in pairwise(whole))
    half = NOON + HOUR / 2
    assert whole == [*Corridor(1).passages(NOON, half), *Corridor(1).passages(half, NOON + HOUR)]
    assert whole == list(islice(Corridor(1).passages(NOON, None), len(whole)))
    two = [each for each in whole if each.reference == "HD-ANPR-2"]
    assert two == list(Corridor(1).passages(NOON, NOON + HOUR, reference="HD-ANPR-2"))


@pytest.mark.slow
@pytest.mark.parametrize("hours", [-14, -4, 0], ids=["evening", "rush", "noon"])
def test_travel_times_are_spread_around_the_true_median(hours: int) -> None:
    """On ten working days, with the hour's own change taken out: each trip against the median when it left."""
    ratios: dict[tuple[str, str], list[float]] = {}
    for day in range(10):
        start = NOON + timedelta(days=day + day // 5 * 2, hours=hours)
        for trip in Corridor(1).trips(start, start + HOUR / 4 if hours else start + HOUR / 12):
            truth = median_travel_time_seconds(trip.segment, trip.vehicle_class, trip.departed_at)
            ratios.setdefault(trip.segment, []).append(trip.duration_seconds / truth)
    assert ratios.keys() == SEGMENT_LENGTHS_M.keys()
    for segment in ratios.values():
        within = sum(exp(-LOG_TRAVEL_TIME_SIGMA) < ratio < exp(LOG_TRAVEL_TIME_SIGMA) for ratio in segment) / len(
            segment
        )
        error = 5 * LOG_TRAVEL_TIME_SIGMA * (3.14 / 2 / len(segment)) ** 0.5
        assert median(segment) == pytest.approx(1, abs=error)
        assert within == pytest.approx(0.68, abs=2.5 / len(segment) ** 0.5)


def test_it_takes_longer_at_rush_hour_than_at_night() -> None:
    (night, rush) = (
        median_travel_time_seconds(("HD-ANPR-1", "HD-ANPR-2"), VehicleClass.CAR, NOON - h * HOUR) for h in (9, 4)
    )
    assert 80 < night < 110
    assert 1.6 < rush / night < 1.9


def test_what_the_cameras_say_matches_the_truth_of_the_windows() -> None:
    """Passages joined by plate give exactly the true travel times of trips that were read at both ends."""
    corridor = Corridor(1)
    seen: dict[tuple[str, str], dict[str, datetime]] = {segment: {} for segment in SEGMENT_LENGTHS_M}
    joined: Counter[tuple[tuple[str, str], datetime, VehicleClass, float]] = Counter()
    for each in corridor.passages(NOON - HOUR / 2, NOON + HOUR):
        for segment, left in seen.items():
            if segment[0] == each.reference:
                left[key(each)] = each.time
            if segment[1] == each.reference and key(each) in left and each.time >= NOON:
                window = each.time.replace(minute=each.time.minute // 15 * 15, second=0, microsecond=0)
                joined[segment, window, each.vehicle_class, (each.time - left[key(each)]).total_seconds()] += 1
    truth = Counter(
        (*window, seconds)
        for window, times in corridor.true_travel_times(NOON, NOON + HOUR).items()
        for seconds in times
    )
    assert joined == truth
    assert truth.total() > 2000


def test_a_camera_misses_as_many_as_it_is_told() -> None:
    everyone = list(Corridor(1, unread_share=0.0).trips(NOON, NOON + HOUR))
    assert all(trip.is_read for trip in everyone)
    read = [trip for trip in Corridor(1, unread_share=0.1).trips(NOON, NOON + HOUR) if trip.is_read]
    assert len(read) / len(everyone) == pytest.approx(0.81, abs=0.04)


def test_half_of_the_vehicles_come_again_the_next_day() -> None:
    days = [{key(each) for each in Corridor(1).passages(at, at + HOUR)} for at in (NOON, NOON + 24 * HOUR)]
    assert 0.3 < len(days[0] & days[1]) / len(days[0]) < 0.6


def test_a_segment_is_busy_by_day_and_quiet_at_night() -> None:
    rush, night = (
        Counter(trip.segment for trip in Corridor(1).trips(at, at + HOUR)) for at in (NOON - 4 * HOUR, NOON - 9 * HOUR)
    )
    assert all(1000 < rush[segment] < 2100 for segment in SEGMENT_LENGTHS_M)
    assert all(5 < night[segment] < 70 for segment in SEGMENT_LENGTHS_M)


def test_walkers_pass_every_lamp_and_a_lamp_that_sees_nobody_is_still_awake() -> None:
    said = list(ROW.movements(NOON, NOON + HOUR))
    assert said == list(LampRow(1, "kasteelpark", ROW.lamps).movements(NOON, NOON + HOUR))
    assert [each.time for each in said] == sorted(each.time for each in said)
    awake = Counter(each.reference for each in said if not each.presence)
    assert awake == dict.fromkeys(ROW.lamps, 4)
    noticed = Counter(each.reference for each in said if each.presence)
    assert noticed.keys() == set(ROW.lamps)
    assert max(noticed.values()) - min(noticed.values()) <= 8
    one = ROW.lamps[3]
    assert [each for each in said if each.reference == one] == list(ROW.movements(NOON, NOON + HOUR, reference=one))


def test_fewer_people_walk_at_night() -> None:
    day, night = (sum(each.presence for each in ROW.movements(at, at + 3 * HOUR)) for at in (NOON, NOON - 10 * HOUR))
    assert day > 5 * night > 0
