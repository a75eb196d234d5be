"""The ``policy`` command group."""

import sys
from collections.abc import Iterable

import click
from click.formatting import wrap_text
from pydantic import ValidationError

from sensors.db import connect
from sensors.settings.database import DatabaseSettings
from sensors.vocabulary.localized_text import Language, LocalizedText

LACKING = LocalizedText(
    "Wat moet er anders in de volgende versie? (Deze regels zijn van later dan deze.)",
    "What must change in the next version? (These rules are from after this one.)",
)


@click.group(epilog="Example: lantaarn policy explain lantaarn-0101")
def policy() -> None:
    """Show what ingest may do, compiled from the register."""


@policy.command(epilog="Example: lantaarn policy explain lantaarn-0101 --language en")
@click.argument("reference")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Dutch or English.")
def explain(reference: str, language: Language) -> None:
    """Explain what happens to the data of the sensor REFERENCE. Exit code 2 if there is no such sensor."""
    from sensors.policy.explanation import explain_policy  # noqa: PLC0415 - each command loads only what it needs
    from sensors.register.entry import Entry  # noqa: PLC0415
    from sensors.register.repository import (  # noqa: PLC0415
        current_versions_by_reference,
        lamp_groups,
        retention_class_names,
    )
    from sensors.register.validation.validator import find_rule_violations  # noqa: PLC0415

    with connect(DatabaseSettings.load().database_url.get_secret_value()) as db:
        found, classes = current_versions_by_reference(db, reference), retention_class_names(db)
        groups = lamp_groups(db)
    if not found:
        click.echo("Error: there is no sensor with this reference in the register.", err=True)
        sys.exit(2)
    for version in found:
        try:
            entry = Entry.model_validate(version.document)
        except ValidationError:
            click.echo("This entry has an older schema: nothing is ingested until it is imported again.")
            continue
        lamps_by_group = {each.name: each.lamps for each in groups if each.municipality == entry.municipality}
        for each in explain_policy(entry, version.version, language, classes, lamps_by_group):
            click.secho(each.heading, bold=True)
            _echo_list(each.sentences)
        if lacking := find_rule_violations(entry, classes):
            click.secho(getattr(LACKING, language), bold=True)
            _echo_list(f"{each.path}: {getattr(each.message, language)} ({each.rule_id})" for each in lacking)


def _echo_list(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(wrap_text(line, initial_indent="  - ", subsequent_indent="    "))
