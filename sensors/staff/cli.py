"""The ``staff-log`` command."""

import json
import sys
from dataclasses import asdict
from datetime import datetime, timedelta

import click
from rich.console import Console
from rich.table import Table

from sensors.db import connect
from sensors.settings.database import DatabaseSettings
from sensors.staff.log import LoggedAct, acts_between, first_broken_act_id
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("staff-log", epilog="Example: lantaarn staff-log --from 2026-11-01 --to 2026-11-30")
@click.option("--from", "first", type=_DAY, metavar="DAY", help="First day to show.  [default: 31 days ago]")
@click.option("--to", "last", type=_DAY, metavar="DAY", help="Last day to show.  [default: today]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line, instead of a table.")
def staff_log(first: datetime | None, last: datetime | None, *, as_json: bool) -> None:
    """Show who erased, answered, imported, exported or changed a term, and why. Exits with code 1 if it was altered."""
    today = datetime.now(LOCAL_TIME_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    since = _midnight(first) if first else today - timedelta(days=31)
    until = (_midnight(last) if last else today) + timedelta(days=1)
    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        acts, broken = acts_between(db, since, until), first_broken_act_id(db)
    if as_json:
        for act in acts:
            click.echo(json.dumps(asdict(act), default=str, ensure_ascii=False))
    else:
        _show(acts)
    if broken is None:
        click.echo("The staff log is intact: every row follows from the rows before it.", err=as_json)
    else:
        click.echo(f"The staff log was altered: row {broken} does not follow from the rows before it.", err=True)
    sys.exit(broken is not None)


def _midnight(day: datetime) -> datetime:
    return day.replace(tzinfo=LOCAL_TIME_ZONE)


def _show(acts: tuple[LoggedAct, ...]) -> None:
    table = Table("when", "login", "editor", "command", "subject", "reason")
    for act in acts:
        when = f"{act.acted_at.astimezone(LOCAL_TIME_ZONE):%Y-%m-%d %H:%M}"
        table.add_row(when, act.login, act.editor or "–", act.command, act.subject, act.reason or "–")
    Console().print(table)
