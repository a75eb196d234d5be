"""``lantaarn demo``: database, broker, ingest, web server and simulated devices, started and stopped together."""

import http.client
import json
import os
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from sensors.db import connect
from sensors.db.capabilities import Capabilities, Edition, probe_capabilities
from sensors.processes import ProcessError, is_port_free
from sensors.register.repository import import_entries
from sensors.settings.base import hide_password
from sensors.settings.simulators import DemoSettings
from sensors.upgrade import upgrade_database
from simulators.city.entry_builder import MUNICIPALITY
from simulators.city.example_register import EXAMPLE_SEED, example_entries
from simulators.city.past_counts import write_past_counts
from simulators.city.past_movement import PAST_WEEKS, write_past_movement
from simulators.embedded.services import (
    POLL_INTERVAL_SECONDS,
    Services,
    StopRequested,
    ignore_stop_signals,
    locked_folder,
    raise_on_stop_signals,
)

READY_TIMEOUT_SECONDS = 60
"""Seconds to wait for a program to become ready."""
EDITION_LABELS = {
    Edition.POSTGRESQL: "without TimescaleDB",
    Edition.TIMESCALEDB_APACHE: "with TimescaleDB {} (Apache 2 edition)",
    Edition.TIMESCALEDB_COMMUNITY: "with TimescaleDB {} (community edition)",
}


@dataclass(frozen=True, slots=True)
class CityOptions:
    """What to simulate: days of history, and whether to include recorded series of real stations."""

    days: int
    replay: bool


def run_demo(settings: DemoSettings, city: CityOptions, *, http_port: int | None, duration: float | None) -> None:
    """Run until Ctrl-C, SIGTERM, or ``duration`` seconds after everything is up.

    Raises ProcessError if another demo runs in this folder, or if a service fails to start or dies.
    """
    home = Path.cwd() / ".lantaarn"
    with (
        locked_folder(home, "demo", f"A demo already runs in this folder{_running_demo_hint(home)}"),
        ExitStack() as stack,
    ):
        raise_on_stop_signals()
        (home / "demo.json").unlink(missing_ok=True)  # left behind by a killed demo
        try:
            demo = Demo(settings, home, stack)
            demo.start(city, http_port)
            demo.parts.watch(duration)
        except StopRequested:
            pass
        finally:
            ignore_stop_signals()
            click.echo("Stopping …")


def _running_demo_hint(home: Path) -> str:
    try:
        known = json.loads((home / "demo.json").read_text())
    except FileNotFoundError:
        return "; it is starting."
    return f": {known['http_url']} (process {known['pid']})"


class Demo:
    """Starts the services in dependency order."""

    def __init__(self, settings: DemoSettings, home: Path, stack: ExitStack) -> None:
        self._settings = settings
        self._home = home
        self.parts = Services(home, stack)

    def start(self, city: CityOptions, http_port: int | None) -> None:
        """Start everything, and print the address once the web server is ready."""
        database_url = self._start_database(city.days)
        mqtt_url, ingest_url = self._start_broker()
        port = self._http_port(http_port)
        known = {
            "DATABASE_URL": database_url,
            "DATABASE_URL_FILE": "",
            "MQTT_URL_FILE": "",
            "LANTAARN_MUNICIPALITY": MUNICIPALITY,
        }
        metrics = self.parts.ports.assign("metrics", 9464)
        self.parts.start_program(
            "ingest", environment=known | {"MQTT_URL": ingest_url, "LANTAARN_METRICS_PORT": str(metrics)}
        )
        self.parts.start_program("serve", environment=known | {"LANTAARN_HTTP_PORT": str(port)})
        # The broker queues nothing for a session it has not seen yet: start the devices once ingest has subscribed.
        self._wait_until_ready("ingest", "127.0.0.1", metrics)
        options = ["--seed", str(EXAMPLE_SEED), "--days", str(city.days), "--replay" if city.replay else "--no-replay"]
        self.parts.start_program("simulate", *options, environment=known | {"MQTT_URL": mqtt_url})
        self._wait_until_ready("serve", self._settings.http_host, port)
        http_url = f"http://{self._settings.http_host}:{port}"
        addresses = {"http_url": http_url, "mqtt_url": mqtt_url, "database_url": database_url, "pid": os.getpid()}
        self.parts.write_while_running(self._home / "demo.json", json.dumps(addresses, indent=2) + "\n")
        click.echo(f"\nThe register: {http_url}\nStop with Ctrl-C.\n")

    def _start_database(self, days: int) -> str:
        """Migrate the database, import the register, and simulate the past that devices can't send; return its URL."""
        external = self._settings.database_url
        url = external.get_secret_value() if external else self.parts.start_postgresql(self._settings.pg_bin)
        with connect(url) as db:
            upgrade_database(db)
            click.echo(f"Database: {database_label(probe_capabilities(db))}, {hide_password(url)}")
            now = datetime.now(UTC)
            # Of what passed before an entry is valid nothing is published.
            since = now - timedelta(weeks=PAST_WEEKS + 1, days=days) if days > 0 else now
            report = import_entries(db, self._write_register(), "lantaarn demo", "the example city", since)
            click.echo(f"Register: {report}")
            if days > 0:
                entries = tuple(example_entries(EXAMPLE_SEED))
                write_past_movement(db, entries, EXAMPLE_SEED, now)
                # What came after that is sent by the simulated devices themselves.
                write_past_counts(db, entries, EXAMPLE_SEED, now - timedelta(days=days), now)
                click.echo(f"Movement and counters: the past {PAST_WEEKS} weeks are simulated")
        return url

    def _write_register(self) -> Path:
        """Write the register of the example city to a file, as ``lantaarn register import`` reads it."""
        path = self._home / "register.jsonl"
        path.write_text(
            "".join(f"{entry.model_dump_json(exclude_none=True)}\n" for entry in example_entries(EXAMPLE_SEED))
        )
        return path

    def _start_broker(self) -> tuple[str, str]:
        """The broker's URLs for devices and for ingest."""
        external = self._settings.mqtt_url
        url, url_v5 = self.parts.start_broker(external)
        click.echo(f"Broker:   {hide_password(url) if external else f'{url} (MQTT 3.1.1), {url_v5} (MQTT 5)'}")
        return url, url_v5

    def _http_port(self, requested: int | None) -> int:
        """The requested or configured port, else the default or a free one.

        Raises ProcessError if the port is in use: the readiness check would take another server for ours.
        """
        configured = self._settings.http_port if "http_port" in self._settings.model_fields_set else None
        port = requested or configured
        if port is None:
            return self.parts.ports.assign("http", self._settings.http_port)
        if not is_port_free(port):
            raise ProcessError(f"Port {port} is in use; choose another with --http-port")
        return port

    def _wait_until_ready(self, name: str, host: str, port: int) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_SECONDS
        while not _is_ready(host, port):
            self.parts.check_alive()
            if time.monotonic() > deadline:
                log = self._home / "log" / f"{name}.log"
                raise ProcessError(f"lantaarn {name} did not become ready; see its log, {log}")
            time.sleep(POLL_INTERVAL_SECONDS)


def database_label(found: Capabilities) -> str:
    """The database's version and edition, for display."""
    return f"PostgreSQL {found.server_version} {EDITION_LABELS[found.edition].format(found.timescale_version)}"


def _is_ready(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
