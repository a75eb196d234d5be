"""The sub-commands of the database and the register: ``migrate``, ``register`` and ``doctor``."""

import sys
from pathlib import Path

import click

from sensors.db import connect
from sensors.settings import DatabaseSettings

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(epilog="Example: DATABASE_URL=postgresql://lantaarn_owner@db/lantaarn lantaarn migrate")
def migrate() -> None:
    """Bring the database to the schema of this version. Safe to run again."""
    from sensors.db.capabilities import probe  # noqa: PLC0415 - each command loads only what it needs
    from sensors.upgrade import upgrade  # noqa: PLC0415

    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        applied = upgrade(db)
        found = probe(db)
    for name in applied:
        click.echo(f"applied {name}")
    click.echo(f"The database is up to date: PostgreSQL {found.server_version}, edition {found.edition}.")


@click.group(epilog="Example: lantaarn register check register.json")
def register() -> None:
    """Bring entries into the register and out of it."""


@register.command("import", epilog='Example: lantaarn register import register.json --reason "new sensors"')
@click.argument("file", type=EXISTING)
@click.option("--editor", default="lantaarn register import", show_default=True, help="Which team or program edits.")
@click.option("--reason", help="Why; it stays in the history.  [default: imported from FILE]")
def import_(file: Path, editor: str, reason: str | None) -> None:
    """Publish the good entries of FILE; a changed one becomes a new version. Exit code 1 when one is refused."""
    from sensors.register import import_entries  # noqa: PLC0415

    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        report = import_entries(db, file, editor, reason or f"imported from {file.name}")
    click.echo(report)
    sys.exit(bool(report.problems))


@register.command(epilog="Example: lantaarn register export > register.jsonl")
def export() -> None:
    """Write the current version of every entry, one JSON object a line."""
    from sensors.register import export_entries  # noqa: PLC0415

    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        for line in export_entries(db):
            click.echo(line)


@register.command(epilog="Example: lantaarn register check register.json")
@click.argument("file", type=EXISTING)
def check(file: Path) -> None:
    """Check the entries of FILE against every rule, without a database. Exit code 1 when one is broken."""
    from sensors.register import check_file  # noqa: PLC0415

    problems = check_file(file)
    for problem in problems:
        click.echo(problem)
    click.echo(f"{len(problems)} problems")
    sys.exit(bool(problems))


@click.command(epilog="Example: lantaarn doctor")
def doctor() -> None:
    """Tell what is there of database, broker and web assets, what is missing and what to do: exit code 1."""
    from sensors.doctor import examine, show  # noqa: PLC0415

    sys.exit(not show(examine(Path.cwd())))
