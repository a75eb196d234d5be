"""The sub-commands of the database and the register: ``migrate``, ``register``, ``policy`` and ``doctor``."""

import sys
from pathlib import Path
from typing import Literal

import click
from click.formatting import wrap_text

from sensors.db import Database, connect
from sensors.settings import DatabaseSettings, MigrateSettings

Language = Literal["nl", "en"]
EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(epilog="Example: DATABASE_URL=postgresql://lantaarn_owner@db/lantaarn lantaarn migrate")
@click.option("--to-hypertables", is_flag=True, help="Then move a plain PostgreSQL's observations into TimescaleDB.")
@click.option("--logins", is_flag=True, help="Then let the programs log in, each with the password that is set for it.")
def migrate(to_hypertables: bool, logins: bool) -> None:
    """Bring the database to the schema of this version. Safe to run again.

    With --logins, the roles lantaarn_ingest, lantaarn_api and lantaarn_dashboard log in with the passwords in
    LANTAARN_INGEST_DATABASE_PASSWORD and so on; a role without a password can't log in.
    """
    from sensors.db.capabilities import probe_capabilities  # noqa: PLC0415 - each command loads only what it needs
    from sensors.db.logins import set_logins  # noqa: PLC0415
    from sensors.upgrade import upgrade_database  # noqa: PLC0415

    settings = MigrateSettings.load()
    with connect(settings.database_url.get_secret_value()) as db:
        for name in upgrade_database(db):
            click.echo(f"applied {name}")
        if logins:
            for role, can_log_in in set_logins(db, settings.passwords_by_role).items():
                click.echo(f"{role} {'logs in with the password that is set' if can_log_in else 'does not log in'}")
        if to_hypertables:
            _convert_to_hypertables(db)
        found = probe_capabilities(db)
    click.echo(f"The database is up to date: PostgreSQL {found.server_version}, edition {found.edition}.")


def _convert_to_hypertables(db: Database) -> None:
    from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    from sensors.db.hypertables import PlainTable, convert_to_hypertables  # noqa: PLC0415

    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()) as progress:
        tasks: list[TaskID] = []

        def show_progress(table: PlainTable) -> None:
            for task in tasks:
                progress.stop_task(task)
            tasks.append(progress.add_task(f"{table.table_name}, about {table.estimated_row_count:,} rows", total=None))

        converted = convert_to_hypertables(db, show_progress)
    click.echo(f"{converted} tables became hypertables; ingest waited meanwhile and goes on.")


@click.group(epilog="Example: lantaarn register check register.json")
def register() -> None:
    """Bring entries into the register and out of it."""


@register.command("import", epilog='Example: lantaarn register import register.json --reason "new sensors"')
@click.argument("file", type=EXISTING_FILE)
@click.option("--editor", default="lantaarn register import", show_default=True, help="Which team or program edits.")
@click.option("--reason", help="Why; it stays in the history.  [default: imported from FILE]")
def import_(file: Path, editor: str, reason: str | None) -> None:
    """Publish the good entries of FILE; a changed one becomes a new version. Exit code 1 when one is refused."""
    from sensors.register.repository import import_entries  # noqa: PLC0415

    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        report = import_entries(db, file, editor, reason or f"imported from {file.name}")
    click.echo(report)
    sys.exit(bool(report.violations))


@register.command(epilog="Example: lantaarn register export > register.jsonl")
def export() -> None:
    """Write the current version of every entry, one JSON object a line."""
    from sensors.register.repository import export_entries  # noqa: PLC0415

    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        for line in export_entries(db):
            click.echo(line)


@register.command(epilog="Example: lantaarn register check register.json")
@click.argument("file", type=EXISTING_FILE)
def check(file: Path) -> None:
    """Check the entries of FILE against every rule, without a database. Exit code 1 when one is broken."""
    from sensors.register.repository import check_file  # noqa: PLC0415

    violations = check_file(file)
    for problem in violations:
        click.echo(problem)
    click.echo(f"{len(violations)} problems")
    sys.exit(bool(violations))


@click.group(epilog="Example: lantaarn policy explain lantaarn-0101")
def policy() -> None:
    """What ingest may do, compiled from the register."""


@policy.command(epilog="Example: lantaarn policy explain lantaarn-0101 --language en")
@click.argument("reference")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Dutch or English.")
def explain(reference: str, language: Language) -> None:
    """Tell in plain words what becomes of the data of the sensor REFERENCE. Exit code 2 when there is none."""
    from pydantic import ValidationError  # noqa: PLC0415

    from sensors.policy.explanation import explain_policy as paragraphs  # noqa: PLC0415
    from sensors.register.entry import Entry  # noqa: PLC0415
    from sensors.register.repository import current_versions_by_reference, retention_class_names  # noqa: PLC0415

    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        found, classes = current_versions_by_reference(db, reference), retention_class_names(db)
    if not found:
        click.echo("Error: there is no sensor with this reference in the register.", err=True)
        sys.exit(2)
    for version in found:
        try:
            entry = Entry.model_validate(version.document)
        except ValidationError:
            click.echo("This entry is of an older schema: nothing is taken in until it is imported anew.")
            continue
        for each in paragraphs(entry, version.version, language, classes):
            click.secho(each.heading, bold=True)
            for line in each.sentences:
                click.echo(wrap_text(line, initial_indent="  - ", subsequent_indent="    "))


@click.command(epilog="Example: lantaarn doctor")
def doctor() -> None:
    """Tell what is there of database, broker and web assets, what is missing and what to do: exit code 1."""
    from sensors.doctor import print_findings, run_checks  # noqa: PLC0415

    sys.exit(not print_findings(run_checks(Path.cwd())))
