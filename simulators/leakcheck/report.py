"""What a leak check found, as tables; never a canary itself."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from simulators.leakcheck.run import Found, Result

CLEAN, LEAKS, BLIND = 0, 1, 2
"""Exit codes: nothing found, something found, or a control was not found and the search proves nothing."""


def exit_code(result: Result) -> int:
    """What the whole came to."""
    if any(one.controls[0] < one.controls[1] for one in result.found):
        return BLIND
    return LEAKS if any(one.leaks for one in result.found) else CLEAN


def parts(result: Result) -> Iterator[Table | str]:
    """What was found on each surface, the controls, the leaks when there are any, and what ingest made of it."""
    yield _found(result.found)
    yield _controls(result.found)
    if any(one.leaks for one in result.found):
        yield _leaks(result.found)
    books = result.taken_in
    yield (
        f"Ingest received {books.received:,} readings: {books.stored:,} stored, {books.refused:,} refused, "
        f"{books.aggregated:,} in windows; and dropped {books.dropped:,} fields."
    )


def _found(found: Sequence[Found]) -> Table:
    table = Table("surface", "searched", "canaries", "found", title="Identifiers found")
    for one in found:
        table.add_row(one.surface, f"{one.searched / 1e6:,.2f} MB", f"{one.canaries:,}", f"{one.found:,}")
    return table


def _controls(found: Sequence[Found]) -> Table:
    table = Table("surface", "put there", "found", title="Positive controls")
    for one in found:
        put, seen = one.controls[1], one.controls[0]
        table.add_row(one.surface, str(put), f"{seen} ({100 * seen // put} %)")
    return table


def _leaks(found: Sequence[Found]) -> Table:
    table = Table("surface", "form", "came in as", "canaries", title="Leaks")
    for one in found:
        for (form, way), canaries in sorted(one.leaks.items()):
            table.add_row(one.surface, form, way, f"{canaries:,}")
    return table
