"""The ``device`` command group: device accounts at the broker. Each command imports only what it needs."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from sensors.db import Database, connect
from sensors.settings.devices import BrokerAccountSettings, BrokerFilesSettings, DeviceSettings

if TYPE_CHECKING:
    from sensors.devices.accounts import DeviceChange

DATABASE_ROLE = "lantaarn_api"
"""Everyone may read the register."""


class SensorReferences(click.ParamType[tuple[str, ...]]):
    """Comma-separated references of the register."""

    name = "references"

    def convert(
        self,
        value: str | tuple[str, ...],
        param: click.Parameter | None,  # noqa: ARG002 - click's signature
        ctx: click.Context | None,  # noqa: ARG002 - click's signature
    ) -> tuple[str, ...]:
        given = value.split(",") if isinstance(value, str) else value
        return tuple(dict.fromkeys(each.strip() for each in given if each.strip()))


SENSORS_OPTION = click.option(
    "--sensors", type=SensorReferences(), default=(), metavar="REFERENCE,…", help="The sensors it publishes for."
)


@click.group(epilog="Example: lantaarn device add lucht-gemeente-01")
def device() -> None:
    """Manage device accounts at the broker, each with its own password or certificate."""


@device.command(epilog="Example: lantaarn device add gateway-7 --sensors lamp-0701,lamp-0702")
@click.argument("name")
@SENSORS_OPTION
@click.option("--certificate", is_flag=True, help="It logs in with a client certificate: create no password.")
def add(name: str, sensors: tuple[str, ...], *, certificate: bool) -> None:
    """Add the device NAME and show its password, once. Without --sensors, NAME is the reference of its sensor.

    It may write the topics of its sensors and read nothing.
    """
    from sensors.devices import accounts  # noqa: PLC0415 - each command loads only what it needs

    with _open_register() as (db, settings), _errors_as_messages():
        change = accounts.add_device(db, settings, name, sensors, certificate=certificate)
        _show(change, "may connect")
        _reload_and_report(settings)


@device.command(epilog="Example: lantaarn device rotate lucht-gemeente-01")
@click.argument("name")
def rotate(name: str) -> None:
    """Give the device NAME a new password and show it, once. The old one stops working and its connection is closed."""
    from sensors.devices import accounts  # noqa: PLC0415

    settings = BrokerFilesSettings.load()
    with _errors_as_messages():
        _show(accounts.rotate_password(settings, name), "has a new password")
        _reload_and_report(settings)


@device.command(epilog="Example: lantaarn device update gateway-7 --sensors lamp-0701,lamp-0702,lamp-0703")
@click.argument("name")
@SENSORS_OPTION
def update(name: str, sensors: tuple[str, ...]) -> None:
    """Let the device NAME publish for these sensors, or refresh its topics from the register.

    Its password does not change.
    """
    from sensors.devices import accounts  # noqa: PLC0415

    with _open_register() as (db, settings), _errors_as_messages():
        _show(accounts.update_device(db, settings, name, sensors), "is up to date")
        _reload_and_report(settings)


@device.command(epilog="Example: lantaarn device revoke lucht-gemeente-01")
@click.argument("name")
def revoke(name: str) -> None:
    """Revoke the device NAME: its connection is closed and it can't log in again."""
    from sensors.devices import accounts  # noqa: PLC0415

    settings = BrokerFilesSettings.load()
    with _errors_as_messages():
        click.echo(f"{accounts.revoke_device(settings, name).device.name} is revoked.")
        _reload_and_report(settings)


@device.command("list", epilog="Example: lantaarn device list")
def list_() -> None:
    """List the devices, and where they don't match the register."""
    from sensors.devices import accounts  # noqa: PLC0415

    with _open_register() as (db, settings), _errors_as_messages():
        known = accounts.list_devices(settings)
        outdated = tuple(accounts.outdated_devices(db, settings.municipality, known))
    table = Table("device", "credentials", "sensors")
    for each in known:
        table.add_row(each.name, "password" if each.has_password else "certificate", ", ".join(each.sensors))
    Console().print(table)
    for each, why in outdated:
        click.echo(f"{each.name}: {why}")
    click.echo(f"{len(known)} devices")


@device.command(epilog="Example: lantaarn device prepare")
def prepare() -> None:
    """Create Mosquitto's files if missing, and our own programs' accounts in them.

    Ingest may read everything and write nothing. Passwords come from LANTAARN_INGEST_MQTT_PASSWORD and the like; an
    account whose password is not set is removed.
    """
    from sensors.devices import accounts  # noqa: PLC0415

    settings = BrokerAccountSettings.load()
    with _errors_as_messages():
        changed = accounts.prepare_broker_files(settings)
        if changed:
            _reload_and_report(settings)
    click.echo(f"{settings.broker_files}: {'updated' if changed else 'up to date'}.")


@contextmanager
def _open_register() -> Generator[tuple[Database, DeviceSettings]]:
    settings = DeviceSettings.load()
    with connect(settings.database_url.get_secret_value(), role=DATABASE_ROLE) as db:
        yield db, settings


@contextmanager
def _errors_as_messages() -> Generator[None]:
    """Report expected errors as a message instead of a traceback."""
    from sensors.devices.access import AccessFileFormatError  # noqa: PLC0415
    from sensors.devices.accounts import DeviceError  # noqa: PLC0415
    from sensors.devices.files import BrokerFilesError  # noqa: PLC0415

    try:
        yield
    except (AccessFileFormatError, BrokerFilesError, DeviceError) as error:
        raise click.ClickException(str(error)) from error


def _show(change: "DeviceChange", what: str) -> None:
    click.echo(f"{change.device.name} {what}.")
    for topic in change.device.topics:
        click.echo(f"  may write  {topic}")
    if change.password is not None:
        click.echo(f"  user name  {change.device.name}")
        click.echo(f"  password   {change.password}")
        click.echo("This password is shown once and stored nowhere: put it in the device now.")


def _reload_and_report(settings: BrokerFilesSettings) -> None:
    """Call this after the password was shown, so that a failure here can't hide it from the operator."""
    from sensors.devices import files  # noqa: PLC0415

    if files.reload_mosquitto(settings.broker_pid_file):
        click.echo("Mosquitto has been told to reload.")
    else:
        click.echo("Mosquitto reloads within a second if it watches the files (compose.yaml); else reload it yourself.")
