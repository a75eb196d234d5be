"""What the doctor says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``remedy`` is what to do when something needed is missing, else none."""

    subject: str
    result: str
    remedy: str | None = None
