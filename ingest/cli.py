"""The ``ingest`` and ``audit`` commands."""

import sys
from datetime import UTC, datetime

import click

from ingest.mqtt.subscriptions import MAX_WORKERS
from sensors import logs
from sensors.db import connect
from sensors.settings.database import DatabaseSettings
from sensors.settings.ingest import IngestSettings


@click.command(epilog="Example: MQTT_URL=mqtt://broker:1883 DATABASE_URL=postgresql://db/lantaarn lantaarn ingest")
@click.option("--workers", type=click.IntRange(1, MAX_WORKERS), help="Number of worker processes.  [default: 1]")
def ingest(workers: int | None) -> None:
    """Store sensor data from the broker as the register permits, until SIGTERM or Ctrl-C."""
    from ingest.supervisor import supervise  # noqa: PLC0415 - each command loads only what it needs

    settings = IngestSettings.load(**({"workers": workers} if workers else {}))
    logs.configure_logging(settings.log_level)
    supervise(settings)


@click.command(epilog="Example: lantaarn audit")
def audit() -> None:
    """Check that the ledger balances and that totals match individual values.

    Prints the rows that differ, and exits with code 1 if there are any.
    """
    from ingest.lifecycle.audit import CHECKS, audit_ledger  # noqa: PLC0415

    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        differences = audit_ledger(db, datetime.now(UTC))
    for difference in differences:
        values = ", ".join(f"{name} {value}" for name, value in difference.row.items())
        click.echo(f"{CHECKS[difference.check]}: {values}")
    click.echo(f"{len(differences)} differences")
    sys.exit(bool(differences))
