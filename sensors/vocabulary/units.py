"""Unit conversion to the one canonical unit of each property: canonical = value × factor + offset.

Spellings: UCUM (case-sensitive print form), the UN/CEFACT Recommendation 20 common codes that NGSI-LD payloads carry in
``unitCode``, and a few that devices use in practice (``°C``, ``µg/m³``, ``kWh``). Concentrations by volume (ppb) are
left out: converting them takes a temperature and a molar mass, so any result would be a guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class UnitConversion:
    """A linear conversion: canonical = value × ``factor`` + ``offset``."""

    factor: float
    offset: float = 0.0

    def __call__(self, value: float) -> float:
        """Convert to the canonical unit."""
        return value * self.factor + self.offset


IDENTITY = UnitConversion(1.0)


def conversions_by_spelling(*rows: tuple[str, UnitConversion]) -> Mapping[str, UnitConversion]:
    """A read-only table by spelling, from rows of space-separated spellings and their conversion."""
    return MappingProxyType({spelling: factor for spellings, factor in rows for spelling in spellings.split()})


# Both micro signs are in use: U+00B5 (on keyboards) and U+03BC (the Greek letter, in normalised text).
MASS_CONCENTRATION = conversions_by_spelling(
    ("ug/m3 ug.m-3 ug/m³ \u00b5g/m3 \u03bcg/m3 \u00b5g/m³ \u03bcg/m³ GQ", IDENTITY),
    ("mg/m3 mg.m-3 mg/m³ GP", UnitConversion(1000.0)),
    ("ng/m3 ng.m-3 ng/m³", UnitConversion(0.001)),
    ("g/m3 g.m-3 g/m³ A93", UnitConversion(1_000_000.0)),
)
"""Canonical: ug/m3."""

TEMPERATURE = conversions_by_spelling(
    ("Cel °C CEL", IDENTITY),
    ("K KEL", UnitConversion(1.0, -273.15)),
    ("[degF] °F FAH", UnitConversion(5 / 9, -160 / 9)),
)
"""Canonical: Cel."""

RATIO = conversions_by_spelling(("% P1", IDENTITY), ("1 C62", UnitConversion(100.0)))
"""Canonical: %."""

PRESSURE = conversions_by_spelling(
    ("hPa mbar A97 MBR", IDENTITY),
    ("Pa PAL", UnitConversion(0.01)),
    ("kPa KPA", UnitConversion(10.0)),
    ("bar BAR", UnitConversion(1000.0)),
)
"""Canonical: hPa."""

POWER = conversions_by_spelling(
    ("W WTT", IDENTITY), ("mW C31", UnitConversion(0.001)), ("kW KWT", UnitConversion(1000.0))
)
"""Canonical: W."""

ENERGY = conversions_by_spelling(
    ("kW.h kWh KWH", IDENTITY), ("W.h Wh WHR", UnitConversion(0.001)), ("MW.h MWh MWH", UnitConversion(1000.0))
)
"""Canonical: kW.h."""

SPEED = conversions_by_spelling(
    ("km/h KMH", IDENTITY), ("m/s MTS", UnitConversion(3.6)), ("[mi_i]/h HM", UnitConversion(1.609344))
)
"""Canonical: km/h."""

TIME_IN_SECONDS = conversions_by_spelling(
    ("s SEC", IDENTITY),
    ("ms C26", UnitConversion(0.001)),
    ("min MIN", UnitConversion(60.0)),
    ("h HUR", UnitConversion(3600.0)),
)
"""Canonical: s."""

TIME_IN_HOURS = conversions_by_spelling(
    ("h HUR", IDENTITY),
    ("s SEC", UnitConversion(1 / 3600)),
    ("min MIN", UnitConversion(1 / 60)),
    ("d DAY", UnitConversion(24.0)),
)
"""Canonical: h."""

DIMENSIONLESS = conversions_by_spelling(("1 C62", IDENTITY))
"""Canonical: 1. A count or a code, so percentages are not accepted."""
