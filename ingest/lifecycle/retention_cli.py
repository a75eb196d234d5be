"""The sub-command ``retention``: classes, enforcement and the proof of it. Each command loads only what it needs."""

import sys
from datetime import UTC, datetime, timedelta

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table

from sensors.db import connect
from sensors.policy.retention_classes import is_class_name
from sensors.settings import DatabaseSettings, RetentionSettings


def _url() -> str:
    return DatabaseSettings.load().database_url.get_secret_value()


@click.group(epilog="Example: lantaarn retention verify")
def retention() -> None:
    """Delete what is past its term, and prove it."""


@retention.command("run", epilog="Example: lantaarn retention run")
def run_() -> None:
    """Delete what is past its term now; every deletion goes to the deletion log. Before that, daily totals are made."""
    from ingest.lifecycle.daily_totals import make  # noqa: PLC0415
    from ingest.lifecycle.retention import run  # noqa: PLC0415

    with connect(_url()) as db:
        now = datetime.now(UTC)
        make(db, now)
        deletions = run(db, now)
    table = Table("table", "class", "older than (UTC)", "rows deleted", "rule")
    for deletion in deletions:
        rows, rule = str(deletion.deleted_rows), deletion.rule or "term"
        table.add_row(deletion.table_name, deletion.retention_class, _instant(deletion.older_than), rows, rule)
    Console().print(table)


@retention.command(epilog="Example: lantaarn retention keep")
def keep() -> None:
    """Move, delete and check every quarter of an hour, until SIGTERM or Ctrl-C. For the owner of the tables.

    Ingest does this by itself where it logs in as the owner. With LANTAARN_METRICS_PORT, /readyz tells whether what was
    promised is kept.
    """
    from ingest.lifecycle.scheduler import keep_alone  # noqa: PLC0415 - each command loads only what it needs
    from sensors import logs  # noqa: PLC0415

    settings = RetentionSettings.load()
    logs.configure(settings.log_level)
    keep_alone(settings)


@retention.command(epilog="Example: lantaarn retention verify")
def verify() -> None:
    """Compare the oldest rows with what is promised, and walk the deletion log. Exit code 1 when either is broken."""
    from ingest.lifecycle.verification import record  # noqa: PLC0415
    from ingest.lifecycle.verification import verify as check  # noqa: PLC0415

    now = datetime.now(UTC)
    with connect(_url()) as db:
        found = check(db, now)
        record(db, found, now)
    table = Table("table", "class", "at most", "oldest (UTC)", "kept")
    # Of the datastreams only those with a broken promise: there are thousands.
    for held in (one for one in found.held if one.datastream_id is None or not one.kept):
        promised = _span(held.promised_max_age) if held.promised_max_age else "nothing"
        name = held.table_name if held.datastream_id is None else f"  datastream {held.datastream_id}"
        kept = "yes" if held.kept else "NO"
        table.add_row(name, held.retention_class, promised, _instant(held.oldest), kept)
    Console().print(table)
    if found.broken_at is not None:
        click.echo(f"The deletion log was changed: row {found.broken_at} does not follow from the rows before it.")
    else:
        click.echo("The deletion log is whole: every row follows from the rows before it.")
    sys.exit(not found.kept)


@retention.command(epilog="Example: lantaarn retention move")
def move() -> None:
    """Move the values of sensors that changed their class to the table of the class they have now."""
    from ingest.lifecycle.reclassification import Progress  # noqa: PLC0415
    from ingest.lifecycle.reclassification import move as move_all  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns) as bars, connect(_url()) as db:
        tasks: dict[tuple[int, str], TaskID] = {}

        def tell(progress: Progress) -> None:
            which = (progress.datastream_id, progress.from_class)
            if which not in tasks:
                name = f"datastream {progress.datastream_id}: {progress.from_class} → {progress.to_class}"
                tasks[which] = bars.add_task(name)
            bars.update(tasks[which], completed=progress.done, total=progress.total)

        moved = move_all(db, datetime.now(UTC), tell)
    click.echo(f"{moved} rows left the table of a class that their datastream no longer has.")


@retention.command(epilog="Example: lantaarn retention add P90D")
@click.argument("term")
def add(term: str) -> None:
    """Make a retention class of TERM, an ISO 8601 duration such as P90D or PT12H; entries may use it from then on."""
    from ingest.lifecycle.retention import add_class  # noqa: PLC0415

    if not is_class_name(term):
        raise click.BadParameter("use a duration of one part, of an hour or more, such as P90D or PT12H")
    with connect(_url()) as db:
        new = add_class(db, term)
    click.echo(f"The class {term} is there." if new else f"The class {term} was there already.")


@retention.command("list", epilog="Example: lantaarn retention list")
def list_() -> None:
    """Show the retention classes, and how old a value of each can become: term + chunk + schedule."""
    from ingest.lifecycle.verification import SCHEDULE, promises  # noqa: PLC0415

    now = datetime.now(UTC)
    with connect(_url()) as db:
        known = promises(db, now)
    table = Table("class", "table", "term", "chunk", "schedule", "oldest at most")
    for each in known:
        worst = now - each.not_before
        parts = (worst - each.chunk - SCHEDULE, each.chunk, SCHEDULE, worst)
        table.add_row(each.name, each.table_name, *map(_span, parts))
    Console().print(table)


def _instant(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "–"


def _span(length: timedelta) -> str:
    """A span of time in days, hours and minutes."""
    minutes = round(length.total_seconds() / 60)
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount) or "–"
