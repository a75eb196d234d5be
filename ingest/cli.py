"""The ``ingest`` and ``audit`` commands."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
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
    """Store sensor data from the broker as the register permits, until SIGTERM or Ctrl-C.

    Exits with 3 if another ingest has the same sessions at the broker, and with 4 if a worker keeps dying.
    """
    from ingest.supervisor import supervise  # noqa: PLC0415 - each command loads only what it needs

    settings = IngestSettings.load(**({"workers": workers} if workers else {}))
    logs.configure_logging(settings.log_level)
    supervise(settings)


MAX_SENSORS_LISTED = 20


@click.command(epilog="Example: lantaarn audit")
def audit() -> None:
    """Check that the ledger balances, totals match individual values, no window of events is missing, no log altered.

    Prints the ledger, what became of the windows that were due, the sensors with conflicting values, those whose meters
    jumped, and the rows that differ; exits with code 1 if any differ.
    """
    from ingest.lifecycle.audit import (  # noqa: PLC0415
        CHECKS,
        audit_ledger,
        conflicting_sensors,
        jumping_meters,
        ledger_totals,
        window_totals,
    )

    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        differences = audit_ledger(db, datetime.now(UTC))
        totals, windows = ledger_totals(db), window_totals(db)
        conflicting, jumping = conflicting_sensors(db, MAX_SENSORS_LISTED), jumping_meters(db, MAX_SENSORS_LISTED)
    click.echo(_equation(asdict(totals)))
    click.echo(f"windows of events: {_equation(asdict(windows))}")
    for sensor in conflicting:
        click.echo(f"conflicting values for one moment: sensor {sensor.reference}, {sensor.conflicts} readings")
    for meter in jumping:
        click.echo(f"readings that no meter can have: sensor {meter.reference}, {meter.jumps} not counted")
    for difference in differences:
        values = ", ".join(f"{name} {value}" for name, value in difference.row.items())
        click.echo(f"{CHECKS[difference.check]}: {values}")
    click.echo(f"{len(differences)} differences")
    sys.exit(bool(differences))


def _equation(totals: Mapping[str, int]) -> str:
    """The first as the sum of the others."""
    first, *parts = (f"{name} {count}" for name, count in totals.items())
    return f"{first} = {' + '.join(parts)}"
