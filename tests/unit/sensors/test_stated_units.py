"""Units under whatever name: read if they are understood, and never ignored."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.formats.model import DecodedReadings
from sensors.formats.native.decoder import decode_readings
from sensors.formats.stated_units import names_unit, subject
from sensors.kinds import KINDS
from sensors.vocabulary.rejection_reasons import RejectionReason

AIR = KINDS["air_quality"]
NOON = "2026-11-22T11:00:00Z"
UNIT_NAMES = [
    *("unit", "units", "Unit", "UNIT", "unitCode", "unit_code", "UNITCODE", "unitText", "unitOfMeasurement"),
    *("unit_of_measurement", "unitOfMeasure", "measurementUnit", "measurement-units", "uom", "UoM", "uomCode"),
    *(
        "pm2_5_unit",
        "valueUnit",
        "hasUnit",
        "qudt:unit",
        "schema:unitText",
        "ucum",
        "eenheid",
        "einheit",
        "symbol",
        "u",
    ),
]


def read(content: object, *declared: str) -> DecodedReadings:
    return decode_readings(AIR, json.dumps(content).encode(), frozenset(declared or AIR.properties))


def results(content: object, *declared: str) -> dict[str, float | RejectionReason]:
    """The value or the reason of refusal, by property."""
    decoded = read(content, *declared)
    return {
        **{each.property: round(each.value, 9) for each in decoded.readings},
        **{each.path.removeprefix("readings[]."): each.reason for each in decoded.rejections},
    }


def co(**beside: Any) -> float | RejectionReason:
    """What becomes of 0.35 with these members beside it."""
    (found,) = results({"time": NOON, "co": {"value": 0.35, **beside}}).values()
    return found


@pytest.mark.parametrize("name", UNIT_NAMES)
def test_a_unit_is_read_under_any_name(name: str) -> None:
    assert co(**{name: "GP"}) == 350
    assert co(**{name: "furlong"}) is RejectionReason.UNKNOWN_UNIT


@pytest.mark.parametrize("name", ["community", "opportunity", "type", "observedAt", "accuracy", "unifier", "v"])
def test_other_names_are_no_units(name: str) -> None:
    assert co(**{name: "furlong"}) == 0.35


@pytest.mark.parametrize("name", ["suffix", "measure", "EU", "label", "dimension", "scale"])
def test_another_unit_of_the_value_is_never_ignored_whatever_its_name(name: str) -> None:
    assert co(**{name: "mg/m3"}) is RejectionReason.UNKNOWN_UNIT
    assert co(**{name: "µg/m³"}) == 0.35
    assert co(**{name: "mg/m3", "unit": "mg/m3"}) == 350


@pytest.mark.parametrize("name", ["metadata", "attributes", "properties", "header"])
def test_another_unit_in_an_object_beside_the_values_is_never_ignored(name: str) -> None:
    values = {"time": NOON, "pm2_5": 0.012, "temperature": 12.0}
    inside = {"type": "x", "unit": "mg/m3"}
    expected = {"pm2_5": RejectionReason.UNKNOWN_UNIT, "temperature": 12}
    assert results(values | {name: inside}) == expected
    assert results(values | {name: {"deeper": inside}}) == expected
    assert results(values | {name: {"unit": "V"}}) == {"pm2_5": 0.012, "temperature": 12}
    assert results(values | {name: {"value": 3.6, "unit": "mg/m3"}}) == {"pm2_5": 0.012, "temperature": 12}


def test_a_value_that_is_still_to_be_multiplied_is_refused() -> None:
    assert co(multiplier=0.1) is RejectionReason.UNKNOWN_UNIT
    assert co(scale_factor=1000, unit="GP") is RejectionReason.UNKNOWN_UNIT
    assert co(scale=1) == 0.35


@pytest.mark.parametrize(
    "beside",
    [
        {"unitCode": {"type": "Property", "value": "GP"}},  # NGSI-LD
        {"unitCode": {"@value": "GP"}},
        {"type": "Number", "metadata": {"unitCode": {"type": "Text", "value": "GP"}}},  # NGSI-v2
        {"metadatas": [{"name": "unitCode", "type": "string", "value": "GP"}, {"name": "x", "value": "GQ"}]},  # NGSI-v1
        {"attributes": {"unit_of_measurement": "mg/m³", "friendly_name": "CO"}},  # Home Assistant
        {"unitOfMeasurement": {"name": "Mass of it", "symbol": "mg/m3", "definition": "https://example.org/x"}},
        {"unitOfMeasurement": {"name": "milligram per cubic metre"}},
        {"unit": "mg/m3", "unit_definition": "http://dd.eionet.europa.eu/vocabulary/uom/concentration/mg.m-3"},
        {"unit": "mg/m3", "unit_definition": "https://qudt.org/vocab/unit/LUX"},  # Smart Citizen
        {"unitCode": "GP", "unitText": "mg/m³"},
        {"unitCode": "GP", "accuracy": {"type": "Property", "value": 5, "unitCode": "P1"}},
        {"unit": {"uom": "GP"}},
    ],
    ids=str,
)
def test_units_are_read_as_platforms_write_them(beside: dict[str, Any]) -> None:
    assert co(**beside) == 350


@pytest.mark.parametrize(
    "beside",
    [
        {"unitCode": "GP", "unit": "ug/m3"},
        {"unitCode": "GP", "unitText": "furlong"},
        {"unitOfMeasurement": {"name": "microgram per cubic metre", "symbol": "mg/m3"}},
        {"unitOfMeasurement": {"name": "furlong"}},
        {"unitOfMeasurement": {}},
        {"unitOfMeasurement": {"symbol": 3}},
        {"unit": "mg/m3", "unit_definition": "http://dd.eionet.europa.eu/vocabulary/uom/concentration/ug.m-3"},
        {"unit_definition": "https://qudt.org/vocab/unit/LUX"},
        {"metadata": {"more": {"unitCode": {"value": "furlong"}}}},
        {"unitSystem": "metric"},
        {"unit": "%"},
        {"unit": ""},
        {"units": ["mg/m3"]},
        {"unitSerial": "mg/m3"},
    ],
    ids=str,
)
def test_units_that_disagree_or_are_not_understood_refuse_the_value(beside: dict[str, Any]) -> None:
    assert co(**beside) is RejectionReason.UNKNOWN_UNIT


@pytest.mark.parametrize(
    "beside",
    [
        {"unit": None},
        {"unitOfMeasurement": {"name": None, "symbol": None, "definition": None}},
        {"unitSerial": "A-12", "unitId": 4, "unit_number": "7"},
        {"u": 1.5},
    ],
    ids=str,
)
def test_what_states_no_unit_leaves_the_unit_of_the_property(beside: dict[str, Any]) -> None:
    assert co(**beside) == 0.35


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"co": 0.35, "unit": "mg/m3"}, {"co": 350}),
        ({"co": 0.35, "unitCode": "GP", "pm10": 0.02}, {"co": 350, "pm10": 20}),
        ({"co": 0.35, "co_unit": "mg/m3", "pm10": 20.0}, {"co": 350, "pm10": 20}),
        ({"pm2_5": 0.02, "PM25Unit": "mg/m3"}, {"pm2_5": 20}),
        ({"co": 0.35, "unit_co": "mg/m3", "unit": "ug/m3", "pm10": 20}, {"co": 350, "pm10": 20}),
        (
            {"co": 0.35, "units": {"co": "mg/m3", "temperature": "F"}, "temperature": 50.0},
            {"co": 350, "temperature": 10},
        ),
        ({"pm2_5": 0.02, "hourly_units": {"pm2_5": "mg/m3"}}, {"pm2_5": 20}),
        (
            {"pm10": 12.0, "unit": "mg/m3", "temperature": {"value": 50, "unit": "F"}},
            {"pm10": 12000, "temperature": 10},
        ),
        # A unit of something else matters only if it could be about the value.
        ({"temperature": 7.5, "TempUnit": "C", "PressureUnit": "hPa"}, {"temperature": 7.5}),
        ({"co": 350.0, "battery_unit": "V", "unit_id": 4, "unitSerial": "A-12"}, {"co": 350}),
        ({"co": 350.0, "co2": 420, "co2_unit": "ppm"}, {"co": 350}),
    ],
    ids=str,
)
def test_a_unit_beside_bare_values_is_read(members: dict[str, Any], expected: dict[str, float]) -> None:
    assert results({"time": NOON, **members}) == expected
    assert results([{"time": NOON, **members}]) == expected
    assert results({"time": NOON, "readings": [members]}) == expected


@pytest.mark.parametrize(
    ("members", "refused"),
    [
        ({"co": 0.35, "unit": "LK-0042"}, {"co"}),
        ({"co": 0.35, "unit": 4}, {"co"}),
        ({"co": 0.35, "units": "metric"}, {"co"}),
        ({"pm10": 12.0, "unit": "mg/m3", "temperature": 7.5}, {"temperature"}),
        ({"temperature": 71.0, "TempUnit": "F"}, {"temperature"}),
        ({"co": 0.35, "dust_unit": "mg/m3"}, {"co"}),
        ({"co": 0.35, "co_unit": "mg/m3", "unit_co": "ug/m3"}, {"co"}),
    ],
    ids=str,
)
def test_a_unit_beside_bare_values_that_is_not_understood_refuses_them(
    members: dict[str, Any], refused: set[str]
) -> None:
    found = results({"time": NOON, **members})
    assert {code for code, each in found.items() if each is RejectionReason.UNKNOWN_UNIT} == refused


def test_the_unit_of_a_message_is_that_of_its_readings_unless_they_have_their_own() -> None:
    bare, own = {"co": 0.35}, {"pm10": {"value": 20, "unit": "ug/m3"}}
    assert results({"time": NOON, "unit": "mg/m3", "readings": [bare, own]}) == {"co": 350, "pm10": 20}
    assert results({"time": NOON, "unit": "mg/m3", "readings": [{**bare, "unit": "ug/m3"}]}) == {"co": 0.35}
    assert results([{"time": NOON, "unit": "mg/m3", **bare}, {"time": NOON, "pm10": 20.0}]) == {"co": 350, "pm10": 20}


def test_what_states_a_unit_is_not_dropped() -> None:
    assert read({"time": NOON, "co": {"value": 0.35, "unitCode": "GP", "type": "Property"}}).fields_dropped == 1
    assert read({"time": NOON, "co": 0.35, "unit": "mg/m3", "battery_unit": "V"}).fields_dropped == 1


ppb = {"value": 21, "unit": "ppb"}
CONDITIONS = {"temperature": 20, "pressure": {"value": 101.325, "unit": "kPa"}}


@pytest.mark.parametrize(
    "conditions", [CONDITIONS, {"temperature": {"value": 293.15, "unitCode": "KEL"}, "pressure": 1013.25}]
)
def test_ppb_is_converted_at_the_temperature_and_pressure_with_it(conditions: dict[str, Any]) -> None:
    # 21 ppb NO2 at 20 °C and 1013.25 hPa, with 46.005 g/mol.
    beside = results({"time": NOON, "no2": ppb, **conditions})
    within = results({"time": NOON, "no2": {**ppb, **conditions}})
    assert beside["no2"] == within["no2"] == pytest.approx(40.16, abs=0.005)
    assert read({"time": NOON, "no2": {**ppb, **conditions}}).fields_dropped == 0


@pytest.mark.parametrize(
    "members",
    [
        {"no2": ppb},
        {"no2": ppb, "temperature": 20},
        {"no2": ppb, "temperature": 20, "pressure": None},
        {"no2": ppb, "temperature": -999, "pressure": 1013},
        {"no2": ppb, "temperature": 293.15, "pressure": 1013},
        {"no2": ppb, "temperature": 20, "pressure": {"value": 1013, "unit": "furlong"}},
        {"no2": {**ppb, "temperature": "20", "pressure": 1013}},
        {"pm10": ppb, **CONDITIONS},
        {"no2": 21.0, "no2_unit": "ppb"},
    ],
    ids=str,
)
def test_ppb_without_a_plausible_temperature_and_pressure_is_an_unknown_unit(members: dict[str, Any]) -> None:
    found = results({"time": NOON, **members})
    assert found.get("no2", found.get("pm10")) is RejectionReason.UNKNOWN_UNIT


def test_an_undeclared_temperature_is_not_read_for_ppb() -> None:
    assert results({"time": NOON, "no2": ppb, **CONDITIONS}, "no2", "pressure")["no2"] is RejectionReason.UNKNOWN_UNIT


# "id-unit" and the like are taken for the device's.
other_names = st.from_regex(r"[A-Za-z]{0,3}[-_ .:](unit|Unit|UOM)[A-Z]?", fullmatch=True)
unit_names = st.sampled_from(UNIT_NAMES) | other_names.filter(lambda name: subject(name) not in {"id", "no", "nr"})
json_values = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@given(unit_names, json_values)
def test_a_value_with_an_unknown_unit_is_never_stored(name: str, unit: object) -> None:
    """Arbitrary content is no unit of a concentration; ``null`` would state none."""
    stated = {name: str(unit) if name in {"u", "symbol"} else unit}
    assert results({"time": NOON, "pm2_5": {"value": 0.35, **stated}}) == {"pm2_5": RejectionReason.UNKNOWN_UNIT}
    if subject(name) in {"", "pm25"}:
        assert results({"time": NOON, "pm2_5": 0.35, **stated}) == {"pm2_5": RejectionReason.UNKNOWN_UNIT}
        beside_list = {"time": NOON, **stated, "readings": [{"pm2_5": 0.35}]}
        assert results(beside_list) == {"pm2_5": RejectionReason.UNKNOWN_UNIT}


@given(unit_names, st.sampled_from(sorted(AIR.properties)), st.data())
def test_a_value_with_a_known_unit_is_the_same_wherever_the_unit_stands(
    name: str, code: str, data: st.DataObject
) -> None:
    unit = data.draw(st.sampled_from(sorted(AIR.properties[code].conversions)))
    expected = results({"time": NOON, code: {"value": 0.35, "unit": unit}})
    assert results({"time": NOON, code: {"value": 0.35, name: unit}}) == expected
    if subject(name) == "":
        assert results({"time": NOON, code: 0.35, name: unit}) == expected
        assert results({"time": NOON, name: unit, "readings": [{code: 0.35}]}) == expected


@given(st.text())
def test_any_name_with_the_word_is_that_of_a_unit(name: str) -> None:
    assert names_unit(f"{name}_unit")
    assert names_unit(f"unit-{name}")
