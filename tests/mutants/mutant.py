"""A rule, the change that disables it, and the tests that must fail."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mutant:
    """One disabled rule: replaces ``old``, which must occur exactly once in the file at ``path``, by ``new``."""

    name: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]

    def apply(self, tree: Path) -> None:
        """Apply the change to a copy of the project. Raises LookupError if ``old`` does not occur exactly once."""
        file = tree / self.path
        text = file.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise LookupError(f"{self.name}: text not found exactly once in {self.path}")
        file.write_text(text.replace(self.old, self.new), encoding="utf-8")


def mutants_in(path: str, tests: tuple[str, ...], *changes: tuple[str, str, str]) -> tuple[Mutant, ...]:
    """Mutants of one file with the same tests, from the name, ``old`` and ``new`` of each."""
    return tuple(Mutant(name, path, old, new, tests) for name, old, new in changes)
