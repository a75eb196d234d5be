"""Texts in the register's two languages: Dutch, and English beside it."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["nl", "en"]
"""The languages of the register (ISO 639-1)."""


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """A label or sentence for residents. ``nl`` is at language level B1."""

    nl: str
    en: str
