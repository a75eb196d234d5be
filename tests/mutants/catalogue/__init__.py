"""The rules of the privacy code, each with the change that disables it and the tests that must fail."""

from tests.mutants.catalogue import (
    counts,
    event_books,
    events,
    logs,
    movement,
    officer,
    payloads,
    readers,
    readings,
    register,
    reports,
    staff,
    totals,
)
from tests.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *counts.MUTANTS,
    *event_books.MUTANTS,
    *events.MUTANTS,
    *logs.MUTANTS,
    *movement.MUTANTS,
    *officer.MUTANTS,
    *payloads.MUTANTS,
    *readers.MUTANTS,
    *readings.MUTANTS,
    *register.MUTANTS,
    *reports.MUTANTS,
    *staff.MUTANTS,
    *totals.MUTANTS,
)
"""All mutants."""
