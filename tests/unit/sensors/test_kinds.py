"""The kinds of sensors: found by folder, sound by themselves, and true to the real series they must hold."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

import sensors.kinds
from docs.generators import payloads
from sensors.formats.event.decoder import decode_events
from sensors.formats.native.decoder import decode_readings
from sensors.kinds import ALIVE, KINDS, Kind, ObservedProperty, UnitConversion
from sensors.register.themes import THEME_CODES
from sensors.vocabulary.codes import Public
from sensors.vocabulary.rejection_reasons import RejectionReason
from sensors.vocabulary.units import IDENTITY

FOLDER = Path(sensors.kinds.__file__).parent
PROPERTIES = [
    pytest.param(each, id=f"{kind.code}.{each.code}") for kind in KINDS.values() for each in kind.properties.values()
]
DOCUMENT = (FOLDER.parents[1] / "docs" / "payloads.md").read_text(encoding="utf-8")
PAYLOADS = sorted(path for path in FOLDER.glob("*/examples/*.json") if not path.name.endswith(".expected.json"))


def test_every_folder_is_a_kind_named_after_it() -> None:
    folders = {path.parent.name for path in FOLDER.glob("*/__init__.py")}
    assert set(KINDS) == folders == {kind.code for kind in KINDS.values()}
    assert {"air_quality", "streetlight", "traffic"} <= folders


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_codes_are_unique_and_are_not_words_of_the_envelope(kind: Kind) -> None:
    assert [each.code for each in kind.properties.values()] == list(kind.properties)
    assert not {"time", "readings", "value", "unit"} & set(kind.properties)


def test_what_is_heard_of_by_events_alone_can_send_a_sign_of_life() -> None:
    for kind in KINDS.values():
        has_events = any(each.required_privacy_rule for each in kind.properties.values())
        assert (kind.properties.get("alive") is ALIVE) == has_events


def test_a_property_code_is_in_one_kind_only() -> None:
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for kind in KINDS.values():
        for code in kind.properties.keys() - {ALIVE.code}:
            kinds[code].append(kind.code)
    twice = [
        f"property code {code} is in kinds {' and '.join(codes)}: choose another, such as air_{code}"
        for code, codes in kinds.items()
        if len(codes) > 1
    ]
    assert not twice, "\n".join(twice)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_a_kind_has_a_known_theme_or_none(kind: Kind) -> None:
    assert kind.theme is None or kind.theme in THEME_CODES, f"choose one of {', '.join(THEME_CODES)}"


@pytest.mark.parametrize("field", ["unit_labels", "grafana_units"])
def test_a_new_unit_is_brought_by_one_kind_only(field: str) -> None:
    brought = [code for kind in KINDS.values() for code in getattr(kind, field)]
    assert len(brought) == len(set(brought)), f"two kinds bring the same unit in {field}: leave it to one of them"


@pytest.mark.parametrize("each", PROPERTIES)
def test_a_property_is_complete(each: ObservedProperty) -> None:
    assert each.conversions[each.unit] == IDENTITY
    low, high = each.plausible_range
    assert low < high or each is ALIVE
    for text in (each.label.nl, each.label.en, each.explanation.nl, each.explanation.en):
        assert text.strip() == text
        assert text
    assert each.explanation.nl.endswith(".")
    assert len(each.label.nl) <= 60


@pytest.mark.parametrize("each", PROPERTIES)
def test_a_sentinel_is_never_a_value_that_can_be_real(each: ObservedProperty) -> None:
    low, high = each.plausible_range
    assert not any(low <= sentinel <= high for sentinel in each.sentinels)


@pytest.mark.parametrize("each", PROPERTIES)
def test_what_counts_people_is_never_live_and_what_needs_a_rule_says_so(each: ObservedProperty) -> None:
    if each.about_people:
        assert each.finest_public.fineness <= Public.HOUR.fineness


def test_all_of_traffic_and_movement_is_about_people_and_nothing_else() -> None:
    known = [each for kind in KINDS.values() for each in kind.properties.values()]
    about_people = {each.code for each in known if each.about_people}
    assert about_people == KINDS["traffic"].properties.keys() - {"alive"} | {"presence"}


def test_a_lamp_shows_only_its_energy_and_faults_and_never_finer_than_a_day() -> None:
    finest = {each.code: each.finest_public for each in KINDS["streetlight"].properties.values()}
    shown = {code: form for code, form in finest.items() if form is not Public.NONE}
    assert shown == {
        "energy": Public.DAY,
        "fault_code": Public.DAY,
        "cabinet_energy": Public.HOUR,
        "presence": Public.HOUR,
    }


MAX_DIFFERENT_VALUES = 10**8
"""A citizen service number (BSN) has nine digits, so a value of at most eight can't be one."""


@pytest.mark.parametrize("each", PROPERTIES)
def test_a_resolution_is_a_power_of_ten_that_leaves_no_room_for_an_identifier(each: ObservedProperty) -> None:
    low, high = each.plausible_range
    # Sums are given in six decimals (the function open.aggregate).
    assert each.steps_per_unit in {10.0**decimals for decimals in range(7)}
    assert each.steps_per_unit * each.resolution == 1
    assert (high - low) / each.resolution <= MAX_DIFFERENT_VALUES
    # An implausible value is stored as the bound, and a plausible one must not be rounded to an implausible one.
    assert [round(bound * each.steps_per_unit) / each.steps_per_unit for bound in (low, high)] == [low, high]
    assert not each.is_integer or each.resolution == 1


