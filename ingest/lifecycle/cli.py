"""The sub-commands that take data out of the database or bring it back: ``erase``, ``backup`` and ``restore``."""

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
from ingest.lifecycle.restore import restore_backup
from ingest.lifecycle.retention import Deletion
from ingest.lifecycle.tombstones import TombstoneError, read_tombstones
from sensors.db import connect
from sensors.db.dump import DumpError, PostgresTools, dump_database
from sensors.db.server import find_postgres
from sensors.settings.lifecycle import BackupSettings, ErasureSettings


class InstantParam(click.ParamType[datetime]):
    """A moment with its zone (ISO 8601), such as 2026-11-22T12:00:00Z."""

    name = "instant"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail("write it as 2026-11-22T12:00:00Z", param, ctx)
        if moment.tzinfo is None:
            self.fail("say in which zone, as in 2026-11-22T12:00:00+01:00", param, ctx)
        return moment


@click.command("erase", epilog='Example: lantaarn erase --sensor HD-LUCHT-7 --reason "request of 3 November" --dry-run')
@click.option("--sensor", "reference", required=True, metavar="REFERENCE", help="Which sensor.")
@click.option("--from", "since", type=InstantParam(), help="The first moment to erase.  [default: all there is]")
@click.option("--to", "until", type=InstantParam(), help="The first moment to keep again.  [default: now]")
@click.option("--register", "whole_entry", is_flag=True, help="Its place, contact and owner too; its entry ends.")
@click.option("--resend", is_flag=True, help="A correction: the device may deliver the period again.")
@click.option("--reason", required=True, help="Why; it is kept for good. No names.")
@click.option("--dry-run", is_flag=True, help="Only count.")
@click.option("--yes", is_flag=True, help="Don't ask.")
def erase_(*, dry_run: bool, yes: bool, **request_options: Any) -> None:
    """Erase what was measured by a sensor, or in a period, everywhere and for good (AVG art. 17)."""
    settings = ErasureSettings.load()
    with _errors_as_messages(), connect(settings.database_url.get_secret_value()) as db:
        tombstone = plan_erasure(db, ErasureRequest(settings.municipality, **request_options), datetime.now(UTC))
        _show(preview_erasure(db, tombstone), "rows to erase")
        if dry_run:
            return
        if not yes:
            click.confirm("Nobody can undo this. Erase?", abort=True)
        _show(erase(db, tombstone, settings.tombstones), "rows erased")
    click.echo(f"Kept in {settings.tombstones}, for when a backup is restored: keep that file, apart from the backups.")


@click.command("backup", epilog="Example: lantaarn backup /backups/lantaarn-2026-11-22.dump")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the whole database to FILE, readable by this user only. The other programs may go on."""
    with _errors_as_messages():
        dump_database(_postgres_tools(), file, click.echo)
    click.echo(f"{file}: {file.stat().st_size:,} octets. Not in it: the list of what was erased (LANTAARN_TOMBSTONES).")


@click.command("restore", epilog="Example: lantaarn restore backup.dump --tombstones tombstones.jsonl")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--tombstones", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="What was erased.")
@click.option("--no-tombstones", is_flag=True, help="Nothing was ever erased.")
def restore(file: Path | None, tombstones: Path | None, *, no_tombstones: bool) -> None:
    """Fill the empty database at DATABASE_URL from FILE, and erase again what was erased since the backup.

    Without FILE: the database was restored by another tool. Nothing can read it before all is done. Exit code 1 when
    the audit finds differences.
    """
    if (tombstones is None) != no_tombstones:
        raise click.UsageError("Say what was erased since the backup: --tombstones FILE, or --no-tombstones.")
    with _errors_as_messages():
        listed = read_tombstones(tombstones) if tombstones else ()
        result = restore_backup(_postgres_tools(), file, listed, datetime.now(UTC), click.echo)
    for name in result.migrations:
        click.echo(f"applied {name}")
    click.echo(f"{len(result.erasures)} of {len(listed)} erasures done again: {result.erased_rows} rows")
    click.echo(f"{sum(each.deleted_rows for each in result.deletions)} rows past their term deleted")
    click.echo(f"{len(result.differences)} differences in the books; lantaarn audit shows them")
    sys.exit(bool(result.differences))


def _postgres_tools() -> PostgresTools:
    settings = BackupSettings.load()
    folder = settings.pg_bin or find_postgres().bin_folder
    if not (folder / "pg_dump").exists():
        raise DumpError(f"there is no pg_dump in {folder}: name the folder of PostgreSQL's programs in LANTAARN_PG_BIN")
    return PostgresTools(folder, settings.database_url.get_secret_value())


@contextmanager
def _errors_as_messages() -> Generator[None]:
    """What a person can do something about becomes a sentence."""
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
        click.echo(f"{erasure.rebuilt_hours} hourly totals are made again from the values around the period.")
    for hour in erasure.removed_hours:
        click.echo(f"The total of {hour:%Y-%m-%d %H:00} UTC goes as a whole: not all of its values are still there.")


def _lines(deletions: Iterable[Deletion]) -> Iterator[tuple[str, str]]:
    counted = {deletion.table_name: deletion.deleted_rows for deletion in deletions}
    yield from ((name, f"{rows:,}") for name, rows in counted.items())
    yield "total", f"{sum(counted.values()):,}"
