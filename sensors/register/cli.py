"""The ``register`` command group. Each command imports only what it needs."""

import hashlib
import sys
from pathlib import Path

import click

from sensors.db import connect
from sensors.settings.database import DatabaseSettings
from sensors.staff.log import Act, logged
from sensors.staff.options import editor_option

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def text_of_nobody(_context: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    """Check of an option that is kept and public: raises ``click.BadParameter`` if it seems to point to a person."""
    from sensors.register.free_text import points_to_a_person  # noqa: PLC0415

    if text is not None and points_to_a_person(text):
        raise click.BadParameter("this is public and kept, and seems to name or point to a person: rephrase it")
    return text


@click.group(epilog="Example: lantaarn register check register.json")
def register() -> None:
    """Import, export and check register entries."""


@register.command("import", epilog='Example: lantaarn register import register.json --reason "new sensors"')
@click.argument("file", type=EXISTING_FILE)
@editor_option
@click.option(
    "--reason",
    callback=text_of_nobody,
    help="Reason for the change, shown in the history.  [default: updated from a file]",
)
def import_(file: Path, editor: str | None, reason: str | None) -> None:
    """Publish the valid entries of FILE; a changed one becomes a new version. Exit code 1 if any is refused.

    The history shows the editor, by default "lantaarn register import".
    """
    from sensors.register.reasons import IMPORT_REASON  # noqa: PLC0415
    from sensors.register.repository import import_entries  # noqa: PLC0415

    why = reason or IMPORT_REASON
    act = Act("register import", f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}", editor, why)
    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db, logged(db, act):
        report = import_entries(db, file, editor or "lantaarn register import", why)
    click.echo(report)
    sys.exit(bool(report.violations))


@register.command(epilog="Example: lantaarn register export > register.jsonl")
def export() -> None:
    """Print the current version of every entry, one JSON object per line."""
    from sensors.register.repository import export_entries  # noqa: PLC0415

    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        for line in export_entries(db):
            click.echo(line)


@register.command(epilog="Example: lantaarn register check register.json")
@click.argument("file", type=EXISTING_FILE)
def check(file: Path) -> None:
    """Validate the entries of FILE without a database. Exit code 1 if there are violations."""
    from sensors.register.homes import HOMES_NOT_COUNTED, are_homes_counted  # noqa: PLC0415
    from sensors.register.repository import check_file  # noqa: PLC0415

    violations = check_file(file)
    for violation in violations:
        click.echo(violation)
    click.echo(f"{len(violations)} problems")
    if not are_homes_counted():
        click.echo(HOMES_NOT_COUNTED)
    sys.exit(bool(violations))
