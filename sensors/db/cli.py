"""The ``migrate`` command."""

import click

from sensors.db import Database, connect
from sensors.settings.database import MigrateSettings


@click.command(epilog="Example: DATABASE_URL=postgresql://lantaarn_owner@db/lantaarn lantaarn migrate")
@click.option("--to-hypertables", is_flag=True, help="Then convert a plain PostgreSQL's observations to hypertables.")
@click.option("--logins", is_flag=True, help="Then enable the programs' logins, each with its configured password.")
def migrate(to_hypertables: bool, logins: bool) -> None:
    """Migrate the database to the schema of this version. Safe to run again.

    With --logins, the roles lantaarn_ingest, lantaarn_api and lantaarn_dashboard can log in with the passwords in
    LANTAARN_INGEST_DATABASE_PASSWORD and so on. A role without a password can't log in.
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
                click.echo(f"{role} {'logs in with its configured password' if can_log_in else 'does not log in'}")
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
    click.echo(f"{converted} tables converted to hypertables; ingest waited and resumes now.")
