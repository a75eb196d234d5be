"""``lantaarn doctor`` against real servers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sensors.db import Database
from sensors.doctor import ROLES, role_findings
from simulators.broker import EmbeddedBroker

ROOT = Path(__file__).parents[2]


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
    assert [finding.subject for finding in findings] == list(ROLES)
    assert all(finding.todo is None for finding in findings)
    api = next(finding for finding in findings if finding.subject == "lantaarn_api")
    assert "open (reads)" in api.found
    assert "writes" not in api.found


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
