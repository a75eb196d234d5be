"""What a rule between the parts of a register entry is made of."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sensors.register.entry import Entry
from sensors.vocabulary.localized_text import LocalizedText

ViolationFinder = Callable[[Entry], Iterable[str]]
"""The paths of an entry at which a rule is broken; none when all is well."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule between parts of an entry."""

    id: str
    nl: str
    en: str
    violated_at: ViolationFinder
    depends_on: tuple[str, ...] = ()
    """Other paths that must be right before the rule can be applied."""

    @property
    def message(self) -> LocalizedText:
        """What to do about it."""
        return LocalizedText(self.nl, self.en)
