"""What becomes of one message: stored, or refused with a closed reason; nothing in between, and never a crash."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.pipeline import (
    MAX_PAYLOAD_BYTES,
    EventDatastream,
    IncomingMessage,
    IngestSensor,
    MessageOutcome,
    StoredDatastream,
    process_message,
)
from ingest.quality_flags import QualityChecker, QualityFlag
from sensors.kinds import KINDS
from sensors.policy.compiler import CountingRule
from sensors.vocabulary.codes import Status
from sensors.vocabulary.measurement import SameTime
from sensors.vocabulary.rejection_reasons import RejectionReason

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AIR = KINDS["air_quality"]
TOPIC = "helmond/air_quality/LML-1/json"


def air_sensor(status: Status = Status.ACTIVE, *properties: str, term: timedelta = timedelta(days=31)) -> IngestSensor:
    names = properties or ("no2", "pm10")
    return IngestSensor(
        7,
        AIR,
        status,
        {
            name: StoredDatastream(number, "observation_31d", term, AIR.properties[name])
            for number, name in enumerate(names, start=1)
        },
    )


def outcome(payload: object, *, topic: str = TOPIC, sensor: IngestSensor | None = None) -> MessageOutcome:
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    register = {("helmond", "air_quality", "LML-1"): sensor or air_sensor()}
    return process_message(IncomingMessage(topic, content), register, QualityChecker(), NOW)


def reasons(result: MessageOutcome) -> list[RejectionReason]:
    return [each.reason for each in result.rejections]


def test_declared_values_are_stored_in_the_table_of_their_class() -> None:
    result = outcome({"time": "2026-11-22T12:30:00+01:00", "no2": 21.5, "pm10": {"value": 0.03, "unit": "mg/m3"}})
    stored = [(each.table, each.datastream_id, each.value, each.quality) for each in result.observations]
    assert stored == [("observation_31d", 1, 21.5, QualityFlag.GOOD), ("observation_31d", 2, 30.0, QualityFlag.GOOD)]
    assert {each.time for each in result.observations} == {datetime(2026, 11, 22, 11, 30, tzinfo=UTC)}
    assert result.rejections == ()


def test_what_is_stored_has_the_resolution_of_the_property_and_whole_seconds() -> None:
    result = outcome({"time": "2026-11-22T11:30:00.123456782Z", "no2": 20.490154203237518, "pm10": 123456782})
    stored = [(each.value, each.quality) for each in result.observations]
    assert stored == [(20.5, QualityFlag.GOOD), (1000.0, QualityFlag.IMPLAUSIBLE)]
    assert {each.time for each in result.observations} == {datetime(2026, 11, 22, 11, 30, tzinfo=UTC)}


def test_undeclared_fields_are_dropped_and_counted_and_not_named() -> None:
    result = outcome({"time": "2026-11-22T12:00:00Z", "no2": 1, "kenteken": "12-ABC-3", "pm1": 4})
    assert len(result.observations) == 1
    assert result.fields_dropped == 2
    assert "kenteken" not in repr(result)
    assert "12-ABC-3" not in repr(result)


def test_a_message_of_undeclared_fields_alone_is_one_refused_reading() -> None:
    result = outcome({"time": "2026-11-22T12:00:00Z", "kenteken": "12-ABC-3", "pm1": 4})
    assert (result.observations, reasons(result), result.fields_dropped) == ((), [RejectionReason.NO_READINGS], 2)
    assert "12-ABC-3" not in repr(result)


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("helmond/air_quality/LML-1", RejectionReason.UNKNOWN_TOPIC),
        ("helmond/air_quality/LML-1/json/more", RejectionReason.UNKNOWN_TOPIC),
        ("helmond/no-such-kind/LML-1/json", RejectionReason.UNKNOWN_TOPIC),
        ("helmond/air_quality/other/json", RejectionReason.UNREGISTERED),
        ("eindhoven/air_quality/LML-1/json", RejectionReason.UNREGISTERED),
        ("helmond/air_quality/LML-1/no-such-format", RejectionReason.UNKNOWN_FORMAT),
    ],
)
def test_a_topic_must_name_a_registered_sensor_and_a_known_format(topic: str, reason: RejectionReason) -> None:
    result = outcome({"time": "2026-11-22T12:00:00Z", "no2": 1}, topic=topic)
    assert reasons(result) == [reason]
    assert result.observations == ()


@pytest.mark.parametrize("status", [Status.PLANNED, Status.PAUSED, Status.ENDED])
def test_only_an_active_sensor_is_stored(status: Status) -> None:
    result = outcome({"time": "2026-11-22T12:00:00Z", "no2": 1}, sensor=air_sensor(status))
    assert reasons(result) == [RejectionReason.NOT_ACTIVE]


def test_a_sensor_without_any_permitted_datastream_stores_nothing() -> None:
    result = outcome({"time": "2026-11-22T12:00:00Z", "no2": 1}, sensor=IngestSensor(7, AIR, Status.ACTIVE, {}))
    assert reasons(result) == [RejectionReason.NOT_INGESTED]


def test_what_single_persons_do_is_refused_on_an_ordinary_topic() -> None:
    lights = KINDS["streetlight"].properties
    stored = {"power": StoredDatastream(1, "observation_31d", timedelta(days=31), lights["power"])}
    counting = CountingRule("centrum", 8, timedelta(hours=1))
    events = {"presence": EventDatastream(2, lights["presence"], counting)}
    payload = json.dumps({"time": "2026-11-22T12:00:00Z", "power": 40, "presence": True}).encode()
    for datastreams in (stored, {}):
        lamp = IngestSensor(8, KINDS["streetlight"], Status.ACTIVE, datastreams, events, revision=3)
        register = {("helmond", "streetlight", "lamp-1"): lamp}
        result = process_message(
            IncomingMessage("helmond/streetlight/lamp-1/json", payload), register, QualityChecker(), NOW
        )
        assert [(each.reason, each.path) for each in result.rejections] == [(RejectionReason.NOT_HERE, "presence")]
        assert [each.value for each in result.observations] == [40.0] * len(datastreams)


def test_a_message_too_large_is_refused_unread() -> None:
    result = outcome(b" " * (MAX_PAYLOAD_BYTES + 1))
    assert reasons(result) == [RejectionReason.TOO_LARGE]
    assert result.payload_bytes == MAX_PAYLOAD_BYTES + 1


def test_a_message_of_which_nothing_was_kept_is_too_large() -> None:
    register = {("helmond", "air_quality", "LML-1"): air_sensor()}
    result = process_message(IncomingMessage(TOPIC, b"", omitted_bytes=300_000), register, QualityChecker(), NOW)
    assert reasons(result) == [RejectionReason.TOO_LARGE]
    assert result.payload_bytes == 300_000


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (NOW + timedelta(seconds=60), []),
        (NOW + timedelta(seconds=61), [RejectionReason.IN_FUTURE]),
        (NOW - timedelta(days=31), []),
        (NOW - timedelta(days=31, seconds=1), [RejectionReason.TOO_LATE]),
    ],
)
def test_the_clock_and_the_term_bound_the_time(time: datetime, expected: list[RejectionReason]) -> None:
    assert reasons(outcome({"time": time.isoformat(), "no2": 1})) == expected


def test_one_bad_value_does_not_take_its_neighbours_along() -> None:
    result = outcome({"time": "2026-11-22T12:00:00Z", "no2": "12", "pm10": 12})
    assert reasons(result) == [RejectionReason.NOT_A_NUMBER]
    assert [each.value for each in result.observations] == [12.0]


def test_an_implausible_value_is_stored_with_its_quality() -> None:
    high = AIR.properties["no2"].plausible_range[1] + 1
    assert [each.quality for each in outcome({"time": "2026-11-22T12:00:00Z", "no2": high}).observations] == [
        QualityFlag.IMPLAUSIBLE
    ]


TRAFFIC = KINDS["traffic"].properties


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_spike_in_a_backlog_is_one_in_any_order(order: tuple[int, ...]) -> None:
    readings = [{"time": f"2026-11-22T11:{10 * number:02}:00Z", "pm10": [9, 900, 9.5][number]} for number in order]
    flags = {each.value: each.quality for each in outcome({"readings": readings}).observations}
    assert flags == {9: QualityFlag.GOOD, 900: QualityFlag.JUMP, 9.5: QualityFlag.GOOD}


def lanes(*readings: object, code: str = "count_car", kind: str = "traffic", time: datetime = NOW) -> MessageOutcome:
    """A message of a sensor whose readings of one moment are parts of one value."""
    of_kind = KINDS[kind]
    definition = of_kind.properties[code]
    stream = StoredDatastream(1, "observation_31d", timedelta(days=31), definition, same_time=SameTime.SUM)
    register = {("helmond", kind, "road"): IngestSensor(9, of_kind, Status.ACTIVE, {code: stream})}
    payload = {"time": time.isoformat(), "readings": [{code: each} for each in readings]}
    message = IncomingMessage(f"helmond/{kind}/road/json", json.dumps(payload).encode())
    return process_message(message, register, QualityChecker(), NOW)


def test_parts_of_one_moment_are_added_up_and_counted() -> None:
    result = lanes(30, 45)
    assert [(each.value, each.readings, each.quality) for each in result.observations] == [(75.0, 2, QualityFlag.GOOD)]
    assert result.rejections == ()


def test_a_sum_is_judged_as_a_sum_and_by_its_parts() -> None:
    high = TRAFFIC["count_car"].plausible_range[1]
    for parts in ((high, 1), (high + 1, 0)):
        assert [each.quality for each in lanes(*parts).observations] == [QualityFlag.IMPLAUSIBLE]
    sums = [each for kind in KINDS.values() for each in kind.properties.values() if each.aggregation.is_total]
    assert {each.plausible_range[0] for each in sums} == {0}
    # A meter that ran back by 5 is no proof that 10 were used.
    for parts in ((-5.5, 10), (30, -10)):
        assert [each.quality for each in lanes(*parts, code="energy", kind="streetlight").observations] == [
            QualityFlag.IMPLAUSIBLE
        ]


def test_a_refused_part_is_a_reading_of_its_own() -> None:
    result = lanes(30, "45", -1, 5)
    assert [(each.value, each.readings) for each in result.observations] == [(35.0, 2)]
    assert reasons(result) == [RejectionReason.NOT_A_NUMBER, RejectionReason.SENTINEL]
    result = lanes(30, 45, time=NOW + timedelta(hours=1))
    assert (result.observations, reasons(result)) == ((), [RejectionReason.IN_FUTURE] * 2)


def test_parts_too_large_to_add_up_are_refused() -> None:
    result = lanes(1.7e308, 1.7e308, code="energy", kind="streetlight")
    assert (result.observations, reasons(result)) == ((), [RejectionReason.NOT_A_NUMBER] * 2)


@given(st.lists(st.floats(0, 24), min_size=2, max_size=20), st.randoms())
def test_the_order_of_parts_leaves_no_trace(parts: list[float], random: Random) -> None:
    shuffled = random.sample(parts, len(parts))
    assert lanes(*parts, code="energy", kind="streetlight").observations == (
        lanes(*shuffled, code="energy", kind="streetlight").observations
    )


def test_without_parts_each_reading_of_a_moment_is_an_observation() -> None:
    result = outcome({"time": NOW.isoformat(), "readings": [{"no2": 30}, {"no2": 45}]})
    assert [(each.value, each.readings) for each in result.observations] == [(30.0, 1), (45.0, 1)]


def revised_air(same_time: SameTime, revised: object) -> MessageOutcome:
    sensor = air_sensor()
    streams = {code: replace(stream, same_time=same_time) for code, stream in sensor.datastreams.items()}
    return outcome({"time": NOW.isoformat(), "no2": 5, "revised": revised}, sensor=replace(sensor, datastreams=streams))


@pytest.mark.parametrize(
    ("revised", "reason"),
    [
        (NOW + timedelta(seconds=60), None),
        (NOW + timedelta(seconds=61), RejectionReason.IN_FUTURE),
        (NOW + timedelta(seconds=5, microseconds=123456), None),
        (NOW - timedelta(days=3000), None),
        ("v2", RejectionReason.BAD_TIME),
        ("2026-11-22T11:00:00", RejectionReason.TIME_WITHOUT_ZONE),
    ],
)
def test_the_time_of_a_revision_counts_only_where_revisions_do(
    revised: datetime | str, reason: RejectionReason | None
) -> None:
    sent = revised.isoformat() if isinstance(revised, datetime) else revised
    for same_time in (SameTime.FIRST, SameTime.SUM):
        result = revised_air(same_time, sent)
        assert [(each.is_revisable, each.revised) for each in result.observations] == [(False, None)]
    result = revised_air(SameTime.LAST, sent)
    if reason is None:
        assert isinstance(revised, datetime)
        # Nothing of a longer number is left: whole seconds, and never before the measurement.
        expected = max(revised.replace(microsecond=0), NOW)
        assert [(each.is_revisable, each.revised) for each in result.observations] == [(True, expected)]
    else:
        assert [(each.reason, each.path) for each in result.rejections] == [(reason, "no2")]
        assert result.observations == ()


def test_without_a_time_of_revision_a_revisable_value_is_kept_as_it_is() -> None:
    assert [each.revised for each in revised_air(SameTime.LAST, None).observations] == [None]


def test_the_template_of_a_refused_topic_tells_nothing_of_the_sender() -> None:
    result = outcome({}, topic="helmond/12-ABC-3/AA:BB:CC:DD:EE:FF/jan@example.org")
    assert result.topic_template == "+/+/+/+"
    assert outcome({}, topic="helmond/traffic/12-ABC-3/json").topic_template == "+/traffic/+/json"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
near_miss = st.dictionaries(
    st.sampled_from(["time", "no2", "pm10", "readings", "pm1", "value", "unit"]),
    anything | st.sampled_from(["2026-11-22T11:59:00Z", "2026-11-22", "2030-01-01T00:00:00Z", -999, 12.5]),
)


@given(
    topic=st.sampled_from([TOPIC, "helmond/air_quality/x/json"]) | st.text(),
    payload=st.binary(max_size=300) | (anything | near_miss).map(lambda each: json.dumps(each).encode()),
)
def test_any_message_ends_as_observations_or_named_reasons(topic: str, payload: bytes) -> None:
    result = outcome(payload, topic=topic)
    assert all(isinstance(each.reason, RejectionReason) for each in result.rejections)
    assert result.observations or result.rejections or result.fields_dropped
    assert result.payload_bytes == len(payload)
