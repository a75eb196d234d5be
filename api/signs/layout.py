"""Layout of a sign, in millimetres from the top left of an A6; an A4 is the same at twice the size.

PDF and SVG share one layout, so that the print matches the screen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from math import cos, pi, sin
from typing import Literal

import segno

from api.signs.sign import BLACK, WHITE, Sign
from api.signs.typography import fit_text, text_width, wrap_text

PaperSize = Literal["a6", "a4"]
PAPER_DIMENSIONS_MM: dict[PaperSize, tuple[float, float]] = {"a6": (105, 148), "a4": (210, 297)}
"""Width and height in millimetres (ISO 216)."""
SCALES: dict[PaperSize, float] = {"a6": 1, "a4": 2}
QR_SIDE_MM = 34.0
"""Side of the QR code on an A6, without the four-module quiet zone required by ISO/IEC 18004."""
_MARGIN_MM, _TEXT_WIDTH_MM = 8.0, 105 - 16.0


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle, from its top left corner."""

    x: float
    y: float
    width: float
    height: float
    fill: str


@dataclass(frozen=True, slots=True)
class Hexagon:
    """A pointy-top hexagon, DTPR's shape."""

    x: float
    y: float
    radius: float
    fill: str

    @property
    def points(self) -> list[tuple[float, float]]:
        """The corners."""
        turns = (pi / 6 + each * pi / 3 for each in range(6))
        return [(self.x + self.radius * cos(turn), self.y + self.radius * sin(turn)) for turn in turns]


@dataclass(frozen=True, slots=True)
class TextLine:
    """A left-aligned line of text on its baseline. ``size``: font size in millimetres."""

    text: str
    x: float
    y: float
    size: float
    bold: bool = False
    colour: str = BLACK

    @property
    def width(self) -> float:
        """The width in millimetres."""
        return text_width(self.text, self.size, self.bold)


@dataclass(frozen=True)
class QrCode:
    """A QR code, from its top left corner."""

    content: str
    x: float
    y: float
    side: float = QR_SIDE_MM

    @cached_property
    def matrix(self) -> tuple[bytearray, ...]:
        """The modules, 1 for dark. Error correction level M or higher, because stickers get damaged."""
        return segno.make(self.content, error="m", micro=False).matrix

    @property
    def dark_runs(self) -> Iterator[Rectangle]:
        """Dark modules, merged horizontally to avoid hairlines between them."""
        module = self.side / len(self.matrix)
        for row, modules in enumerate(self.matrix):
            at = 0
            for dark, run in groupby(modules):
                long = len(list(run))
                if dark:
                    yield Rectangle(self.x + at * module, self.y + row * module, long * module, module, BLACK)
                at += long


Shape = Rectangle | Hexagon | TextLine | QrCode


def lay_out(sign: Sign) -> list[Shape]:
    """The shapes of a sign, back to front."""
    return [*_header(), *_name_and_purpose(sign), *_privacy_message(sign), *_qr_and_hint(sign), *_footer(sign)]


def _header() -> Iterator[Shape]:
    yield Rectangle(0, 0, 105, 24, BLACK)
    yield Hexagon(17, 12, 8.5, WHITE)
    yield TextLine("i", 17 - text_width("i", 11, bold=True) / 2, 16, 11, bold=True)
    yield TextLine("Sensor", 30, 15.6, 10, bold=True, colour=WHITE)


def _name_and_purpose(sign: Sign) -> Iterator[Shape]:
    size, name = fit_text(sign.name, (8.0, 7.0, 6.0), bold=True, max_width=_TEXT_WIDTH_MM, max_lines=2)
    top = 30.0
    for line in name:
        top += size * 1.15
        yield TextLine(line, _MARGIN_MM, top - size * 0.25, size, bold=True)
    top += 1.5
    for line in wrap_text(sign.purpose, 4.2, bold=False, max_width=_TEXT_WIDTH_MM, max_lines=3):
        top += 5.6
        yield TextLine(line, _MARGIN_MM, top - 1, 4.2)


def _privacy_message(sign: Sign) -> Iterator[Shape]:
    yield Rectangle(0, 68, 105, 24, BLACK)
    yield Rectangle(0, 68.6, 105, 22.8, sign.privacy_message.colour)
    yield Hexagon(17, 80, 8.5, BLACK)
    yield Hexagon(17, 80, 7.3, sign.privacy_message.colour)
    yield TextLine("u", 17 - text_width("u", 8, bold=True) / 2, 82.2, 8, bold=True)
    room = 105 - 30 - _MARGIN_MM
    size, short = fit_text(sign.privacy_message.headline.nl, (6.0, 5.0, 4.5), bold=True, max_width=room, max_lines=1)
    yield TextLine(short[0], 30, 77, size, bold=True)
    for at, line in enumerate(
        wrap_text(sign.privacy_message.explanation.nl, 3.5, bold=False, max_width=room, max_lines=2)
    ):
        yield TextLine(line, 30, 82.6 + 4.6 * at, 3.5)


def _qr_and_hint(sign: Sign) -> Iterator[Shape]:
    code = QrCode(sign.entry_url, _MARGIN_MM, 97.5)
    yield code
    left = _MARGIN_MM + QR_SIDE_MM + 6
    yield TextLine("Scan voor meer", left, 103, 5, bold=True)
    hint = "Wat meten we, waarom, en hoe lang bewaren we het? U kunt ook iets vragen of melden."
    for at, line in enumerate(wrap_text(hint, 3.5, bold=False, max_width=105 - left - _MARGIN_MM, max_lines=4)):
        yield TextLine(line, left, 108.6 + 4.6 * at, 3.5)
    english = f"{sign.privacy_message.headline.en}. Scan for more."
    for at, line in enumerate(wrap_text(english, 3.2, bold=False, max_width=105 - left - _MARGIN_MM, max_lines=2)):
        yield TextLine(line, left, 127.2 + 4.2 * at, 3.2)


def _footer(sign: Sign) -> Iterator[Shape]:
    size, name = fit_text(sign.organisation, (4.2, 3.6, 3.0), bold=True, max_width=_TEXT_WIDTH_MM, max_lines=1)
    yield TextLine(name[0], _MARGIN_MM, 140, size, bold=True)
    contact_line = f"{sign.contact} · {sign.reference}"
    size, contact = fit_text(contact_line, (3.3, 2.8, 2.4), bold=False, max_width=_TEXT_WIDTH_MM, max_lines=1)
    yield TextLine(contact[0], _MARGIN_MM, 144.6, size)
