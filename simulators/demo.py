"""``lantaarn demo``: database, broker, ingest, web server and simulated devices, started and stopped together."""

import fcntl
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import click

from sensors.db import connect
from sensors.db.capabilities import Capabilities, Edition, probe
from sensors.db.server import EmbeddedServer
from sensors.processes import Ports, ProcessError, is_free, start, stop, tethered
from sensors.register import import_entries
from sensors.settings import DemoSettings, hide_password
from sensors.upgrade import upgrade
from simulators.broker import EmbeddedBroker
from simulators.city import entries
from simulators.city_entry import MUNICIPALITY

TICK = 0.2
"""Seconds between two looks at the programs: how late the death of one is noticed."""
PATIENCE = 60
"""Seconds in which a program must be ready."""
SEED = 1
"""Of the example city: its register and its devices are made from the same one."""
EDITIONS = {
    Edition.POSTGRESQL: "without TimescaleDB",
    Edition.TIMESCALEDB_APACHE: "with TimescaleDB {} (Apache 2 edition)",
    Edition.TIMESCALEDB_COMMUNITY: "with TimescaleDB {} (community edition)",
}


class Stopped(Exception):  # noqa: N818 - it is no error
    """Ctrl-C, SIGTERM, or the terminal was closed."""


@dataclass(frozen=True, slots=True)
class City:
    """What is simulated: days to play back before now, and whether recorded series of real stations are played too."""

    days: int
    replay: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A running program and where its log is."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


def run(settings: DemoSettings, city: City, *, http_port: int | None, duration: float | None) -> None:
    """Run until Ctrl-C, SIGTERM, or ``duration`` seconds after everything is up.

    Raises ProcessError when another demo runs in this folder, when a part can't start, or when one dies.
    """
    home = Path.cwd() / ".lantaarn"
    home.mkdir(mode=0o700, exist_ok=True)
    with only_one(home), ExitStack() as stack:
        _listen_to_signals()
        (home / "demo.json").unlink(missing_ok=True)  # of a demo that was killed
        try:
            demo = Demo(settings, home, stack)
            demo.start(city, http_port)
            demo.watch(duration)
        except Stopped:
            pass
        finally:
            _ignore_signals()  # everything stops in order now, and a second Ctrl-C may not break that
            click.echo("Stopping …")


@contextmanager
def only_one(home: Path) -> Generator[None]:
    """Hold the folder. Raises ProcessError, naming the address of the demo that has it."""
    with (home / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ProcessError(f"A demo already runs in this folder{_where(home)}") from None
        yield


def _where(home: Path) -> str:
    try:
        known = json.loads((home / "demo.json").read_text())
    except FileNotFoundError:
        return "; it is starting."
    return f": {known['http_url']} (process {known['pid']})"


def _stop(_signal: int, _frame: FrameType | None) -> None:
    _ignore_signals()
    raise Stopped


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _listen_to_signals() -> None:
    for each in SIGNALS:
        signal.signal(each, _stop)


def _ignore_signals() -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)


