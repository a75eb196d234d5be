"""Spellings of units: what only differs in typography is one unit, and what might be another one is none."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sensors.vocabulary.units import (
    DIMENSIONLESS,
    ENERGY,
    IDENTITY,
    MASS_CONCENTRATION,
    MAX_SPELLING_LENGTH,
    POWER,
    PRESSURE,
    RATIO,
    SPEED,
    TEMPERATURE,
    TIME_IN_SECONDS,
    VOLUME_RATIO,
    SpellingTable,
    UnitConversion,
    VolumeRatio,
    normalise_spelling,
)

CONVERSIONS = [MASS_CONCENTRATION, TEMPERATURE, RATIO, PRESSURE, POWER, ENERGY, SPEED, TIME_IN_SECONDS, DIMENSIONLESS]


@pytest.mark.parametrize(
    "spelling",
    [
        *("ug/m3", "µg/m³", "\u03bcg/m³", "µg/m^3", "ug/m**3", "ug.m-3", "µg⋅m⁻³", "µg·m^-3", "ug m-3", "µg / m³"),
        *(" ug/m3 ", "UG/M3", "ug_m3", "㎍/㎥", "GQ", "unece:GQ", "microgram per cubic metre"),
        *("Micrograms per Cubic Meter", "https://qudt.org/vocab/unit/MicroGM-PER-M3", "ucum:ug/m3"),
        "http://dd.eionet.europa.eu/vocabulary/uom/concentration/ug.m-3",
        "http://www.opengis.net/def/uom/UCUM/ug%2Fm3",
    ],
)
def test_a_concentration_has_many_spellings(spelling: str) -> None:
    assert MASS_CONCENTRATION[spelling] == IDENTITY


@pytest.mark.parametrize(
    ("table", "spelling", "canonical"),
    [
        *((TEMPERATURE, spelling, 20) for spelling in ("C", "degC", "deg_C", "°C", "ºC", "℃", "° C", "Celsius", "CEL")),
        *((TEMPERATURE, spelling, 20) for spelling in ("degrees Celsius", "http://qudt.org/vocab/unit/DEG_C")),
        *((TEMPERATURE, spelling, -20 / 3) for spelling in ("F", "°F", "℉", "degF", "[degF]", "Fahrenheit", "FAH")),
        *((RATIO, spelling, 20) for spelling in ("%", "％", "%RH", "% RH", "%rh", "RH %", "percent", "Percent", "P1")),
        *((RATIO, spelling, 2000) for spelling in ("1", "C62")),
        *((PRESSURE, spelling, 20) for spelling in ("hPa", "hpa", "mbar", "millibar", "https://qudt.org/HectoPA")),
        *((PRESSURE, spelling, 200) for spelling in ("kPa", "KPA", "kpa", "https://qudt.org/vocab/unit/KiloPA")),
        *((POWER, spelling, 0.02) for spelling in ("mW", "C31", "milliwatts")),
        *((POWER, spelling, 20_000_000) for spelling in ("MW", "MAW")),
        *((ENERGY, spelling, 20) for spelling in ("kWh", "KWH", "kwh", "kW·h", "kW h", "kilowatt hours")),
        *((SPEED, spelling, 72) for spelling in ("m/s", "m·s⁻¹", "m s^-1", "mps", "MTS", "metre per second")),
        *((SPEED, spelling, 20) for spelling in ("km/h", "KM/H", "kmh", "kilometers per hour", "KMH")),
    ],
)
def test_usual_spellings_are_known(table: SpellingTable[UnitConversion], spelling: str, canonical: float) -> None:
    assert table[spelling](20) == pytest.approx(canonical)


@pytest.mark.parametrize(
    ("table", "spelling"),
    [
        *((POWER, spelling) for spelling in ("mw", "Mw", "KW")),
        *((ENERGY, spelling) for spelling in ("mwh", "Mwh")),
        *((PRESSURE, spelling) for spelling in ("PA", "pA", "pa", "HPA", "Mbar", "MBAR", "MPa")),
        *((MASS_CONCENTRATION, spelling) for spelling in ("MG/M3", "Mg/m3", "gq", "ug", "ug/l", "ug/Nm3", "ppb")),
        *((TEMPERATURE, spelling) for spelling in ("c", "k", "f", "Ce", "")),
        *((TIME_IN_SECONDS, spelling) for spelling in ("S", "MS", "Ms", "m", "http://example.org/UCUM/m/s")),
        (MASS_CONCENTRATION, " " * MAX_SPELLING_LENGTH + "ug/m3"),
    ],
)
def test_what_could_be_another_unit_is_none(table: SpellingTable[UnitConversion], spelling: str) -> None:
    assert spelling not in table


@given(st.sampled_from(CONVERSIONS), st.data())
def test_case_never_turns_one_unit_into_another(table: SpellingTable[UnitConversion], data: st.DataObject) -> None:
    written = data.draw(st.sampled_from(sorted(table)))
    spelling = "".join(data.draw(st.sampled_from([each.lower(), each.upper()])) for each in written)
    assume(spelling not in set(table))
    assert table.get(spelling) in {None, table[written]}


@given(st.sampled_from(CONVERSIONS), st.data())
def test_typography_changes_nothing(table: SpellingTable[UnitConversion], data: st.DataObject) -> None:
    written = data.draw(st.sampled_from(sorted(table)))
    variants = {"u": "u\u00b5\u03bc", ".": ".·⋅ _*", "/": "/\u2215", "3": "3³", "-": "-−", "%": "%％", "°": "°º"}
    spelling = "".join(data.draw(st.sampled_from(variants.get(each, each))) for each in written)
    assert table[f" {spelling} "] == table[written]


@given(st.sampled_from(CONVERSIONS), st.text(max_size=200))
def test_any_text_is_a_unit_or_none(table: SpellingTable[UnitConversion], text: str) -> None:
    found = table.get(text)
    assert found is None or found in set(table.values())
    assert normalise_spelling(normalise_spelling(text)) is not None


def test_a_volume_ratio_converts_as_an_ideal_gas() -> None:
    # Directive 2008/50/EC: 1 ppb NO2 is 1.9125 ug/m3 at 293 K and 101.3 kPa (guidance to annex VI).
    no2 = VOLUME_RATIO["ppb"].mass_concentration(46.0055, temperature=20, pressure=1013.25)
    assert no2(1) == pytest.approx(1.9125, rel=5e-4)
    assert VOLUME_RATIO["ppm"] == VolumeRatio(1e-6)
    assert VOLUME_RATIO["parts per billion"] == VOLUME_RATIO["61"] == VOLUME_RATIO["nmol mol⁻¹"] == VolumeRatio(1e-9)
