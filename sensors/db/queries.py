"""SQL lives in ``.sql`` files, one section per statement, found by name.

A section starts with a line ``-- name: what it is for``; the name is of lower-case letters and underscores. Any comment
line whose first word ends in a colon is such a line, so a slip of the pen is an error and not a lost query.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import LiteralString, cast

_HEADER = re.compile(r"^--[ \t]*(\S*):(?:[ \t]+(.*))?$", re.MULTILINE)
_NAME = re.compile(r"[a-z_]+")
_COMMENT = re.compile(r"--.*")


class QueryFileError(ValueError):
    """A file of queries is not what it should be; the text says which file and section."""


def read_sql(path: Path) -> LiteralString:
    """The whole of an SQL file of this program.

    The one place that calls a text a literal: the files are part of the program, like its source.
    """
    return cast(LiteralString, path.read_text(encoding="utf-8"))


def load_queries(path: Path) -> Mapping[str, LiteralString]:
    """The sections of a file: name → SQL. Raises ``QueryFileError`` for a nameless, double or empty section."""
    text = read_sql(path)
    headers = list(_HEADER.finditer(text))
    if not headers or _COMMENT.sub("", text[: headers[0].start()]).strip():
        raise QueryFileError(f"{path}: the SQL must begin with '-- name: what it is for'")
    ends = [header.start() for header in headers[1:]] + [len(text)]
    sections: dict[str, LiteralString] = {}
    for header, end in zip(headers, ends, strict=True):
        name = _name(path, header)
        if name in sections:
            raise QueryFileError(f"{path}: two sections are called {name}")
        body = text[header.end() : end].strip()
        if not _COMMENT.sub("", body).strip():
            raise QueryFileError(f"{path}: section {name} holds no SQL")
        sections[name] = body
    return MappingProxyType(sections)


def _name(path: Path, header: re.Match[str]) -> str:
    name, purpose = header.groups()
    if not _NAME.fullmatch(name) or not (purpose or "").strip():
        raise QueryFileError(f"{path}: not '-- name: what it is for': {header[0]}")
    return name
