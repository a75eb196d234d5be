"""The command: every help ends with an example, and troubles are sentences."""

import os
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from lantaarn import COMMANDS, VERSION, main
from sensors.processes import ProcessError

ROOT = Path(__file__).parents[3]


def _commands() -> list[tuple[str, ...]]:
    """Every command and sub-command, as its words."""
    found: list[tuple[str, ...]] = [()]
    for name in COMMANDS:
        found.append((name,))
        command = main.get_command(click.Context(main), name)
        if isinstance(command, click.Group):
            found += [(name, sub) for sub in command.commands]
    return found


@pytest.mark.parametrize("words", _commands(), ids=" ".join)
def test_every_help_ends_with_an_example_of_that_command(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*words, "--help"], prog_name="lantaarn")
    assert result.exit_code == 0
    last = " ".join(result.output.partition("Example:")[2].split())
    assert f"lantaarn {' '.join(words)}".strip() in last


def test_the_promised_commands_are_there() -> None:
    words = {" ".join(each) for each in _commands()}
    groups = {
        "register import",
        "register export",
        "register check",
        "register redact",
        "retention run",
        "retention verify",
        "policy explain",
    }
    assert groups | {"policy explain", "demo", "migrate", "ingest", "serve", "simulate", "doctor"} <= words


def test_the_version_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
    assert CliRunner().invoke(main, ["--version"]).output == f"lantaarn, version {VERSION}\n"


def test_an_unknown_command_is_said_to_be_so() -> None:
    result = CliRunner().invoke(main, ["lamp"])
    assert result.exit_code == 2
    assert "No such command 'lamp'" in result.output


def test_a_missing_setting_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    result = CliRunner().invoke(main, ["migrate"])
    assert result.exit_code == 1
    assert result.output.startswith("Error: DATABASE_URL (or DATABASE_URL_FILE) is not set")


def test_a_database_that_is_away_is_a_sentence_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://someone:hush-hush@127.0.0.1:1/lantaarn")
    result = CliRunner().invoke(main, ["migrate"])
    assert result.exit_code == 1
    assert result.output.startswith("Error: The database can't be reached")
    assert "hush" not in result.output
    assert "Traceback" not in result.output


@pytest.mark.slow
def test_a_port_in_use_is_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other_program:
        port = other_program.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "lantaarn", "serve", "--port", str(port)],
            env=os.environ | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"},
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    assert f"Error: Can't listen on 127.0.0.1, port {port}: Address already in use. Choose another" in done.stderr
    assert "Traceback" not in done.stderr


class _BusyError(ProcessError):
    exit_code = 3


def test_an_error_may_have_an_exit_code_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def fail() -> None:
        raise _BusyError("somebody else is doing that")

    monkeypatch.setattr(main, "get_command", lambda *_: fail)  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType]
    result = CliRunner().invoke(main, ["fail"])
    assert (result.exit_code, result.output) == (3, "Error: somebody else is doing that\n")


def test_doctor_without_anything_says_what_the_demo_would_use(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "MQTT_URL"}}
    done = subprocess.run(
        [sys.executable, "-m", "lantaarn", "doctor"],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "✓ database: DATABASE_URL is not set; lantaarn demo will run PostgreSQL" in done.stdout
    assert "✓ broker: MQTT_URL is not set" in done.stdout
