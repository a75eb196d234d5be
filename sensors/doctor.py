"""``lantaarn doctor``: what is there, what is missing, and what to do about it."""

import importlib.util
import json
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import psycopg
from paho.mqtt.client import MQTT_ERR_SUCCESS, Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import SecretStr

from sensors.broker import BrokerAddress
from sensors.db import Database, connect
from sensors.db.capabilities import probe
from sensors.db.migrate import MigrationError, pending
from sensors.db.queries import load
from sensors.db.server import find_installation
from sensors.processes import ProcessError
from sensors.settings import DoctorSettings, SettingsError, hide_password

QUERIES = load(Path(__file__).with_name("doctor.sql"))
ROLES = ("lantaarn_ingest", "lantaarn_api", "lantaarn_dashboard")
PROTOCOLS = {"MQTT 5": MQTTProtocolVersion.MQTTv5, "MQTT 3.1.1": MQTTProtocolVersion.MQTTv311}
ASSETS = Path(__file__).parents[1] / "api" / "web" / "static" / "vendor" / "leaflet" / "leaflet.js"
ANSWER = 3.0
"""Seconds a broker gets to answer."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``todo`` is what to do when something needed is missing, else none."""

    subject: str
    found: str
    todo: str | None = None


def examine(folder: Path) -> Iterator[Finding]:
    """Look at everything, in order. Without addresses in the environment, at the demo that runs in ``folder``."""
    demo = _running_demo(folder)
    try:
        settings = DoctorSettings.load()
    except SettingsError as error:
        yield Finding("settings", str(error), "correct this, then run lantaarn doctor again")
        return
    yield Finding("settings", "".join(f"\n    {name} = {value}" for name, value in sorted(settings.shown())))
    yield from _database(settings.database_url or demo.get("database_url"), settings.pg_bin)
    yield from _broker(settings, settings.mqtt_url or demo.get("mqtt_url"))
    yield _assets()


def show(findings: Iterator[Finding]) -> bool:
    """Print each finding as soon as it is known; whether nothing needed is missing."""
    well = True
    for finding in findings:
        click.echo(f"{'✗' if finding.todo else '✓'} {finding.subject}: {finding.found}")
        if finding.todo:
            click.echo(f"  → {finding.todo}")
            well = False
    return well


def _running_demo(folder: Path) -> dict[str, SecretStr]:
    """The addresses of the demo that runs in this folder, if one does."""
    try:
        known: dict[str, str | int] = json.loads((folder / ".lantaarn" / "demo.json").read_text())
    except (OSError, ValueError):
        return {}
    if not Path(f"/proc/{known.get('pid')}").exists():
        return {}
    return {name: SecretStr(str(value)) for name, value in known.items()}


def _database(url: SecretStr | None, pg_bin: Path | None) -> Iterator[Finding]:
    if url is None:
        yield _embedded(pg_bin)
        return
    shown = hide_password(url.get_secret_value())
    try:
        with connect(url.get_secret_value()) as db:
            found = probe(db)
            version = f"TimescaleDB {found.timescale_version}" if found.timescale_version else "no TimescaleDB"
            yield Finding(
                "database", f"{shown}: PostgreSQL {found.server_version}, {version} (edition {found.edition})"
            )
            yield Finding("can do", f"hypertables {_yes(found.hypertables)}, columnstore {_yes(found.columnstore)}")
            yield _migrations(db)
            yield from role_findings(db)
    except psycopg.OperationalError as error:
        yield Finding("database", f"{shown}: {str(error).strip()}", "start the database, or correct DATABASE_URL")


def _embedded(pg_bin: Path | None) -> Finding:
    try:
        found = find_installation(pg_bin)
    except ProcessError as error:
        return Finding("database", "DATABASE_URL is not set", str(error))
    timescale = "with" if found.timescaledb else "without"
    return Finding(
        "database",
        f"DATABASE_URL is not set; lantaarn demo will run PostgreSQL {found.version} {timescale} TimescaleDB, "
        f"from {found.bin}",
    )


def _yes(able: bool) -> str:
    return "yes" if able else "no"


def _migrations(db: Database) -> Finding:
    try:
        waiting = pending(db)
    except MigrationError as error:
        return Finding("schema", "does not fit", str(error))
    if waiting:
        return Finding("schema", f"{len(waiting)} migrations to apply: {', '.join(waiting)}", "run lantaarn migrate")
    return Finding("schema", "up to date")


def role_findings(db: Database) -> Iterator[Finding]:
    """What each of our roles may do in a migrated database."""
    rows = db.execute(QUERIES["roles"], {"roles": list(ROLES)}).fetchall()
    for role in ROLES:
        may = [f"{row['schema']} ({_rights(row)})" for row in rows if row["role"] == role and _rights(row)]
        ours = all(row["ours"] for row in rows if row["role"] == role)
        if not may:
            yield Finding(role, "is missing or may do nothing", "run lantaarn migrate")
        elif not ours:
            yield Finding(role, ", ".join(may), f"let an administrator run: grant {role} to the user of DATABASE_URL")
        else:
            yield Finding(role, ", ".join(may))


def _rights(row: Mapping[str, Any]) -> str:
    return " and ".join(right for right in ("reads", "writes") if row[right])


def _broker(settings: DoctorSettings, url: SecretStr | None) -> Iterator[Finding]:
    if url is None:
        embedded = importlib.util.find_spec("iotcore") is not None
        todo = None if embedded else "install the package iotcore (make does), or set MQTT_URL"
        yield Finding("broker", "MQTT_URL is not set; lantaarn demo will run its own", todo)
        return
    address = settings.address(url)
    versions = [name for name, protocol in PROTOCOLS.items() if _speaks(address, protocol)]
    shown = hide_password(url.get_secret_value())
    if versions:
        yield Finding("broker", f"{shown}: {' and '.join(versions)}")
    else:
        yield Finding("broker", f"{shown}: does not let us in", "start the broker, or correct MQTT_URL")


def _speaks(broker: BrokerAddress, protocol: MQTTProtocolVersion) -> bool:
    """Whether the broker accepts us in this version of MQTT."""
    answers: list[bool] = []

    def note(_client: Client, _data: object, _flags: object, code: ReasonCode, _properties: object) -> None:
        answers.append(not code.is_failure)

    client = Client(CallbackAPIVersion.VERSION2, client_id=f"lantaarn-doctor-{uuid.uuid4().hex}", protocol=protocol)
    client.on_connect = note
    try:
        broker.introduce(client)
        client.connect(broker.host, broker.port)
        deadline = time.monotonic() + ANSWER
        while not answers and time.monotonic() < deadline and client.loop(0.1) == MQTT_ERR_SUCCESS:
            pass
        client.disconnect()
    except OSError:
        return False
    return answers == [True]


def _assets() -> Finding:
    if ASSETS.exists():
        return Finding("web assets", "built")
    return Finding("web assets", "not built: the register works, its map does not", "run make demo once")
