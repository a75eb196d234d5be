"""Where everything stands on a sign, in millimetres from the top left of an A6; an A4 is the same, twice as large.

One layout for PDF and SVG, so that what is seen on the screen is what is printed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from math import cos, pi, sin
from typing import Literal

import segno

from api.signs.content import BLACK, WHITE, Sign
from api.signs.typography import fitting, lines, width

Format = Literal["a6", "a4"]
SIZES: dict[Format, tuple[float, float]] = {"a6": (105, 148), "a4": (210, 297)}
"""Width and height in millimetres (ISO 216)."""
SCALES: dict[Format, float] = {"a6": 1, "a4": 2}
QR = 34.0
"""The side of the code itself on an A6; around it are four modules of white, as ISO/IEC 18004 wants."""
_MARGIN, _WIDTH = 8.0, 105 - 16.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with its top left corner."""

    x: float
    y: float
    width: float
    height: float
    fill: str


@dataclass(frozen=True, slots=True)
class Hexagon:
    """A hexagon that stands on a point: DTPR's shape."""

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
class Line:
    """A line of text from the left, on its baseline. ``size`` is that of the type, in millimetres too."""

    text: str
    x: float
    y: float
    size: float
    bold: bool = False
    colour: str = BLACK

    @property
    def width(self) -> float:
        """How wide it is."""
        return width(self.text, self.size, self.bold)


@dataclass(frozen=True)
class Code:
    """A QR code with its top left corner."""

    content: str
    x: float
    y: float
    side: float = QR

    @cached_property
    def matrix(self) -> tuple[bytearray, ...]:
        """Its modules, 1 for dark. Level M at least: a quarter of what a sticker suffers is no harm."""
        return segno.make(self.content, error="m", micro=False).matrix

    @property
    def bars(self) -> Iterator[Box]:
        """The dark modules, those beside each other as one, so that no hairline shows between them."""
        module = self.side / len(self.matrix)
        for row, modules in enumerate(self.matrix):
            at = 0
            for dark, run in groupby(modules):
                long = len(list(run))
                if dark:
                    yield Box(self.x + at * module, self.y + row * module, long * module, module, BLACK)
                at += long


Shape = Box | Hexagon | Line | Code


def laid_out(sign: Sign) -> list[Shape]:
    """The shapes of a sign, the hindmost first."""
    return [*_head(), *_what(sign), *_verdict(sign), *_more(sign), *_foot(sign)]


def _head() -> Iterator[Shape]:
    yield Box(0, 0, 105, 24, BLACK)
    yield Hexagon(17, 12, 8.5, WHITE)
    yield Line("i", 17 - width("i", 11, bold=True) / 2, 16, 11, bold=True)
    yield Line("Sensor", 30, 15.6, 10, bold=True, colour=WHITE)


def _what(sign: Sign) -> Iterator[Shape]:
    size, name = fitting(sign.name, (8.0, 7.0, 6.0), bold=True, room=_WIDTH, most=2)
    top = 30.0
    for line in name:
        top += size * 1.15
        yield Line(line, _MARGIN, top - size * 0.25, size, bold=True)
    top += 1.5
    for line in lines(sign.purpose, 4.2, bold=False, room=_WIDTH, most=3):
        top += 5.6
        yield Line(line, _MARGIN, top - 1, 4.2)


def _verdict(sign: Sign) -> Iterator[Shape]:
    yield Box(0, 68, 105, 24, BLACK)
    yield Box(0, 68.6, 105, 22.8, sign.verdict.colour)
    yield Hexagon(17, 80, 8.5, BLACK)
    yield Hexagon(17, 80, 7.3, sign.verdict.colour)
    yield Line("u", 17 - width("u", 8, bold=True) / 2, 82.2, 8, bold=True)
    room = 105 - 30 - _MARGIN
    size, short = fitting(sign.verdict.short.nl, (6.0, 5.0, 4.5), bold=True, room=room, most=1)
    yield Line(short[0], 30, 77, size, bold=True)
    for at, line in enumerate(lines(sign.verdict.sentence.nl, 3.5, bold=False, room=room, most=2)):
        yield Line(line, 30, 82.6 + 4.6 * at, 3.5)


def _more(sign: Sign) -> Iterator[Shape]:
    code = Code(sign.address, _MARGIN, 97.5)
    yield code
    left = _MARGIN + QR + 6
    yield Line("Scan voor meer", left, 103, 5, bold=True)
    told = "Wat meten we, waarom, en hoe lang bewaren we het? U kunt ook iets vragen of melden."
    for at, line in enumerate(lines(told, 3.5, bold=False, room=105 - left - _MARGIN, most=4)):
        yield Line(line, left, 108.6 + 4.6 * at, 3.5)
    english = f"{sign.verdict.short.en}. Scan for more."
    for at, line in enumerate(lines(english, 3.2, bold=False, room=105 - left - _MARGIN, most=2)):
        yield Line(line, left, 127.2 + 4.2 * at, 3.2)


def _foot(sign: Sign) -> Iterator[Shape]:
    size, name = fitting(sign.organisation, (4.2, 3.6, 3.0), bold=True, room=_WIDTH, most=1)
    yield Line(name[0], _MARGIN, 140, size, bold=True)
    told = f"{sign.contact} · {sign.reference}"
    size, contact = fitting(told, (3.3, 2.8, 2.4), bold=False, room=_WIDTH, most=1)
    yield Line(contact[0], _MARGIN, 144.6, size)
