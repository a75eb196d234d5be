"""The folder that servers and programs run from together, and what they tell of themselves."""

import socket
import stat
from pathlib import Path

import pytest

from sensors.processes import ProcessError
from simulators.embedded.servers import notify_systemd
from simulators.embedded.services import locked_folder, write_private_file


def test_one_at_a_time_holds_a_folder(tmp_path: Path) -> None:
    home = tmp_path / ".lantaarn"
    with (
        locked_folder(home, "servers", "taken"),
        pytest.raises(ProcessError, match="taken"),
        locked_folder(home, "servers", "taken"),
    ):
        pass
    with locked_folder(home, "servers", "taken"):
        assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_demo_never_comes_among_real_sensors_nor_they_among_its(tmp_path: Path) -> None:
    for first, second in (("servers", "demo"), ("demo", "servers")):
        home = tmp_path / first
        with locked_folder(home, first, ""):
            pass
        with pytest.raises(ProcessError, match=f"belongs to lantaarn {first}; run lantaarn {second} in another folder"):  # noqa: SIM117
            with locked_folder(home, second, ""):
                pass


def test_what_holds_a_password_is_written_for_this_user_whoever_made_a_file_there_before(tmp_path: Path) -> None:
    left = tmp_path / "environment.new"
    left.touch(mode=0o666)
    write_private_file(tmp_path / "environment", "secret")
    assert stat.S_IMODE((tmp_path / "environment").stat().st_mode) == 0o600
    assert not left.exists()


def test_systemd_hears_that_the_servers_are_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        notify_systemd("READY=1")
        assert systemd.recv(100) == b"READY=1"
    with pytest.raises(ProcessError, match="Cannot notify systemd"):
        notify_systemd("READY=1")
