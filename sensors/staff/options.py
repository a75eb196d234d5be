"""The option by which staff say who they are."""

import click

from sensors.register.free_text import points_to_a_person

MAX_EDITOR_LENGTH = 100


def _checked(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str | None:
    """What is kept about staff names no person either: a number or function will do."""
    editor = (given or "").strip()
    if len(editor) > MAX_EDITOR_LENGTH:
        raise click.BadParameter(f"use at most {MAX_EDITOR_LENGTH} characters")
    if points_to_a_person(editor):
        raise click.BadParameter("name a team, a function or a staff number, no person: it is kept")
    return editor or None


editor_option = click.option(
    "--editor",
    envvar="LANTAARN_EDITOR",
    show_envvar=True,
    callback=_checked,
    help="Who does this: a team, function or staff number. Required where several people share the database login.",
)
