"""``lantaarn servers``: PostgreSQL and a broker on one machine, for a municipality without servers of its own.

Ingest and the web server are separate processes, so that they can be stopped, upgraded and restarted while the broker
queues the devices' messages.
"""

import os
import socket
from contextlib import ExitStack
from pathlib import Path

import click

from sensors.processes import ProcessError
from sensors.settings.base import hide_password
from sensors.settings.simulators import ServersSettings
from simulators.embedded.services import (
    Services,
    StopRequested,
    ignore_stop_signals,
    locked_folder,
    raise_on_stop_signals,
)

PURPOSE = "servers"


def run_servers(settings: ServersSettings) -> None:
    """Run until Ctrl-C or SIGTERM.

    Raises ProcessError if the folder is locked, or if a server fails to start or dies.
    """
    home = Path.cwd() / ".lantaarn"
    with locked_folder(home, PURPOSE, "The servers of this folder are already running"), ExitStack() as stack:
        raise_on_stop_signals()
        environment = home / "environment"
        environment.unlink(missing_ok=True)  # left behind by killed servers
        try:
            parts = Services(home, stack)
            _start(parts, settings, environment)
            parts.watch()
        except StopRequested:
            pass
        finally:
            ignore_stop_signals()
            click.echo("Stopping …")


def _start(parts: Services, settings: ServersSettings, environment: Path) -> None:
    database_url = parts.start_postgresql(settings.pg_bin, allow_new=False)
    click.echo(f"Database: {hide_password(database_url)}")
    addresses = {"DATABASE_URL": database_url}
    if settings.mqtt_url is None:
        for_devices, for_ingest = parts.start_broker(None)
        click.echo(
            f"Broker:   {for_devices} (MQTT 3.1.1), {for_ingest} (MQTT 5): localhost only, without authentication"
        )
        addresses["MQTT_URL"] = for_ingest
    parts.write_while_running(environment, "".join(f"{name}={value}\n" for name, value in addresses.items()))
    click.echo(f"Environment for the other programs: {environment}\nStop with Ctrl-C.")
    notify_systemd("READY=1")


def notify_systemd(state: str) -> None:
    """Notify systemd (sd_notify) if it started us. Raises ProcessError if it cannot be reached."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        try:
            line.sendto(state.encode(), f"\0{address[1:]}" if address.startswith("@") else address)
        except OSError as error:
            raise ProcessError("Cannot notify systemd that the servers are ready (NOTIFY_SOCKET)") from error
