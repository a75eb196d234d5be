"""What a printer makes of a PDF: the size of each page, its text, and what a phone reads in its codes."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import zxingcpp

# Imported by name: it comes without types, and only its answers leave this module.
pdfium: Any = import_module("pypdfium2")


@dataclass(frozen=True, slots=True)
class PdfPage:
    """A page: millimetres, the text in one line, and the codes in order."""

    size_mm: tuple[float, float]
    text: str
    barcodes: list[str]


def pdf_pages(document: bytes) -> list[PdfPage]:
    """The pages of a PDF, drawn at 144 dots an inch to read the codes."""
    return [_page(page) for page in pdfium.PdfDocument(document)]


def _page(page: Any) -> PdfPage:
    width, height = (round(side / 72 * 25.4, 2) for side in page.get_size())
    text = " ".join(page.get_textpage().get_text_range().split())
    return PdfPage((width, height), text, read_barcodes(page.render(scale=2).to_pil()))


def read_barcodes(picture: Any) -> list[str]:
    """What the codes in a picture say, in order. The picture is one of Pillow."""
    return sorted(each.text for each in zxingcpp.read_barcodes(picture))
