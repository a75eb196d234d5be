"""The ``register redact`` command."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from sensors.staff.options import editor_option

if TYPE_CHECKING:
    from ingest.lifecycle.register.redacted_field import FieldRemoval


class VersionParam(click.ParamType[int | None]):
    """The number of a version, or ``all`` (None)."""

    name = "version"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        if value == "all":
            return None
        if not value.isascii() or not value.isdecimal() or len(value) > 6 or int(value) == 0:
            self.fail("give the number of a version, or all", param, ctx)
        return int(value)


@click.command(epilog="Example: lantaarn register redact LML-1 --version all --field location.address --reason asked")
@click.argument("reference")
@click.option("--version", required=True, type=VersionParam(), metavar="N|all", help="The version to remove it from.")
@click.option("--field", required=True, metavar="PATH", help="What to remove, such as organisations[1].name.")
@click.option("--reason", required=True, help="Why; kept permanently, so don't name anyone.")
@editor_option
@click.option("--dry-run", is_flag=True, help="Show what would change without changing it.")
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
def redact(*, editor: str | None, dry_run: bool, yes: bool, **requested: Any) -> None:
    """Permanently remove one field from a version of a sensor's entry, and from everything made of it.

    The history shows that something was removed there on request. An optional field goes, a required text is replaced.
    FIELD may also be editor or reason: who published the version, and why.
    """
    from ingest.lifecycle.erasure import remove_listed_field  # noqa: PLC0415
    from ingest.lifecycle.register.redacted_field import RemovalRequest, plan_removal, preview_removal  # noqa: PLC0415
    from sensors.db import connect  # noqa: PLC0415
    from sensors.erasures.tombstones import TombstoneError  # noqa: PLC0415
    from sensors.register.redaction import FieldError  # noqa: PLC0415
    from sensors.settings.lifecycle import ErasureSettings  # noqa: PLC0415
    from sensors.staff.log import Act, check_editor  # noqa: PLC0415

    settings = ErasureSettings.load()
    request = RemovalRequest(settings.municipality, **requested)
    try:
        with connect(settings.database_url.get_secret_value()) as db:
            planned = plan_removal(db, request, datetime.now(UTC))
            _show(preview_removal(db, planned), "to remove")
            if dry_run:
                return
            check_editor(db, editor)
            if not yes:
                click.confirm("This cannot be undone. Remove?", abort=True)
            act = Act("register redact", f"{request.reference} {request.field}", editor, request.reason)
            _show(remove_listed_field(db, planned, settings.tombstones, act), "removed")
    except (FieldError, TombstoneError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Recorded in {settings.tombstones}, which restoring a backup requires: keep it apart from the backups.")
    click.echo("Remove it from the file that you import too, or the next import publishes it again.")


def _show(removal: "FieldRemoval", what: str) -> None:
    click.echo(f"{removal.removed_field.field} {what}: version {_numbers(removal.versions)}")
    if removal.others:
        click.echo(f"The same is still in version {_numbers(removal.others)}.")


def _numbers(versions: tuple[int, ...]) -> str:
    return ", ".join(map(str, versions))
