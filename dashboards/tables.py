"""How wide the columns of a table are, so that all of them are in sight on a screen of 1600 pixels.

Grafana gives every column the same width, at least 150 pixels, and hides what is left behind a scroll bar.
"""

import re
from collections.abc import Collection

REFERENCE_COLUMN = "Referentie"
"""The table column with sensor references, which link to the sensor's page."""
NAME_COLUMNS = frozenset(
    {"Station", "Sensor", "Lamp", "Teller", "Buurt", "Soort", "Meting", "Tabel", "Wat er niet klopt"}
)
"""Columns of names share what the others leave."""
NEIGHBOURHOOD_COLUMN = "Buurt"
NEIGHBOURHOOD_WIDTH = 190
"""Pixels, beside another name: the longest neighbourhood of the demo fits."""
VERDICT_COLUMN = "Wat is te zeggen"
VERDICT_WIDTH = 360
"""Pixels: a sentence."""
NAME_WIDTH = 160
"""Pixels, at least, as all widths here."""
REFERENCE_WIDTH = 180
LETTER_WIDTH = 8
COLUMN_PADDING = 28
"""Around a heading, with the arrow that sorts."""
LEAST_WIDTH = 96
"""A date fits."""
_ALIAS = re.compile(r'\bas "([^"]+)"')


def columns_of(query: str) -> tuple[str, ...]:
    """The columns of an answer in order: only those of the outermost select are quoted."""
    return tuple(dict.fromkeys(_ALIAS.findall(query)))


def column_width(column: str, beside: Collection[str], longest_text: int = 0) -> int | None:
    """The width of a column in pixels; None: what the others leave.

    ``beside``: all columns of the table. ``longest_text``: letters in its widest cell.
    """
    if column == NEIGHBOURHOOD_COLUMN and NAME_COLUMNS & set(beside) > {NEIGHBOURHOOD_COLUMN}:
        return NEIGHBOURHOOD_WIDTH
    if column in NAME_COLUMNS:
        return None
    if column == REFERENCE_COLUMN:
        return REFERENCE_WIDTH
    if column == VERDICT_COLUMN:
        return VERDICT_WIDTH
    return max(LEAST_WIDTH, max(len(column), longest_text) * LETTER_WIDTH + COLUMN_PADDING)
