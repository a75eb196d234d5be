"""The table of what counters tell: checked against the numbers as they are published, one by one."""

from math import exp
from statistics import NormalDist

import pytest

from docs.generators.counter_bound import PASSES, certain_share, right_after, right_before, right_before_from_mean
from sensors.policy.cells import cell_noise
from sensors.vocabulary.codes import Public


def chance(number: int, noise: float) -> float:
    """Of a whole number as noise: a normal one, rounded."""
    law = NormalDist(0, noise)
    return law.cdf(number + 0.5) - law.cdf(number - 0.5)


@pytest.mark.parametrize("noise", [12, 14.7, 24])
def test_a_published_number_tells_no_more_than_the_bound(noise: float) -> None:
    every = range(-200, 200)
    distance = sum(abs(chance(each, noise) - chance(each - PASSES, noise)) for each in every) / 2
    assert 0.5 + distance / 2 == pytest.approx(right_after([noise]), abs=2e-4)


@pytest.mark.parametrize("counters", [2, 3])
def test_several_numbers_together_tell_no_more_than_the_bound(counters: int) -> None:
    """The odds of each outcome are the product of those of its numbers; steps of 2 in all, for speed."""
    noise, laws = 12.0, {0: 1.0}
    for _ in range(counters):
        spread: dict[int, float] = {}
        for total, share in laws.items():
            for each in range(-60, 61):
                spread[total + each] = spread.get(total + each, 0.0) + share * chance(each, noise)
        laws = spread
    # With normal noise the sum of the numbers says all: the likelihood ratio follows from it.
    odds = {total: exp(PASSES * (total - counters * PASSES / 2) / noise**2) for total in laws}
    distance = sum(share * abs(1 - odds[total]) for total, share in laws.items()) / 2
    assert 0.5 + distance / 2 == pytest.approx(right_after([noise] * counters), abs=1e-3)


def test_all_numbers_at_a_place_tell_as_little_as_two() -> None:
    for cells in range(2, 30):
        for period in (Public.HOUR, Public.DAY):
            together = right_after([cell_noise(period, cells)] * cells)
            assert together <= right_after([cell_noise(Public.HOUR, 1)] * 2) + 1e-12
    assert right_after([cell_noise(Public.HOUR, 1)] * 2) < 0.55


def test_one_vehicle_moved_a_mean_of_few() -> None:
    assert right_before_from_mean(12, 30) == 0.5
    assert right_before_from_mean(13, 0) == right_before_from_mean(58, 30) == 1
    assert right_before_from_mean(498, 30) == pytest.approx(0.56)


def test_thresholds_and_rounding_told_for_certain_at_many_counts() -> None:
    assert [right_before(each) for each in (0, 12, 13, 14, 20)] == [0.5, 0.5, 1, 1, 0.5]
    assert certain_share() == pytest.approx(0.39, abs=0.005)
