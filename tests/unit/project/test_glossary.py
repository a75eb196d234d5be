"""The glossary names what exists: identifiers in the source, tables and columns, and texts that residents read."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
SCHEMA = (ROOT / "sensors" / "db" / "schema.sql").read_text(encoding="utf-8")
PACKAGES = ("sensors", "ingest", "api")
SCHEMAS = {"lantaarn", "open", "restricted", "staff"}


def _rows() -> Iterator[list[str]]:
    """The cells of each row: term, our names, residents' words, note."""
    for line in PAGE.splitlines():
        if line.startswith("| ") and not line.startswith("| term |"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


ROWS = list(_rows())
NAMES = sorted({name for row in ROWS for name in re.findall(r"`([^`]+)`", row[1])})
WORDS = sorted({words for row in ROWS for words in re.findall("“([^”]+)”", row[2])})


@cache
def _identifiers() -> frozenset[str]:
    """Every name and literal text in the packages; ``Class.name`` for what a class defines."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for each in PACKAGES for path in (ROOT / each).rglob("*.py"))
    return frozenset(name for tree in trees for name in _defined(tree))


def _defined(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef():
                yield node.name
                yield from (f"{node.name}.{name}" for part in node.body for name in _names(part))
            case ast.arg(arg=name) | ast.Constant(value=str(name)):
                yield name
            case _:
                yield from _names(node)


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef():
            yield node.name
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            yield name
        case _:
            return


@cache
def _relations() -> dict[str, str]:
    """Each table, view and function of the schema, with the text that creates it."""
    found = re.findall(r"^CREATE (?:TABLE|VIEW|FUNCTION) (\w+\.\w+)(.*?);\n", SCHEMA, re.MULTILINE | re.DOTALL)
    return dict(found)


@cache
def _names_outside_python() -> frozenset[str]:
    """Every word of our SQL and of Mosquitto's configuration."""
    statements = (path for each in PACKAGES for path in (ROOT / each).rglob("*.sql"))
    paths = (*statements, ROOT / "deployment" / "mosquitto.conf")
    return frozenset(word for path in paths for word in re.findall(r"\w+", path.read_text(encoding="utf-8")))


@cache
def _resident_texts() -> str:
    paths = [
        path for each in ("sensors", "api") for path in (ROOT / each).rglob("*") if path.suffix in {".py", ".html"}
    ]
    return " ".join("\n".join(path.read_text(encoding="utf-8") for path in paths).split()).casefold()


@pytest.mark.parametrize("name", NAMES)
def test_each_of_our_names_exists(name: str) -> None:
    schema, _, rest = name.partition(".")
    if schema in SCHEMAS:
        relation, _, column = rest.partition(".")
        created = _relations()[f"{schema}.{relation}"]
        assert not column or re.search(rf'^\s+"?{column}"? ', created, re.MULTILINE)
    else:
        assert name in _identifiers() | _names_outside_python()


@pytest.mark.parametrize("words", WORDS)
def test_residents_read_these_words(words: str) -> None:
    assert words.casefold() in _resident_texts()


def test_every_row_has_four_cells() -> None:
    assert {len(row) for row in ROWS} == {4}
    assert len(ROWS) > 70
