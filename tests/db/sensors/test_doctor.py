"""``lantaarn doctor`` against real servers."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import LiteralString, cast

import psycopg
import pytest
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from pydantic import SecretStr

from sensors.db import Database, connect
from sensors.db.server import EmbeddedPostgres
from sensors.doctor.broker import broker_findings
from sensors.doctor.database import (
    PROGRAM_ROLES,
    database_findings,
    function_findings,
    log_findings,
    role_findings,
    statement_timeout_findings,
)
from sensors.doctor.machine import machine_findings
from sensors.settings.doctor import DoctorSettings
from simulators.embedded.broker import EmbeddedBroker
from tests.faults.mosquitto import Mosquitto
from tests.support.installed import needs_mosquitto
from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[3]
CANARY = "XX-99-YZ"


def _doctor(folder: Path, **addresses: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lantaarn", "doctor"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **addresses},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_role_may_do_something_on_every_edition(each_database: Database) -> None:
    findings = list(role_findings(each_database))
    assert [finding.subject for finding in findings] == list(PROGRAM_ROLES)
    assert all(finding.remedy is None for finding in findings)
    api = next(finding for finding in findings if finding.subject == "lantaarn_api")
    assert "open (reads)" in api.result
    assert "writes" not in api.result


def test_a_dashboard_without_a_time_limit_is_told(each_database: Database) -> None:
    assert list(statement_timeout_findings(each_database)) == []
    with suppress(psycopg.Rollback), each_database.transaction():
        each_database.execute("alter role lantaarn_dashboard reset statement_timeout")
        (finding,) = statement_timeout_findings(each_database)
        assert "statement_timeout = '10s'" in (finding.remedy or "")
        raise psycopg.Rollback


@pytest.mark.parametrize("grant", ["temporary on database", "create on schema"])
def test_a_role_that_may_make_functions_is_told(each_database: Database, grant: str) -> None:
    row = each_database.execute("select quote_ident(current_database()) as name").fetchone() or {}
    each_database.execute(
        "do $$ begin execute format('revoke temporary on database %I from public', current_database()); end $$"
    )
    assert list(function_findings(each_database)) == []
    subject = row["name"] if grant.endswith("database") else "open"
    each_database.execute(cast("LiteralString", f"grant {grant} {subject} to lantaarn_api"))
    (finding,) = function_findings(each_database)
    assert finding.subject == "lantaarn_api"
    assert f"revoke temporary on database {row['name']} from public" in (finding.remedy or "")


def test_it_tells_what_the_servers_are_and_hides_the_password(
    database: str, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    said = _doctor(tmp_path, DATABASE_URL=database, MQTT_URL=broker.url_v5).stdout
    assert "PostgreSQL 1" in said
    assert "✓ schema: up to date" in said
    assert f"✓ broker: {broker.url_v5}: MQTT 5\n" in said
    assert "***@" in said
    assert database not in said


@pytest.mark.parametrize(
    ("variable", "url", "todo"),
    [
        ("DATABASE_URL", "postgresql://nobody:hush-hush@127.0.0.1:1/lantaarn", "start the database"),
        ("MQTT_URL", "mqtt://nobody:hush-hush@127.0.0.1:1", "start the broker"),
        ("MQTT_URL", "hush-hush", "correct this"),
    ],
)
def test_what_is_away_is_named_with_what_to_do(variable: str, url: str, todo: str, tmp_path: Path) -> None:
    done = _doctor(tmp_path, **{variable: url})
    assert done.returncode == 1
    assert f"→ {todo}" in done.stdout
    assert "hush" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("grant", "told"),
    [
        ("grant usage on schema restricted to public; grant select on restricted.location to public", "restricted"),
        (
            "grant usage on schema lantaarn to public; grant select (size) on lantaarn.quarantine to lantaarn_api",
            "lantaarn",
        ),
    ],
)
def test_a_role_that_sees_too_much_is_told(each_database: Database, grant: LiteralString, told: str) -> None:
    each_database.execute(grant)
    findings = {finding.subject: finding for finding in role_findings(each_database) if finding.remedy}
    assert f"can read {told}: " in findings["lantaarn_api"].result


@pytest.mark.parametrize(
    "setting", ["log_statement = 'all'", "log_error_verbosity = 'default'", "debug_print_plan = 1"]
)
def test_a_log_that_says_too_much_is_told(database: str, setting: LiteralString) -> None:
    with connect(database) as db:
        assert [finding.remedy for finding in log_findings(db)] == [None]
        db.execute("set " + setting)  # pyright: ignore[reportCallIssue, reportArgumentType]
        (finding,) = log_findings(db)
        assert finding.remedy is not None
        assert f"alter system set {setting.split()[0]} = " in finding.remedy
        db.execute("load 'auto_explain'")
        assert any("auto_explain is loaded" in finding.result for finding in log_findings(db))


def test_our_own_database_is_well_and_leaves_no_core_dump(database: str) -> None:
    findings = list(database_findings(SecretStr(database), None))
    assert [finding for finding in findings if finding.remedy] == []
    assert next(finding for finding in findings if finding.subject == "database memory").result == "no core dumps"


def test_no_value_reaches_the_log_or_the_statistics_of_the_server(pg_server: EmbeddedPostgres, database: str) -> None:
    """Refused rows, parameters, statements that fail, COPY: none of them leaves a trace."""
    refused: tuple[LiteralString, ...] = (
        "insert into lantaarn.migration (name, edition, digest) values (%(value)s, null, 'x')",
        "insert into lantaarn.area (code, level, name, municipality, geometry) values (%(value)s, 'x', 'x', 'x', '{}')",
        "select %(value)s::text::integer",
        "select %(value)s::text::timestamptz",
    )
    with connect(database) as db, connect(database) as watcher:
        for statement in refused:
            with pytest.raises(psycopg.Error):
                db.execute(statement, {"value": CANARY})
        with (
            pytest.raises(psycopg.Error),
            db.cursor() as cursor,
            cursor.copy("copy lantaarn.quarantine from stdin") as copy,
        ):
            copy.write(f"{CANARY}\t{CANARY}\n")
        db.execute("select %(value)s::text", {"value": CANARY})
        seen = watcher.execute("select query from pg_stat_activity where datname = current_database()").fetchall()
    assert any("$1" in row["query"] for row in seen)
    assert not any(CANARY in row["query"] for row in seen)
    assert CANARY not in pg_server.log_file.read_text()
    assert "database system is ready" in pg_server.log_file.read_text()


def _about_broker(url: str) -> dict[str, tuple[str, bool]]:
    findings = broker_findings(DoctorSettings.load(), SecretStr(url))
    return {finding.subject: (finding.result, finding.remedy is None) for finding in findings}


def test_the_broker_of_the_demo_is_well_because_only_this_machine_reaches_it(broker: EmbeddedBroker) -> None:
    said = _about_broker(broker.url_v5)
    assert said["broker login"] == ("lets everyone in, on this machine only", True)
    assert said["retained events"] == ("none", True)
    assert said["queued events"] == ("queued for offline sessions, on this machine only", True)


@contextmanager
def _client(port: int, name: str, *, clean: bool = True) -> Generator[Client]:
    client = Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTv311, clean_session=clean)
    client.connect("127.0.0.1", port)
    client.loop_start()
    wait_for(client.is_connected, 5)
    yield client
    client.disconnect()
    client.loop_stop()


def _stay_away(port: int) -> None:
    """Leave a durable session behind that asks for everything, at quality 1."""
    granted: list[int] = []

    def note(_client: Client, _data: object, message_id: int, *_: object) -> None:
        granted.append(message_id)

    with _client(port, "away", clean=False) as client:
        client.on_subscribe = note
        client.subscribe("#", qos=1)
        wait_for(lambda: granted, 5)


@needs_mosquitto
def test_what_a_broker_keeps_of_events_is_told(tmp_path: Path) -> None:
    with Mosquitto(tmp_path / "good") as broker:
        url = f"mqtt://127.0.0.1:{broker.port}"
        assert _about_broker(url)["queued events"] == ("none: not queued for offline sessions", True)
        with _client(broker.port, "device") as device:
            device.publish("event/helmond/traffic/HD-1/json", "{}", retain=True).wait_for_publish(5)
        assert _about_broker(url)["retained events"] == ("the broker keeps messages on event topics", False)
    with Mosquitto(tmp_path / "bad", listener_options="queue_qos0_messages true\n") as broker:
        assert _about_broker(f"mqtt://127.0.0.1:{broker.port}")["queued events"][0].startswith("queued")


@needs_mosquitto
def test_an_event_never_gets_into_the_file_of_mosquitto(tmp_path: Path) -> None:
    """Not even for a durable session that asked for quality 1: a message has the lower of both."""
    with Mosquitto(tmp_path) as broker:
        _stay_away(broker.port)
        with _client(broker.port, "device") as device:
            device.publish("event/helmond/traffic/HD-1/json", CANARY, qos=0)
            device.publish("helmond/traffic/HD-1/json", "control", qos=1).wait_for_publish(5)
    kept = (tmp_path / "mosquitto.db").read_bytes()
    assert b"control" in kept
    assert CANARY.encode() not in kept


@needs_mosquitto
def test_a_listener_for_events_takes_no_message_that_would_be_kept(tmp_path: Path) -> None:
    """``max_qos 0``, as docs/hardening.md advises: a device that is set wrong is cut off, its message gone."""
    cut_off: list[bool] = []

    def note(*_: object) -> None:
        cut_off.append(True)

    with Mosquitto(tmp_path, listener_options="max_qos 0\n") as broker:
        _stay_away(broker.port)
        with _client(broker.port, "device") as device:
            device.on_disconnect = note
            device.publish("event/helmond/traffic/HD-1/json", CANARY, qos=1)
            wait_for(lambda: cut_off, 5)
    assert CANARY.encode() not in (tmp_path / "mosquitto.db").read_bytes()


def test_swap_on_a_disk_is_told_and_an_encrypted_one_is_not(tmp_path: Path) -> None:
    table = tmp_path / "swaps"
    (tmp_path / "dm-1" / "dm").mkdir(parents=True)
    (tmp_path / "dm-1" / "dm" / "uuid").write_text("CRYPT-PLAIN-swap")
    (tmp_path / "zram0").mkdir()
    head = "Filename Type Size Used Priority\n"
    table.write_text(f"{head}/dev/dm-1 partition 1 0 -2\n/dev/zram0 partition 1 0 100\n")
    assert [finding.remedy for finding in machine_findings(table, tmp_path) if finding.subject == "swap"] == [None]
    table.write_text(f"{head}/dev/sda2 partition 1 0 -2\n")
    (swap,) = (finding for finding in machine_findings(table, tmp_path) if finding.subject == "swap")
    assert swap.remedy is not None
    assert "/dev/sda2" in swap.result
