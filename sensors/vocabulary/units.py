"""Unit conversion to the one canonical unit of each property: canonical = value × factor + offset.

Spellings: UCUM (case-sensitive print form), the common codes of UN/CEFACT Recommendation 20 that NGSI-LD payloads carry
in ``unitCode``, and those that devices use in practice. A table lists each unit once; ``normalise_spelling`` takes away
what only differs in typography (``µg/m³``, ``ug.m-3`` and ``μg⋅m⁻³`` are ``ug/m3``). Libraries such as pint know
hundreds of units, but not these codes, and take ``C`` for coulomb and ``F`` for farad: here a table has those of one
quantity, and anything else is unknown.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import unquote

MAX_SPELLING_LENGTH = 128
"""A longer text is no unit."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class UnitConversion:
    """A linear conversion: canonical = value × ``factor`` + ``offset``."""

    factor: float
    offset: float = 0.0

    def __call__(self, value: float) -> float:
        """Convert to the canonical unit."""
        return value * self.factor + self.offset


IDENTITY = UnitConversion(1.0)

_MOLAR_GAS_CONSTANT = 8.314462618
"""J/(mol·K): CODATA 2018, exact."""


@dataclass(frozen=True, slots=True)
class VolumeRatio:
    """A part of the volume of the air, such as ppb. ``parts``: the ratio of one unit (1e-9)."""

    parts: float

    def mass_concentration(self, molar_mass: float, temperature: float, pressure: float) -> UnitConversion:
        """The conversion to ug/m3 of an ideal gas: ratio × M × p / (R × T).

        ``molar_mass`` in g/mol, ``temperature`` in Cel, ``pressure`` in hPa.
        """
        moles_per_m3 = pressure * 100 / (_MOLAR_GAS_CONSTANT * (temperature + 273.15))
        return UnitConversion(self.parts * molar_mass * moles_per_m3 * 1_000_000)


_SIGNS = str.maketrans(
    {
        # Degrees: the ordinal indicator and the ring are mistaken for it (Smart Citizen sends U+00BA).
        **dict.fromkeys("\u00ba\u02da", "°"),
        # Both micro signs are in use: U+00B5 (on keyboards) and U+03BC (the Greek letter, in normalised text).
        **dict.fromkeys("\u00b5\u03bc", "u"),
        **dict.fromkeys("·⋅∙•*_", "."),
        **dict.fromkeys("\u2044\u2215", "/"),
        **dict.fromkeys("\u2212\u2010\u2011\u2013", "-"),
        "^": "",
    }
)
# In the singular, by symbol; microgm and the like are in the names of QUDT (MicroGM-PER-M3).
_SYMBOLS = {
    "ug": "microgram microgm",
    "mg": "milligram milligm",
    "ng": "nanogram nanogm",
    "g": "gram",
    "m": "metre meter",
    "km": "kilometre kilometer",
    "mi": "mile",
    "ms": "millisecond",
    "s": "second sec",
    "min": "minute",
    "h": "hour hrs",
    "d": "day",
    "mW": "milliwatt",
    "W": "watt",
    "kW": "kilowatt",
    "MW": "megawatt",
    "Wh": "watthour",
    "kWh": "kilowatthour",
    "MWh": "megawatthour",
    "Pa": "pascal",
    "hPa": "hectopascal",
    "kPa": "kilopascal",
    "mbar": "millibar",
    "%": "percent percentage pct procent",
    "deg": "degree",
    "C": "celsius centigrade",
    "F": "fahrenheit",
    "K": "kelvin",
}
_SYMBOL_OF_WORD = {word: symbol for symbol, words in _SYMBOLS.items() for word in words.split()}
_URI = re.compile(r"(?:[a-z][a-z0-9+.-]*://|urn:|[a-z]+:)", re.IGNORECASE)
_UCUM_URI = re.compile(r"ucum(?:[/#]|:+)(.+)$", re.IGNORECASE)
_CASE_MATTERS = frozenset({"mw", "mwh", "mw.h", "mpa", "mb", "mbar", "mg/m3", "g/m3", "ms", "pa"})
"""Where another case is another unit: mW and MW, mg and Mg, Pa and PA. Only the exact case is accepted."""


