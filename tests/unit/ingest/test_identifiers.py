"""Who it was changes nothing: two inputs that differ only in an identifier give the same rows to the byte.

For each way in which the register lets a field be treated: dropped, matched in memory, counted over a group. What is
compared is all that the writers get to see: observations, refusals, counts, windows.
"""

import json
from collections.abc import Generator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.events import pipeline, presence
from ingest.events.pipeline import PrivacyWindows, process_event_message
from ingest.pipeline import (
    EventDatastream,
    IncomingMessage,
    IngestSensor,
    SensorsByTopic,
    StoredDatastream,
    process_message,
)
from ingest.quality_flags import QualityChecker
from sensors.kinds import KINDS
from sensors.policy.compiler import CountingRule, MatchingRule
from sensors.vocabulary.codes import Status

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LONG_AGO = NOON - timedelta(hours=1)
AIR, LIGHT, TRAFFIC = KINDS["air_quality"], KINDS["streetlight"], KINDS["traffic"]
VEHICLES = 8
LAMPS = 12

SORTS = ("ABCDEFGHJKLMNPRSTVWXYZ0123456789", "0123456789abcdef", "éñçüøßΩж")


def named(seed: int) -> list[str]:
    """Identifiers of one length, as those of one sort are (the size of a refused message is kept)."""
    random = Random(seed)
    letters = random.choice(SORTS)
    length = 3 if letters is SORTS[2] else 6  # of two octets each
    found: set[str] = set()
    while len(found) < VEHICLES:
        found.add("".join(random.choices(letters, k=length)))
    return random.sample(sorted(found), VEHICLES)


# By a seed, because drawing each letter takes longer than all that is tested here.
names = st.integers(0, 2**64).map(named)


def air() -> SensorsByTopic:
    """A station of which two properties are kept."""
    streams = {
        code: StoredDatastream(number, "observation_31d", timedelta(days=31), AIR.properties[code])
        for number, code in enumerate(("no2", "pm10"), start=1)
    }
    return {("helmond", "air_quality", "LML-1"): IngestSensor(7, AIR, Status.ACTIVE, streams)}


def hidden(who: str, where: str, value: object) -> tuple[str, Any]:
    """Topic and content of a message that tells who it is, somewhere it should not."""
    good: dict[str, Any] = {"time": "2026-11-22T11:59:00Z", "no2": value}
    topic = "helmond/air_quality/LML-1/json"
    forms: dict[str, tuple[str, Any]] = {
        "an unknown field": (topic, {**good, "kenteken": who}),
        "a key": (topic, {**good, f"x{who}": 1}),
        "a value": (topic, {**good, "pm10": f"x{who}"}),
        "a value with its unit": (topic, {**good, "pm10": {"value": 3, "unit": f"x{who}"}}),
        "a field within a value": (topic, {**good, "pm10": {"value": 3, f"x{who}": who}}),
        "a time": (topic, {**good, "time": f"x{who}"}),
        "a list": (topic, {"time": good["time"], "readings": [{"no2": value}, f"x{who}", {"mac": who}]}),
        "no object": (topic, f"x{who}"),
        "the reference of a topic": (f"helmond/air_quality/x{who}/json", good),
        "the kind of a topic": (f"helmond/x{who}/LML-1/json", good),
        "the format of a topic": (f"{topic[:-4]}x{who}", good),
    }
    return forms[where]


PLACES = (
    "an unknown field",
    "a key",
    "a value",
    "a value with its unit",
    "a field within a value",
    "a time",
    "a list",
    "no object",
    "the reference of a topic",
    "the kind of a topic",
    "the format of a topic",
)


@pytest.mark.slow
@settings(max_examples=400)
@given(
    st.lists(st.tuples(st.sampled_from(PLACES), st.integers(-999, 2000), st.integers(0, VEHICLES - 1)), max_size=4),
    names,
    names,
)
def test_where_it_is_not_declared(messages: list[tuple[str, int, int]], these: list[str], those: list[str]) -> None:
    def rows(known: Sequence[str]) -> str:
        register, memory = air(), QualityChecker()
        outcomes: list[object] = []
        for where, value, who in messages:
            topic, content = hidden(known[who], where, value)
            payload = json.dumps(content, ensure_ascii=False).encode()
            outcome = process_message(IncomingMessage(topic, payload), register, memory, NOON)
            outcomes.append(outcome)
        return repr(outcomes)

    assert rows(these) == rows(those)


