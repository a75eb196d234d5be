"""The commands ``register processing`` and ``register dpia``."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from api.i18n import set_language
from api.officer.exports.document import WRITERS, ExportedDocument
from api.officer.exports.dpia import dpia_summaries, entries_by_project
from api.officer.exports.facts import is_about_people
from api.officer.exports.processing import record_of_processing
from sensors.db import connect
from sensors.register.entry import Entry
from sensors.register.repository import current_versions
from sensors.settings.database import DatabaseSettings
from sensors.vocabulary.localized_text import Language
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE


def _with_output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option(
            "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file.  [default: standard output]"
        ),
        click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True),
        click.option("--format", "file_format", type=click.Choice(list(WRITERS)), default="html", show_default=True),
    ):
        command = option(command)
    return command


@click.command(epilog="Example: lantaarn register processing --format ods --output verwerkingen.ods")
@_with_output_options
@click.option("--all", "everything", is_flag=True, help="Sensors that aren't about people or have ended too.")
def processing(*, file_format: str, language: Language, output: Path | None, everything: bool) -> None:
    """Write the record of processing activities, as far as the register knows it.

    It has what AVG art. 30 asks, a row for all sensors of one controller, kind, set of purposes and legal ground.
    """
    set_language(language)
    today = datetime.now(LOCAL_TIME_ZONE).date()
    _write(record_of_processing(_current_entries(), today, everything=everything), file_format, output)


@click.command(epilog='Example: lantaarn register dpia "Licht als het nodig is" --output dpia.html')
@click.argument("project", required=False)
@_with_output_options
def dpia(*, project: str | None, file_format: str, language: Language, output: Path | None) -> None:
    """Write what the register knows for the DPIA of PROJECT, or of all with sensors about people.

    The headings are those of the Dutch government's model; the rest of it is for an officer to write.
    """
    set_language(language)
    entries = _current_entries()
    projects = entries_by_project(entries)
    if project is not None and project not in projects:
        raise click.ClickException("There is no such project. These are: " + ", ".join(sorted(projects)))
    _write(dpia_summaries(entries, datetime.now(LOCAL_TIME_ZONE).date(), project), file_format, output)
    alone = [entry.reference for entry in entries if entry.project is None and is_about_people(entry)]
    if project is None and alone:
        click.echo(f"{len(alone)} sensors about people belong to no project: {', '.join(alone)}", err=True)


def _current_entries() -> list[Entry]:
    """Every current entry that the schema of today reads; which it can't read is said."""
    entries: list[Entry] = []
    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        for version in current_versions(db):
            try:
                entries.append(Entry.model_validate(version.document))
            except ValidationError:
                click.echo(f"{version.entry_id} has an older schema and is left out: import it again.", err=True)
    return entries


def _write(document: ExportedDocument, file_format: str, output: Path | None) -> None:
    octets = WRITERS[file_format](document)
    if output is not None:
        try:
            output.write_bytes(octets)
        except OSError as error:
            raise click.FileError(str(output), error.strerror) from error
    elif file_format == "ods":
        raise click.UsageError("A spreadsheet needs a file: --output FILE.")
    else:
        click.echo(octets, nl=False)
