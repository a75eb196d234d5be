"""Which of several values for one moment stays, whatever the order in which they come."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ingest.conflicts import Met, RevisedValue, not_inserted, settle
from ingest.pipeline import Observation
from ingest.quality_flags import QualityFlag

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def observation(
    value: float, revised: int | None, stream: int = 1, minute: int = 0, quality: QualityFlag = QualityFlag.GOOD
) -> Observation:
    at = None if revised is None else NOON + timedelta(minutes=revised)
    time = NOON - timedelta(minutes=minute)
    return Observation("observation_1y", stream, time, value, quality, is_revisable=True, revised=at)


some_values = st.integers(0, 3).map(float)
qualities = st.sampled_from([QualityFlag.GOOD, QualityFlag.IMPLAUSIBLE])
revisions = st.builds(observation, some_values, st.integers(0, 3), st.integers(1, 2), st.integers(0, 1), qualities)
unrevised = st.builds(observation, some_values, st.none(), quality=qualities)
any_revisions = st.lists(revisions | unrevised, max_size=12)

Stored = Mapping[tuple[int, datetime], RevisedValue]


def after(stored: Stored, batches: Sequence[Sequence[Observation]]) -> tuple[Stored, list[Met], int]:
    """What is stored after these batches, what met a value, and how many rows were added."""
    kept, met, rows = dict(stored), list[Met](), 0
    for batch in batches:
        settlement = settle(batch, kept)
        met += settlement.met
        rows += len(settlement.new)
        assert not settlement.new.keys() & (settlement.replacing.keys() | kept.keys())
        for key, one in [*settlement.new.items(), *settlement.replacing.items()]:
            kept[key] = RevisedValue(one.value, one.revised, one.quality is QualityFlag.GOOD)
    return kept, met, rows


def cut(given: Sequence[Observation], places: Sequence[int]) -> list[Sequence[Observation]]:
    edges = sorted({0, len(given), *(place % (len(given) + 1) for place in places)})
    return [given[start:end] for start, end in pairwise(edges)]


@given(any_revisions, st.lists(st.integers(0, 99), max_size=4))
def test_a_batch_counts_and_keeps_what_its_readings_would_one_by_one(
    sent: list[Observation], places: list[int]
) -> None:
    singly = after({}, [[one] for one in sent])
    assert after({}, cut(sent, places)) == singly
    stored, met, rows = singly
    assert (len(met) + rows, rows) == (len(sent), len(stored))


@given(st.lists(revisions, max_size=12), st.randoms(), st.lists(st.integers(0, 99), max_size=4))
def test_the_order_of_revisions_and_redelivery_leave_no_trace(
    sent: list[Observation], random: Random, places: list[int]
) -> None:
    stored, met, rows = after({}, [sent])
    shuffled = random.sample(sent, len(sent))
    otherwise, met_otherwise, rows_otherwise = after({}, cut(shuffled, places))
    assert (otherwise, len(met_otherwise), rows_otherwise) == (stored, len(met), rows)
    assert after(stored, [shuffled])[0] == stored


@given(st.lists(revisions, max_size=12))
def test_an_implausible_revision_stays_only_where_there_is_no_other(sent: list[Observation]) -> None:
    stored, _, _ = after({}, [sent])
    plausible = {(one.datastream_id, one.time) for one in sent if one.quality is QualityFlag.GOOD}
    assert {key for key, kept in stored.items() if kept.is_plausible} == plausible


@given(some_values, some_values, qualities)
def test_a_value_without_revision_yields_to_no_implausible_one(
    value: float, error: float, quality: QualityFlag
) -> None:
    sent = [observation(value, None, quality=quality), observation(error, 0, quality=QualityFlag.IMPLAUSIBLE)]
    (kept,) = after({}, [sent])[0].values()
    assert (kept.revised is None) == (quality is QualityFlag.GOOD)


@given(st.lists(st.integers(0, 99).map(float), min_size=1, max_size=8, unique=True), st.randoms())
def test_different_values_sent_once_are_as_many_conflicts_in_any_order(values: list[float], random: Random) -> None:
    sent = [observation(value, at) for at, value in enumerate(values)]
    _, met, _ = after({}, [[one] for one in random.sample(sent, len(sent))])
    assert [one.is_conflict for one in met] == [True] * (len(values) - 1)


def test_without_a_time_of_revision_the_first_stays_until_a_revision_comes() -> None:
    sent = [observation(1, None), observation(2, None), observation(3, 0), observation(4, None)]
    stored, met, rows = after({}, [[one] for one in sent])
    assert (next(iter(stored.values())).value, [one.is_conflict for one in met], rows) == (3, [True] * 3, 1)


@given(st.lists(revisions, max_size=12))
def test_the_first_for_each_moment_is_the_one_that_was_inserted(sent: list[Observation]) -> None:
    keys = [(one.datastream_id, one.time) for one in sent]
    left = not_inserted(sent, set(keys))
    firsts = [one for at, one in enumerate(sent) if keys[at] not in keys[:at]]
    assert len(left) == len(sent) - len(firsts)
    assert sorted(map(id, [*left, *firsts])) == sorted(map(id, sent))