passages = st.tuples(
    st.sampled_from(["A", "B"]),
    st.integers(0, VEHICLES - 1),
    st.integers(0, 2000),
    st.integers(-50, 200),
    st.sampled_from(["car", "car", "truck"]),
)


def cameras() -> SensorsByTopic:
    """Two cameras with a segment both ways."""

    def camera(number: int, to: str) -> IngestSensor:
        rule = MatchingRule(to, 8, timedelta(minutes=15))
        streams = {"travel_time": EventDatastream(number, TRAFFIC.properties["travel_time"], rule)}
        return IngestSensor(number, TRAFFIC, Status.ACTIVE, {}, streams, revision=number)

    return {("helmond", "traffic", "A"): camera(1, "B"), ("helmond", "traffic", "B"): camera(2, "A")}


@pytest.fixture(scope="module")
def everyone_sampled() -> Generator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "SAMPLE_ONE_IN", 1)
        yield


@pytest.mark.slow
@pytest.mark.usefixtures("everyone_sampled")
@settings(max_examples=400)
@given(st.lists(passages, max_size=12), names, names)
def test_where_it_is_matched_in_memory(
    events: list[tuple[str, int, int, int, str]], these: list[str], those: list[str]
) -> None:
    """Eight vehicles that make a good trip, and anything else they or others may do in between.

    With everyone in the sample: who is in it depends on the identifier and on chance, and equally likely for all.
    """
    good = [("A", n, 10 * n, 0, "car") for n in range(VEHICLES)]
    good += [("B", n, 10 * n + 200, 0, "car") for n in range(VEHICLES)]
    in_order = sorted(good + events, key=lambda event: event[2] + event[3])

    def rows(known: Sequence[str]) -> str:
        windows, register = PrivacyWindows(), cameras()
        windows.set_register(register, LONG_AGO)
        outcomes = [
            process_event_message(
                IncomingMessage(f"event/helmond/traffic/{where}/json", passage(known[who], at, what)),
                register,
                windows,
                NOON + timedelta(seconds=at + delay),
                is_retained=False,
            )
            for where, who, at, delay, what in in_order
        ]
        return repr((outcomes, windows.close_finished(NOON + timedelta(hours=2)), windows.outcome_counts()))

    first = rows(these)
    assert events or "TravelTimes" in first
    assert first == rows(those)


def passage(who: str, at: float, what: str) -> bytes:
    time = (NOON + timedelta(seconds=at)).isoformat()
    return json.dumps({"time": time, "identifier": who, "vehicle_class": what}).encode()


movements = st.tuples(
    st.integers(0, LAMPS - 1), st.integers(0, VEHICLES - 1), st.integers(0, 7000), st.sampled_from([True, 0, 1, "on"])
)


def street() -> SensorsByTopic:
    """As many lamps as a count needs."""

    def lamp(number: int) -> IngestSensor:
        rule = CountingRule("centrum", LAMPS, timedelta(hours=1))
        streams = {"presence": EventDatastream(number, LIGHT.properties["presence"], rule)}
        return IngestSensor(number, LIGHT, Status.ACTIVE, {}, streams, revision=3)

    return {("helmond", "streetlight", f"lamp-{number}"): lamp(number) for number in range(LAMPS)}


@pytest.mark.slow
@settings(max_examples=400)
@given(st.lists(movements, max_size=10), names, names)
def test_where_movements_are_counted(
    events: list[tuple[int, int, int, object]], these: list[str], those: list[str]
) -> None:
    """Every lamp is heard, and some tell who it was that moved."""
    heard: list[tuple[int, int, int, object]] = [(number, number % VEHICLES, 60, True) for number in range(LAMPS)]
    in_order = sorted(heard + events, key=lambda event: event[2])

    def rows(known: Sequence[str]) -> str:
        windows, register = PrivacyWindows(), street()
        windows.set_register(register, LONG_AGO)
        taken: list[object] = []
        for number, who, at, present in in_order:
            now = NOON + timedelta(seconds=at)
            content = {"time": now.isoformat(), "presence": present, "identifier": known[who], known[who]: 1}
            message = IncomingMessage(f"event/helmond/streetlight/lamp-{number}/json", json.dumps(content).encode())
            outcome = process_event_message(message, register, windows, now, is_retained=False)
            taken.append(outcome)
        return repr((taken, windows.close_finished(NOON + timedelta(hours=6)), windows.outcome_counts()))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(presence, "add_noise", _unchanged)
        first = rows(these)
        assert events or "WindowCount" in first
        assert first == rows(those)


def _unchanged(count: int, _: float) -> int:
    """Without noise the rows of two worlds are comparable."""
    return count
