"""``lantaarn demo`` as a user meets it: it starts, tells where, refuses a second one, and leaves nothing behind."""

import http.client
import json
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from sensors.db.server import data_folder_of
from sensors.processes import find_free_port
from tests.support.installed import needs_embedded_servers
from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[2]
OPTIONS = ("--days", "0", "--no-replay")
pytestmark = needs_embedded_servers
START = 60.0
"""Seconds a demo gets to be up, on a slow machine that runs other tests too."""


class Running:
    """A demo in a folder of its own, and everything it started."""

    def __init__(self, folder: Path, *options: str, prefix: tuple[str, ...] = (), python: str = sys.executable) -> None:
        self.folder = folder
        self.output = folder / f"output-{secrets.token_hex(4)}.txt"
        environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "MQTT_URL"}}
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [*prefix, python, "-m", "lantaarn", "demo", *OPTIONS, *options],
                cwd=folder,
                env=environment | {"PYTHONPATH": os.pathsep.join([str(ROOT), *_packages()])},
                stdout=output,
                stderr=output,
                process_group=0,
            )

    @property
    def known(self) -> Path:
        return self.folder / ".lantaarn" / "demo.json"

    def wait_until_up(self) -> dict[str, Any]:
        """What this demo tells of itself; one that was killed may have left its own."""
        wait_for(lambda: self._tells() or self.process.poll() is not None, START)
        assert self._tells(), self.said()
        return json.loads(self.known.read_text())

    def _tells(self) -> bool:
        return self.known.exists() and json.loads(self.known.read_text())["pid"] == self.process.pid

    def said(self) -> str:
        return self.output.read_text()

    def end(self) -> int:
        """The exit code, once it is there."""
        return self.process.wait(START)

    def left_behind(self) -> dict[int, str]:
        """The processes of this demo that run now, with their command lines: they work in its folders."""
        folders = (self.folder.resolve(), data_folder_of(self.folder))
        pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        here = [pid for pid in pids if any(_cwd(pid).is_relative_to(folder) for folder in folders)]
        return {pid: command for pid in here if (command := _command(pid))}


def _packages() -> list[str]:
    return [path for path in sys.path if path.endswith("site-packages")]


def _cwd(pid: int) -> Path:
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return Path("/")


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except OSError:
        return ""


@contextmanager
def running(
    folder: Path, *options: str, prefix: tuple[str, ...] = (), python: str = sys.executable
) -> Generator[Running]:
    """A demo that is over after the block, whatever happens in it."""
    demo = Running(folder, *options, prefix=prefix, python=python)
    try:
        yield demo
    finally:
        if demo.process.poll() is None:
            demo.process.terminate()
        demo.end()
        if os.geteuid() == 0:
            wait_for(lambda: demo.left_behind() == {}, 20)
            shutil.rmtree(data_folder_of(folder), ignore_errors=True)


def _get(url: str, path: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def _part(demo: Running, words: str) -> int:
    """The process of a demo that was started with these words."""
    return next(pid for pid, command in demo.left_behind().items() if words in command)


def test_it_comes_up_refuses_a_second_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    with running(tmp_path) as demo:
        known = demo.wait_until_up()
        assert known.keys() == {"http_url", "mqtt_url", "database_url", "pid"}
        assert stat.S_IMODE(demo.known.stat().st_mode) == 0o600
        assert _get(known["http_url"], "/readyz") == 200
        with psycopg.connect(known["database_url"]) as database:
            assert database.execute("select from lantaarn.register_entry").rowcount > 0

        second = Running(tmp_path)
        assert second.end() == 1
        assert f"A demo already runs in this folder: {known['http_url']}" in second.said()
        assert _get(known["http_url"], "/readyz") == 200

        demo.process.send_signal(signal.SIGINT)
        assert demo.end() == 0
        assert "Database: PostgreSQL" in demo.said()
        assert known["http_url"] in demo.said()
        assert "Traceback" not in demo.said()
        assert not demo.known.exists()
        assert demo.left_behind() == {}


def test_the_death_of_a_part_ends_all_and_names_it_and_the_next_demo_works(tmp_path: Path) -> None:
    with running(tmp_path) as demo:
        demo.wait_until_up()
        os.kill(_part(demo, "lantaarn ingest"), signal.SIGKILL)
        assert demo.end() == 1
        assert "lantaarn ingest exited unexpectedly" in demo.said()
        assert str(tmp_path / ".lantaarn" / "log" / "ingest.log") in demo.said()
        assert demo.left_behind() == {}

    with running(tmp_path, "--duration", "0.5") as again:
        assert again.end() == 0
        assert again.left_behind() == {}


def test_a_killed_demo_leaves_no_process_and_does_not_block_the_next(tmp_path: Path) -> None:
    port = ("--http-port", str(find_free_port()))  # the usual one may be another test's meanwhile
    with running(tmp_path, *port) as demo:
        before = demo.wait_until_up()
        assert len(demo.left_behind()) > 5
        demo.process.kill()
        demo.end()
        wait_for(lambda: demo.left_behind() == {}, 20)

        with running(tmp_path, *port) as again:
            assert again.wait_until_up()["http_url"] == before["http_url"]
            again.process.terminate()
            assert again.end() == 0


@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can be another user; as a plain user every test here is this one"
)
def test_it_runs_as_a_plain_user() -> None:
    nobody = pwd.getpwnam("nobody")
    change = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", "--")
    python = _python_for_all(change)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        with running(folder, "--duration", "0.5", prefix=change, python=python) as demo:
            assert demo.end() == 0, demo.said()
            assert (folder / ".lantaarn" / "pg" / "password").stat().st_uid == nobody.pw_uid
            assert demo.left_behind() == {}


def _python_for_all(change: tuple[str, ...]) -> str:
    """A Python of this version that the other user may run: the one of the tests can lie in root's home."""
    for python in (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"):
        if subprocess.run([*change, "test", "-x", python], check=False).returncode == 0:
            return python
    pytest.skip("there is no Python of this version outside root's home")
