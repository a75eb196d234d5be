import re
from pathlib import Path

import pytest

from sensors.policy.constraints import CONSTRAINTS
from tests.mutants.__main__ import Verdict, choose, verdict_of
from tests.mutants.catalogue import MUTANTS
from tests.mutants.catalogue.register import CONSTRAINTS as DISABLED
from tests.mutants.mutant import Mutant

ROOT = Path(__file__).parents[3]
MIGRATIONS = "sensors/db/migrations"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_list_of_mutants_fits_the_code(mutant: Mutant) -> None:
    assert (ROOT / mutant.path).read_text(encoding="utf-8").count(mutant.old) == 1
    for test in mutant.tests:
        assert (ROOT / test.partition("::")[0]).exists()


_DEFINITION = re.compile(r"^create (?:or replace )?(?:function|view) ([a-z_.]+)", re.MULTILINE)


def test_mutants_of_migrations_are_of_todays_definitions() -> None:
    """A later migration may replace the view or function that a mutant changes: no test could tell the difference."""
    migrations = {f"{MIGRATIONS}/{path.name}": path.read_text() for path in sorted((ROOT / MIGRATIONS).glob("*.sql"))}
    newest = {name: path for path, text in migrations.items() for name in _DEFINITION.findall(text)}
    for mutant in MUTANTS:
        if mutant.path in migrations:
            changed = _DEFINITION.findall(migrations[mutant.path].partition(mutant.old)[0])[-1:]
            assert [newest[name] for name in changed] in ([], [mutant.path]), mutant.name


def test_every_objection_has_its_mutant() -> None:
    assert set(DISABLED) == {objection.violated_by.__name__ for objection in CONSTRAINTS}


@pytest.mark.parametrize(
    ("exit_code", "output", "verdict", "test"),
    [
        (0, "3 passed in 0.1s", Verdict.SURVIVED, ""),
        (
            1,
            "E   assert False\nFAILED a.py::test_b[c-d] - assert False\n1 failed",
            Verdict.KILLED,
            "a.py::test_b[c-d]",
        ),
        (
            1,
            "E   Failed: Timeout (>180.0s)\nFAILED a.py::test_b",
            Verdict.TIMED_OUT,
            "a.py::test_b",
        ),
        (1, "ERROR a.py::test_b - psycopg.errors.SyntaxError\n1 error", Verdict.NOT_TESTED, ""),
        (2, "ERROR tests/a.py - ImportError\n1 error", Verdict.NOT_TESTED, ""),
        (5, "no tests ran", Verdict.NOT_TESTED, ""),
    ],
)
def test_a_mutant_is_killed_by_a_test_that_fails_only(exit_code: int, output: str, verdict: Verdict, test: str) -> None:
    assert verdict_of(exit_code, output) == (verdict, test)


def test_mutants_are_chosen_by_name_or_file_or_pattern() -> None:
    assert choose([]) == list(MUTANTS)
    assert {mutant.path for mutant in choose(["migrations/*.sql"])} == {
        mutant.path for mutant in MUTANTS if mutant.path.startswith("sensors/db/migrations/")
    }
    names = {mutant.name for mutant in choose(["random key", "no cell is exact"])}
    assert names == {"a random key", "no cell is exact"}