def is_reference(spelling: str) -> bool:
    """Whether this refers to a unit by a URI or a prefixed name (``unece:GQ``) instead of naming it."""
    return ":" in spelling and _URI.match(spelling) is not None


def normalise_spelling(spelling: str) -> str:
    """Remove differences in typography: signs, superscripts, spaces, ``per``, negative exponents, words, URIs.

    The result has no spaces; ``.`` multiplies and ``/`` divides. It keeps its case.
    """
    if is_reference(spelling):
        spelling = _local_name(spelling)
    text = unicodedata.normalize("NFKC", spelling.translate(_SIGNS)).translate(_SIGNS).strip().replace("..", "")
    text = re.sub(r"\s+", ".", re.sub(r"\s*([/.])\s*", r"\1", text))
    text = re.sub(r"[.-]?\bper\b[.-]?", "/", text, flags=re.IGNORECASE)
    text = re.sub(r"[A-Za-z]{3,}", _symbol_of_word, text)
    text = re.sub(r"(?:cubic\.)m\b", "m3", text, flags=re.IGNORECASE)
    return re.sub(r"\.([A-Za-z]+)-([123])", lambda found: f"/{found[1]}{found[2].replace('1', '')}", text)


def _symbol_of_word(found: re.Match[str]) -> str:
    word = found[0].casefold()
    return _SYMBOL_OF_WORD.get(word) or _SYMBOL_OF_WORD.get(word.removesuffix("s")) or found[0]


def _local_name(reference: str) -> str:
    """What a reference ends with: ``http://…/UCUM/ug%2Fm3`` and ``ucum:ug/m3`` both name ``ug/m3``."""
    reference = unquote(reference)
    if ucum := _UCUM_URI.search(reference):
        return ucum[1]
    return re.split(r"[/#:]", reference)[-1]


def _ignoring_case(normal: str) -> str | None:
    """The spelling by which case is ignored; None where it matters. Short capitals are codes of UN/CEFACT (``HPA``)."""
    folded = normal.casefold()
    is_code = len(normal) < 2 or (len(normal) <= 3 and normal.isalpha() and normal.isupper())
    return None if is_code or folded in _CASE_MATTERS else folded


class SpellingTable(Mapping[str, _T], Generic[_T]):
    """Read-only values by spelling. It is iterated as written, and looked up by any equivalent spelling."""

    __slots__ = ("_exact", "_folded", "_written")

    def __init__(self, rows: tuple[tuple[str, _T], ...]) -> None:
        self._written = {spelling: value for spellings, value in rows for spelling in spellings.split()}
        normal = {normalise_spelling(spelling): value for spelling, value in self._written.items()}
        self._exact = {**normal, **self._written}
        # Codes of UN/CEFACT are in capitals only, so they don't appear here.
        folded = {_ignoring_case(spelling): value for spelling, value in normal.items() if not spelling.isupper()}
        self._folded = {spelling: value for spelling, value in folded.items() if spelling is not None}

    def __getitem__(self, spelling: str) -> _T:
        """Raises ``KeyError`` if no spelling in the table is equivalent."""
        found = self._exact.get(spelling)
        if found is None and len(spelling) <= MAX_SPELLING_LENGTH:
            normal = normalise_spelling(spelling)
            found = self._exact.get(normal)
            if found is None and (folded := _ignoring_case(normal)) is not None:
                found = self._folded.get(folded)
        if found is None:
            raise KeyError
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)


def conversions_by_spelling(*rows: tuple[str, UnitConversion]) -> SpellingTable[UnitConversion]:
    """A table of conversions, from rows of space-separated spellings and their conversion.

    Spellings may leave out what ``normalise_spelling`` removes; a space within one is written as ``.``.
    """
    return SpellingTable(rows)


