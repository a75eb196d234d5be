"""A document of labelled texts, and how it is written: as CSV, OpenDocument spreadsheet or HTML page."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from api.officer.exports.spreadsheet import write_spreadsheet
from sensors.vocabulary.localized_text import Language, LocalizedText

MISSING = LocalizedText("niet ingevuld in het register", "not in the register")
"""What stands where an officer must write."""
_TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What spreadsheets take for a formula, at the start of a cell; also as the full-width forms."""


@dataclass(frozen=True, slots=True)
class ExportedField:
    """One question and its answer, a line for each part of it. No lines: an officer must write."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExportedRecord:
    """What is said of one processing or project. All records of a document have the same labels."""

    heading: str
    fields: tuple[ExportedField, ...]


@dataclass(frozen=True, slots=True)
class ExportedDocument:
    """Records, each a row of a table, or a column where ``sideways``."""

    title: str
    notes: tuple[str, ...]
    language: Language
    made_on: date
    records: tuple[ExportedRecord, ...]
    sideways: bool = False

    @property
    def missing(self) -> str:
        """What stands where nothing is known."""
        return getattr(MISSING, self.language)

    def rows(self) -> list[tuple[str, ...]]:
        """The table, with the labels first."""
        if not self.records:
            return [(self.title,)]
        labels = ("", *(field.label for field in self.records[0].fields))
        rows = [(record.heading, *map(self._cell, record.fields)) for record in self.records]
        return list(zip(labels, *rows, strict=True)) if self.sideways else [labels, *rows]

    def _cell(self, field: ExportedField) -> str:
        return "\n".join(field.lines) or self.missing


def to_csv(document: ExportedDocument) -> bytes:
    """UTF-8 with a byte order mark and semicolons, as Dutch spreadsheets expect. No cell is a formula."""
    text = StringIO(newline="")
    table = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL)
    table.writerows(map(without_formula, row) for row in document.rows())
    return text.getvalue().encode("utf-8-sig")


def without_formula(cell: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def to_ods(document: ExportedDocument) -> bytes:
    """An OpenDocument spreadsheet of one sheet, in which every cell is text."""
    return write_spreadsheet(document.title, document.rows())


def to_html(document: ExportedDocument) -> bytes:
    """One page that needs nothing else, to read and to print."""
    return _TEMPLATES.get_template("document.html").render(document=document).encode()


WRITERS: Mapping[str, Callable[[ExportedDocument], bytes]] = {"html": to_html, "ods": to_ods, "csv": to_csv}
"""How a document is written, by the name of the format."""
