"""What a leak check found, as tables; never a canary itself."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from simulators.leakcheck.check import LeakCheckResult, SurfaceResult

EXIT_CLEAN, EXIT_LEAKS, EXIT_CONTROL_MISSED = 0, 1, 2
"""Exit codes: nothing found, something found, or a control was not found and the search proves nothing."""


def exit_code(result: LeakCheckResult) -> int:
    """What the whole came to."""
    if any(one.control_counts[0] < one.control_counts[1] for one in result.surfaces):
        return EXIT_CONTROL_MISSED
    return EXIT_LEAKS if any(one.leaks for one in result.surfaces) else EXIT_CLEAN


def render_report(result: LeakCheckResult) -> Iterator[Table | str]:
    """What was found on each surface, the controls, the leaks when there are any, and what ingest made of it."""
    yield _found(result.surfaces)
    yield _controls(result.surfaces)
    if any(one.leaks for one in result.surfaces):
        yield _leaks(result.surfaces)
    books = result.ingested
    yield (
        f"Ingest received {books.received:,} readings: {books.stored:,} stored, {books.refused:,} refused, "
        f"{books.aggregated:,} in windows; and dropped {books.fields_dropped:,} fields."
    )


def _found(found: Sequence[SurfaceResult]) -> Table:
    table = Table("surface", "searched", "canaries", "found", title="Identifiers found")
    for one in found:
        table.add_row(
            one.surface, f"{one.bytes_searched / 1e6:,.2f} MB", f"{one.canaries_searched:,}", f"{one.canaries_found:,}"
        )
    return table


def _controls(found: Sequence[SurfaceResult]) -> Table:
    table = Table("surface", "put there", "found", title="Positive controls")
    for one in found:
        put, seen = one.control_counts[1], one.control_counts[0]
        table.add_row(one.surface, str(put), f"{seen} ({100 * seen // put} %)")
    return table


def _leaks(found: Sequence[SurfaceResult]) -> Table:
    table = Table("surface", "form", "came in as", "canaries", title="Leaks")
    for one in found:
        for (form, way), canaries in sorted(one.leaks.items()):
            table.add_row(one.surface, form, way, f"{canaries:,}")
    return table
