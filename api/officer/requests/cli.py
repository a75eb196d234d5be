"""The commands ``request search``, ``export`` and ``erase``."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import reduce
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

import click
from pydantic import TypeAdapter, ValidationError

from api.i18n import set_language
from api.officer.requests import answers
from api.officer.requests.held import Asked, Held, RequestError, find_held
from api.officer.requests.letter import erasure_letter
from api.reports.desk import DeskError, screen_reason
from ingest.lifecycle.erasure import ErasureError
from sensors.db import Connection, connect
from sensors.erasures.tombstones import TombstoneError
from sensors.register.part import Email
from sensors.settings.lifecycle import ErasureSettings
from sensors.staff.log import Act, check_editor, logged
from sensors.staff.options import editor_option
from sensors.vocabulary.localized_text import Language
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

_PROOF_NOTE = (
    "Look at who asks, and keep nothing of it: no copy of an identity document, no citizen service number. Who tells "
    "what they wrote, or writes from the address they left, needs to show no more."
)
_EMAIL: TypeAdapter[str] = TypeAdapter(Email)
_DAY = click.DateTime(["%Y-%m-%d"])
_MAX_LOGGED = 20
"""A line of the staff log names so many reports at most."""


@click.group(epilog="Example: lantaarn request search --report 1001")
def request() -> None:
    """Answer a person who asks what is held of them, or to erase it (AVG art. 15 and 17)."""


def _criteria(*options: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options by which something is looked up."""
    known = {
        "report": click.option("--report", type=click.IntRange(1), help="The number of a report."),
        "email": click.option("--email", "by_email", is_flag=True, help="An address: it is asked for, and not shown."),
        "sensor": click.option("--sensor", "reference", metavar="REFERENCE", help="The sensor at a home."),
        "neighbourhood": click.option("--neighbourhood", metavar="CODE", help="CBS code: which sensors at homes?"),
        "from": click.option("--from", "first_day", type=_DAY, help="Of a sensor: the first day.  [default: all]"),
        "to": click.option("--to", "last_day", type=_DAY, help="The last day."),
        "language": click.option(
            "--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Of the letter."
        ),
    }
    chosen = [known[name] for name in reversed(options)]
    return lambda command: reduce(lambda done, option: option(done), chosen, command)


@request.command(epilog="Example: lantaarn request search --sensor lucht-bewoner-01")
@_criteria("report", "email", "sensor", "neighbourhood", "from", "to")
@editor_option
def search(editor: str | None, **given: Any) -> None:
    """Show what is held and where, without showing its content."""
    with _found(given) as (db, held, _), logged(db, Act("request search", _subject(held), editor)):
        for line in answers.summary(held):
            click.echo(line)


@request.command(epilog="Example: lantaarn request export --report 1001 --folder verzoek-1001")
@_criteria("report", "email", "sensor", "from", "to", "language")
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="A new folder, for your eyes only.")
@editor_option
def export(folder: Path, language: Language, editor: str | None, **given: Any) -> None:
    """Write a letter with all that is held, and the data itself, to a new FOLDER (AVG art. 15)."""
    set_language(language)
    if folder.exists():
        raise click.UsageError(f"{folder} exists already.")
    with _found(given) as (db, held, _), logged(db, Act("request export", _subject(held), editor)):
        with _file_errors(folder):
            written = list(answers.write_export(db, held, folder, _now()))
        for path in written:
            click.echo(path)
    click.echo("Read the letter before you send it, and delete the folder after.", err=True)


