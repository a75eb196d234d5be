"""Children on free ports, stopped for certain, and never left behind."""

import re
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from sensors.processes import LOOPBACK_HOST, PortAssignments, find_free_port, is_port_free, start_process, stop_process
from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[3]
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"
CHILD = "import os, signal; print(os.getpid(), flush=True); signal.pause()"
PARENT = f"""
import signal, subprocess, sys
from sensors.processes import with_parent_death_signal
child = subprocess.Popen(with_parent_death_signal([sys.executable, "-c", {CHILD!r}], signal.SIGTERM))
signal.pause()
"""


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.bind((LOOPBACK_HOST, port))
    listener.listen()
    return listener


def test_the_usual_port_is_taken_when_it_is_free(tmp_path: Path) -> None:
    usual = find_free_port()
    with closing(PortAssignments(tmp_path / "ports.json")) as ports:
        assert ports.assign("http", usual) == usual


def test_another_port_is_taken_and_remembered_while_it_stays_free(tmp_path: Path) -> None:
    def assign() -> int:
        with closing(PortAssignments(tmp_path / "ports.json")) as ports:
            return ports.assign("http", usual)

    usual = find_free_port()
    with _listen(usual):
        assert not is_port_free(usual)
        other = assign()
        assert other != usual
        assert is_port_free(other)
    assert assign() == other
    with _listen(other):
        assert assign() == usual


def test_a_port_that_is_assigned_is_not_assigned_again_before_its_server_listens(tmp_path: Path) -> None:
    usual = find_free_port()
    with (
        closing(PortAssignments(tmp_path / "ours.json")) as ours,
        closing(PortAssignments(tmp_path / "theirs.json")) as theirs,
    ):
        assert ours.assign("mqtt", usual) == usual
        assert len({usual, theirs.assign("mqtt", usual), ours.assign("mqtt5", usual), ours.assign("mqtt", usual)}) == 4
        ours.close()
        assert theirs.assign("http", usual) == usual


def test_a_child_that_will_not_stop_is_ended(tmp_path: Path) -> None:
    child = start_process([sys.executable, "-c", STUBBORN], tmp_path / "child.log")
    wait_for(lambda: "ready" in (tmp_path / "child.log").read_text(), 10)
    stop_process(child, timeout_seconds=0.2)
    assert child.returncode == -signal.SIGKILL


def test_stopping_one_that_is_gone_does_nothing(tmp_path: Path) -> None:
    child = start_process([sys.executable, "-c", ""], tmp_path / "child.log")
    child.wait(10)
    stop_process(child)
    assert child.returncode == 0


def test_a_tethered_child_dies_with_a_parent_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert _runs(child)
        parent.kill()
        parent.wait(10)
    wait_for(lambda: not _runs(child), 10)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""  # empty: dead, and nobody has looked at it yet
    except OSError:
        return False


def test_neither_a_program_nor_what_it_starts_leaves_a_core_dump(tmp_path: Path) -> None:
    child = start_process([sys.executable, "-c", STUBBORN], tmp_path / "child.log")
    wait_for(lambda: "ready" in (tmp_path / "child.log").read_text(), 10)
    limits = re.search(
        r"^Max core file size +(\d+) +(\d+)", Path(f"/proc/{child.pid}/limits").read_text(), re.MULTILINE
    )
    stop_process(child, timeout_seconds=0.2)
    assert limits is not None
    assert {int(limit) for limit in limits.groups()} <= {0, 1}


def test_a_hardened_process_can_not_be_dumped_and_a_crash_tells_no_text() -> None:
    program = (
        "from sensors.hardening import can_dump_core, harden_process; import os; harden_process(); harden_process();"
        "print(can_dump_core());"
        "print(os.stat('/proc/self/mem').st_uid); raise ValueError('XX-12-YZ')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.split() == ["False", "0"]  # its memory belongs to root, whoever runs it
    assert done.returncode == 1
    assert "XX-12-YZ" not in done.stderr
    assert '"error": "ValueError"' in done.stderr
