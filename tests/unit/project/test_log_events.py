"""Operators filter on the names of log events: they have one form, and the handbook tells what to do about each."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from sensors import logs

ROOT = Path(__file__).parents[3]
PACKAGES = ("sensors", "ingest", "api", "simulators")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
FORWARDERS: Mapping[str, str] = {"_warn": "warning", "_try": "warning"}
"""Methods of the scheduler that log the event they are given, with its level."""


@dataclass(frozen=True, order=True)
class LogEvent:
    """A call that logs. ``name`` is None where it isn't a literal, so that nobody can grep for it."""

    path: str
    line: int
    level: str
    name: str | None


@cache
def log_events() -> tuple[LogEvent, ...]:
    files = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    return tuple(event for file in files for event in _events_of(file))


def _events_of(file: Path) -> Iterator[LogEvent]:
    path = str(file.relative_to(ROOT))
    tree = ast.parse(file.read_text(encoding="utf-8"))
    forwarded = {id(node) for body in ast.walk(tree) if _is_forwarder(body) for node in ast.walk(body)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (level := _level(node)) and node.args:
            name = _literal(node.args[0])
            if name is not None or id(node) not in forwarded:
                yield LogEvent(path, node.lineno, level, name)
        elif isinstance(node, ast.Dict) and (name := _event_of_line(node)):
            yield LogEvent(path, node.lineno, "error", name)


def _is_forwarder(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name in FORWARDERS and "event" in {a.arg for a in node.args.args}


def _level(call: ast.Call) -> str | None:
    """``log.warning(…)``, ``logs.get_logger().warning(…)`` or ``self._warn(…)``; None when it isn't a log's call."""
    if not isinstance(call.func, ast.Attribute):
        return None
    log, method = ast.unparse(call.func.value), call.func.attr
    if log == "self":
        return FORWARDERS.get(method)
    return method if method in LEVELS and (log == "log" or log.endswith("get_logger()")) else None


def _event_of_line(written: ast.Dict) -> str | None:
    """The event of a line that is written as JSON without a log."""
    pairs = zip(written.keys, written.values, strict=True)
    return next((_literal(value) for key, value in pairs if key is not None and _literal(key) == "event"), None)


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


@cache
def _explained() -> frozenset[str]:
    """What the first column of the handbook's table of log lines names."""
    page = (ROOT / "docs" / "operations" / "signals.md").read_text(encoding="utf-8")
    section = page.split("\n## Log lines\n")[1].split("\n#")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    heading, *names = (name for cell in cells for name in re.findall(r"`([^`]+)`", cell))
    assert heading == "event"
    return frozenset(names)


@pytest.mark.parametrize("event", log_events(), ids=lambda event: f"{event.path}:{event.line}")
def test_an_event_is_a_literal_in_snake_case_that_gets_through(event: LogEvent) -> None:
    assert event.name is not None
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", event.name)
    assert logs.redact_event(None, event.level, {"event": event.name}) == {"event": event.name}


def test_the_handbook_explains_every_warning_and_error_and_nothing_else() -> None:
    logged = {event.name for event in log_events() if event.level not in {"debug", "info"}}
    assert logged == _explained()


def test_events_of_every_program_are_found() -> None:
    names = {event.name for event in log_events()}
    assert {"server_starting", "unhandled_exception", "library_warning", "retention_quality_failed"} <= names
    assert {event.path.split("/")[0] for event in log_events()} == set(PACKAGES)
