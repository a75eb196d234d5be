"""The result of one check."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. ``remedy``: how to fix it if something required is missing, else None."""

    subject: str
    result: str
    remedy: str | None = None
