"""The sub-command ``dashboards``. Each command loads only what it needs."""

import sys
from pathlib import Path

import click

FOLDER_TYPE = click.Path(file_okay=False, path_type=Path)


@click.group(epilog="Example: lantaarn dashboards render grafana")
def dashboards() -> None:
    """Provision Grafana's dashboards and alerts, from files or over its API."""


@dashboards.command(epilog="Example: LANTAARN_ALERT_MAIL=beheer@stad.example lantaarn dashboards render grafana")
@click.argument("folder", type=FOLDER_TYPE)
def render(folder: Path) -> None:
    """Write Grafana's provisioning files to FOLDER, to be mounted at /srv/grafana."""
    from dashboards.render import write_files as write  # noqa: PLC0415
    from sensors.settings.grafana import DashboardSettings  # noqa: PLC0415

    number = write(folder, DashboardSettings.load())
    click.echo(f"Wrote {number} files to {folder}.")


@dashboards.command(epilog="Example: lantaarn dashboards check grafana")
@click.argument("folder", type=FOLDER_TYPE)
def check(folder: Path) -> None:
    """Compare FOLDER with what render would write now. Exits with 1 if they differ."""
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
    """Push dashboards and alerts to the Grafana at LANTAARN_GRAFANA_URL. Safe to repeat."""
    from dashboards.push import PushError  # noqa: PLC0415
    from dashboards.push import push_dashboards as send  # noqa: PLC0415
    from sensors.settings.grafana import PushSettings  # noqa: PLC0415

    try:
        for done in send(PushSettings.load()):
            click.echo(f"{done.outcome:<9}  {done.name}")
    except PushError as error:
        raise click.ClickException(f"{error}.") from error
