"""Did this car pass, out and home, and how fast? Guessed from the counts of an hour and its mean speed.

The attacker knows who else passed and how fast, knows this program, and keeps every number that was ever published.
"""

from math import sqrt
from random import Random
from statistics import fmean

import pytest

from ingest.cells.count_cells import publish_counts
from ingest.noise import add_noise
from sensors.db import Database
from tests.attacks.test_counters import OUT_AND_HOME, ROUNDS, most_possible
from tests.db.ingest.test_ratios import MONDAY, NOISE, Message, loop, receive
from tests.support.sample_data import DAY, HOUR, publish_documents

CLIP = 50
HOURS = 5 * 24


def is_noticed(others: int, own_speed: float, noise: float, rounds: int) -> float:
    """How often the attacker is right who weighs the count and both sums by how far the car moves each."""
    moved = [OUT_AND_HOME, OUT_AND_HOME * (own_speed - 50), OUT_AND_HOME]
    truth, noises = [others, others * -20, others], [noise, noise * CLIP, noise]
    rng, right = Random(5), {True: list[bool](), False: list[bool]()}
    for _ in range(rounds):
        is_out = rng.random() < 0.5
        drawn = [add_noise(round(t + m * is_out), n) for t, m, n in zip(truth, moved, noises, strict=True)]
        odds = sum(m * (d - t - m / 2) / (n or 1) ** 2 for d, t, m, n in zip(drawn, truth, moved, noises, strict=True))
        right[is_out].append((odds > 0) is is_out)
    return fmean(map(fmean, right.values()))


@pytest.mark.parametrize("own_speed", [0, 30, 100])
@pytest.mark.parametrize("others", [0, 1, 120])
def test_whoever_knows_all_others_hardly_does_better_than_tossing_a_coin(others: int, own_speed: float) -> None:
    assert most_possible(OUT_AND_HOME * sqrt(3) / NOISE) < 0.55
    assert is_noticed(others, own_speed, NOISE, ROUNDS) < 0.55 + 4 * 0.5 / sqrt(ROUNDS)


def test_without_noise_the_attack_succeeds() -> None:
    assert is_noticed(7, 100, 0, 500) == 1


def test_a_car_among_bicycles_is_not_given_away_by_its_speed(server_database: Database) -> None:
    """60 to 99 bicycles an hour, and at most this one car. Its speed was public, and so its being there was."""
    db, rng = server_database, Random(6)
    publish_documents(db, loop("count_bicycle", "count_car", "mean_speed"))
    out = {MONDAY + number * HOUR: rng.random() < 0.5 for number in range(HOURS)}
    messages: list[Message] = [
        (
            hour,
            {"count_bicycle": rng.randint(60, 99), "count_car": OUT_AND_HOME * is_out}
            | ({"mean_speed": 90.0} if is_out else {}),
        )
        for hour, is_out in out.items()
    ]
    receive(db, messages, MONDAY + HOURS * HOUR)
    publish_counts(db, MONDAY + 5 * DAY + 2 * HOUR)
    db.execute("select lantaarn.publish_cells(%(at)s)", {"at": MONDAY + 5 * DAY + 2 * HOUR})
    told = db.execute("select hour, property, value, no_data from open.hour order by hour").fetchall()
    speeds = {row["hour"]: row["no_data"] for row in told if row["property"] == "mean_speed"}
    # The night before the first message wasn't heard, and there is no speed in any other hour.
    assert all(speeds.values())
    assert speeds.keys().isdisjoint(out)
    # Whether there is a cell that isn't shown doesn't depend on the car either.
    rows = db.execute(
        "select start, value, denominator from lantaarn.public_cell where reference is not null"
    ).fetchall()
    assert {row["start"] for row in rows} >= set(out)
    cars = {row["hour"]: row["value"] for row in told if row["property"] == "count_car"}
    right = {True: list[bool](), False: list[bool]()}
    for row in rows:
        if row["start"] in out:
            is_out = out[row["start"]]
            drawn = (cars[row["start"]], row["value"] / 40 * (40 / CLIP) ** 2, row["denominator"])
            most = OUT_AND_HOME * (2 + (40 / CLIP) ** 2) / 2
            right[is_out].append((sum(drawn) > most) is is_out)
    assert fmean(map(fmean, right.values())) < 0.55 + 4 * 0.5 / sqrt(HOURS)
