"""Supported payload formats. Each sub-package is one and exports it as ``FORMAT``."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import TypeVar

from sensors.formats.model import EventFormat, ReadingFormat

_F = TypeVar("_F", ReadingFormat, EventFormat)


def formats_by_code(formats: Iterable[_F]) -> Mapping[str, _F]:
    """A read-only mapping of formats by code. Raises ``ValueError`` for a duplicate code."""
    known: dict[str, _F] = {}
    for each in formats:
        if known.setdefault(each.code, each) is not each:
            raise ValueError(f"duplicate format code {each.code}")
    return MappingProxyType(known)


def _discover() -> list[ReadingFormat | EventFormat]:
    names = sorted(module.name for module in iter_modules(__path__) if module.ispkg)
    return [import_module(f"{__name__}.{name}").FORMAT for name in names]


_FORMATS = _discover()
READING_FORMATS = formats_by_code(each for each in _FORMATS if isinstance(each, ReadingFormat))
"""Formats of reading topics, by code."""
EVENT_FORMATS = formats_by_code(each for each in _FORMATS if isinstance(each, EventFormat))
"""Formats of event topics, by code."""
