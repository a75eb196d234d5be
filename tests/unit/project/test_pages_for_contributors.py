"""Everything that the README, CONTRIBUTING.md and the architecture page name exists: paths, links, make targets."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = ("README.md", "CONTRIBUTING.md", "docs/architecture.md")
FENCED_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!\w+:)([^)#]*)(?:#([^)]*))?\)")
PATH = re.compile(r"[A-Za-z][\w-]*(?:[./][\w.-]+)*/?")
DIAGRAM_FOLDERS = ("ingest", "sensors", "api")
"""Each diagram is about one of these, and gives paths relative to it."""


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def inline_code(page: str) -> list[str]:
    """The code spans of a page."""
    return re.findall(r"`([^`\n]+)`", FENCED_BLOCK.sub("", text_of(page)))


def commands(page: str) -> list[str]:
    """The code spans and the lines of the shell blocks."""
    return [
        *inline_code(page),
        *(line for kind, block in FENCED_BLOCK.findall(text_of(page)) if kind == "sh" for line in block.splitlines()),
    ]


def is_path(word: str) -> bool:
    """Whether it names a file or folder of the project, not a URL path or a run-time file (``.lantaarn/…``)."""
    return PATH.fullmatch(word) is not None and ("/" in word or word.endswith((".md", ".toml", ".yaml")))


@pytest.mark.parametrize("page", PAGES)
def test_every_path_exists(page: str) -> None:
    words = {word for command in commands(page) for word in command.split() if is_path(word)}
    assert words
    assert {word for word in words if not (ROOT / word).exists()} == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    links = LINK.findall(text_of(page))
    assert links
    for path, anchor in links:
        target = (ROOT / page).parent / path
        assert target.exists(), path
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}, anchor


def test_every_file_in_the_diagrams_exists() -> None:
    diagrams = "".join(block for kind, block in FENCED_BLOCK.findall(text_of("docs/architecture.md")) if not kind)
    files = set(re.findall(r"[\w/]+\.(?:py|sql|html)\b|[\w/]+/(?=\s)", diagrams))
    assert len(files) > 20
    assert {file for file in files if not any((ROOT / folder / file).exists() for folder in DIAGRAM_FOLDERS)} == set()


def test_the_diagram_has_the_steps_of_the_pipeline() -> None:
    steps = re.search(r"^STEPS.*?= \((.*?)\)", text_of("ingest/pipeline.py"), re.MULTILINE)
    assert steps is not None
    assert re.findall(r"^  [├└]─ (\w+_\w+)", text_of("docs/architecture.md"), re.MULTILINE) == steps[1].split(", ")


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_exists(page: str) -> None:
    targets = set(re.findall(r"^([\w-]+):", text_of("Makefile"), re.MULTILINE))
    named = {target for command in commands(page) for target in re.findall(r"\bmake ([a-z-]+)", command)}
    assert named
    assert named <= targets


def test_make_help_lists_every_target() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text_of("Makefile"), re.MULTILINE)
    assert phony.split() == re.findall(r"^([\w-]+):.*## ", text_of("Makefile"), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_every_module_and_test_exists(page: str) -> None:
    for command in commands(page):
        for module in re.findall(r"python -m ((?:docs|sensors|api|tests)[\w.]*)", command):
            assert (ROOT / f"{module.replace('.', '/')}.py").exists(), module
        for path, name in re.findall(r"(tests/[\w/]+\.py)::(\w+)", command):
            functions = {each.name for each in ast.parse(text_of(path)).body if isinstance(each, ast.FunctionDef)}
            assert name in functions, f"{path}::{name}"


def test_every_package_is_mentioned() -> None:
    slices = {path.parent.name for path in (ROOT / "api").glob("*/__init__.py")} - {"web"}
    assert slices - set(inline_code("docs/architecture.md")) == set()
    packages = {
        f"{top}/{path.parent.name}/" for top in ("sensors", "ingest") for path in (ROOT / top).glob("*/__init__.py")
    }
    assert packages
    assert packages - set(inline_code("README.md")) == set()
