"""The ``register`` command group. Each command imports only what it needs."""

import sys
from pathlib import Path

import click

from sensors.db import connect
from sensors.settings.database import DatabaseSettings

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(epilog="Example: lantaarn register check register.json")
def register() -> None:
    """Import, export and check register entries."""


@register.command("import", epilog='Example: lantaarn register import register.json --reason "new sensors"')
@click.argument("file", type=EXISTING_FILE)
@click.option("--editor", default="lantaarn register import", show_default=True, help="The team or program editing.")
@click.option("--reason", help="Reason for the change, shown in the history.  [default: imported from FILE]")
def import_(file: Path, editor: str, reason: str | None) -> None:
    """Publish the valid entries of FILE; a changed one becomes a new version. Exit code 1 if any is refused."""
    from sensors.register.repository import import_entries  # noqa: PLC0415

    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        report = import_entries(db, file, editor, reason or f"imported from {file.name}")
    click.echo(report)
    sys.exit(bool(report.violations))


@register.command(epilog="Example: lantaarn register export > register.jsonl")
def export() -> None:
    """Print the current version of every entry, one JSON object per line."""
    from sensors.register.repository import export_entries  # noqa: PLC0415

    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        for line in export_entries(db):
            click.echo(line)


@register.command(epilog="Example: lantaarn register check register.json")
@click.argument("file", type=EXISTING_FILE)
def check(file: Path) -> None:
    """Validate the entries of FILE without a database. Exit code 1 if there are violations."""
    from sensors.register.repository import check_file  # noqa: PLC0415

    violations = check_file(file)
    for violation in violations:
        click.echo(violation)
    click.echo(f"{len(violations)} problems")
    sys.exit(bool(violations))