@request.command(epilog='Example: lantaarn request erase --report 1001 --reason "on request" --letter brief.txt')
@_criteria("report", "email", "sensor", "from", "to", "language")
@click.option("--reason", required=True, help="Why; it is recorded, so name no one.")
@click.option("--answer", "with_answer", is_flag=True, help="Of a report: erase the text of the answer too.")
@click.option("--letter", type=click.Path(path_type=Path, dir_okay=False), help="Write the letter to this new file.")
@editor_option
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
def erase(reason: str, language: Language, letter: Path | None, *, with_answer: bool, yes: bool, **given: Any) -> None:
    """Erase what is held of a person, and write the letter that says so (AVG art. 17)."""
    set_language(language)
    if letter is not None and letter.exists():
        raise click.UsageError(f"{letter} exists already.")
    editor = given.pop("editor")
    with _found(given) as (db, held, settings):
        recorded = screen_reason(reason)
        for line in answers.summary(held):
            click.echo(line, err=True)
        if not held.reports and held.sensor is None:
            raise RequestError("There is nothing to erase.")
        check_editor(db, editor)
        if not yes:
            click.confirm("This cannot be undone. Erase?", abort=True, err=True)
        order = answers.ErasureOrder(recorded, settings.tombstones, settings.mail_spool, with_answer, editor)
        with _opened(letter) as file:
            rows = answers.erase_held(db, held, order, _now())
            file.write(erasure_letter(held, rows, _today(), with_answer=with_answer))
    click.echo(f"Recorded in {settings.tombstones}, which restoring a backup requires.", err=True)
    click.echo("Delete the desk's own mail about a report too.", err=True)


@contextmanager
def _opened(letter: Path | None) -> Generator[TextIO]:
    """Where the letter goes, opened before anything is erased. A file stays only if it has a letter in it."""
    if letter is None:
        shown = StringIO()
        yield shown
        click.echo(shown.getvalue())
        return
    with _file_errors(letter):
        file = answers.open_private(letter)
    try:
        with file:
            yield file
    except BaseException:
        letter.unlink()
        raise


@contextmanager
def _file_errors(path: Path) -> Generator[None]:
    """What can't be written as a message."""
    try:
        yield
    except OSError as error:
        raise click.FileError(str(error.filename or path), error.strerror) from error


def _subject(held: Held) -> str:
    """What was found, for the staff log: never by what it was looked up, which may be an address."""
    found = [f"report {each.number}" for each in held.reports[:_MAX_LOGGED]]
    if held.sensor is not None:
        found.append(held.sensor.entry.reference)
    return ", ".join(found) or "nothing of a report or sensor"


@contextmanager
def _found(given: dict[str, Any]) -> Generator[tuple[Connection, Held, ErasureSettings]]:
    """What is held by what was given, with what can't be done as a message."""
    settings = ErasureSettings.load()
    asked = _asked(settings.municipality, **given)
    click.echo(_PROOF_NOTE, err=True)
    try:
        with connect(settings.database_url.get_secret_value()) as db:
            yield db, find_held(db, asked, settings.mail_spool, _now()), settings
    except (DeskError, ErasureError, RequestError, TombstoneError) as error:
        raise click.ClickException(str(error)) from error


def _asked(
    municipality: str, *, by_email: bool, first_day: datetime | None, last_day: datetime | None, **given: Any
) -> Asked:
    chosen = [name for name, value in given.items() if value is not None]
    if len(chosen) + by_email != 1:
        raise click.UsageError("Give one of: a report, an address, a sensor, or a neighbourhood.")
    if (first_day or last_day) and chosen[:1] not in (["reference"], ["neighbourhood"]):
        raise click.UsageError("--from and --to go with a sensor or a neighbourhood.")
    _check_days(_day(first_day), _day(last_day))
    asked = Asked(municipality, first_day=_day(first_day), last_day=_day(last_day), **given)
    return replace(asked, email=_address()) if by_email else asked


def _check_days(first: date | None, last: date | None) -> None:
    today = _today()
    for option, day in (("--from", first), ("--to", last)):
        if day is not None and day > today:
            raise click.BadParameter(f"{day} is in the future: give today or an earlier day.", param_hint=option)
    if first is not None and last is not None and first > last:
        raise click.BadParameter(f"{first} is after --to, {last}.", param_hint="--from")


def _address() -> str:
    """An address that is typed unseen, so that it is in no list of commands and on no screen."""
    try:
        return _EMAIL.validate_python(click.prompt("E-mail address (not shown)", hide_input=True, err=True).strip())
    except ValidationError:
        raise click.UsageError("This is no e-mail address.") from None


def _day(given: datetime | None) -> date | None:
    return given.date() if given is not None else None


def _now() -> datetime:
    return datetime.now(UTC)


def _today() -> date:
    return datetime.now(LOCAL_TIME_ZONE).date()
