"""ISO 8601 durations of one part, such as ``PT15M`` or ``P2Y``, as a timedelta and in words."""

import re
from collections.abc import Mapping
from datetime import timedelta

from sensors.vocabulary.localized_text import LocalizedText

_DURATION = re.compile(r"P(T?)(\d+)([YMWDHS])")
_YEARS_AND_MONTHS = re.compile(r"P(\d+)Y(\d+)M")
"""How PostgreSQL writes 13 months."""
_UNIT_NAMES: Mapping[str, tuple[LocalizedText, LocalizedText]] = {
    "Y": (LocalizedText("jaar", "year"), LocalizedText("jaar", "years")),
    "M": (LocalizedText("maand", "month"), LocalizedText("maanden", "months")),
    "W": (LocalizedText("week", "week"), LocalizedText("weken", "weeks")),
    "D": (LocalizedText("dag", "day"), LocalizedText("dagen", "days")),
    "TH": (LocalizedText("uur", "hour"), LocalizedText("uur", "hours")),
    "TM": (LocalizedText("minuut", "minute"), LocalizedText("minuten", "minutes")),
    "TS": (LocalizedText("seconde", "second"), LocalizedText("seconden", "seconds")),
}
_FIXED_LENGTHS = {
    "W": timedelta(weeks=1),
    "D": timedelta(days=1),
    "TH": timedelta(hours=1),
    "TM": timedelta(minutes=1),
    "TS": timedelta(seconds=1),
}
_APPROXIMATE_LENGTHS = {**_FIXED_LENGTHS, "M": timedelta(days=30), "Y": timedelta(days=365)}


def describe_duration(duration: str) -> LocalizedText:
    """Describe a duration: ``PT15M`` is ``15 minutes``, ``P1Y1M`` is ``13 months``. Returns anything else unchanged."""
    if parts := _YEARS_AND_MONTHS.fullmatch(duration):
        return describe_duration(f"P{int(parts[1]) * 12 + int(parts[2])}M")
    match = _DURATION.fullmatch(duration)
    if match is None:
        return LocalizedText(duration, duration)
    amount = int(match[2])
    one, many = _UNIT_NAMES[match[1] + match[3]]
    unit = one if amount == 1 else many
    return LocalizedText(f"{amount} {unit.nl}", f"{amount} {unit.en}")


def parse_duration(duration: str) -> timedelta:
    """The duration as a timedelta. Raises ValueError for anything else, and for months and years: no fixed length."""
    match = _DURATION.fullmatch(duration)
    unit = _FIXED_LENGTHS.get(match[1] + match[3]) if match else None
    if match is None or unit is None:
        raise ValueError("not a duration of fixed length")
    return int(match[2]) * unit


def approximate_length(duration: str) -> timedelta:
    """The length, for comparison: months and years have no fixed length. Raises ValueError for anything else."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError("not a duration")
    return int(match[2]) * _APPROXIMATE_LENGTHS[match[1] + match[3]]


def is_longer(duration: str, than: str) -> bool:
    """Whether a duration is longer than another; ``none`` is the shortest."""
    return duration != "none" and approximate_length(duration) > approximate_length(than)
