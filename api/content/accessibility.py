"""Results of the accessibility tests, for the accessibility statement.

The browser tests check every page in every condition with axe-core, and fail if this file differs from their results.
``make statement`` rewrites it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from api.i18n import localize
from sensors.vocabulary.localized_text import LocalizedText

_TEST_CONDITIONS: Mapping[str, LocalizedText] = {
    "wide": LocalizedText("Op een groot scherm", "On a large screen"),
    "narrow": LocalizedText("Op een klein scherm (360 punten breed)", "On a small screen (360 pixels wide)"),
    "zoomed": LocalizedText("Twee keer zo groot (200 %)", "Twice as large (200%)"),
    "dark": LocalizedText("Met donkere kleuren", "In dark mode"),
    "opened": LocalizedText("Met alles wat open kan, open", "With everything expanded"),
}
RESULTS_FILE = Path(__file__).with_suffix(".json")


@dataclass(frozen=True, slots=True)
class AccessibilityResults:
    """The date, tools and results of the tests."""

    tested_on: date
    axe_version: str
    """The version of axe-core."""
    pages: tuple[str, ...]
    """The paths, in Dutch; each was also tested in English."""
    states: tuple[str, ...]
    """The conditions under which each page was tested, as named by the tests."""
    violations: int


def read_results(file: Path = RESULTS_FILE) -> AccessibilityResults:
    """Load the last results. Raises ValueError if the file is invalid."""
    found = json.loads(file.read_text(encoding="utf-8"))
    return AccessibilityResults(
        date.fromisoformat(found["date"]),
        found["axe"],
        tuple(found["pages"]),
        tuple(found["states"]),
        found["violations"],
    )


def write_results(results: AccessibilityResults, file: Path = RESULTS_FILE) -> None:
    """Replace the stored results."""
    document = {
        "date": results.tested_on.isoformat(),
        "axe": results.axe_version,
        "pages": results.pages,
        "states": results.states,
        "violations": results.violations,
    }
    file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def condition_label(name: str) -> str:
    """A condition under which pages were tested, in words."""
    return localize(_TEST_CONDITIONS[name])
