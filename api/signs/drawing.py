"""A sign as a page: PDF, with the type embedded, or SVG, with text that stays text."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from api.signs.content import Sign
from api.signs.layout import SCALES, SIZES, Box, Code, Format, Hexagon, Line, Shape, laid_out
from api.signs.typography import BOLD, FAMILY, REGULAR, font

PER_SHEET = 4
"""A6 signs on an A4."""
_CUT = 4.0
"""Millimetres of the marks along which to cut."""


def pdf(sign: Sign, form: Format) -> bytes:
    """One sign on a page of its own size."""
    return _pages(f"Bord {sign.reference}", SIZES[form], [[(sign, 0.0, 0.0, SCALES[form])]], marks=False)


def sheets(title: str, signs: Sequence[Sign]) -> bytes:
    """Signs of A6, four on each A4, to cut apart."""
    width, height = SIZES["a6"]
    pages = [
        [(sign, at % 2 * width, at // 2 * height, 1.0) for at, sign in enumerate(page)]
        for page in (signs[first : first + PER_SHEET] for first in range(0, len(signs), PER_SHEET))
    ]
    return _pages(title, SIZES["a4"], pages, marks=True)


_Page = Any
"""A canvas of ReportLab, whose types leave paths out."""
_Placed = tuple[Sign, float, float, float]
"""A sign, where its top left corner is on the page, and how large it is."""


def _pages(title: str, size: tuple[float, float], pages: Sequence[Sequence[_Placed]], *, marks: bool) -> bytes:
    for bold in (False, True):
        font(bold)
    written = BytesIO()
    page = Canvas(written, (size[0] * mm, size[1] * mm), invariant=1, lang="nl-NL")
    page.setTitle(title)
    for placed in pages:
        for sign, left, top, scale in placed:
            page.saveState()
            page.translate(left * mm, (size[1] - top) * mm)
            page.scale(scale * mm, scale * mm)
            for shape in laid_out(sign):
                _draw(page, shape)
            page.restoreState()
        if marks:
            _mark(page, size)
        page.showPage()
    page.save()
    return written.getvalue()


def _draw(page: _Page, shape: Shape) -> None:
    match shape:
        case Box():
            _fill(page, [shape])
        case Code():
            _fill(page, list(shape.bars))
        case Hexagon(points=points):
            page.setFillColor(shape.fill)
            path = page.beginPath()
            path.moveTo(points[0][0], -points[0][1])
            for x, y in points[1:]:
                path.lineTo(x, -y)
            path.close()
            page.drawPath(path, stroke=0, fill=1)
        case Line():
            page.setFillColor(shape.colour)
            page.setFont(BOLD if shape.bold else REGULAR, shape.size)
            page.drawString(shape.x, -shape.y, shape.text)


def _fill(page: _Page, boxes: Sequence[Box]) -> None:
    """Boxes of one colour as one path."""
    page.setFillColor(boxes[0].fill)
    path = page.beginPath()
    for box in boxes:
        path.rect(box.x, -box.y - box.height, box.width, box.height)
    page.drawPath(path, stroke=0, fill=1)


def _mark(page: Canvas, size: tuple[float, float]) -> None:
    """Where to cut: at the edges and in the middle, outside of what is read."""
    across, down = SIZES["a6"]
    page.setLineWidth(0.2 * mm)
    page.setStrokeGray(0.5)
    middle = size[1] - down
    for x1, y1, x2, y2 in (
        (across, size[1], across, size[1] - _CUT),
        (across, 0, across, _CUT),
        (0, middle, _CUT, middle),
        (size[0] - _CUT, middle, size[0], middle),
    ):
        page.line(x1 * mm, y1 * mm, x2 * mm, y2 * mm)


def svg(sign: Sign, form: Format) -> str:
    """One sign. Each line of text keeps its length, whatever font there is."""
    width, height = SIZES[form]
    scale = SCALES[form]
    box = f"0 0 {width / scale:g} {height / scale:g}"
    title = escape(f"{sign.in_passing}. {sign.organisation}")
    shapes = "\n".join(part for shape in laid_out(sign) for part in _elements(shape))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="{box}" '
        f'role="img" lang="nl">\n<title>{title}</title>\n'
        f'<rect width="100%" height="100%" fill="#FFFFFF"/>\n{shapes}\n</svg>\n'
    )


def _elements(shape: Shape) -> Iterator[str]:
    match shape:
        case Box():
            yield f'<path fill="{shape.fill}" d="{_outline(shape)}"/>'
        case Code():
            outlines = "".join(map(_outline, shape.bars))
            yield f'<path fill="#000000" shape-rendering="crispEdges" d="{outlines}"/>'
        case Hexagon(points=points):
            corners = " ".join(f"{x:.3f},{y:.3f}" for x, y in points)
            yield f'<polygon fill="{shape.fill}" points="{corners}"/>'
        case Line():
            weight = ' font-weight="700"' if shape.bold else ""
            yield (
                f'<text x="{shape.x:.3f}" y="{shape.y:.3f}" font-size="{shape.size:g}" fill="{shape.colour}"{weight} '
                f'font-family={quoteattr(FAMILY)} textLength="{shape.width:.3f}" lengthAdjust="spacingAndGlyphs">'
                f"{escape(shape.text)}</text>"
            )


def _outline(box: Box) -> str:
    return f"M{box.x:.4f} {box.y:.4f}h{box.width:.4f}v{box.height:.4f}h{-box.width:.4f}z"
