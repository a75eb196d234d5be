"""Structured logging: one JSON object per line on standard error.

A value must be a number, a timestamp, a member of one of our enums, or one of a few declared texts that match their
pattern. Anything else is redacted, whatever a caller or a library passes: neither payloads nor exception messages,
which may repeat rejected input, can reach the log.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from datetime import datetime
from enum import Enum
from typing import Any, LiteralString, Protocol, cast

import structlog

from sensors.hardening import harden_process, traceback_locations
from sensors.policy.personal_data import find_personal_data, redact_text

Loggable = bool | int | float | datetime | Enum | None

TEXT_PATTERNS: Mapping[str, re.Pattern[str]] = {
    "event": re.compile(r"[a-z][a-z_ ]{0,47}"),
    "level": re.compile(r"[a-z]{4,8}"),
    "error": re.compile(r"[A-Za-z_][A-Za-z_]{0,63}"),
    "at": re.compile(r"[^\s\"']{1,400}\.py:\d{1,6}"),
    "reason": re.compile(r"[A-Z][A-Za-z ]{1,63}"),
    "sqlstate": re.compile(r"[0-9A-Z]{5}"),
    "client_id": re.compile(r"lantaarn-[a-z]+-[a-z][a-z0-9_-]{0,63}"),
    "library": re.compile(r"[a-z][a-z_.]{0,63}"),
    "classes": re.compile(r"P(T?[1-9]\d{0,3}[YMWDH])|none|permanent"),
    "tables": re.compile(r"[a-z][a-z0-9_]{0,47}"),
}
"""The texts that may be logged, by key, each with its pattern: event names, exception names, source locations, names of
MQTT reason codes, SQLSTATEs, our client ids at the broker, logger names of libraries, and the retention classes and
tables of a broken promise."""
_LISTS = frozenset({"at", "classes", "tables"})
"""The keys under which a list of such texts may be logged."""
_KEY = re.compile(r"[a-z][a-z_]{0,31}")
REDACTED = "[withheld]"


class LogMethod(Protocol):
    """Log an event with its context."""

    def __call__(  # noqa: PLR0913 - each declared text is a parameter
        self,
        event: LiteralString,
        /,
        *,
        error: str = ...,
        at: list[str] = ...,
        reason: str = ...,
        sqlstate: str | None = ...,
        client_id: str = ...,
        classes: list[str] = ...,
        tables: list[str] = ...,
        **values: Loggable,
    ) -> object: ...


class Logger(Protocol):
    """A logger that takes no payload: other texts and bytes fail type checking, and are redacted at run time."""

    @property
    def info(self) -> LogMethod: ...
    @property
    def warning(self) -> LogMethod: ...
    @property
    def error(self) -> LogMethod: ...


def get_logger() -> Logger:
    """The logger of this process."""
    return structlog.get_logger()


def configure_logging(level: str = "info") -> None:
    """Configure logging for this process. ``level``: a standard library level name, case-insensitive.

    Library log records and Python warnings are logged by source location only, without their message.
    """
    harden_process()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            redact_event,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    logging.captureWarnings(capture=True)
    logging.basicConfig(handlers=[_LibraryHandler(logging.WARNING)], level=logging.WARNING, force=True)


def redact_event(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """The structlog processor that drops everything not declared."""
    said = dict(event)
    error = _exception(said.pop("exc_info", None))
    if error is not None:
        said.update({"error": type(error).__name__, "at": traceback_locations(error)})
    shown = {key: _redacted(key, value) for key, value in said.items() if _is_declared_key(key)}
    return shown if len(shown) == len(said) else shown | {"redacted": len(said) - len(shown)}


def _exception(given: object) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        parts = cast(tuple[object, ...], given)
        return next((part for part in parts if isinstance(part, BaseException)), None)
    return sys.exc_info()[1] if given else None


def _is_declared_key(key: str) -> bool:
    """Whether a key was written in our source: a mapping logged with ``**`` may carry keys from elsewhere."""
    return _KEY.fullmatch(key) is not None and find_personal_data(key) is None


def _redacted(key: str, value: object) -> object:
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.isoformat()
        case bool() | int() | float() | None:
            return value
        case str():
            return _text(key, value)
        case list() if key in _LISTS:
            return [_text(key, str(item)) for item in cast(list[object], value)]
        case _:
            return REDACTED


def _text(key: str, value: str) -> str:
    # Our source paths contain versions and folder names, which can match any detector.
    shown = value if key == "at" else redact_text(value)
    form = TEXT_PATTERNS.get(key)
    return shown if shown != value or (form is not None and form.fullmatch(value)) else REDACTED


class _LibraryHandler(logging.Handler):
    """Logs which library logged and where, never the message."""

    def emit(self, record: logging.LogRecord) -> None:
        said = record.msg if isinstance(record.msg, BaseException) else _exception(record.exc_info)
        about = {} if said is None else {"error": type(said).__name__}
        errno = {"errno": said.errno} if isinstance(said, OSError) else {}
        at = [f"{record.pathname}:{record.lineno}"]
        structlog.get_logger().warning("library_warning", library=record.name, at=at, **about, **errno)
