"""Type on signs: Bitstream Vera, which comes with ReportLab and may be embedded and printed freely."""

import unicodedata
from functools import cache
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "Vera", "VeraBd"
FAMILY = "Bitstream Vera Sans, DejaVu Sans, Verdana, sans-serif"
"""For SVG: those that are as wide or nearly so."""
ELLIPSIS = "…"
_Font = Any
"""A font of ReportLab, whose types leave half of it out."""


@cache
def font(bold: bool) -> _Font:
    """The font, registered where ReportLab finds it by name."""
    name = BOLD if bold else REGULAR
    fonts: Any = pdfmetrics
    fonts.registerFont(TTFont(name, f"{name}.ttf"))
    return fonts.getFont(name)


def drawable(text: str, bold: bool) -> str:
    """The text with only characters that the font has: an accent it lacks is left out, anything else is a ``?``."""
    known = font(bold).face.charToGlyph
    plain = " ".join(text.split())
    return "".join(each if ord(each) in known else _nearest(each, known) for each in plain)


def _nearest(character: str, known: dict[int, int]) -> str:
    letters = [each for each in unicodedata.normalize("NFKD", character) if not unicodedata.combining(each)]
    return "".join(each if ord(each) in known else "?" for each in letters) or "?"


def width(text: str, size: float, bold: bool) -> float:
    """How wide a drawable text is, in the unit of ``size``."""
    return font(bold).stringWidth(text, size)


def lines(text: str, size: float, bold: bool, room: float, most: int) -> list[str]:
    """A text over at most so many lines of a width; what does not fit ends in an ellipsis. A word that is too long for
    a line is broken off there."""
    words = drawable(text, bold).split()
    found: list[str] = []
    while words and len(found) < most:
        line = ""
        while words and width(f"{line} {words[0]}".strip(), size, bold) <= room:
            line = f"{line} {words.pop(0)}".strip()
        if not line:
            line, words[0] = _broken(words[0], size, bold, room)
        found.append(line)
    if words:
        found[-1] = _cut(found[-1], size, bold, room)
    return found


def _broken(word: str, size: float, bold: bool, room: float) -> tuple[str, str]:
    end = next((n for n in range(len(word), 1, -1) if width(word[:n], size, bold) <= room), 1)
    return word[:end], word[end:]


def _cut(line: str, size: float, bold: bool, room: float) -> str:
    while line and width(line + ELLIPSIS, size, bold) > room:
        line = line[:-1]
    return line.rstrip(" .,") + ELLIPSIS


def fitting(text: str, sizes: tuple[float, ...], bold: bool, room: float, most: int) -> tuple[float, list[str]]:
    """The largest of these sizes at which a text fits, with its lines; the smallest when none is."""
    for size in sizes:
        found = lines(text, size, bold, room, most)
        if not found[-1].endswith(ELLIPSIS) or size == sizes[-1]:
            return size, found
    raise AssertionError("there is a last size")
