"""Limits and guideline values for air quality, and how much must be measured: rows of ``dashboards/norms``.

All values in µg/m³. What nobody read in the law is never called the law's: each row says how it was verified.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, cast

NORMS_FOLDER = Path(__file__).with_name("norms")
Regime = Literal["EU", "WHO"]
NormKind = Literal["limit value", "target value", "information threshold", "alert threshold", "guideline", "definition"]
Averaging = Literal["hour", "eight_hours", "day", "year", "aot40"]
CoverageRule = Literal["coverage", "valid day", "valid eight_hours", "valid eight_hours_day", "valid aot40"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """A limit on a mean, in force from ``since`` to ``until``, both inclusive; None: open-ended.

    ``value``: in µg/m³, of AOT40 in µg/m³·h; None: a definition. ``allowed``: times a year that it may be exceeded.
    ``consecutive``: for how many hours in a row it must be exceeded. ``verified``: how, in the words of the collection.
    """

    regime: Regime
    kind: NormKind
    property: str
    averaging: Averaging
    value: float | None
    allowed: int | None
    consecutive: int
    since: date | None
    until: date | None
    instrument: str
    citation: str
    verified: str

    def is_in_force(self, day: date) -> bool:
        """Whether it holds on a day."""
        return (self.since or date.min) <= day <= (self.until or date.max)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (NORMS_FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def _norm(row: Mapping[str, str]) -> Norm:
    since, until = (date.fromisoformat(row[end]) if row[end] else None for end in ("since", "until"))
    return Norm(
        regime=cast(Regime, row["regime"]),
        kind=cast(NormKind, row["kind"]),
        property=row["property"],
        averaging=cast(Averaging, row["averaging"]),
        value=float(row["value"]) if row["value"] else None,
        allowed=int(row["allowed"]) if row["allowed"] else None,
        consecutive=int(row["consecutive"] or 1),
        since=since,
        until=until,
        instrument=row["instrument"],
        citation=row["citation"],
        verified=row["verified"],
    )


NORMS: tuple[Norm, ...] = tuple(map(_norm, _rows("air_quality.tsv")))
"""Every norm, with its source."""

_COVERAGE = {(row["rule"], row["property"]): int(row["percent"]) for row in _rows("data_quality.tsv")}


def coverage_percent(rule: CoverageRule, of_property: str = "") -> int:
    """How much must be measured, in per cent, for a mean to count. Raises LookupError."""
    return _COVERAGE[rule, of_property]


MIN_DAY_PERCENT = coverage_percent("valid day")
"""Of the hours of a day, for a mean or total of the day."""
MIN_YEAR_PERCENT = coverage_percent("coverage", "pm2_5")
"""Of a year, for one place to be compared with others or with an annual limit. The same for each pollutant in use."""
MIN_AOT_PERCENT = coverage_percent("valid aot40")
"""Of the hours from 8 to 20 CET in May, June and July, for an AOT40 of all of them."""
EU_2030 = date(2030, 1, 1)
"""The day on which the limits of Directive (EU) 2024/2881 must be met."""

_VERIFIED: Mapping[str, str] = {
    "secondary: transcription": "uit een overzicht van een ander, dat nog niet met de wettekst is vergeleken",
    "secondary": "uit een tweede bron",
    "not read in the legal text": "niet in de wettekst gelezen",
    "not verified": "niet nagekeken",
}
_INSTRUMENTS: Mapping[str, str] = {
    "Directive 2008/50/EC": "EU tot en met 11 december 2026: richtlijn 2008/50/EG",
    "Directive (EU) 2024/2881": "EU vanaf 12 december 2026 en vanaf 2030: richtlijn (EU) 2024/2881",
    "WHO global air quality guidelines 2021": "WHO: adviezen van 2021",
}


def describe_sources(regime: Regime | None = None, *averagings: Averaging) -> str:
    """Where the norms come from and how they were verified, in Dutch. Without arguments: of all."""
    used = [
        each
        for each in NORMS
        if (regime is None or each.regime == regime) and (not averagings or each.averaging in averagings)
    ]
    return " ".join(
        f"{label} ({', '.join(_how(used, instrument))})."
        for instrument, label in _INSTRUMENTS.items()
        if any(each.instrument == instrument for each in used)
    )


def _how(used: list[Norm], instrument: str) -> list[str]:
    """How the norms of an instrument were verified, each way once."""
    ways = {each.verified: None for each in used if each.instrument == instrument}
    return [_VERIFIED[way] for way in ways]
