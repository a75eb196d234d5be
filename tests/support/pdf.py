"""Read PDFs as a printer and a phone would: page sizes, text, and barcodes."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import zxingcpp

# Imported dynamically because it is untyped; only its results leave this module.
pdfium: Any = import_module("pypdfium2")


@dataclass(frozen=True, slots=True)
class PdfPage:
    """A page: size in mm, text on one line, and barcode contents, sorted."""

    size_mm: tuple[float, float]
    text: str
    barcodes: list[str]


def pdf_pages(document: bytes) -> list[PdfPage]:
    """The pages of a PDF, rendered at 144 dpi to read the barcodes."""
    return [_page(page) for page in pdfium.PdfDocument(document)]


def _page(page: Any) -> PdfPage:
    width, height = (round(side / 72 * 25.4, 2) for side in page.get_size())
    text = " ".join(page.get_textpage().get_text_range().split())
    return PdfPage((width, height), text, read_barcodes(page.render(scale=2).to_pil()))


def read_barcodes(picture: Any) -> list[str]:
    """The barcode contents in a Pillow image, sorted."""
    return sorted(each.text for each in zxingcpp.read_barcodes(picture))
