"""Render the result of a leak check as tables, which never contain a canary."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from simulators.leakcheck.check import LeakCheckResult, SurfaceResult

EXIT_CLEAN, EXIT_LEAKS, EXIT_CONTROL_MISSED = 0, 1, 2
"""Exit codes: no leaks, leaks, or a missed control, which makes the search inconclusive."""


def exit_code(result: LeakCheckResult) -> int:
    """The exit code for a result."""
    if any(one.control_counts[0] < one.control_counts[1] for one in result.surfaces):
        return EXIT_CONTROL_MISSED
    return EXIT_LEAKS if any(one.leaks for one in result.surfaces) else EXIT_CLEAN


def render_report(result: LeakCheckResult) -> Iterator[Table | str]:
    """Yield tables of findings per surface, controls and any leaks, and a line of ingest totals."""
    yield _found(result.surfaces)
    yield _controls(result.surfaces)
    if any(one.leaks for one in result.surfaces):
        yield _leaks(result.surfaces)
    totals = result.ingested
    yield (
        f"Ingest received {totals.received:,} readings: {totals.stored:,} stored, {totals.refused:,} refused; and "
        f"dropped {totals.fields_dropped:,} fields. {result.sent_as_events:,} identifiers were sent in events, which "
        "leave no number."
    )


def _found(found: Sequence[SurfaceResult]) -> Table:
    table = Table("surface", "searched", "canaries", "found", title="Identifiers found")
    for one in found:
        table.add_row(
            one.surface, f"{one.bytes_searched / 1e6:,.2f} MB", f"{one.canaries_searched:,}", f"{one.canaries_found:,}"
        )
    return table


def _controls(found: Sequence[SurfaceResult]) -> Table:
    table = Table("surface", "placed", "found", title="Positive controls")
    for one in found:
        placed, seen = one.control_counts[1], one.control_counts[0]
        table.add_row(one.surface, str(placed), f"{seen} ({100 * seen // placed} %)")
    return table


def _leaks(found: Sequence[SurfaceResult]) -> Table:
    table = Table("surface", "form", "vector", "canaries", title="Leaks")
    for one in found:
        for (form, vector), canaries in sorted(one.leaks.items()):
            table.add_row(one.surface, form, vector, f"{canaries:,}")
    return table