class Demo:
    """The parts in the order they were started; the stack stops them in reverse."""

    def __init__(self, settings: DemoSettings, home: Path, stack: ExitStack) -> None:
        self._settings = settings
        self._home = home
        self._stack = stack
        self._ports = Ports(home / "ports.json")
        self._parts: list[Part] = []

    def start(self, city: City, http_port: int | None) -> None:
        """Start everything and tell the address once the web server is ready."""
        database_url = self._start_database()
        mqtt_url, ingest_url = self._start_broker()
        port = self._http_port(http_port)
        known = {
            "DATABASE_URL": database_url,
            "DATABASE_URL_FILE": "",
            "MQTT_URL_FILE": "",
            "LANTAARN_MUNICIPALITY": MUNICIPALITY,
        }
        metrics = self._ports.take("metrics", 9464)
        self._start_program(
            "ingest", environment=known | {"MQTT_URL": ingest_url, "LANTAARN_METRICS_PORT": str(metrics)}
        )
        self._start_program("serve", environment=known | {"LANTAARN_HTTP_PORT": str(port)})
        # A broker keeps nothing for a session that it has not seen yet: the devices speak once ingest listens.
        self._wait_until_ready("ingest", "127.0.0.1", metrics)
        options = ["--seed", str(SEED), "--days", str(city.days), "--replay" if city.replay else "--no-replay"]
        self._start_program("simulate", *options, environment=known | {"MQTT_URL": mqtt_url})
        self._wait_until_ready("serve", self._settings.http_host, port)
        http_url = f"http://{self._settings.http_host}:{port}"
        self._tell({"http_url": http_url, "mqtt_url": mqtt_url, "database_url": database_url, "pid": os.getpid()})
        click.echo(f"\nThe register: {http_url}\nStop with Ctrl-C.\n")

    def watch(self, duration: float | None) -> None:
        """Return after ``duration`` seconds. Raises ProcessError when a part dies."""
        deadline = None if duration is None else time.monotonic() + duration
        while deadline is None or time.monotonic() < deadline:
            self._look()
            time.sleep(TICK)

    def _start_database(self) -> str:
        """The database's address, migrated and with the city's register in it."""
        given = self._settings.database_url
        url = given.get_secret_value() if given else self._start_server()
        with connect(url) as db:
            upgrade(db)
            click.echo(f"Database: {edition(probe(db))}, {hide_password(url)}")
            click.echo(f"Register: {import_entries(db, self._write_register(), 'lantaarn demo', 'the example city')}")
        return url

    def _write_register(self) -> Path:
        """The register of the example city as a file: what ``lantaarn register import`` takes too."""
        path = self._home / "register.jsonl"
        path.write_text("".join(f"{entry.model_dump_json(exclude_none=True)}\n" for entry in entries(SEED)))
        return path

    def _start_server(self) -> str:
        port = self._ports.take("postgresql", 5432)
        server = self._stack.enter_context(EmbeddedServer(self._home.parent, pg_bin=self._settings.pg_bin, port=port))
        self._parts.append(Part("PostgreSQL", server.process, server.log))
        return server.url

    def _start_broker(self) -> tuple[str, str]:
        """The broker's address for devices and for ingest: the embedded one has a port for each version of MQTT."""
        given = self._settings.mqtt_url
        if given is not None:
            click.echo(f"Broker:   {hide_password(given.get_secret_value())}")
            return given.get_secret_value(), given.get_secret_value()
        ports = {"port": self._ports.take("mqtt", 1883), "port_v5": self._ports.take("mqtt5", 1884)}
        broker = self._stack.enter_context(EmbeddedBroker(self._home, **ports))
        self._parts.append(Part("the broker", broker.process, broker.log))
        click.echo(f"Broker:   {broker.url} (MQTT 3.1.1), {broker.url_v5} (MQTT 5)")
        return broker.url, broker.url_v5

    def _http_port(self, asked: int | None) -> int:
        """The port that was asked for, else the usual one or a free one. Another server there could answer for ours."""
        given = self._settings.http_port if "http_port" in self._settings.model_fields_set else None
        port = asked or given
        if port is None:
            return self._ports.take("http", self._settings.http_port)
        if not is_free(port):
            raise ProcessError(f"Port {port} is taken by another program; choose another with --http-port")
        return port

    def _start_program(self, name: str, *options: str, environment: dict[str, str]) -> None:
        """One of our own programs. It holds nothing that isn't kept elsewhere, so it may die at once with us."""
        log = self._home / "log" / f"{name}.log"
        command = tethered([sys.executable, "-m", "lantaarn", name, *options], signal.SIGKILL)
        process = start(command, log, show=name == "simulate", environment=environment)
        self._stack.callback(stop, process)
        self._parts.append(Part(f"lantaarn {name}", process, log))

    def _wait_until_ready(self, name: str, host: str, port: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while not _is_ready(host, port):
            self._look()
            if time.monotonic() > deadline:
                raise ProcessError(f"lantaarn {name} is not ready; its log is {self._home / 'log' / f'{name}.log'}")
            time.sleep(TICK)

    def _look(self) -> None:
        for part in self._parts:
            code = part.process.poll()
            if code is not None:
                raise ProcessError(f"{part.name} stopped by itself (exit code {code}); its log is {part.log}")

    def _tell(self, known: dict[str, str | int]) -> None:
        """Write what other programs need to know, passwords included, for this user only, while it is true."""
        path = self._home / "demo.json"
        self._stack.callback(path.unlink, missing_ok=True)
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        new.write_text(json.dumps(known, indent=2) + "\n")
        new.rename(path)


def edition(found: Capabilities) -> str:
    """The database's version and edition, for people."""
    return f"PostgreSQL {found.server_version} {EDITIONS[found.edition].format(found.timescale_version)}"


def _is_ready(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