MASS_CONCENTRATION = conversions_by_spelling(
    ("ug/m3 ug.m3 ugm3 ugm-3 GQ", IDENTITY),
    ("mg/m3 mg/M3 mg.m3 mgm3 mgm-3 GP", UnitConversion(1000.0)),
    ("ng/m3 ng.m3 ngm3 ngm-3", UnitConversion(0.001)),
    ("g/m3 A93", UnitConversion(1_000_000.0)),
)
"""Canonical: ug/m3."""

VOLUME_RATIO = SpellingTable(
    (
        ("[ppb] ppb ppbv PPB PPBV nmol/mol parts/billion 61", VolumeRatio(1e-9)),
        ("[ppm] ppm ppmv PPM PPMV umol/mol parts/million 59", VolumeRatio(1e-6)),
    )
)
"""Of a gas with a known molar mass, to be converted at a known temperature and pressure."""

TEMPERATURE = conversions_by_spelling(
    ("Cel C °C degC deg.C °.C oC degreeCelsius CEL", IDENTITY),
    ("K degK °K KEL", UnitConversion(1.0, -273.15)),
    ("[degF] F °F degF deg.F °.F degreeFahrenheit FAH", UnitConversion(5 / 9, -160 / 9)),
)
"""Canonical: Cel."""

RATIO = conversions_by_spelling(
    ("% %RH %rh %.RH %{RH} RH% RH.% P1", IDENTITY),
    ("1 C62", UnitConversion(100.0)),
)
"""Canonical: %."""

PRESSURE = conversions_by_spelling(
    ("hPa HectoPA mbar mb A97 MBR", IDENTITY),
    ("Pa PAL", UnitConversion(0.01)),
    ("kPa KiloPA KPA", UnitConversion(10.0)),
    ("bar BAR", UnitConversion(1000.0)),
    ("mm[Hg] mmHg mm.Hg HN", UnitConversion(1.33322387415)),
    ("[in_i'Hg] inHg in.Hg F79", UnitConversion(33.86389)),
)
"""Canonical: hPa."""

POWER = conversions_by_spelling(
    ("W WTT", IDENTITY),
    ("mW C31", UnitConversion(0.001)),
    ("kW KWT", UnitConversion(1000.0)),
    ("MW MAW", UnitConversion(1_000_000.0)),
)
"""Canonical: W."""

ENERGY = conversions_by_spelling(
    ("kW.h kWh KWH KiloW-HR", IDENTITY),
    ("W.h Wh WHR", UnitConversion(0.001)),
    ("mW.h mWh", UnitConversion(0.000_001)),
    ("MW.h MWh MWH", UnitConversion(1000.0)),
)
"""Canonical: kW.h."""

SPEED = conversions_by_spelling(
    ("km/h kmh kph km/hr KiloM/HR KMH", IDENTITY),
    ("m/s mps MTS", UnitConversion(3.6)),
    ("[mi_i]/h mi/h mph MPH mi/hr HM", UnitConversion(1.609344)),
    ("[kn_i] kn knot knots KNT", UnitConversion(1.852)),
)
"""Canonical: km/h."""

TIME_IN_SECONDS = conversions_by_spelling(
    ("s SEC", IDENTITY),
    ("ms msec C26", UnitConversion(0.001)),
    ("min mins MIN", UnitConversion(60.0)),
    ("h hr HUR", UnitConversion(3600.0)),
)
"""Canonical: s."""

TIME_IN_HOURS = conversions_by_spelling(
    ("h hr HUR", IDENTITY),
    ("s SEC", UnitConversion(1 / 3600)),
    ("min mins MIN", UnitConversion(1 / 60)),
    ("d DAY", UnitConversion(24.0)),
)
"""Canonical: h."""

DIMENSIONLESS = conversions_by_spelling(("1 C62 EA H87 count counts piece pieces", IDENTITY))
"""Canonical: 1. A count or a code, so percentages are not accepted."""
