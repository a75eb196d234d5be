"""How values in other units become values in the one unit we keep: canonical = value × factor + offset.

Spellings: UCUM (case-sensitive print form), the common codes of UN/CEFACT Recommendation 20 that NGSI-LD payloads
carry in ``unitCode``, and a few ways of writing that devices really use (``°C``, ``µg/m³``, ``kWh``).
Concentrations by volume (ppb) are left out: they need a temperature and a molar mass, so a guess would be wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Factor:
    """A linear conversion: canonical = value × ``factor`` + ``offset``."""

    factor: float
    offset: float = 0.0

    def __call__(self, value: float) -> float:
        """The value in the canonical unit."""
        return value * self.factor + self.offset


SAME = Factor(1.0)


def _spelled(*rows: tuple[str, Factor]) -> Mapping[str, Factor]:
    """Rows of spellings (separated by spaces) and their shared factor, as one table by spelling."""
    return MappingProxyType({spelling: factor for spellings, factor in rows for spelling in spellings.split()})


# Both micro signs are in use: U+00B5 (on keyboards) and U+03BC (the Greek letter, in normalised text).
MASS_CONCENTRATION = _spelled(
    ("ug/m3 ug.m-3 ug/m³ \u00b5g/m3 \u03bcg/m3 \u00b5g/m³ \u03bcg/m³ GQ", SAME),
    ("mg/m3 mg.m-3 mg/m³ GP", Factor(1000.0)),
    ("ng/m3 ng.m-3 ng/m³", Factor(0.001)),
    ("g/m3 g.m-3 g/m³ A93", Factor(1_000_000.0)),
)
"""Canonical: ug/m3."""

TEMPERATURE = _spelled(
    ("Cel °C CEL", SAME),
    ("K KEL", Factor(1.0, -273.15)),
    ("[degF] °F FAH", Factor(5 / 9, -160 / 9)),
)
"""Canonical: Cel."""

RATIO = _spelled(("% P1", SAME), ("1 C62", Factor(100.0)))
"""Canonical: %."""

PRESSURE = _spelled(
    ("hPa mbar A97 MBR", SAME),
    ("Pa PAL", Factor(0.01)),
    ("kPa KPA", Factor(10.0)),
    ("bar BAR", Factor(1000.0)),
)
"""Canonical: hPa."""

POWER = _spelled(("W WTT", SAME), ("mW C31", Factor(0.001)), ("kW KWT", Factor(1000.0)))
"""Canonical: W."""

ENERGY = _spelled(("kW.h kWh KWH", SAME), ("W.h Wh WHR", Factor(0.001)), ("MW.h MWh MWH", Factor(1000.0)))
"""Canonical: kW.h."""

SPEED = _spelled(("km/h KMH", SAME), ("m/s MTS", Factor(3.6)), ("[mi_i]/h HM", Factor(1.609344)))
"""Canonical: km/h."""

SHORT_TIME = _spelled(("s SEC", SAME), ("ms C26", Factor(0.001)), ("min MIN", Factor(60.0)), ("h HUR", Factor(3600.0)))
"""Canonical: s."""

LONG_TIME = _spelled(("h HUR", SAME), ("s SEC", Factor(1 / 3600)), ("min MIN", Factor(1 / 60)), ("d DAY", Factor(24.0)))
"""Canonical: h."""

NUMBER = _spelled(("1 C62", SAME))
"""Canonical: 1. A count or a code; a percentage of it means nothing."""
