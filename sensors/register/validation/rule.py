"""The definition of a rule between the parts of a register entry."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sensors.register.entry import Entry
from sensors.vocabulary.localized_text import LocalizedText

ViolationFinder = Callable[[Entry], Iterable[str]]
"""Returns the paths in an entry that violate a rule; empty if none do."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule between the parts of an entry."""

    id: str
    nl: str
    en: str
    violated_at: ViolationFinder
    depends_on: tuple[str, ...] = ()
    """Other paths that must be valid before the rule can be checked."""

    @property
    def message(self) -> LocalizedText:
        """How to fix a violation."""
        return LocalizedText(self.nl, self.en)
