"""The ``erase``, ``backup`` and ``restore`` commands."""

import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from ingest.lifecycle.erasure import Erasure, ErasureError, ErasureRequest, erase, plan_erasure, preview_erasure
from ingest.lifecycle.register.erased_entry import delete_mails_about
from ingest.lifecycle.restore import restore_backup
from sensors.db import connect
from sensors.db.deletion_log import Deletion
from sensors.db.dump import DumpError, PostgresTools, dump_database
from sensors.db.server import find_postgres
from sensors.erasures.tombstones import TombstoneError, read_tombstones
from sensors.settings.lifecycle import BackupSettings, ErasureSettings
from sensors.staff.log import Act, check_editor
from sensors.staff.options import editor_option


class InstantParam(click.ParamType[datetime]):
    """An ISO 8601 instant with its UTC offset, such as 2026-11-22T12:00:00Z."""

    name = "instant"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail("use an ISO 8601 instant, such as 2026-11-22T12:00:00Z", param, ctx)
        if moment.tzinfo is None:
            self.fail("add the UTC offset, as in 2026-11-22T12:00:00+01:00", param, ctx)
        return moment


@click.command("erase", epilog='Example: lantaarn erase --sensor HD-LUCHT-7 --reason "request of 3 November" --dry-run')
@click.option("--sensor", "reference", required=True, metavar="REFERENCE", help="Reference of the sensor.")
@click.option("--from", "since", type=InstantParam(), help="First instant to erase.  [default: the beginning]")
@click.option("--to", "until", type=InstantParam(), help="First instant to keep again.  [default: now]")
@click.option("--register", "whole_entry", is_flag=True, help="Also erase location, contact and owner; ends its entry.")
@click.option("--resend", is_flag=True, help="A correction: let the device deliver the period again.")
@click.option("--reason", required=True, help="Why; kept permanently, so don't name anyone.")
@editor_option
@click.option("--dry-run", is_flag=True, help="Count rows without erasing them.")
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
def erase_(*, editor: str | None, dry_run: bool, yes: bool, **request_options: Any) -> None:
    """Permanently erase all of a sensor's measurements, or those of a period, from every table (AVG art. 17)."""
    settings = ErasureSettings.load()
    with _errors_as_messages(), connect(settings.database_url.get_secret_value()) as db:
        request = ErasureRequest(settings.municipality, **request_options)
        tombstone = plan_erasure(db, request, datetime.now(UTC))
        _show(preview_erasure(db, tombstone), "rows to erase")
        if dry_run:
            return
        check_editor(db, editor)
        if not yes:
            click.confirm("This cannot be undone. Erase?", abort=True)
        act = Act("erase", request.reference, editor, request.reason)
        _show(erase(db, tombstone, settings.tombstones, act), "rows erased")
        if tombstone.register:
            delete_mails_about(db, tombstone.entry_id, settings.mail_spool)
    click.echo(f"Recorded in {settings.tombstones}, which restoring a backup requires: keep it apart from the backups.")


@click.command("backup", epilog="Example: lantaarn backup /backups/lantaarn-2026-11-22.dump")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the whole database to FILE, readable by this user only. Other programs may keep running."""
    with _errors_as_messages():
        dump_database(_postgres_tools(), file, click.echo)
    click.echo(f"{file}: {file.stat().st_size:,} bytes. Not included: the list of erasures (LANTAARN_TOMBSTONES).")


@click.command("restore", epilog="Example: lantaarn restore backup.dump --tombstones tombstones.jsonl")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--tombstones", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="List of erasures.")
@click.option("--no-tombstones", is_flag=True, help="Nothing was ever erased.")
def restore(file: Path | None, tombstones: Path | None, *, no_tombstones: bool) -> None:
    """Restore FILE into the empty database at DATABASE_URL, and repeat the erasures made since the backup.

    Without FILE, finish a restore done by another tool. Nothing else can read the database until all is done. Exits
    with code 1 if the audit finds differences.
    """
    if (tombstones is None) != no_tombstones:
        raise click.UsageError("State what was erased since the backup: --tombstones FILE, or --no-tombstones.")
    with _errors_as_messages():
        listed = read_tombstones(tombstones) if tombstones else ()
        result = restore_backup(_postgres_tools(), file, listed, datetime.now(UTC), click.echo)
    for name in result.migrations:
        click.echo(f"applied {name}")
    click.echo(f"{len(result.erasures)} of {len(listed)} erasures repeated: {result.erased_rows} rows")
    click.echo(f"{sum(each.deleted_rows for each in result.deletions)} expired rows deleted")
    click.echo(f"{len(result.differences)} differences in the ledger; lantaarn audit shows them")
    sys.exit(bool(result.differences))


def _postgres_tools() -> PostgresTools:
    settings = BackupSettings.load()
    folder = settings.pg_bin or find_postgres().bin_folder
    if not (folder / "pg_dump").exists():
        raise DumpError(f"no pg_dump in {folder}: set LANTAARN_PG_BIN to the folder of PostgreSQL's programs")
    return PostgresTools(folder, settings.database_url.get_secret_value())


@contextmanager
def _errors_as_messages() -> Generator[None]:
    """Report errors that the user can act on as plain messages."""
    try:
        yield
    except (ErasureError, TombstoneError, DumpError) as error:
        raise click.ClickException(str(error)) from error


def _show(erasure: Erasure, heading: str) -> None:
    table = Table("table", heading)
    for name, rows in _lines(erasure.deletions):
        table.add_row(name, rows)
    Console().print(table)
    if erasure.rebuilt_hours:
        click.echo(f"{erasure.rebuilt_hours} hourly totals are recomputed from the values outside the period.")
    for hour in erasure.removed_hours:
        click.echo(f"The total of {hour:%Y-%m-%d %H:00} UTC is deleted entirely: some of its values no longer exist.")


def _lines(deletions: Iterable[Deletion]) -> Iterator[tuple[str, str]]:
    counted = {deletion.table_name: deletion.deleted_rows for deletion in deletions}
    yield from ((name, f"{rows:,}") for name, rows in counted.items())
    yield "total", f"{sum(counted.values()):,}"