@pytest.mark.parametrize(
    ("kind", "code", "value", "unit", "canonical"),
    [
        ("air_quality", "no2", 0.04, "mg/m3", 40),
        ("air_quality", "no2", 40, "\u00b5g/m3", 40),
        ("air_quality", "no2", 40, "\u03bcg/m³", 40),
        ("air_quality", "pm10", 40, "GQ", 40),
        ("air_quality", "pm10", 40_000, "ng/m3", 40),
        ("air_quality", "temperature", 273.15, "K", 0),
        ("air_quality", "temperature", 212, "[degF]", 100),
        ("air_quality", "pressure", 101.325, "kPa", 1013.25),
        ("air_quality", "relative_humidity", 0.5, "C62", 50),
        ("streetlight", "energy", 1.5, "MW.h", 1500),
        ("streetlight", "power", 0.1, "KWT", 100),
        ("traffic", "mean_speed", 10, "m/s", 36),
        ("traffic", "mean_speed", 50, "[mi_i]/h", 80.4672),
        ("traffic", "travel_time", 90_000, "ms", 90),
    ],
)
def test_units_convert_as_a_book_of_tables_says(
    kind: str, code: str, value: float, unit: str, canonical: float
) -> None:
    factor: UnitConversion = KINDS[kind].properties[code].conversions[unit]
    assert factor(value) == pytest.approx(canonical, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize(
    ("code", "lowest", "highest"),
    # Real extremes: RIVM 2023 around Helmond (hourly), and an SDS011 in two winter months.
    [("no2", -2.59, 382.8), ("pm10", -20.0, 469.07), ("pm2_5", -4.975, 139.27)],
)
def test_the_extremes_of_real_series_are_plausible(code: str, lowest: float, highest: float) -> None:
    low, high = KINDS["air_quality"].properties[code].plausible_range
    assert low <= lowest < highest <= high


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_every_kind_has_examples_one_of_them_with_errors(kind: Kind) -> None:
    expected = [json.loads(path.read_bytes()) for path in (FOLDER / kind.code / "examples").glob("*.expected.json")]
    assert len(expected) >= 4
    assert any(each["rejected"] for each in expected)


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_an_example_is_read_as_expected(path: Path) -> None:
    kind = KINDS[path.parent.parent.name]
    expected: dict[str, Any] = json.loads(path.with_suffix(".expected.json").read_bytes())
    decoded = decode_readings(kind, path.read_bytes(), frozenset(kind.properties))
    assert [each.property for each in decoded.readings] == [each["property"] for each in expected["readings"]]
    assert [_iso(each.time.isoformat()) for each in decoded.readings] == [
        _iso(each["time"]) for each in expected["readings"]
    ]
    assert [each.value for each in decoded.readings] == pytest.approx([each["value"] for each in expected["readings"]])
    assert [(each.reason, each.path) for each in decoded.rejections] == [
        (RejectionReason(each["reason"]), each["field"]) for each in expected["rejected"]
    ]
    assert decoded.fields_dropped == expected["fields_dropped"]


@pytest.mark.parametrize("each", PROPERTIES)
def test_the_document_for_device_makers_names_every_property_with_its_unit_and_sentinels(
    each: ObservedProperty,
) -> None:
    rows = [line for line in DOCUMENT.splitlines() if line.startswith(f"| `{each.code}` |")]
    assert len(rows) == sum(each in kind.properties.values() for kind in KINDS.values()), (
        "run: python -m docs.generators.payloads"
    )
    for row in rows:
        assert f"| `{each.unit}` |" in row
        for sentinel in each.sentinels:
            assert f"−{-sentinel:g}" in row


def test_the_tables_for_device_makers_are_those_of_the_program() -> None:
    assert payloads.render_page() == payloads.PAGE_PATH.read_text(encoding="utf-8"), (
        "run: python -m docs.generators.payloads"
    )


def test_the_payloads_in_the_document_are_read_without_a_refusal() -> None:
    payloads = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    events = [
        each for each in payloads if any(f'"{said}"' in each for said in ("identifier", "presence", "count_pedestrian"))
    ]
    readings = [each for each in payloads if each not in events]
    assert len(readings) >= 4
    for payload in readings:
        kind = next(each for each in KINDS.values() if any(f'"{code}"' in payload for code in each.properties))
        decoded = decode_readings(kind, payload.encode(), frozenset(kind.properties))
        assert decoded.readings
        assert not decoded.rejections
        assert not decoded.fields_dropped
    traffic, lights = KINDS["traffic"], KINDS["streetlight"]
    for kind, payload in zip((traffic, lights, traffic), events, strict=True):
        happened = decode_events(kind, payload.encode(), frozenset(kind.properties))
        assert len(happened.passages) + len(happened.movements) + len(happened.passers_by) == 1
        assert not happened.fields_dropped


def _iso(text: str) -> str:
    return text.replace("+00:00", "Z").replace(".250000", ".250")
