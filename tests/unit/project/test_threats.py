"""The threat model names what is there; and the few threats that no other test covers."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
BOUNDARIES = {"Device", "Broker", "Ingest", "Database", "API", "Browser", "Grafana", "Supply chain", "Backups"}
NPM_FOLDERS = (".", "tests/preview/drawing")
"""Each with packages of npm of its own."""
Row = tuple[str, str, str, str]
"""Letter of STRIDE, threat, what stops it, test."""


def sections() -> Iterator[tuple[str, list[Row]]]:
    for section in PAGE.split("\n## ")[1:]:
        name, _, text = section.partition("\n")
        rows = [line.strip("|").split("|") for line in text.splitlines() if re.match(r"\| [STRIDE] \|", line)]
        yield name, [(a.strip(), b.strip(), c.strip(), d.strip()) for a, b, c, d in rows]


ROWS = [pytest.param(row, id=f"{name}-{row[0]}-{row[1][:40]}") for name, rows in sections() for row in rows]


def test_every_boundary_has_every_letter() -> None:
    letters = {name: {row[0] for row in rows} for name, rows in sections() if rows}
    assert letters.keys() == BOUNDARIES
    assert {name: set("STRIDE") - found for name, found in letters.items() if found != set("STRIDE")} == {}


@pytest.mark.parametrize("row", ROWS)
def test_what_is_named_is_there(row: Row) -> None:
    _, threat, stops, test = row
    assert threat
    assert {path for path in _paths(stops) if not (ROOT / path).exists()} == set()
    if test.startswith("no test: "):
        return
    nodes = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", test)
    assert len(nodes) == test.count("::") > 0
    missing = [f"{path}::{name}" for path, name in nodes if name not in _tests(path)]
    assert missing == []


def _paths(text: str) -> list[str]:
    """What looks like a file or folder of the project."""
    quoted = re.findall(r"`([\w./-]+)`", text)
    return [
        each
        for each in quoted
        if "/" in each or each.endswith((".yaml", ".npmrc")) or each in {"Makefile", "dashboards"}
    ]


@cache
def _tests(path: str) -> frozenset[str]:
    file = ROOT / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.exists() else ast.Module([], [])
    return frozenset(each.name for each in tree.body if isinstance(each, ast.FunctionDef))


def test_what_runs_with_the_rights_of_its_owner_looks_nowhere_else_for_names() -> None:
    found = 0
    for migration in (ROOT / "sensors" / "db" / "migrations").glob("*.sql"):
        for header in re.findall(r"create (?:or replace )?function.*?\bas \$", migration.read_text(), re.S | re.I):
            if re.search(r"security definer", header, re.I):
                found += 1
                assert "set search_path = pg_catalog, pg_temp" in header, migration.name
    assert found > 0


def test_every_package_is_pinned_with_a_hash() -> None:
    for name in ("runtime", "dev"):
        pins = re.findall(
            r"^\S+==[^\n]*\n(.*?)(?=^\S|\Z)", (ROOT / "requirements" / f"{name}.txt").read_text(), re.M | re.S
        )
        assert len(pins) > 20
        assert all("--hash=sha256:" in rest for rest in pins)
    assert (ROOT / "Makefile").read_text().count("--require-hashes -r") == 2
    for folder in NPM_FOLDERS:
        packages = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
        assert [
            name
            for name, package in packages.items()
            if name and not package.get("integrity", "").startswith("sha512-")
        ] == []


def test_no_script_of_a_web_asset_runs() -> None:
    for folder in NPM_FOLDERS:
        assert "ignore-scripts=true" in (ROOT / folder / ".npmrc").read_text().splitlines()
