"""Thinning and noise of movements: how much one person can add, and that the noise is right and can't be foreseen."""

import random
from math import isclose, sqrt
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.events.movement_noise import movement_spacing, noise_deviation, thin_movements
from ingest.noise import add_noise
from sensors.policy.promises import MAX_MOVEMENT_SHIFT, MAX_WALK_PASSES

HOUR, NIGHT = 3600, 7 * 3600
DRAWS = 20_000
SPACING = 59
seconds = st.lists(st.integers(0, HOUR - 1), max_size=120)


@given(seconds, st.integers(0, HOUR), st.lists(st.integers(0, SPACING - 1), min_size=1, max_size=8))
def test_a_pass_adds_one_or_nothing(others: list[int], start: int, moments: list[int]) -> None:
    added = thin_movements([*others, *(start + each for each in moments)], SPACING) - thin_movements(others, SPACING)
    assert added in {0, 1}


@given(seconds, st.integers(0, HOUR), st.lists(st.integers(0, 1500), min_size=1, max_size=40))
def test_a_stay_adds_no_more_than_fit_in_it(others: list[int], start: int, moments: list[int]) -> None:
    added = thin_movements([*others, *(start + each for each in moments)], SPACING) - thin_movements(others, SPACING)
    assert 0 <= added <= max(moments) // SPACING + 1


@given(seconds, st.randoms(use_true_random=False))
def test_the_order_of_arrival_is_of_no_account(times: list[int], shuffler: random.Random) -> None:
    shuffled = shuffler.sample(times, len(times))
    assert thin_movements(shuffled, SPACING) == thin_movements(times, SPACING)


@given(seconds)
def test_no_more_movements_are_counted_than_are_that_far_apart(times: list[int]) -> None:
    # The largest such set, by dynamic programming instead of greedily.
    ordered = sorted(times)
    best = [0] * (len(ordered) + 1)
    for index in range(len(ordered) - 1, -1, -1):
        following = next((each for each in range(index, len(ordered)) if ordered[each] - ordered[index] >= SPACING), -1)
        best[index] = max(best[index + 1], 1 + (best[following] if following >= 0 else 0))
    assert thin_movements(times, SPACING) == best[0]


@pytest.mark.parametrize(("lamps", "spacing", "noise"), [(12, 59, 248), (24, 41, 351), (40, 32, 453), (80, 30, 640)])
def test_spacing_and_noise_are_those_of_the_published_table(lamps: int, spacing: int, noise: int) -> None:
    assert round(movement_spacing(lamps, HOUR)) == spacing
    assert round(noise_deviation(lamps)) == noise


@given(st.integers(12, 500), st.sampled_from([HOUR, 2 * HOUR, NIGHT]))
def test_standing_under_a_lamp_all_the_window_is_hidden_too(lamps: int, window: int) -> None:
    counted = thin_movements(range(window), movement_spacing(lamps, window))
    assert counted / noise_deviation(lamps) <= MAX_MOVEMENT_SHIFT


@given(st.lists(st.tuples(st.integers(12, 300), st.integers(0, 600)), min_size=1, max_size=14))
def test_a_walk_is_hidden_whichever_groups_it_passes(groups: list[tuple[int, int]]) -> None:
    left, shift_squared = MAX_WALK_PASSES, 0.0
    for lamps, wanted in groups:
        passes = min(left, 2 * lamps, wanted)
        left -= passes
        shift_squared += (passes / noise_deviation(lamps)) ** 2
    assert sqrt(shift_squared) <= MAX_MOVEMENT_SHIFT + 1e-12


def test_the_longest_walk_past_two_groups_of_forty_is_hidden_just_so() -> None:
    assert isclose(sqrt(2 * (80 / noise_deviation(40)) ** 2), MAX_MOVEMENT_SHIFT)


def test_the_mean_of_noisy_counts_is_the_count_and_their_spread_the_noise() -> None:
    noise = noise_deviation(12)
    drawn = [add_noise(3, noise) for _ in range(DRAWS)]
    assert abs(fmean(drawn) - 3) < 4 * noise / sqrt(DRAWS)
    assert abs(stdev(drawn) / noise - 1) < 4 / sqrt(2 * DRAWS)
    assert min(drawn) < 0


def test_nobody_can_repeat_the_draw() -> None:
    def draw() -> list[int]:
        random.seed(1)
        return [add_noise(0, 248) for _ in range(20)]

    assert draw() != draw()
