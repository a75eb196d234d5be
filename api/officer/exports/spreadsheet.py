"""A minimal OpenDocument spreadsheet (ODF 1.3): one sheet of texts.

The libraries for this write far more than one sheet of texts, and none is among what we install already.
"""

import re
from collections.abc import Sequence
from io import BytesIO
from xml.etree.ElementTree import Element, SubElement, tostring
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

MIME_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES = {
    **{
        name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"
        for name in ("office", "table", "text", "style", "manifest")
    },
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
}
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_SHEET_NAME = re.compile(r"[][*?:/\\']")
_ALWAYS = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the archive: equal content gives equal octets."""


def write_spreadsheet(title: str, rows: Sequence[Sequence[str]]) -> bytes:
    """The file. The first row is the header; line feeds in a cell start a paragraph."""
    archive = BytesIO()
    with ZipFile(archive, "w") as file:
        # Programs recognise the sort of file by this one, first and not compressed.
        file.writestr(ZipInfo("mimetype", _ALWAYS), MIME_TYPE, ZIP_STORED)
        for name, content in (("content.xml", _content(title, rows)), ("META-INF/manifest.xml", _manifest())):
            file.writestr(ZipInfo(name, _ALWAYS), tostring(content, "utf-8", xml_declaration=True), ZIP_DEFLATED)
    return archive.getvalue()


def _content(title: str, rows: Sequence[Sequence[str]]) -> Element:
    root = _root("office:document-content", {"office:version": "1.3"})
    _styles(SubElement(root, "office:automatic-styles"))
    sheet = SubElement(SubElement(root, "office:body"), "office:spreadsheet")
    table = SubElement(sheet, "table:table", {"table:name": _NO_SHEET_NAME.sub(" ", _xml_text(title))[:31]})
    columns = {"table:style-name": "column", "table:number-columns-repeated": str(max(map(len, rows)))}
    SubElement(table, "table:table-column", columns)
    _row(SubElement(table, "table:table-header-rows"), rows[0], "header")
    for row in rows[1:]:
        _row(table, row, "cell")
    return root


def _styles(parent: Element) -> None:
    column = SubElement(parent, "style:style", {"style:name": "column", "style:family": "table-column"})
    SubElement(column, "style:table-column-properties", {"style:column-width": "7cm"})
    for name in ("cell", "header"):
        style = SubElement(parent, "style:style", {"style:name": name, "style:family": "table-cell"})
        wrapped = {"fo:wrap-option": "wrap", "style:vertical-align": "top"}
        SubElement(style, "style:table-cell-properties", wrapped)
        if name == "header":
            SubElement(style, "style:text-properties", {"fo:font-weight": "bold"})


def _row(parent: Element, cells: Sequence[str], style: str) -> None:
    row = SubElement(parent, "table:table-row")
    for text in cells:
        cell = SubElement(row, "table:table-cell", {"office:value-type": "string", "table:style-name": style})
        for line in text.split("\n"):
            SubElement(cell, "text:p").text = _xml_text(line)


def _manifest() -> Element:
    root = _root("manifest:manifest", {"manifest:version": "1.3"})
    for path, media_type in (("/", MIME_TYPE), ("content.xml", "text/xml")):
        SubElement(root, "manifest:file-entry", {"manifest:full-path": path, "manifest:media-type": media_type})
    return root


def _root(name: str, attributes: dict[str, str]) -> Element:
    return Element(name, {f"xmlns:{prefix}": uri for prefix, uri in _NAMESPACES.items()} | attributes)


def _xml_text(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
