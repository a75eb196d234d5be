"""The decoder of event topics: whatever the bytes, it answers, and no answer shows an identifier."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.formats.event.decoder import decode_events
from sensors.formats.model import MAX_READINGS, DecodedEvents, Movement, Passage, PassersBy, Rejection
from sensors.kinds import KINDS, Kind
from sensors.vocabulary.codes import VehicleClass
from sensors.vocabulary.rejection_reasons import RejectionReason

TRAFFIC, LIGHT = KINDS["traffic"], KINDS["streetlight"]
NOON = "2026-11-22T12:00:00+01:00"
NOON_UTC = datetime(2026, 11, 22, 11, tzinfo=UTC)
PLATE = "AB-123-C"
CAR = {"time": NOON, "identifier": PLATE, "vehicle_class": "car"}
PASSAGE = Passage(NOON_UTC, "AB123C", VehicleClass.CAR)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)
kinds = st.sampled_from([TRAFFIC, LIGHT])
KEYS = ["time", "identifier", "vehicle_class", "presence", "count_car", "travel_time", "power", "events", "owner"]
objects = st.dictionaries(st.sampled_from(KEYS), json_values | st.sampled_from([NOON, PLATE, "car", True]), max_size=6)


def read(content: object, kind: Kind = TRAFFIC, allowed: frozenset[str] | None = None) -> DecodedEvents:
    return decode_events(kind, json.dumps(content).encode(), frozenset(kind.properties) if allowed is None else allowed)


def whole_message_refused(reason: RejectionReason, fields_dropped: int = 0) -> DecodedEvents:
    return DecodedEvents((), (), (), (Rejection(reason, ""),), fields_dropped)


def rejected(content: object, kind: Kind = TRAFFIC) -> list[tuple[RejectionReason, str]]:
    return [(each.reason, each.path) for each in read(content, kind).rejections]


@given(kinds, st.binary())
def test_any_bytes_get_an_answer(kind: Kind, payload: bytes) -> None:
    decoded = decode_events(kind, payload, frozenset(kind.properties))
    assert something_in(decoded)


def something_in(decoded: DecodedEvents) -> bool:
    happened = decoded.passages or decoded.movements or decoded.passers_by
    return bool(happened or decoded.rejections or decoded.fields_dropped)


@given(kinds, objects, st.lists(objects | json_values, max_size=4))
def test_any_message_gets_an_answer_in_our_own_words(kind: Kind, item: dict[str, Any], more: list[Any]) -> None:
    ours = {"", "events", "events[]", "time", "identifier", *kind.properties}
    for content in (item, more, {**item, "events": more}):
        decoded = read(content, kind)
        assert something_in(decoded)
        assert all(each.property in TRAFFIC.properties and 0 <= each.number <= 10_000 for each in decoded.passers_by)
        assert {each.path.removeprefix("events[].") for each in decoded.rejections} <= ours
        assert all(each.time.tzinfo is UTC and each.identifier.isalnum() for each in decoded.passages)
        assert PLATE not in repr(decoded)
        assert "AB123C" not in repr(decoded)


@pytest.mark.parametrize(
    "content", [CAR, [CAR], {"events": [CAR]}, {"time": NOON, "events": [{**CAR, "time": None}]}], ids=repr
)
def test_one_passage_in_every_form(content: object) -> None:
    assert read(content) == DecodedEvents((PASSAGE,), (), (), (), 0)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        *((PLATE, "AB123C"), ("ab 123 c", "AB123C"), (" ab·123–C\n", "AB123C"), ("ＡＢ１２３Ｃ", "AB123C")),
        *(("b-üx 1", "BÜX1"), ("bu\u0308", "BÜ"), ("00:1a:2B:3c:4D:5e", "001A2B3C4D5E"), ("x" * 64, "X" * 64)),
    ],
)
def test_one_vehicle_has_one_identifier_however_it_is_written(sent: str, meant: str) -> None:
    assert [each.identifier for each in read({**CAR, "identifier": sent}).passages] == [meant]


@pytest.mark.parametrize("sent", ["", " - ", "x" * 65, 123, True, ["AB123C"], {"value": PLATE}])
def test_what_is_no_identifier_is_refused(sent: object) -> None:
    assert rejected({**CAR, "identifier": sent}) == [(RejectionReason.MALFORMED, "identifier")]


@pytest.mark.parametrize("sent", [None, "", "CAR", "tank", 1, ["car"], {"car": 1}, PLATE])
def test_a_class_we_do_not_know_is_other(sent: object) -> None:
    assert [each.vehicle_class for each in read({**CAR, "vehicle_class": sent}).passages] == [VehicleClass.OTHER]


@pytest.mark.parametrize("code", list(VehicleClass))
def test_every_class_is_read(code: VehicleClass) -> None:
    assert read({**CAR, "vehicle_class": code.value}).passages == (Passage(NOON_UTC, "AB123C", code),)


@pytest.mark.parametrize(("sent", "present"), [(True, True), (1, True), (False, False), (0, False)])
def test_movement_and_no_movement(sent: object, present: bool) -> None:
    decoded = read({"time": NOON, "presence": sent}, LIGHT)
    assert decoded == DecodedEvents((), (Movement(NOON_UTC, "presence", present),), (), (), 0)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (2, RejectionReason.NOT_A_NUMBER),
        (0.5, RejectionReason.NOT_A_NUMBER),
        ("yes", RejectionReason.NOT_A_NUMBER),
        (-1, RejectionReason.SENTINEL),
    ],
)
def test_anything_else_is_no_movement(sent: object, reason: RejectionReason) -> None:
    assert rejected([{"time": NOON, "presence": sent}], LIGHT) == [(reason, "events[].presence")]


@pytest.mark.parametrize("sent", [1, 3, 0, 1.0])
def test_who_passes_a_counter_is_a_number_of_road_users(sent: object) -> None:
    decoded = read({"time": NOON, "count_pedestrian": sent})
    (passed,) = decoded.passers_by
    assert passed == PassersBy(NOON_UTC, "count_pedestrian", round(float(str(sent))))
    assert type(passed.number) is int
    assert decoded == DecodedEvents((), (), (passed,), (), 0)


@pytest.mark.parametrize("sent", [0.5, "1", True, -2, 10_001, 1e300])
def test_what_is_no_number_of_road_users_is_refused(sent: object) -> None:
    assert rejected({"time": NOON, "count_car": sent}) == [(RejectionReason.NOT_A_NUMBER, "count_car")]


def test_a_passage_or_movement_without_a_time_is_refused() -> None:
    assert rejected({"identifier": PLATE}) == [(RejectionReason.NO_TIME, "time")]
    assert rejected({**CAR, "time": "noon"}) == [(RejectionReason.BAD_TIME, "time")]
    assert rejected([{"time": "2026-11-22T12:00:00", "presence": True}], LIGHT) == [
        (RejectionReason.TIME_WITHOUT_ZONE, "events[].time")
    ]


def test_only_what_the_register_declares_is_read_and_only_events() -> None:
    everything = {**CAR, "presence": True, "count_car": 3, "owner": {"name": "x"}}
    assert read(everything, allowed=frozenset({"travel_time"})) == DecodedEvents((PASSAGE,), (), (), (), 3)
    undeclared = read(everything, allowed=frozenset({"count_bicycle"}))
    assert undeclared == whole_message_refused(RejectionReason.NO_READINGS, 5)
    assert read({**CAR, "presence": True, "power": 3}, LIGHT) == DecodedEvents(
        (), (Movement(NOON_UTC, "presence", present=True),), (), (), 3
    )


@pytest.mark.parametrize("payload", [b"", b"1", b'"AB-123-C"', b"null", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_message_is_malformed_once(payload: bytes) -> None:
    assert decode_events(TRAFFIC, payload, frozenset(TRAFFIC.properties)) == whole_message_refused(
        RejectionReason.MALFORMED
    )


@pytest.mark.parametrize("content", [{}, [], {"events": []}, {"time": NOON}, {**CAR, "identifier": None}])
def test_a_message_without_events_says_so_once(content: object) -> None:
    assert read(content) == whole_message_refused(RejectionReason.NO_READINGS)


def test_events_that_are_no_list_of_objects_are_malformed() -> None:
    assert rejected({"time": NOON, "events": PLATE}) == [(RejectionReason.MALFORMED, "events")]
    assert rejected([PLATE, CAR]) == [(RejectionReason.MALFORMED, "events[]")]


def test_ten_thousand_events_are_read_and_one_more_is_too_many() -> None:
    assert len(read([CAR] * MAX_READINGS).passages) == MAX_READINGS
    assert read([CAR] * (MAX_READINGS + 1)) == whole_message_refused(RejectionReason.TOO_LARGE)


def test_a_passage_shows_no_identifier() -> None:
    assert "AB123C" not in f"{PASSAGE!r} {PASSAGE!s}"
