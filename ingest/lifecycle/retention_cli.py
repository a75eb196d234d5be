"""The ``retention`` commands: manage, enforce and verify retention. Each command imports only what it needs."""

import sys
from datetime import UTC, datetime, timedelta

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table

from sensors.db import connect
from sensors.policy.promises import RETENTION_INTERVAL
from sensors.policy.retention_classes import PERMANENT, is_valid_class_name
from sensors.settings.database import DatabaseSettings
from sensors.settings.lifecycle import RetentionSettings
from sensors.staff.options import editor_option


def _url() -> str:
    return DatabaseSettings.load().database_url.get_secret_value()


@click.group(epilog="Example: lantaarn retention verify")
def retention() -> None:
    """Delete expired data, and verify that it is gone."""


@retention.command("run", epilog="Example: lantaarn retention run")
def run_() -> None:
    """Update daily totals, then delete expired data now. Every deletion is recorded in the deletion log."""
    from ingest.lifecycle.daily_totals import update_daily_totals  # noqa: PLC0415
    from ingest.lifecycle.retention import enforce_retention  # noqa: PLC0415

    with connect(_url()) as db:
        now = datetime.now(UTC)
        update_daily_totals(db, now)
        deletions = enforce_retention(db, now)
    table = Table("table", "class", "older than (UTC)", "rows deleted", "rule")
    for deletion in deletions:
        rows, rule = str(deletion.deleted_rows), deletion.rule or "term"
        table.add_row(deletion.table_name, deletion.retention_class, _instant_text(deletion.older_than), rows, rule)
    Console().print(table)


@retention.command(epilog="Example: lantaarn retention keep")
def keep() -> None:
    """Move, delete and verify every quarter of an hour, until SIGTERM or Ctrl-C. Must run as the table owner.

    Ingest does this itself if it logs in as the table owner. With LANTAARN_METRICS_PORT set, /readyz reports whether
    the retention promises are kept.
    """
    from ingest.lifecycle.scheduler import run_standalone  # noqa: PLC0415 - each command loads only what it needs
    from sensors import logs  # noqa: PLC0415

    settings = RetentionSettings.load()
    logs.configure_logging(settings.log_level)
    run_standalone(settings)


@retention.command(epilog="Example: lantaarn retention verify")
def verify() -> None:
    """Check the oldest rows against the retention promises, and both logs. Exits with code 1 if either fails."""
    from ingest.lifecycle.verification import record_verification  # noqa: PLC0415
    from ingest.lifecycle.verification import verify_retention as check  # noqa: PLC0415

    now = datetime.now(UTC)
    with connect(_url()) as db:
        found = check(db, now)
        record_verification(db, found, now)
    table = Table("table", "class", "max age", "oldest (UTC)", "kept")
    # List only datastreams with a broken promise: there are thousands.
    for held in (one for one in found.checks if one.datastream_id is None or not one.kept):
        without_term = "permanent" if held.retention_class == PERMANENT else "nothing"
        promised = _duration_text(held.promised_max_age) if held.promised_max_age else without_term
        name = held.table_name if held.datastream_id is None else f"  datastream {held.datastream_id}"
        kept = "yes" if held.kept else "NO"
        table.add_row(name, held.retention_class, promised, _instant_text(held.oldest), kept)
    Console().print(table)
    for name, broken in (("deletion log", found.broken_deletion_id), ("staff log", found.broken_act_id)):
        if broken is not None:
            click.echo(f"The {name} was altered: row {broken} does not follow from the rows before it.")
        else:
            click.echo(f"The {name} is intact: every row follows from the rows before it.")
    sys.exit(not found.is_kept)


@retention.command(epilog="Example: lantaarn retention move")
def move() -> None:
    """Move the values of reclassified sensors to the table of their current class."""
    from ingest.lifecycle.reclassification import MoveProgress  # noqa: PLC0415
    from ingest.lifecycle.reclassification import move_reclassified_rows as move_all  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns) as bars, connect(_url()) as db:
        tasks: dict[tuple[int, str], TaskID] = {}

        def report(progress: MoveProgress) -> None:
            key = (progress.datastream_id, progress.from_class)
            if key not in tasks:
                name = f"datastream {progress.datastream_id}: {progress.from_class} → {progress.to_class}"
                tasks[key] = bars.add_task(name)
            bars.update(tasks[key], completed=progress.moved_rows, total=progress.total_rows)

        moved = move_all(db, datetime.now(UTC), report)
    click.echo(f"{moved} rows left the table of a former class.")


@retention.command(epilog="Example: lantaarn retention recompute")
def recompute() -> None:
    """Recompute the hours of sensors whose values add up differently now, such as meter readings.

    Ingest does this too, with every run of the retention scheduler.
    """
    from ingest.lifecycle.reaggregation import ReaggregationProgress  # noqa: PLC0415
    from ingest.lifecycle.reaggregation import recompute_reaggregated_hours as recompute_all  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns) as bars, connect(_url()) as db:
        task = bars.add_task("datastreams")

        def report(progress: ReaggregationProgress) -> None:
            bars.update(task, completed=progress.done, total=progress.total)

        hours = recompute_all(db, datetime.now(UTC), report)
    click.echo(f"{hours} hours were recomputed.")


@retention.command(epilog="Example: lantaarn retention add P90D")
@click.argument("term")
@editor_option
def add(term: str, editor: str | None) -> None:
    """Create a retention class for TERM, an ISO 8601 duration such as P90D or PT12H, for register entries to use."""
    from ingest.lifecycle.retention import add_retention_class  # noqa: PLC0415
    from sensors.staff.log import Act, logged  # noqa: PLC0415

    if not is_valid_class_name(term):
        raise click.BadParameter("use a duration in a single unit, of at least an hour, such as P90D or PT12H")
    with connect(_url()) as db, logged(db, Act("retention add", term, editor)):
        created = add_retention_class(db, term)
    click.echo(f"Created retention class {term}." if created else f"Retention class {term} already exists.")


@retention.command("list", epilog="Example: lantaarn retention list")
def list_() -> None:
    """List the retention classes, and the maximum age of a value in each: term + chunk + schedule."""
    from ingest.lifecycle.verification import retention_promises  # noqa: PLC0415

    now = datetime.now(UTC)
    with connect(_url()) as db:
        known = retention_promises(db, now)
    table = Table("class", "table", "term", "chunk", "schedule", "max age")
    for each in known:
        max_age = now - each.not_before
        parts = (max_age - each.chunk - RETENTION_INTERVAL, each.chunk, RETENTION_INTERVAL, max_age)
        table.add_row(each.name, each.table_name, *map(_duration_text, parts))
    Console().print(table)


def _instant_text(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "–"


def _duration_text(length: timedelta) -> str:
    """Format a duration in days, hours and minutes."""
    minutes = round(length.total_seconds() / 60)
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount) or "–"
