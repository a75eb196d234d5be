"""What the tests found about accessibility: the facts of the accessibility statement.

The browser tests look at every page in every state with axe-core, and fail when this file says something else than
they find. ``make statement`` writes it anew.
"""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

FILE = Path(__file__).with_suffix(".json")


@dataclass(frozen=True, slots=True)
class Tested:
    """When and with what the site was tested, and what came of it."""

    date: date
    axe: str
    """The version of axe-core."""
    pages: tuple[str, ...]
    """The addresses, in Dutch; each was tested in English too."""
    states: tuple[str, ...]
    """The states in which each page was tested, as the tests name them."""
    violations: int


def read(file: Path = FILE) -> Tested:
    """The last results. Raises ValueError when the file can't be read as such."""
    found = json.loads(file.read_text(encoding="utf-8"))
    return Tested(
        date.fromisoformat(found["date"]),
        found["axe"],
        tuple(found["pages"]),
        tuple(found["states"]),
        found["violations"],
    )


def write(tested: Tested, file: Path = FILE) -> None:
    """Put new results in the place of the last."""
    document = {
        "date": tested.date.isoformat(),
        "axe": tested.axe,
        "pages": tested.pages,
        "states": tested.states,
        "violations": tested.violations,
    }
    file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
