"""One name, one meaning: a public name stands in one module, or is explained here."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[3]
PACKAGES = ("sensors", "ingest", "api", "dashboards", "simulators")
SLOTS = {
    "DASHBOARD": "each module in dashboards/panels exports its dashboard under this name",
    "DATABASE_ROLE": "each program says which role it acts in",
    "FORMAT": "each folder in sensors/formats exports its format under this name",
    "KIND": "each folder in sensors/kinds exports its kind under this name",
    "POLL_INTERVAL_SECONDS": "how often a loop looks, each its own",
    "QUERIES": "the sections of the .sql file beside a module",
    "READY_TIMEOUT_SECONDS": "how long a program may take to start, each its own",
    "SHUTDOWN_TIMEOUT_SECONDS": "how long a loop may take to end, each its own",
    "STEPS": "the steps of a pipeline: of messages on ordinary topics, and on event topics",
    "T": "a type variable",
    "log": "the logger of a module",
    "main": "what `python -m` runs",
    "router": "the routes of a module of pages or API",
}
"""Names that several modules define by design."""
LAYERS = {
    "Device": "the device of a register entry, and an account at the broker",
    "Difference": "between two records that should agree (audit), and between two versions (API)",
    "WindowCount": "the privacy rule of an entry, and the count that it releases",
}
"""One concept in two layers, under the field's own word in both."""


def public_names(tree: ast.Module) -> Iterator[str]:
    """Public functions, classes and constants of a module, without routes and commands: those are named by address."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if not any(isinstance(each, ast.Call) for each in node.decorator_list) or isinstance(node, ast.ClassDef):
                yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def definitions() -> Mapping[str, list[str]]:
    """The modules that define each public name."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for name in set(public_names(ast.parse(path.read_text(encoding="utf-8")))):
                if not name.startswith("_"):
                    found[name].append(str(path.relative_to(ROOT)))
    return found


def is_published(modules: list[str]) -> bool:
    """Whether all but one of these give the name to a form of the API or of an entry, which clients know it by."""
    inside = [
        each
        for each in modules
        if not each.endswith(("schemas.py", "register/entry.py", "register/legal.py", "register/part.py"))
    ]
    return len(inside) <= 1


def test_a_public_name_means_one_thing() -> None:
    twice = {name: modules for name, modules in definitions().items() if len(modules) > 1}
    unexplained = {
        name: modules
        for name, modules in twice.items()
        if name not in SLOTS and name not in LAYERS and not is_published(modules)
    }
    assert unexplained == {}, "rename one, or explain it in SLOTS or LAYERS of this file"


def test_no_explanation_outlives_its_name() -> None:
    twice = {name for name, modules in definitions().items() if len(modules) > 1}
    assert (SLOTS.keys() | LAYERS.keys()) - twice == set()
