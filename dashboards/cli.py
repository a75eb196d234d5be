"""The sub-command ``dashboards``. Each command loads only what it needs."""

import sys
from pathlib import Path

import click

FOLDER_TYPE = click.Path(file_okay=False, path_type=Path)


@click.group(epilog="Example: lantaarn dashboards render grafana")
def dashboards() -> None:
    """Make Grafana's dashboards and alerts, as files or by its API."""


@dashboards.command(epilog="Example: LANTAARN_ALERT_MAIL=beheer@stad.example lantaarn dashboards render grafana")
@click.argument("folder", type=FOLDER_TYPE)
def render(folder: Path) -> None:
    """Write FOLDER with all that Grafana reads when it starts, to mount at /srv/grafana."""
    from dashboards.render import write_files as write  # noqa: PLC0415
    from sensors.settings.grafana import DashboardSettings  # noqa: PLC0415

    number = write(folder, DashboardSettings.load())
    click.echo(f"{number} files are in {folder}.")


@dashboards.command(epilog="Example: lantaarn dashboards check grafana")
@click.argument("folder", type=FOLDER_TYPE)
def check(folder: Path) -> None:
    """Tell whether FOLDER is as render would write it now. Exit code 1 when it is not."""
    from dashboards.render import find_differences  # noqa: PLC0415
    from sensors.settings.grafana import DashboardSettings  # noqa: PLC0415

    found = list(find_differences(folder, DashboardSettings.load()))
    for line in found:
        click.echo(line)
    click.echo(f"{len(found)} differences")
    sys.exit(bool(found))


@dashboards.command(
    epilog="Example: LANTAARN_GRAFANA_URL=https://grafana.stad.example/ "
    "LANTAARN_GRAFANA_TOKEN_FILE=/run/secrets/grafana_token lantaarn dashboards push"
)
def push() -> None:
    """Send dashboards and alerts to the Grafana that LANTAARN_GRAFANA_URL names. Safe to run again."""
    from dashboards.push import PushError  # noqa: PLC0415
    from dashboards.push import push as send  # noqa: PLC0415
    from sensors.settings.grafana import PushSettings  # noqa: PLC0415

    try:
        for done in send(PushSettings.load()):
            click.echo(f"{done.outcome:<9}  {done.name}")
    except PushError as error:
        raise click.ClickException(f"{error}.") from error
