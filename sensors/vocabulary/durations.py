"""ISO 8601 durations of one part, such as ``PT15M`` or ``P2Y``: as a span of time, and in words."""

import re
from collections.abc import Mapping
from datetime import timedelta

from sensors.vocabulary.localized_text import Text

_DURATION = re.compile(r"P(T?)(\d+)([YMWDHS])")
_WORDS: Mapping[str, tuple[Text, Text]] = {
    "Y": (Text("jaar", "year"), Text("jaar", "years")),
    "M": (Text("maand", "month"), Text("maanden", "months")),
    "W": (Text("week", "week"), Text("weken", "weeks")),
    "D": (Text("dag", "day"), Text("dagen", "days")),
    "TH": (Text("uur", "hour"), Text("uur", "hours")),
    "TM": (Text("minuut", "minute"), Text("minuten", "minutes")),
    "TS": (Text("seconde", "second"), Text("seconden", "seconds")),
}
_SPANS = {
    "W": timedelta(weeks=1),
    "D": timedelta(days=1),
    "TH": timedelta(hours=1),
    "TM": timedelta(minutes=1),
    "TS": timedelta(seconds=1),
}


def in_words(text: str) -> Text:
    """``PT15M`` is ``15 minuten``; what is no such duration stays as it is."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return Text(text, text)
    amount = int(match[2])
    one, many = _WORDS[match[1] + match[3]]
    unit = one if amount == 1 else many
    return Text(f"{amount} {unit.nl}", f"{amount} {unit.en}")


def span(text: str) -> timedelta:
    """How long it is. Raises ValueError for months and years, which have no fixed length, and for anything else."""
    match = _DURATION.fullmatch(text)
    unit = _SPANS.get(match[1] + match[3]) if match else None
    if match is None or unit is None:
        raise ValueError("not a duration of fixed length")
    return int(match[2]) * unit
