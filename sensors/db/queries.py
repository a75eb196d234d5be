"""Load SQL from ``.sql`` files: one named section per statement.

A section starts with a line ``-- name: purpose``, where the name consists of lower-case letters and underscores. Any
comment line whose first word ends in a colon counts as a header, so that a typo is an error, not a lost query.
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
    """A query file is malformed; the message names the file and the section."""


def read_sql(path: Path) -> LiteralString:
    """Read a whole SQL file of this program.

    The only place that calls a text a literal: the files are part of the program, like its source.
    """
    return cast(LiteralString, path.read_text(encoding="utf-8"))


def load_queries(path: Path) -> Mapping[str, LiteralString]:
    """Load a file's sections as name to SQL. Raises ``QueryFileError`` for a misnamed, duplicate or empty section."""
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
