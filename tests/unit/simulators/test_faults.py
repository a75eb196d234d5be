"""Faults on purpose: what goes wrong, and that nothing else does."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators import simulate
from simulators.devices.messages import DeviceEvent, DeviceMessage, Sample, device_topic, pack_samples
from simulators.faults import DRIFT_PER_HOUR, LATE_DELAY, Fault, apply_to_events, apply_to_messages, assign_faults

START = datetime(2026, 6, 15, tzinfo=UTC)
TOPIC = device_topic("helmond", "traffic", "verkeer-lus-01")

SAMPLES = st.lists(
    st.tuples(st.integers(1, 3600), st.integers(0, 500), st.floats(0, 130, allow_nan=False)), min_size=1, max_size=60
)
STREAMS = st.tuples(SAMPLES, st.integers(0, 100_000))


def stream(drawn: tuple[list[tuple[int, int, float]], int]) -> list[DeviceMessage]:
    """Messages of one device: a part of the past packed together, the rest live."""
    samples: list[Sample] = []
    time = START
    for seconds, count, speed in drawn[0]:
        time += timedelta(seconds=seconds)
        samples.append(Sample(time, {"count_car": float(count), "mean_speed": speed}))
    return list(pack_samples(TOPIC, samples, START + timedelta(seconds=drawn[1])))


def samples_of(messages: list[DeviceMessage]) -> Iterator[Sample]:
    for message in messages:
        yield from message.samples


@given(STREAMS, st.sampled_from(Fault), st.integers())
def test_every_fault_is_the_same_each_time_and_keeps_the_order(
    drawn: tuple[list[tuple[int, int, float]], int], fault: Fault, seed: int
) -> None:
    once = list(apply_to_messages(fault, iter(stream(drawn)), seed))
    assert once == list(apply_to_messages(fault, iter(stream(drawn)), seed))
    assert [message.sent_at for message in once] == sorted(message.sent_at for message in once)


@given(STREAMS)
def test_a_silent_device_says_nothing_after_six_hours(drawn: tuple[list[tuple[int, int, float]], int]) -> None:
    whole = list(samples_of(stream(drawn)))
    end = whole[0].time + timedelta(hours=6)
    assert list(samples_of(list(apply_to_messages(Fault.SILENT, iter(stream(drawn)), 1)))) == [
        sample for sample in whole if sample.time <= end
    ]


@given(STREAMS)
def test_a_frozen_device_repeats_its_first_values(drawn: tuple[list[tuple[int, int, float]], int]) -> None:
    whole = list(samples_of(stream(drawn)))
    frozen = list(samples_of(list(apply_to_messages(Fault.FROZEN, iter(stream(drawn)), 1))))
    assert frozen == [Sample(sample.time, whole[0].values) for sample in whole]


@given(STREAMS)
def test_a_drifting_device_is_further_off_every_hour(drawn: tuple[list[tuple[int, int, float]], int]) -> None:
    whole = list(samples_of(stream(drawn)))
    drifted = list(samples_of(list(apply_to_messages(Fault.DRIFTING, iter(stream(drawn)), 1))))
    off = [wrong.values["mean_speed"] - right.values["mean_speed"] for wrong, right in zip(drifted, whole, strict=True)]
    assert off[0] == 0
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(off))
    assert all(sample.values["count_car"].is_integer() for sample in drifted)


@given(STREAMS)
def test_a_duplicating_device_says_everything_twice(drawn: tuple[list[tuple[int, int, float]], int]) -> None:
    payloads = Counter(message.payload for message in apply_to_messages(Fault.DUPLICATE, iter(stream(drawn)), 1))
    assert payloads == Counter(2 * [message.payload for message in stream(drawn)])


@given(STREAMS)
def test_a_late_device_says_the_same_hours_later(drawn: tuple[list[tuple[int, int, float]], int]) -> None:
    late = [
        (message.sent_at - LATE_DELAY, message.payload)
        for message in apply_to_messages(Fault.LATE, iter(stream(drawn)), 1)
    ]
    assert late == [(message.sent_at, message.payload) for message in stream(drawn)]


def test_one_message_in_three_of_a_damaged_device_is_no_json() -> None:
    whole = stream(([(60, 5, 50.0)] * 900, 0))
    damaged = 0
    for message in apply_to_messages(Fault.MALFORMED, iter(whole), 1):
        try:
            json.loads(message.payload)
        except ValueError:
            damaged += 1
    assert 250 < damaged < 350


def test_an_unregistered_device_speaks_under_another_name() -> None:
    (message,) = apply_to_messages(Fault.UNREGISTERED, iter(stream(([(60, 5, 50.0)], 0))), 1)
    assert message.topic == "helmond/traffic/verkeer-lus-01-onbekend/json"


@given(st.sets(st.text(min_size=1), min_size=14, max_size=200), st.integers())
def test_which_device_has_which_fault_follows_from_the_seed(references: set[str], seed: int) -> None:
    chosen = assign_faults(list(references), 0.5, seed)
    assert dict(chosen) == dict(assign_faults(sorted(references), 0.5, seed))
    assert set(chosen.values()) == set(Fault)
    assert len(chosen) == round(len(references) / 2)


@pytest.mark.parametrize("seed", [1, 5])
def test_the_city_has_every_fault_and_none_in_a_recording(seed: int) -> None:
    wrong = simulate.build_scenario(seed, fault_share=0.03).faults
    assert set(wrong.values()) == set(Fault)
    assert not set(wrong) & simulate.replay.RECORDED_REFERENCES


@pytest.mark.slow
def test_faults_leave_the_other_devices_alone() -> None:
    faulty = simulate.build_scenario(1, with_recorded=False, fault_share=0.1)
    end = START + timedelta(hours=1)
    well = list(simulate.build_scenario(1, with_recorded=False).messages(START, START, end))
    said = list(faulty.messages(START, START, end))
    assert all(message in said for message in well if message.topic.split("/")[-2] not in faulty.faults)


def events() -> list[DeviceEvent]:
    """A passage a minute for ten hours."""
    times = [START + timedelta(minutes=number) for number in range(600)]
    topic = "event/helmond/traffic/HD-ANPR-1/json"
    return [DeviceEvent(topic, time, {"identifier": f"AB-{number:03}-C"}, time) for number, time in enumerate(times)]


def wrong(fault: Fault) -> list[DeviceEvent]:
    return list(apply_to_events(fault, iter(events()), 1))


def test_a_camera_fails_in_the_same_ways() -> None:
    said = events()
    assert wrong(Fault.SILENT) == said[:361]
    assert {event.fields["identifier"] for event in wrong(Fault.FROZEN)} == {"AB-000-C"}
    assert wrong(Fault.DUPLICATE) == [event for event in said for _ in range(2)]
    assert [event.sent_at - LATE_DELAY for event in wrong(Fault.LATE)] == [event.sent_at for event in said]
    assert [event.event_time for event in wrong(Fault.LATE)] == [event.event_time for event in said]
    assert 150 < sum(event.damaged_payload is not None for event in wrong(Fault.MALFORMED)) < 250
    assert {event.topic for event in wrong(Fault.UNREGISTERED)} == {"event/helmond/traffic/HD-ANPR-1-onbekend/json"}


def test_the_clock_of_a_drifting_camera_runs_fast() -> None:
    drifted = wrong(Fault.DRIFTING)
    assert drifted[60].event_time - events()[60].event_time == DRIFT_PER_HOUR * timedelta(hours=1)
    assert [event.sent_at for event in drifted] == [event.sent_at for event in events()]
