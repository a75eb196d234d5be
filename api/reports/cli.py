"""The ``reports`` sub-command, for the desk: read, answer, correct and erase residents' reports."""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, cast

import click

from api.reports import desk
from api.reports.desk import QUERIES, DeskError, ReportNumber
from api.reports.labels import KIND_LABELS, ReportKind, ReportStatus
from api.reports.mailer import spooled_mails_about
from sensors.db import Database, connect
from sensors.erasures.mail_spool import delete_spooled_mails_about
from sensors.erasures.tombstones import TombstoneError
from sensors.settings.lifecycle import TombstoneSettings
from sensors.settings.reports import MailSettings, MailSpoolSettings, ReportSettings
from sensors.staff.log import Act, check_editor, logged
from sensors.staff.options import editor_option


@click.group(epilog="Example: lantaarn reports list")
def reports() -> None:
    """Read and answer what residents ask or report about sensors."""


@reports.command("list", epilog="Example: lantaarn reports list --all")
@click.option("--all", "include_settled", is_flag=True, help="Those that are answered or closed too.")
def list_(*, include_settled: bool) -> None:
    """Show the reports that wait for an answer, the oldest first."""
    settings = ReportSettings.load()
    parameters = {"municipality": settings.municipality, "include_settled": include_settled}
    with connect(settings.database_url.get_secret_value()) as db:
        rows = db.execute(QUERIES["staff_reports"], parameters).fetchall()
    for row in rows:
        _print_report(row)
    click.echo(f"{len(rows)} reports")


def _print_report(row: dict[str, Any]) -> None:
    kind_label = KIND_LABELS[ReportKind(row["kind"])].en
    click.secho(f"{row['number']}  {row['reference']}  {kind_label}  {row['status']}", bold=True)
    mail_note = "the answer goes by mail too" if row["has_address"] else "no address was left"
    click.echo(f"  received {row['received_at']:%Y-%m-%d}, answer promised by {row['due_on']}, {mail_note}")
    for line in (row["words"] or "(its text is gone: erased, or past its term)").splitlines():
        click.echo(f"  > {line}")
    for line in (row["answer"] or "").splitlines():
        click.echo(f"  < {line}")


_NUMBER = click.argument("number", type=click.IntRange(1))
_ANYWAY = click.option("--anyway", is_flag=True, help="Publish it though it seems to point to a person.")
_REASON = click.option("--reason", required=True, help="Why; it is recorded, so name no one.")


@reports.command(epilog='Example: lantaarn reports answer 1001 --text "De sensor is gemaakt."')
@_NUMBER
@click.option("--text", required=True, help="The answer. Everyone can read it: no names.")
@_ANYWAY
@click.option("--reason", help="With --anyway: why; it is recorded, so name no one.")
@editor_option
def answer(number: int, text: str, reason: str | None, editor: str | None, *, anyway: bool) -> None:
    """Answer report NUMBER: on its public page, and by mail where the resident left an address."""
    if anyway != (reason is not None):
        raise click.UsageError("--anyway and --reason go together.")
    public = _screened(text, reason)
    with _desk(number) as (db, report), logged(db, _act("answer", report, editor, public.reason)):
        mailed = desk.settle_report(db, report, ReportStatus.ANSWERED, public, datetime.now(UTC))
    _print_done(f"Report {number} is answered.", mailed=mailed)


@reports.command(epilog='Example: lantaarn reports close 1001 --reason "Hetzelfde als melding 1000."')
@_NUMBER
@click.option("--reason", required=True, help="Why it needs no answer. Everyone can read it: no names.")
@editor_option
def close(number: int, reason: str, editor: str | None) -> None:
    """Close report NUMBER without an answer, such as one that came twice; the resident hears why."""
    public = _screened(reason)
    with _desk(number) as (db, report), logged(db, _act("close", report, editor)):
        mailed = desk.settle_report(db, report, ReportStatus.CLOSED, public, datetime.now(UTC))
    _print_done(f"Report {number} is closed.", mailed=mailed)


