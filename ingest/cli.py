"""The sub-commands of the writers: ``ingest`` and ``audit``."""

import sys
from datetime import UTC, datetime

import click

from ingest.mqtt.subscriptions import MAX_WORKERS
from sensors import logs
from sensors.db import connect
from sensors.settings.database import DatabaseSettings
from sensors.settings.ingest import IngestSettings


@click.command(epilog="Example: MQTT_URL=mqtt://broker:1883 DATABASE_URL=postgresql://db/lantaarn lantaarn ingest")
@click.option("--workers", type=click.IntRange(1, MAX_WORKERS), help="Processes that share the work.  [default: 1]")
def ingest(workers: int | None) -> None:
    """Read the broker and store what the register permits, until SIGTERM or Ctrl-C."""
    from ingest.supervisor import supervise  # noqa: PLC0415 - each command loads only what it needs

    settings = IngestSettings.load(**({"workers": workers} if workers else {}))
    logs.configure_logging(settings.log_level)
    supervise(settings)


@click.command(epilog="Example: lantaarn audit")
def audit() -> None:
    """Check the ledger, its reasons, and the totals against single values. Exit code 1 with the rows that differ."""
    from ingest.lifecycle.audit import CHECKS, audit_ledger  # noqa: PLC0415

    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        differences = audit_ledger(db, datetime.now(UTC))
    for difference in differences:
        values = ", ".join(f"{name} {value}" for name, value in difference.row.items())
        click.echo(f"{CHECKS[difference.check]}: {values}")
    click.echo(f"{len(differences)} differences")
    sys.exit(bool(differences))
