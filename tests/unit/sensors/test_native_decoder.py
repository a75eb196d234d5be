"""The native decoder: whatever the bytes, it answers; and what it answers holds nothing that isn't declared."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.formats.model import AS_DOCUMENTED, MAX_READINGS, DecodedReadings, PayloadRules, Reading, Rejection
from sensors.formats.native.decoder import decode_readings
from sensors.kinds import KINDS, Kind
from sensors.vocabulary.rejection_reasons import RejectionReason
from tests.support.cases import ingest_case

AIR, TRAFFIC, LIGHT = KINDS["air_quality"], KINDS["traffic"], KINDS["streetlight"]
NOON = "2026-11-22T12:00:00+01:00"
NOON_UTC = datetime(2026, 11, 22, 11, tzinfo=UTC)
CANARY = "AB-123-C"

json_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
json_values = st.recursive(
    json_scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
kinds = st.sampled_from(list(KINDS.values()))


def read(
    content: object, kind: Kind = AIR, allowed: frozenset[str] | None = None, rules: PayloadRules = AS_DOCUMENTED
) -> DecodedReadings:
    return decode_readings(
        kind, json.dumps(content).encode(), frozenset(kind.properties) if allowed is None else allowed, rules
    )


def whole_message_refused(reason: RejectionReason, fields_dropped: int = 0) -> DecodedReadings:
    return DecodedReadings((), (Rejection(reason, ""),), fields_dropped)


@st.composite
def objects(draw: st.DrawFn, kind: Kind) -> dict[str, Any]:
    """A reading object that is right, or almost: each value may be odd."""
    item: dict[str, Any] = {}
    if draw(st.booleans()):
        item["time"] = draw(st.sampled_from([NOON, "2026-11-22T12:00:00", "noon", 5, f"PT1H/{NOON}"]))
    if draw(st.booleans()):
        item[draw(st.sampled_from(["start", "end"]))] = draw(st.sampled_from([NOON, "noon", None]))
    for code in draw(st.lists(st.sampled_from(sorted(kind.properties)), unique=True, max_size=4)):
        value = draw(st.integers(0, 100) | st.floats(-1e3, 1e3) | json_values)
        unit = draw(st.sampled_from([*kind.properties[code].conversions, "furlong", 3, None]))
        item[code] = draw(st.sampled_from([value, {"value": value, "unit": unit}, {"value": value}]))
    return item


@st.composite
def messages(draw: st.DrawFn) -> tuple[Kind, dict[str, Any] | list[Any]]:
    kind = draw(kinds)
    items = draw(st.lists(objects(kind), max_size=4))
    envelope: dict[str, Any] = {"readings": items, **draw(objects(kind))}
    return kind, draw(st.sampled_from([envelope, items, items[0] if items else {}]))


def _has_value(given: Any) -> bool:
    return (cast("dict[str, Any]", given).get("value") if isinstance(given, dict) else given) is not None


def _values_in(kind: Kind, content: dict[str, Any] | list[Any]) -> int:
    """How many readings a message holds, counted another way than the decoder does."""
    if isinstance(content, list):
        return sum(_values_in(kind, item) for item in content)
    own = sum(1 for code in kind.properties if code in content and _has_value(content[code]))
    return own + _values_in(kind, content.get("readings", []))


@given(kinds, st.binary())
def test_any_bytes_get_an_answer(kind: Kind, payload: bytes) -> None:
    decoded = decode_readings(kind, payload, frozenset(kind.properties))
    assert decoded.readings or decoded.rejections


@given(kinds, json_values)
def test_any_json_gets_an_answer(kind: Kind, content: object) -> None:
    decoded = read(content, kind)
    assert decoded.readings or decoded.rejections


@pytest.mark.slow
@given(messages(), st.data())
def test_a_damaged_message_gets_an_answer(message: tuple[Kind, Any], data: st.DataObject) -> None:
    kind, content = message
    payload = bytearray(json.dumps(content).encode())
    at = data.draw(st.integers(0, len(payload) - 1))
    payload[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    decoded = decode_readings(kind, bytes(payload), frozenset(kind.properties))
    assert decoded.readings or decoded.rejections


@given(messages())
def test_every_value_is_read_or_refused_once(message: tuple[Kind, Any]) -> None:
    kind, content = message
    decoded = read(content, kind)
    received = _values_in(kind, content)
    if received:
        assert len(decoded.readings) + len(decoded.rejections) == received
    else:
        assert decoded == whole_message_refused(RejectionReason.NO_READINGS, decoded.fields_dropped)


@given(messages())
def test_a_number_is_the_same_with_and_without_its_unit_left_open(message: tuple[Kind, Any]) -> None:
    """A bare fraction takes a shorter way through the decoder."""
    kind, content = message

    def wrapped(given: Any) -> Any:
        if isinstance(given, list):
            return [wrapped(each) for each in cast("list[Any]", given)]
        if not isinstance(given, dict):
            return given
        fields = cast("dict[str, Any]", given)
        return {
            key: {"value": value}
            if isinstance(value, float) and key in kind.properties
            else wrapped(value)
            if key == "readings"
            else value
            for key, value in fields.items()
        }

    assert read(wrapped(content), kind) == read(content, kind)


@given(kinds, st.data())
def test_a_value_is_converted_by_its_factor(kind: Kind, data: st.DataObject) -> None:
    declared = data.draw(st.sampled_from([each for each in kind.properties.values() if not each.is_integer]))
    unit = data.draw(st.sampled_from(sorted(declared.conversions)))
    value = data.draw(st.floats(-1e6, 1e6) | st.integers(-(10**6), 10**6))
    decoded = read({"time": NOON, declared.code: {"value": value, "unit": unit}}, kind)
    factor = declared.conversions[unit]
    canonical = value * factor.factor + factor.offset
    reason = declared.false_reason(value, canonical)
    if reason is None:
        assert decoded.readings == (Reading(declared.code, NOON_UTC, canonical),)
    else:
        assert decoded.rejections == (Rejection(reason, declared.code),)


@given(objects(AIR), st.dictionaries(st.text().map("x{}".format), json_values, min_size=1, max_size=3))
def test_undeclared_fields_change_nothing_but_their_count(item: dict[str, Any], extra: dict[str, Any]) -> None:
    before, after = read(item), read({**extra, **item})
    assert after.readings == before.readings
    assert after.fields_dropped == before.fields_dropped + len(extra)
    assert after.rejections == before.rejections


@given(objects(AIR), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(item: dict[str, Any], random: Any) -> None:
    keys = list(item)
    random.shuffle(keys)
    before, after = read(item), read({key: item[key] for key in keys})
    assert set(before.readings) == set(after.readings)
    assert sorted(map(repr, before.rejections)) == sorted(map(repr, after.rejections))
    assert before.fields_dropped == after.fields_dropped


@pytest.mark.slow
@given(messages(), json_values)
def test_no_path_of_a_refusal_holds_text_of_the_message(message: tuple[Kind, Any], inner: object) -> None:
    kind, content = message
    hostile: dict[str, Any] = {CANARY: inner, "time": CANARY, "readings": [content, {CANARY: CANARY}, CANARY]}
    for code in kind.properties:
        hostile[code] = {"value": CANARY, "unit": CANARY, CANARY: CANARY}
    decoded = read(hostile, kind)
    ours = {"", "time", "readings", "readings[]", *kind.properties}
    assert {each.path.removeprefix("readings[].") for each in decoded.rejections} <= ours
    assert CANARY not in repr(decoded)


def test_only_what_the_register_declares_is_read() -> None:
    content = {"time": NOON, "no2": 12, "pm10": {"value": "secret", "unit": 1}, "wifi": {"mac": [1, 2]}}
    assert read(content, allowed=frozenset({"no2"})) == DecodedReadings((Reading("no2", NOON_UTC, 12.0),), (), 2)
    assert read(content, allowed=frozenset()) == whole_message_refused(RejectionReason.NO_READINGS, 3)


def test_a_declared_code_the_kind_does_not_know_is_dropped() -> None:
    decoded = read({"time": NOON, "noise": 55, "no2": 1}, allowed=frozenset({"noise", "no2"}))
    assert decoded == DecodedReadings((Reading("no2", NOON_UTC, 1.0),), (), 1)


def test_a_foreign_payload_is_one_refused_reading() -> None:
    """Case 12: two fields were dropped, nothing was refused, and the sensor had been seen today."""
    case = ingest_case("12")
    (content,) = case["messages"]
    assert read(content, KINDS[case["topic_kind"]]) == whole_message_refused(RejectionReason.NO_READINGS, 2)


def test_a_list_within_a_list_of_readings_is_not_opened() -> None:
    decoded = read({"time": NOON, "readings": [{"readings": [{"no2": 1}]}]})
    assert decoded == whole_message_refused(RejectionReason.NO_READINGS, 1)


def test_the_same_property_twice_at_one_time_is_two_readings() -> None:
    assert len(read([{"time": NOON, "no2": 1}, {"time": NOON, "no2": 1}]).readings) == 2


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b"1", b'"no2"', b"null", b"true", b"{", b"{}{}", b'{"no2": 01}', b"[" * 100_000, b'{"a":' * 100_000),
        *(b"\xff", b'{"time": "\xff"}', b"\xef\xbb\xbf{}", "{}".encode("utf-16")),
    ],
    ids=lambda payload: repr(payload[:12]),
)
def test_what_is_no_message_is_malformed_once(payload: bytes) -> None:
    assert decode_readings(AIR, payload, frozenset(AIR.properties)) == whole_message_refused(RejectionReason.MALFORMED)


@pytest.mark.parametrize("content", [{}, [], {"readings": []}, {"time": NOON}, {"time": NOON, "no2": None}, [{}, {}]])
def test_a_message_without_readings_says_so_once(content: object) -> None:
    assert read(content) == whole_message_refused(RejectionReason.NO_READINGS)


def test_ten_thousand_readings_are_read_and_one_more_is_too_many() -> None:
    item = {"time": NOON, "no2": 1}
    assert len(read([item] * MAX_READINGS).readings) == MAX_READINGS
    assert read([item] * (MAX_READINGS + 1)) == whole_message_refused(RejectionReason.TOO_LARGE)
    assert read(["odd"] * (MAX_READINGS + 1)) == whole_message_refused(RejectionReason.TOO_LARGE)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "Infinity", "-Infinity", "1" * 401, "1" * 100_000])
def test_a_number_that_does_not_fit_costs_only_itself(number: str) -> None:
    payload = f'{{"time": "{NOON}", "no2": {number}, "pm10": 20}}'.encode()
    decoded = decode_readings(AIR, payload, frozenset(AIR.properties))
    assert decoded == DecodedReadings(
        (Reading("pm10", NOON_UTC, 20.0),), (Rejection(RejectionReason.NOT_A_NUMBER, "no2"),), 0
    )


@pytest.mark.parametrize("value", ["12.3", "", True, False, [1], [], {"value": 1}])
def test_only_a_json_number_is_a_number(value: object) -> None:
    assert read({"time": NOON, "no2": {"value": value}}).rejections == (Rejection(RejectionReason.NOT_A_NUMBER, "no2"),)


@pytest.mark.parametrize("unit", ["", "ppb", "MG/M3", "ug", "%", "K", 1, True, ["ug/m3"], {"ug/m3": 1}])
def test_a_unit_that_is_unknown_or_of_something_else_is_refused(unit: object) -> None:
    decoded = read({"time": NOON, "no2": {"value": 1, "unit": unit}})
    assert decoded.rejections == (Rejection(RejectionReason.UNKNOWN_UNIT, "no2"),)


@pytest.mark.parametrize("value", [-2, 0.5, 1e-9, -0.5])
def test_a_count_is_a_whole_number_from_zero(value: float) -> None:
    assert read({"time": NOON, "count_car": value}, TRAFFIC).rejections == (
        Rejection(RejectionReason.NOT_A_NUMBER, "count_car"),
    )


def test_true_and_false_are_values_of_presence_only() -> None:
    decoded = read({"time": NOON, "presence": True, "fault_code": True, "power": False}, LIGHT)
    assert decoded.readings == (Reading("presence", NOON_UTC, 1.0),)
    assert {each.path for each in decoded.rejections} == {"fault_code", "power"}


def test_minus_one_is_no_data_for_traffic_and_a_value_for_air() -> None:
    assert read({"time": NOON, "mean_speed": -1}, TRAFFIC).rejections == (
        Rejection(RejectionReason.SENTINEL, "mean_speed"),
    )
    assert read({"time": NOON, "pm2_5": -1}).readings == (Reading("pm2_5", NOON_UTC, -1.0),)


@pytest.mark.parametrize(
    "time",
    [
        *(NOON, "2026-11-22T11:00:00Z", "2026-11-22t11:00:00z", "2026-11-22 11:00:00Z"),
        *("2026-11-22T11:00:00.000000000Z", "2026-11-22T11:00:00-00:00", "2026-11-22T12:00:00+0100"),
    ],
)
def test_times_of_rfc_3339_are_read_in_utc(time: str) -> None:
    (reading,) = read({"time": time, "no2": 1}).readings
    assert reading.time == NOON_UTC
    assert reading.time.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "time",
    [
        *("", "noon", "\ud800", "2026-11-22", "2026-W47-7T11:00:00Z", "2026-326T11:00:00Z", "20261122T110000Z"),
        *("2026-11-22T11:00Z", "2026-11-22T11Z", "2026-11-22T11:00:00,5Z", "2026-11-22T11:00:00.Z"),
        *("2026-11-22T24:00:00Z", "2026-12-31T23:59:60Z", "2026-02-29T00:00:00Z", "2026-11-22T11:00:00+24:00"),
        *("2026-11-22T11:00:00 +01:00", "2026-11-22T11:00:00+01", "2026-12-07T11:10:00Z/"),
        *("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", 1795345200, 1.5, True, [], {"value": NOON}),
    ],
    ids=repr,
)
def test_other_times_are_bad(time: object) -> None:
    assert read({"time": time, "no2": 1}).rejections == (Rejection(RejectionReason.BAD_TIME, "time"),)


def test_a_time_problem_counts_once_for_each_value_that_shares_it() -> None:
    assert read({"no2": 1, "pm10": 2}).rejections == (Rejection(RejectionReason.NO_TIME, "time"),) * 2
    local = read({"time": "2026-11-22T12:00:00", "readings": [{"no2": 1, "pm10": "x"}, {"time": NOON, "no2": 3}]})
    assert local.rejections == (Rejection(RejectionReason.TIME_WITHOUT_ZONE, "readings[].time"),) * 2
    assert local.readings == (Reading("no2", NOON_UTC, 3.0),)


TEN_UTC = NOON_UTC - timedelta(hours=1)


@pytest.mark.parametrize(
    "fields",
    [
        {"start": "2026-11-22T11:00:00+01:00", "end": NOON},
        {"start": "2026-11-22T10:00:00Z", "time": NOON},
        {"start": "2026-11-22T10:00:00Z", "end": NOON, "time": "2026-11-22T13:00:00Z"},
        {"time": f"2026-11-22T10:00:00Z/{NOON}"},
        {"time": f"PT1H/{NOON}"},
        {"time": "2026-11-22T11:00:00+01:00/PT60M"},
        {"time": "2026-11-22T10:00:00Z/PT3600S"},
        {"end": f"PT1H/{NOON}"},
    ],
    ids=repr,
)
def test_a_period_has_a_start_and_is_as_old_as_its_end(fields: dict[str, str]) -> None:
    assert read({**fields, "no2": 1.0, "pm10": 2}).readings == (
        Reading("no2", NOON_UTC, 1.0, TEN_UTC),
        Reading("pm10", NOON_UTC, 2.0, TEN_UTC),
    )


def test_a_start_or_an_end_alone_says_which_of_them_it_is() -> None:
    for fields, expected in (
        ({"start": NOON}, Reading("no2", NOON_UTC, 1.0, start=NOON_UTC)),
        ({"end": NOON}, Reading("no2", NOON_UTC, 1.0, is_end=True)),
        ({"time": NOON}, Reading("no2", NOON_UTC, 1.0)),
    ):
        for content in ({**fields, "no2": 1.0}, {**fields, "no2": 1}, {**fields, "readings": [{"no2": 1.0}]}):
            decoded = read(content)
            assert (decoded.readings, decoded.fields_dropped) == ((expected,), 0)


@given(
    fraction=st.text("0123456789", min_size=1, max_size=12) | st.integers(1, 12).map("9".__mul__),
    zone=st.sampled_from(["Z", "z", "+01:00", "-11:30"]),
)
def test_a_fraction_never_moves_a_time_to_the_next_second(fraction: str, zone: str) -> None:
    (reading,) = read({"time": f"2026-11-22T23:59:59.{fraction}{zone}", "no2": 1.0}).readings
    assert reading.time.replace(microsecond=0) == datetime.fromisoformat(f"2026-11-22T23:59:59{zone.upper()}")


def test_the_period_of_an_envelope_holds_for_objects_without_a_time_of_their_own() -> None:
    content = {"start": "2026-11-22T10:00:00Z", "end": NOON, "readings": [{"no2": 1.0}, {"time": NOON, "no2": 2.0}]}
    assert read(content).readings == (Reading("no2", NOON_UTC, 1.0, TEN_UTC), Reading("no2", NOON_UTC, 2.0))


@pytest.mark.parametrize(
    "fields",
    [
        {"start": NOON, "end": "2026-11-22T10:00:00Z"},
        {"start": NOON, "end": NOON},
        {"start": 5, "end": NOON},
        {"start": f"PT1H/{NOON}", "end": NOON},
        *(
            {"time": time}
            for time in (
                *(f"{NOON}/{NOON}", f"{NOON}/2026-11-22T10:00:00Z", f"{NOON}/..", f"/{NOON}", "/", f"PT1H/{NOON}/PT1H"),
                *(f"P1M/{NOON}", f"P1Y/{NOON}", f"P/{NOON}", f"-PT1H/{NOON}", f"{NOON}/PT0S", "PT1H/PT1H"),
                *(
                    f"PT1H/{NOON[:10]}",
                    "P1D/0001-01-01T12:00:00Z",
                    "9999-12-31T12:00:00Z/P1D",
                    f"P999999999999D/{NOON}",
                ),
            )
        ),
    ],
    ids=repr,
)
def test_a_period_that_can_not_be_is_a_bad_time(fields: dict[str, Any]) -> None:
    assert read({**fields, "no2": 1}).rejections == (Rejection(RejectionReason.BAD_TIME, "time"),)


def test_a_period_without_a_zone_is_told_apart() -> None:
    for time in ("2026-11-22T11:00:00/2026-11-22T12:00:00", "2026-11-22T11:00:00Z/2026-11-22T12:00:00"):
        assert read({"time": time, "no2": 1}).rejections == (Rejection(RejectionReason.TIME_WITHOUT_ZONE, "time"),)


@pytest.mark.parametrize(
    ("interval", "start"),
    [
        ("P1D/2026-03-30T00:00:00+02:00", "2026-03-29T00:00:00+01:00"),
        ("2026-03-29T00:00:00+01:00/P1D", "2026-03-29T00:00:00+01:00"),
        ("P1D/2026-10-26T00:00:00+01:00", "2026-10-25T00:00:00+02:00"),
        ("2026-10-25T00:00:00+02:00/P1D", "2026-10-25T00:00:00+02:00"),
        ("PT1H/2026-10-25T03:00:00+01:00", "2026-10-25T02:00:00+01:00"),
    ],
)
def test_a_day_lasts_until_midnight_when_the_clock_changes(interval: str, start: str) -> None:
    (reading,) = read({"time": interval, "no2": 1.0}).readings
    assert reading.start == datetime.fromisoformat(start)
    if interval.startswith("P"):
        assert reading.time == datetime.fromisoformat(interval.partition("/")[2])


@given(st.text(alphabet="0123456789+-TZ:/PDHMSY.") | st.from_regex(r"\A[^/]{0,12}/[^/]{0,12}\Z"))
def test_any_text_as_a_time_gets_an_answer(time: str) -> None:
    decoded = read({"time": time, "no2": 1.0})
    assert len(decoded.readings) + len(decoded.rejections) == 1


AS_TEXT = PayloadRules(numbers_as_text=True)


@given(st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9))
def test_a_number_as_text_is_the_number_where_the_entry_allows_it(number: float) -> None:
    as_text = {
        "time": NOON,
        "temperature": json.dumps(number),
        "pressure": {"value": json.dumps(number), "unit": "kPa"},
    }
    plain = {"time": NOON, "temperature": number, "pressure": {"value": number, "unit": "kPa"}}
    assert read(as_text, rules=AS_TEXT) == read(plain)
    assert {each.reason for each in read(as_text).rejections} == {RejectionReason.NOT_A_NUMBER}


@given(
    st.sampled_from(
        ["", " ", "12,3", " 12", "12 ", "+12", "0x1", "012", ".5", "5.", "1e", "NaN", "Infinity", "-Infinity"]
    )
    | st.sampled_from(["1_000", "１２", "٣", "1e400", "null", "true", '"12"', "12\n", "1.5.2", "−4", "0b1", "--1"])
    | st.text()
)
def test_no_other_text_is_a_number(text: str) -> None:
    try:
        allowed = isinstance(json.loads(text, parse_constant=lambda _: None), int | float) and text.strip() == text
    except ValueError:
        allowed = False
    decoded = read({"time": NOON, "temperature": text}, rules=AS_TEXT)
    if not allowed or text in ("1e400", "true"):
        assert decoded.rejections == (Rejection(RejectionReason.NOT_A_NUMBER, "temperature"),)


def test_text_is_no_boolean_and_a_sentinel_as_text_is_one() -> None:
    presence = read({"time": NOON, "presence": "true"}, LIGHT, rules=AS_TEXT)
    assert presence.rejections == (Rejection(RejectionReason.NOT_A_NUMBER, "presence"),)
    absent = read({"time": NOON, "temperature": "-999"}, rules=AS_TEXT)
    assert absent.rejections == (Rejection(RejectionReason.SENTINEL, "temperature"),)


def test_a_device_without_a_clock_tells_no_time() -> None:
    received_at = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
    rules = PayloadRules(receipt_time=received_at)
    content = {"start": NOON, "time": "yesterday", "readings": [{"no2": 1.0}, {"end": 5, "pm10": 2.0}]}
    decoded = read(content, rules=rules)
    assert decoded.readings == (Reading("no2", received_at, 1.0), Reading("pm10", received_at, 2.0))
    assert decoded.fields_dropped == 3


def test_a_time_of_revision_applies_like_a_time() -> None:
    at = [f"2026-11-22T12:0{minute}:00Z" for minute in range(3)]
    content = {
        "time": NOON,
        "revised": at[0],
        "no": 1.0,
        "readings": [
            {"no2": 2.0},
            {"revised": at[1], "no2": 3.0, "pm10": {"value": 4, "revised": at[2]}, "o3": {"value": 5}},
        ],
    }
    result = read(content)
    revised = [datetime.fromisoformat(each) for each in at]
    assert [(each.value, each.revised) for each in result.readings] == [
        (1.0, revised[0]),
        (2.0, revised[0]),
        (3.0, revised[1]),
        (4.0, revised[2]),
        (5.0, revised[1]),
    ]
    assert result.fields_dropped == 0
    assert read([{"time": NOON, "revised": at[0], "no2": 1.0}, {"time": NOON, "no2": 1.0}]).readings[1].revised is None


@pytest.mark.parametrize(
    ("revised", "reason"),
    [
        ("v2", RejectionReason.BAD_TIME),
        (3, RejectionReason.BAD_TIME),
        ("2026-11-22T12:00:00", RejectionReason.TIME_WITHOUT_ZONE),
    ],
)
def test_a_time_of_revision_that_cannot_be_read_says_why_and_refuses_nothing_yet(
    revised: object, reason: RejectionReason
) -> None:
    result = read({"time": NOON, "no2": 1.0, "pm10": {"value": 2, "revised": revised}, "revised": revised})
    assert [each.revised for each in result.readings] == [reason] * 2
    assert (result.rejections, result.fields_dropped) == ((), 0)
