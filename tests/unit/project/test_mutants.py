from pathlib import Path

import pytest

from sensors.policy.constraints import CONSTRAINTS
from tests.mutants.catalogue import MUTANTS
from tests.mutants.catalogue.register import CONSTRAINTS as DISABLED
from tests.mutants.mutant import Mutant

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_list_of_mutants_fits_the_code(mutant: Mutant) -> None:
    assert (ROOT / mutant.path).read_text(encoding="utf-8").count(mutant.old) == 1
    for test in mutant.tests:
        assert (ROOT / test.partition("::")[0]).exists()


def test_every_objection_has_its_mutant() -> None:
    assert set(DISABLED) == {objection.violated_by.__name__ for objection in CONSTRAINTS}
