"""Render a sign as PDF with embedded fonts, or as SVG with selectable text."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from api.signs.layout import (
    PAPER_DIMENSIONS_MM,
    SCALES,
    Hexagon,
    PaperSize,
    QrCode,
    Rectangle,
    Shape,
    TextLine,
    lay_out,
)
from api.signs.sign import Sign
from api.signs.typography import BOLD_FONT, REGULAR_FONT, SVG_FONT_FAMILY, load_font

SIGNS_PER_SHEET = 4
"""A6 signs on an A4."""
_CUT_MARK_MM = 4.0
"""Length of the cut marks in millimetres."""


def render_pdf(sign: Sign, paper_size: PaperSize) -> bytes:
    """Render one sign on a page of its own size."""
    return _render_pages(
        f"Bord {sign.reference}",
        PAPER_DIMENSIONS_MM[paper_size],
        [[(sign, 0.0, 0.0, SCALES[paper_size])]],
        cut_marks=False,
    )


def render_sheets(title: str, signs: Sequence[Sign]) -> bytes:
    """Render A6 signs, four to an A4 sheet, with cut marks."""
    width, height = PAPER_DIMENSIONS_MM["a6"]
    pages = [
        [(sign, at % 2 * width, at // 2 * height, 1.0) for at, sign in enumerate(page)]
        for page in (signs[first : first + SIGNS_PER_SHEET] for first in range(0, len(signs), SIGNS_PER_SHEET))
    ]
    return _render_pages(title, PAPER_DIMENSIONS_MM["a4"], pages, cut_marks=True)


_Canvas = Any
"""A ReportLab canvas; its type stubs leave out paths."""
_PlacedSign = tuple[Sign, float, float, float]
"""A sign, the position of its top left corner, and its scale."""


def _render_pages(
    title: str, size: tuple[float, float], pages: Sequence[Sequence[_PlacedSign]], *, cut_marks: bool
) -> bytes:
    for bold in (False, True):
        load_font(bold)
    buffer = BytesIO()
    page = Canvas(buffer, (size[0] * mm, size[1] * mm), invariant=1, lang="nl-NL")
    page.setTitle(title)
    for placed in pages:
        for sign, left, top, scale in placed:
            page.saveState()
            page.translate(left * mm, (size[1] - top) * mm)
            page.scale(scale * mm, scale * mm)
            for shape in lay_out(sign):
                _draw_shape(page, shape)
            page.restoreState()
        if cut_marks:
            _draw_cut_marks(page, size)
        page.showPage()
    page.save()
    return buffer.getvalue()


def _draw_shape(page: _Canvas, shape: Shape) -> None:
    match shape:
        case Rectangle():
            _fill_boxes(page, [shape])
        case QrCode():
            _fill_boxes(page, list(shape.dark_runs))
        case Hexagon(points=points):
            page.setFillColor(shape.fill)
            path = page.beginPath()
            path.moveTo(points[0][0], -points[0][1])
            for x, y in points[1:]:
                path.lineTo(x, -y)
            path.close()
            page.drawPath(path, stroke=0, fill=1)
        case TextLine():
            page.setFillColor(shape.colour)
            page.setFont(BOLD_FONT if shape.bold else REGULAR_FONT, shape.size)
            page.drawString(shape.x, -shape.y, shape.text)


def _fill_boxes(page: _Canvas, boxes: Sequence[Rectangle]) -> None:
    """Fill boxes of one colour as a single path."""
    page.setFillColor(boxes[0].fill)
    path = page.beginPath()
    for box in boxes:
        path.rect(box.x, -box.y - box.height, box.width, box.height)
    page.drawPath(path, stroke=0, fill=1)


def _draw_cut_marks(page: Canvas, size: tuple[float, float]) -> None:
    """Draw cut marks at the edges and in the middle, outside the content."""
    across, down = PAPER_DIMENSIONS_MM["a6"]
    page.setLineWidth(0.2 * mm)
    page.setStrokeGray(0.5)
    middle = size[1] - down
    for x1, y1, x2, y2 in (
        (across, size[1], across, size[1] - _CUT_MARK_MM),
        (across, 0, across, _CUT_MARK_MM),
        (0, middle, _CUT_MARK_MM, middle),
        (size[0] - _CUT_MARK_MM, middle, size[0], middle),
    ):
        page.line(x1 * mm, y1 * mm, x2 * mm, y2 * mm)


def render_svg(sign: Sign, paper_size: PaperSize) -> str:
    """Render one sign. Each line of text keeps its length, whatever font is available."""
    width, height = PAPER_DIMENSIONS_MM[paper_size]
    scale = SCALES[paper_size]
    box = f"0 0 {width / scale:g} {height / scale:g}"
    title = escape(f"{sign.title}. {sign.organisation}")
    shapes = "\n".join(part for shape in lay_out(sign) for part in _svg_elements(shape))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="{box}" '
        f'role="img" lang="nl">\n<title>{title}</title>\n'
        f'<rect width="100%" height="100%" fill="#FFFFFF"/>\n{shapes}\n</svg>\n'
    )


def _svg_elements(shape: Shape) -> Iterator[str]:
    match shape:
        case Rectangle():
            yield f'<path fill="{shape.fill}" d="{_svg_path(shape)}"/>'
        case QrCode():
            outlines = "".join(map(_svg_path, shape.dark_runs))
            yield f'<path fill="#000000" shape-rendering="crispEdges" d="{outlines}"/>'
        case Hexagon(points=points):
            corners = " ".join(f"{x:.3f},{y:.3f}" for x, y in points)
            yield f'<polygon fill="{shape.fill}" points="{corners}"/>'
        case TextLine():
            weight = ' font-weight="700"' if shape.bold else ""
            yield (
                f'<text x="{shape.x:.3f}" y="{shape.y:.3f}" font-size="{shape.size:g}" fill="{shape.colour}"{weight} '
                f'font-family={quoteattr(SVG_FONT_FAMILY)} textLength="{shape.width:.3f}" '
                f'lengthAdjust="spacingAndGlyphs">{escape(shape.text)}</text>'
            )


def _svg_path(box: Rectangle) -> str:
    return f"M{box.x:.4f} {box.y:.4f}h{box.width:.4f}v{box.height:.4f}h{-box.width:.4f}z"
