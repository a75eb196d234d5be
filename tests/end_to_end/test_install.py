"""The install page of the operations handbook, line by line: what it starts works, and is gone afterwards."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from sensors.db.server import data_folder_of
from sensors.processes import find_free_port
from tests.support.installed import needs_mosquitto_pub, needs_systemd
from tests.support.shell import ROOT, link_project, run_shell, shell_blocks
from tests.support.waiting import wait_for

PAGE = "docs/operations/install.md"
INSTALL, CONFIGURE, SERVERS, BEGIN, INGEST, SERVE, LOOK, PUBLISH = shell_blocks(PAGE)
LOAD, *BEGIN_LINES = BEGIN.strip().splitlines()
UNITS = sorted((ROOT / "docs" / "operations" / "systemd").glob("*.service"))
SAFE = {"PATH", "HOME", "LANG", "TMPDIR"}


class Installed:
    """A folder in which the page was followed so far, and what runs in its terminals."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        # The ports of the page may be taken on a machine that runs other tests.
        self.http, self.metrics = find_free_port(), find_free_port()
        self._environment = {name: value for name, value in os.environ.items() if name in SAFE}
        self._environment["LANTAARN_HTTP_PORT"] = str(self.http)
        self._stack = stack

    def do(self, commands: str) -> str:
        """What commands say; each must work."""
        done = run_shell(self.folder, commands.replace("9464", str(self.metrics)), self._environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, command: str, *, loaded: bool = True) -> subprocess.Popen[bytes]:
        """Start a program in a terminal of its own."""
        script = f"{LOAD}\nexec {command}" if loaded else f"exec {command}"
        with (self.folder / f"terminal-{command.rsplit(maxsplit=1)[-1]}.txt").open("w") as output:
            terminal = subprocess.Popen(
                ["bash", "-c", script], cwd=self.folder, env=self._environment, stdout=output, stderr=output
            )
        self._stack.callback(_end, terminal)
        return terminal

    def said(self, name: str) -> str:
        return (self.folder / f"terminal-{name}.txt").read_text()


def _end(terminal: subprocess.Popen[bytes]) -> None:
    terminal.send_signal(signal.SIGINT)
    terminal.wait(30)


@pytest.fixture(scope="module")
def installed(made_installation: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """Steps 1 to 5 of the page."""
    folder = tmp_path_factory.mktemp("lantaarn")
    link_project(folder)
    with ExitStack() as stack:
        here = Installed(folder, stack)
        if os.geteuid() == 0:
            stack.callback(shutil.rmtree, data_folder_of(folder), ignore_errors=True)
        for line in INSTALL.strip().splitlines():
            here.do(line)
        here.do(CONFIGURE)
        servers = here.run(SERVERS.strip(), loaded=False)
        wait_for(lambda: (folder / ".lantaarn" / "environment").exists() or servers.poll() is not None, 60)
        assert servers.poll() is None, here.said("servers")
        for line in BEGIN_LINES:
            here.do(f"{LOAD}\n{line}")
        here.run(INGEST.strip())
        here.run(SERVE.strip())
        wait_for(lambda: _is_ready(here.metrics) and _is_ready(here.http), 30)
        yield here
    assert not (folder / ".lantaarn" / "environment").exists()


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_the_register_has_the_first_sensor_and_the_name_of_the_municipality(installed: Installed) -> None:
    page = httpx.get(f"http://127.0.0.1:{installed.http}/").text
    assert "Luchtmeter in het centrum" in page
    assert "Deurne" in page
    assert "Helmond" not in page


@needs_mosquitto_pub
def test_what_the_page_publishes_is_on_the_page_of_the_sensor(installed: Installed) -> None:
    installed.do(f"{LOAD}\n{PUBLISH}")
    address = f"http://127.0.0.1:{installed.http}/sensors/lucht-1"
    wait_for(lambda: "21,5" in httpx.get(address).text, 2)


def test_the_commands_that_look_find_what_the_page_says(installed: Installed) -> None:
    doctor, *others = LOOK.strip().splitlines()
    found = run_shell(
        installed.folder, f"{LOAD}\n{doctor}".replace("9464", str(installed.metrics)), {"PATH": os.environ["PATH"]}
    )
    missing = {line[2:].partition(":")[0] for line in found.stdout.splitlines() if line.startswith("✗")}
    assert missing <= {"swap", "neighbourhoods"}, found.stdout
    for line in others:
        installed.do(f"{LOAD}\n{line}")


def test_the_addresses_are_for_this_user_only(installed: Installed) -> None:
    for path in (installed.folder / ".lantaarn" / "environment", installed.folder / "lantaarn.env"):
        assert path.stat().st_mode & 0o077 == 0


def test_the_services_run_the_commands_of_the_page() -> None:
    started = {re.search(r"^ExecStart=%h/lantaarn/(.*)$", unit.read_text(), re.MULTILINE) for unit in UNITS}
    assert {each[1] for each in started if each} == {SERVERS.strip(), INGEST.strip(), SERVE.strip()}


@needs_systemd
def test_systemd_understands_the_services(tmp_path: Path) -> None:
    program = tmp_path / "lantaarn" / ".venv" / "bin" / "lantaarn"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(
        ["systemd-analyze", "--user", "--man=no", "verify", *UNITS],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert "lantaarn-" not in done.stderr, done.stderr
