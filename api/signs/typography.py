"""Fonts for signs: Bitstream Vera, which ships with ReportLab and may be freely embedded and printed."""

import unicodedata
from functools import cache
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR_FONT, BOLD_FONT = "Vera", "VeraBd"
SVG_FONT_FAMILY = "Bitstream Vera Sans, DejaVu Sans, Verdana, sans-serif"
"""For SVG: fonts of the same or nearly the same width."""
ELLIPSIS = "…"
_Font = Any
"""A ReportLab font; its type stubs are incomplete."""


@cache
def load_font(bold: bool) -> _Font:
    """Load the font and register it with ReportLab."""
    name = BOLD_FONT if bold else REGULAR_FONT
    fonts: Any = pdfmetrics
    fonts.registerFont(TTFont(name, f"{name}.ttf"))
    return fonts.getFont(name)


def replace_missing_glyphs(text: str, bold: bool) -> str:
    """Replace characters the font lacks: drop the accent if that helps, otherwise use ``?``."""
    known = load_font(bold).face.charToGlyph
    plain = " ".join(text.split())
    return "".join(each if ord(each) in known else _without_accents(each, known) for each in plain)


def _without_accents(character: str, known: dict[int, int]) -> str:
    letters = [each for each in unicodedata.normalize("NFKD", character) if not unicodedata.combining(each)]
    return "".join(each if ord(each) in known else "?" for each in letters) or "?"


def text_width(text: str, size: float, bold: bool) -> float:
    """The width of a text, in the unit of ``size``."""
    return load_font(bold).stringWidth(text, size)


def wrap_text(text: str, size: float, bold: bool, max_width: float, max_lines: int) -> list[str]:
    """A text over at most so many lines of a width; what does not fit ends in an ellipsis. A word that is too long for
    a line is broken off there."""
    words = replace_missing_glyphs(text, bold).split()
    found: list[str] = []
    while words and len(found) < max_lines:
        line = ""
        while words and text_width(f"{line} {words[0]}".strip(), size, bold) <= max_width:
            line = f"{line} {words.pop(0)}".strip()
        if not line:
            line, words[0] = _break_word(words[0], size, bold, max_width)
        found.append(line)
    if words:
        found[-1] = _truncate(found[-1], size, bold, max_width)
    return found


def _break_word(word: str, size: float, bold: bool, max_width: float) -> tuple[str, str]:
    end = next((n for n in range(len(word), 1, -1) if text_width(word[:n], size, bold) <= max_width), 1)
    return word[:end], word[end:]


def _truncate(line: str, size: float, bold: bool, max_width: float) -> str:
    while line and text_width(line + ELLIPSIS, size, bold) > max_width:
        line = line[:-1]
    return line.rstrip(" .,") + ELLIPSIS


def fit_text(
    text: str, sizes: tuple[float, ...], bold: bool, max_width: float, max_lines: int
) -> tuple[float, list[str]]:
    """The largest of these sizes at which a text fits, with its lines; the smallest if none fits."""
    for size in sizes:
        found = wrap_text(text, size, bold, max_width, max_lines)
        if not found[-1].endswith(ELLIPSIS) or size == sizes[-1]:
            return size, found
    raise AssertionError("there is a last size")
