"""The ``reports`` sub-command, for the desk: read and answer residents' reports."""

from typing import Any

import click

from api.reports.labels import KIND_LABELS, MAX_TEXT_LENGTH, ReportKind, ReportStatus
from api.reports.queries import QUERIES
from sensors.db import Database, connect
from sensors.policy.personal_data import find_personal_data
from sensors.settings.reports import ReportSettings


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
    for line in (row["words"] or "(its text is past its term)").splitlines():
        click.echo(f"  > {line}")
    for line in (row["answer"] or "").splitlines():
        click.echo(f"  < {line}")


@reports.command(epilog='Example: lantaarn reports answer 1001 --text "De sensor is gemaakt."')
@click.argument("number", type=click.IntRange(1))
@click.option("--text", required=True, help="The answer. Everyone can read it: no names.")
def answer(number: int, text: str) -> None:
    """Answer report NUMBER: on its public page, and by mail where the resident left an address."""
    _settle(number, ReportStatus.ANSWERED, text)


@reports.command(epilog='Example: lantaarn reports close 1001 --reason "Hetzelfde als melding 1000."')
@click.argument("number", type=click.IntRange(1))
@click.option("--reason", required=True, help="Why it needs no answer. Everyone can read it: no names.")
def close(number: int, reason: str) -> None:
    """Close report NUMBER without an answer, such as one that came twice; the resident hears why."""
    _settle(number, ReportStatus.CLOSED, reason)


def _settle(number: int, status: ReportStatus, text: str) -> None:
    answer_text = text.strip()
    if not 1 <= len(answer_text) <= MAX_TEXT_LENGTH:
        raise click.ClickException(f"Write 1 to {MAX_TEXT_LENGTH} characters.")
    match = find_personal_data(answer_text)
    if match is not None:
        raise click.ClickException(f"Everyone can read this, and it holds something like: {match}. Leave that out.")
    settings = ReportSettings.load()
    with connect(settings.database_url.get_secret_value()) as db, db.transaction():
        mailed = _save_answer(db, settings.municipality, number, status, answer_text)
    click.echo(f"Report {number} is {status}." + (" The answer goes to the resident by mail." if mailed else ""))


def _save_answer(db: Database, municipality: str, number: int, status: ReportStatus, words: str) -> bool:
    parameters = {"municipality": municipality, "number": number, "status": status, "answer": words}
    if db.execute(QUERIES["settle_report"], parameters).fetchone() is None:
        raise click.ClickException(f"There is no report {number} that waits for an answer.")
    return db.execute(QUERIES["queue_answer_mail"], {"number": number}).fetchone() is not None
