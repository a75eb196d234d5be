"""The sub-command ``device``: credentials of devices at the broker. Each command loads only what it needs."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from sensors.db import Database, connect
from sensors.settings import AccessSettings, AccountSettings, DeviceSettings

if TYPE_CHECKING:
    from sensors.devices.accounts import Change

ROLE = "lantaarn_api"
"""What is in the register may be read by everyone."""


class References(click.ParamType[tuple[str, ...]]):
    """References of the register, with commas between them."""

    name = "references"

    def convert(
        self,
        value: str | tuple[str, ...],
        param: click.Parameter | None,  # noqa: ARG002 - click's signature
        ctx: click.Context | None,  # noqa: ARG002 - click's signature
    ) -> tuple[str, ...]:
        given = value.split(",") if isinstance(value, str) else value
        return tuple(dict.fromkeys(each.strip() for each in given if each.strip()))


SENSORS = click.option(
    "--sensors", type=References(), default=(), metavar="REFERENCE,…", help="The sensors that it speaks for."
)


@click.group(epilog="Example: lantaarn device add lucht-gemeente-01")
def device() -> None:
    """Let devices in at the broker, each with a password of its own, and shut them out."""


@device.command(epilog="Example: lantaarn device add gateway-7 --sensors lamp-0701,lamp-0702")
@click.argument("name")
@SENSORS
@click.option("--certificate", is_flag=True, help="It comes in by a client certificate: make no password.")
def add(name: str, sensors: tuple[str, ...], *, certificate: bool) -> None:
    """Let the device NAME in and show its password, once. Without --sensors, NAME is the reference of its sensor.

    It may write the topics of its sensors, and read nothing.
    """
    from sensors.devices import accounts  # noqa: PLC0415 - each command loads only what it needs

    with _register() as (db, settings), _told():
        change = accounts.add(db, settings, name, sensors, certificate=certificate)
        _show(change, "may come in")
        _reload(settings)


@device.command(epilog="Example: lantaarn device rotate lucht-gemeente-01")
@click.argument("name")
def rotate(name: str) -> None:
    """Give the device NAME a new password and show it, once. The old one ends at once, and so does its connection."""
    from sensors.devices import accounts  # noqa: PLC0415

    settings = AccessSettings.load()
    with _told():
        _show(accounts.rotate(settings, name), "has a new password")
        _reload(settings)


@device.command(epilog="Example: lantaarn device update gateway-7 --sensors lamp-0701,lamp-0702,lamp-0703")
@click.argument("name")
@SENSORS
def update(name: str, sensors: tuple[str, ...]) -> None:
    """Let the device NAME speak for these sensors, or for the same ones as the register has them now.

    Its password stays.
    """
    from sensors.devices import accounts  # noqa: PLC0415

    with _register() as (db, settings), _told():
        _show(accounts.update(db, settings, name, sensors), "is up to date")
        _reload(settings)


@device.command(epilog="Example: lantaarn device revoke lucht-gemeente-01")
@click.argument("name")
def revoke(name: str) -> None:
    """Shut the device NAME out: its connection ends, and it can't come in again."""
    from sensors.devices import accounts  # noqa: PLC0415

    settings = AccessSettings.load()
    with _told():
        click.echo(f"{accounts.revoke(settings, name).device.name} is shut out.")
        _reload(settings)


@device.command("list", epilog="Example: lantaarn device list")
def list_() -> None:
    """Show the devices, and where the register has another idea of one."""
    from sensors.devices import accounts  # noqa: PLC0415

    with _register() as (db, settings), _told():
        known = accounts.devices(settings)
        outdated = tuple(accounts.outdated(db, settings.municipality, known))
    table = Table("device", "comes in by", "sensors")
    for each in known:
        table.add_row(each.name, "password" if each.has_password else "certificate", ", ".join(each.sensors))
    Console().print(table)
    for each, why in outdated:
        click.echo(f"{each.name}: {why}")
    click.echo(f"{len(known)} devices")


@device.command(epilog="Example: lantaarn device prepare")
def prepare() -> None:
    """Make Mosquitto's files where they are missing, and give our own programs their accounts there.

    Ingest may read everything and write nothing. Passwords come from LANTAARN_INGEST_MQTT_PASSWORD and the like; an
    account whose password is not set is taken away.
    """
    from sensors.devices import accounts  # noqa: PLC0415

    settings = AccountSettings.load()
    with _told():
        changed = accounts.prepare(settings)
        if changed:
            _reload(settings)
    click.echo(f"{settings.broker_files}: {'brought up to date' if changed else 'as it should be'}.")


@contextmanager
def _register() -> Generator[tuple[Database, DeviceSettings]]:
    settings = DeviceSettings.load()
    with connect(settings.database_url.get_secret_value(), role=ROLE) as db:
        yield db, settings


@contextmanager
def _told() -> Generator[None]:
    """What a person can do something about becomes a sentence."""
    from sensors.devices.access import AccessFileError  # noqa: PLC0415
    from sensors.devices.accounts import DeviceError  # noqa: PLC0415
    from sensors.devices.files import KeepError  # noqa: PLC0415

    try:
        yield
    except (AccessFileError, KeepError, DeviceError) as error:
        raise click.ClickException(str(error)) from error


def _show(change: "Change", what: str) -> None:
    click.echo(f"{change.device.name} {what}.")
    for topic in change.device.topics:
        click.echo(f"  may write  {topic}")
    if change.password is not None:
        click.echo(f"  user name  {change.device.name}")
        click.echo(f"  password   {change.password}")
        click.echo("This password is shown once and kept nowhere: put it in the device now.")


def _reload(settings: AccessSettings) -> None:
    """After the password was shown: what goes wrong here must not keep it from who has to put it in the device."""
    from sensors.devices import files  # noqa: PLC0415

    if files.reload(settings.broker_pid_file):
        click.echo("Mosquitto reads it now.")
    else:
        click.echo("Mosquitto reads it within a second where it is watched (compose.yaml); else have it reload.")