@reports.command(epilog='Example: lantaarn reports correct 1001 --text "Hij meet NO2." --reason "wrong substance"')
@_NUMBER
@click.option("--text", required=True, help="The new answer. Everyone can read it: no names.")
@_REASON
@_ANYWAY
@editor_option
def correct(number: int, text: str, reason: str, editor: str | None, *, anyway: bool) -> None:
    """Replace the answer to report NUMBER. The old text is gone; the page says when it was corrected."""
    new = _screened(text, reason if anyway else None)
    with _desk(number) as (db, report):
        why = desk.screen_reason(reason)
        with logged(db, _act("correct", report, editor, why)):
            mailed = desk.correct_answer(db, report, new, why, datetime.now(UTC))
    _print_done(f"The answer to report {number} is corrected.", mailed=mailed)


@reports.command(epilog='Example: lantaarn reports erase 1001 --reason "on request"')
@_NUMBER
@_REASON
@click.option("--answer", "with_answer", is_flag=True, help="Erase the text of the answer too.")
@editor_option
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
def erase(number: int, reason: str, editor: str | None, *, with_answer: bool, yes: bool) -> None:
    """Erase what a resident wrote in report NUMBER, and their address (AVG art. 17). Number and dates stay public."""
    tombstones = TombstoneSettings.load().tombstones
    with _desk(number) as (db, report):
        recorded = desk.screen_reason(reason)
        erased = desk.plan_report_erasure(db, report, datetime.now(UTC), with_answer=with_answer)
        check_editor(db, editor)
        if not yes:
            click.confirm("This cannot be undone. Erase?", abort=True)
        with logged(db, _act("erase", report, editor, recorded)):
            desk.erase_report(db, erased, recorded, tombstones)
    mails = delete_spooled_mails_about(MailSettings.load().mail_spool, number)
    click.echo(f"Report {number} is erased" + (f", and {mails} mails about it in the spool." if mails else "."))
    click.echo(f"Recorded in {tombstones}, which restoring a backup requires: keep it apart from the backups.")
    click.echo("Delete the mail about it from the desk's mailbox too.")


@reports.command(epilog="Example: lantaarn reports show 1001")
@_NUMBER
@editor_option
def show(number: int, editor: str | None) -> None:
    """Show all that is held about report NUMBER, with the address of the resident."""
    with _desk(number) as (db, report), logged(db, _act("show", report, editor)):
        held = _held(db, report)
    for name, value in held.items():
        for row in cast(list[object], value) if isinstance(value, list) else [value]:
            click.echo(f"{name + ':':14}{_shown(row)}")


@reports.command(epilog="Example: lantaarn reports export 1001 > melding-1001.json")
@_NUMBER
@editor_option
def export(number: int, editor: str | None) -> None:
    """Print all that is held about report NUMBER as JSON, for who asks what we hold (AVG art. 15)."""
    with _desk(number) as (db, report), logged(db, _act("export", report, editor)):
        held = _held(db, report)
    click.echo(json.dumps(held, default=_plain, ensure_ascii=False, indent=2))


def _held(db: Database, report: ReportNumber) -> Mapping[str, Any]:
    """All that is held about a report, with the mails in the folder."""
    spooled = spooled_mails_about(MailSpoolSettings.load().mail_spool, report.number)
    return {**desk.held_about_report(db, report), "spooled_mails": spooled}


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_shown(each)}" for name, each in cast(Mapping[str, object], value).items())
    if isinstance(value, list):
        return " ".join(map(str, cast(list[object], value))) or "-"
    return "-" if value is None else str(_plain(value))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _screened(text: str, reason: str | None = None) -> desk.PublicText:
    """What the public may read, looked at before the database is asked anything."""
    with _refusals_as_messages():
        return desk.screen_public_text(text, reason)


@contextmanager
def _desk(number: int) -> Generator[tuple[Database, ReportNumber]]:
    """The database and a report, with what can't be done as a message."""
    settings = ReportSettings.load()
    with _refusals_as_messages(), connect(settings.database_url.get_secret_value()) as db:
        yield db, ReportNumber(settings.municipality, number)


@contextmanager
def _refusals_as_messages() -> Generator[None]:
    try:
        yield
    except (DeskError, TombstoneError) as error:
        raise click.ClickException(str(error)) from error


def _act(command: str, report: ReportNumber, editor: str | None, reason: str | None = None) -> Act:
    return Act(f"reports {command}", f"report {report.number}", editor, reason)


def _print_done(done: str, *, mailed: bool) -> None:
    click.echo(done + (" The answer goes to the resident by mail." if mailed else ""))
