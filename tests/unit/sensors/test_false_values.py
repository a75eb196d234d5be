"""Numbers that devices report without having measured: refused the first time and every time."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.formats.native.decoder import decode_readings
from sensors.kinds import KINDS, Kind, ObservedProperty
from sensors.kinds.false_values import EMPTY_FIELD_NUMBERS
from sensors.vocabulary.rejection_reasons import RejectionReason

AIR, TRAFFIC, LIGHT = KINDS["air_quality"], KINDS["traffic"], KINDS["streetlight"]
SENTINEL, SATURATED = RejectionReason.SENTINEL, RejectionReason.SATURATED
PROPERTIES = [each for kind in KINDS.values() for each in kind.properties.values()]


def reason(kind: Kind, code: str, value: object) -> RejectionReason | None:
    """Why a value is refused; None if it is read."""
    content: dict[str, Any] = {"time": "2026-11-22T11:00:00Z", code: value}
    decoded = decode_readings(kind, json.dumps(content).encode(), frozenset(kind.properties))
    assert len(decoded.readings) + len(decoded.rejections) == 1
    return decoded.rejections[0].reason if decoded.rejections else None


@pytest.mark.parametrize(
    ("kind", "code", "value", "expected"),
    [
        (AIR, "pm2_5", 999.9, SATURATED),
        (AIR, "pm2_5", 999.9000244140625, SATURATED),
        (AIR, "pm10", 1999.9, SATURATED),
        (AIR, "pm2_5", {"value": 0.9999, "unit": "mg/m3"}, SATURATED),
        (AIR, "pm1", 6553.4, SATURATED),
        (AIR, "pm1", 6553.5, SENTINEL),
        (AIR, "pm2_5", 65535, SENTINEL),
        (AIR, "temperature", -127, SENTINEL),
        (AIR, "temperature", {"value": -196.6, "unit": "degF"}, SENTINEL),
        (AIR, "temperature", -327.68, SENTINEL),
        (AIR, "relative_humidity", 655.3499755859375, SENTINEL),
        (AIR, "pressure", {"value": 65535, "unit": "Pa"}, SENTINEL),
        (LIGHT, "dim_level", 255, SENTINEL),
        (LIGHT, "fault_code", 255, SENTINEL),
        (LIGHT, "lamp_temperature", 255, SENTINEL),
        (LIGHT, "lamp_temperature", -127.0, SENTINEL),
        (LIGHT, "burning_hours", 65535, SENTINEL),
        (LIGHT, "burning_hours", 4294967295, SENTINEL),
        (LIGHT, "power", 32767, SENTINEL),
        (TRAFFIC, "count_car", 65535, SENTINEL),
        (TRAFFIC, "mean_speed", 255, SENTINEL),
    ],
)
def test_a_known_lie_is_refused(kind: Kind, code: str, value: object, expected: RejectionReason) -> None:
    assert reason(kind, code, value) is expected


@pytest.mark.parametrize(
    ("kind", "code", "value"),
    [
        (AIR, "pm2_5", 999.8),
        (AIR, "pm2_5", 0.0),
        (AIR, "no2", 255),
        (AIR, "temperature", {"value": 255, "unit": "K"}),
        (AIR, "temperature", 0.0),
        (AIR, "relative_humidity", 0),
        (LIGHT, "power", 255),
        (LIGHT, "lamp_temperature", 85.0),
        (LIGHT, "burning_hours", 65534),
        (TRAFFIC, "count_car", 255),
    ],
)
def test_a_number_that_can_be_measured_is_read(kind: Kind, code: str, value: object) -> None:
    assert reason(kind, code, value) is None


@pytest.mark.parametrize(
    ("kind", "named", "code", "value"),
    [
        (AIR, "Maxim DS18B20", "temperature", 85),
        (AIR, "zelfbouw ESP32 + ds18b20-sonde", "temperature", {"value": 185, "unit": "F"}),
        (LIGHT, "Luminaire with DS 18B20", "lamp_temperature", 85.0),
        (AIR, "Luftdaten (SDS011, DHT22)", "relative_humidity", 0.0),
        (AIR, "Aosong AM2302", "relative_humidity", 0),
    ],
)
def test_what_a_model_reports_falsely_is_refused_of_that_model_only(
    kind: Kind, named: str, code: str, value: object
) -> None:
    assert reason(kind.for_device(named), code, value) is SENTINEL
    assert reason(kind.for_device("Sensirion SEN55"), code, value) is None


def test_sensors_of_one_model_share_a_kind_and_others_have_the_plain_one() -> None:
    assert AIR.for_device("Nova SDS011 DHT22") is AIR.for_device("dht-22")
    assert AIR.for_device("") is AIR
    assert AIR.for_device("Nova SDS011").properties is AIR.properties
    both = AIR.for_device("DS18B20, DHT22")
    assert reason(both, "temperature", 85) is reason(both, "relative_humidity", 0) is SENTINEL


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_a_model_lies_about_properties_of_its_kind_and_is_found_by_its_own_name(kind: Kind) -> None:
    for model in kind.device_models:
        assert set(model.false_values) <= set(kind.properties)
        assert model.is_named_in(model.label)
        assert all(name.isalnum() and name == name.casefold() for name in model.names)


@given(st.sampled_from(PROPERTIES), st.data())
def test_every_known_number_is_refused_however_it_is_rounded(each: ObservedProperty, data: st.DataObject) -> None:
    """And is outside the range where the decoder takes a shorter way."""
    low, high = each.plausible_range
    empty = [number for number in EMPTY_FIELD_NUMBERS if not low <= number <= high]
    number = data.draw(st.sampled_from([*each.sentinels, *each.false_values, *empty]))
    sent = number + data.draw(st.floats(-0.0004, 0.0004))
    assert each.false_reason(sent, sent) is not None
    assert not each.clear_range[0] < sent < each.clear_range[1]
