"""The sub-command of the desk: ``reports``, to read what residents ask and to answer."""

from typing import Any

import click

from api.reports.queries import KINDS, LONGEST, SQL, Kind, Status
from sensors.db import Database, connect
from sensors.policy.personal_data import trips
from sensors.settings import ReportSettings


@click.group(epilog="Example: lantaarn reports list")
def reports() -> None:
    """Read and answer what residents ask or report about sensors."""


@reports.command("list", epilog="Example: lantaarn reports list --all")
@click.option("--all", "all_of_them", is_flag=True, help="Those that are answered or closed too.")
def list_(*, all_of_them: bool) -> None:
    """Show the reports that wait for an answer, the oldest first."""
    settings = ReportSettings.load()
    asked = {"municipality": settings.municipality, "all_of_them": all_of_them}
    with connect(settings.database_url.get_secret_value()) as db:
        rows = db.execute(SQL["staff_reports"], asked).fetchall()
    for row in rows:
        _show(row)
    click.echo(f"{len(rows)} reports")


def _show(row: dict[str, Any]) -> None:
    told = KINDS[Kind(row["kind"])].en
    click.secho(f"{row['number']}  {row['reference']}  {told}  {row['status']}", bold=True)
    reach = "the answer goes by mail too" if row["has_address"] else "no address was left"
    click.echo(f"  received {row['received_at']:%Y-%m-%d}, answer promised by {row['due_on']}, {reach}")
    for line in (row["words"] or "(its text is past its term)").splitlines():
        click.echo(f"  > {line}")
    for line in (row["answer"] or "").splitlines():
        click.echo(f"  < {line}")


@reports.command(epilog='Example: lantaarn reports answer 1001 --text "De sensor is gemaakt."')
@click.argument("number", type=click.IntRange(1))
@click.option("--text", required=True, help="The answer. Everyone can read it: no names.")
def answer(number: int, text: str) -> None:
    """Answer report NUMBER: on its public page, and by mail where the resident left an address."""
    _settle(number, Status.ANSWERED, text)


@reports.command(epilog='Example: lantaarn reports close 1001 --reason "Hetzelfde als melding 1000."')
@click.argument("number", type=click.IntRange(1))
@click.option("--reason", required=True, help="Why it needs no answer. Everyone can read it: no names.")
def close(number: int, reason: str) -> None:
    """Close report NUMBER without an answer, such as one that came twice; the resident hears why."""
    _settle(number, Status.CLOSED, reason)


def _settle(number: int, status: Status, text: str) -> None:
    words = text.strip()
    if not 1 <= len(words) <= LONGEST:
        raise click.ClickException(f"Write 1 to {LONGEST} characters.")
    trip = trips(words)
    if trip is not None:
        raise click.ClickException(f"Everyone can read this, and it holds something like: {trip}. Leave that out.")
    settings = ReportSettings.load()
    with connect(settings.database_url.get_secret_value()) as db, db.transaction():
        mailed = _book(db, settings.municipality, number, status, words)
    click.echo(f"Report {number} is {status}." + (" The answer goes to the resident by mail." if mailed else ""))


def _book(db: Database, municipality: str, number: int, status: Status, words: str) -> bool:
    asked = {"municipality": municipality, "number": number, "status": status, "answer": words}
    if db.execute(SQL["settle"], asked).fetchone() is None:
        raise click.ClickException(f"There is no report {number} that waits for an answer.")
    return db.execute(SQL["mail_answer"], {"number": number}).fetchone() is not None
