"""The sub-commands of the writers: ``ingest`` and ``retention``."""

import sys
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from ingest.seats import MOST_WORKERS
from sensors import logs
from sensors.db import connect
from sensors.settings import DatabaseSettings, IngestSettings


@click.command(epilog="Example: MQTT_URL=mqtt://broker:1883 DATABASE_URL=postgresql://db/lantaarn lantaarn ingest")
@click.option("--workers", type=click.IntRange(1, MOST_WORKERS), help="Processes that share the work.  [default: 1]")
def ingest(workers: int | None) -> None:
    """Read the broker and store what the register permits, until SIGTERM or Ctrl-C."""
    from ingest.crew import work  # noqa: PLC0415 - each command loads only what it needs

    settings = IngestSettings.load(**({"workers": workers} if workers else {}))
    logs.configure(settings.log_level)
    work(settings)


@click.group(epilog="Example: lantaarn retention verify")
def retention() -> None:
    """Delete what is past its term, and prove it."""


@retention.command("run", epilog="Example: lantaarn retention run")
def run_() -> None:
    """Delete what is past its term now; every deletion goes to the deletion log."""
    from ingest.retention import run  # noqa: PLC0415

    now = datetime.now(UTC)
    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        deletions = run(db, now)
    table = Table("table", "class", "older than", "rows deleted")
    for deletion in deletions:
        rows = str(deletion.deleted_rows)
        table.add_row(deletion.table_name, deletion.retention_class, f"{deletion.older_than:%Y-%m-%d %H:%M} UTC", rows)
    Console().print(table)


@retention.command(epilog="Example: lantaarn retention verify")
def verify() -> None:
    """Compare the oldest row of every table with its promise. Exit code 1 when a promise is not kept."""
    from ingest.retention import verify  # noqa: PLC0415

    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        found = verify(db, datetime.now(UTC))
    table = Table("table", "class", "promised", "oldest", "kept")
    for held in found.held:
        oldest = f"{held.oldest:%Y-%m-%d %H:%M} UTC" if held.oldest else "–"
        kept = "yes" if held.within_promise else "NO"
        table.add_row(held.table_name, held.retention_class, str(held.promised_max_age), oldest, kept)
    Console().print(table)
    if found.broken_at is not None:
        click.echo(f"The deletion log was changed: row {found.broken_at} does not follow from the rows before it.")
    sys.exit(not found.kept)


@click.command(epilog="Example: lantaarn audit")
def audit() -> None:
    """Check the ledger, its reasons, and the totals against single values. Exit code 1 with the rows that differ."""
    from ingest.audit import CHECKS, audit  # noqa: PLC0415

    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        differences = audit(db, datetime.now(UTC))
    for difference in differences:
        values = ", ".join(f"{name} {value}" for name, value in difference.row.items())
        click.echo(f"{CHECKS[difference.check]}: {values}")
    click.echo(f"{len(differences)} differences")
    sys.exit(bool(differences))
