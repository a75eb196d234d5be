"""Devices' credentials: hashes as Mosquitto makes them, and two files that are never spoilt."""

import os
import stat
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from lantaarn import main
from sensors.devices import accounts, files, passwords
from sensors.devices.access import AccessFileFormatError, BrokerAccess, is_device_name, parse_access_files
from sensors.doctor.access import access_findings
from sensors.settings.devices import BrokerAccountSettings, BrokerFilesSettings
from tests.support.installed import needs_mosquitto_passwd

HASH = passwords.hash_password("x")
RIGHTS = ("topic write helmond/air_quality/LML-1/json",)


@needs_mosquitto_passwd
@pytest.mark.parametrize("password", ["s3cret", "pass word", "één", "$7$101$"])
def test_a_hash_of_mosquitto_is_understood(password: str, tmp_path: Path) -> None:
    file = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", file, "LML-1", password], check=True)
    access = parse_access_files(file.read_text(), "")
    assert access.password_file_text() == file.read_text()
    assert passwords.verify_password(password, access.password_hashes["LML-1"])
    assert not passwords.verify_password(password + "x", access.password_hashes["LML-1"])


@needs_mosquitto_passwd
def test_mosquitto_finds_its_way_in_a_file_of_ours(tmp_path: Path) -> None:
    """It reads the whole file to change one line, and drops lines that it doesn't understand."""
    file = tmp_path / "passwords"
    access = BrokerAccess().with_account("LML-1", HASH, RIGHTS).with_account("LML-2", passwords.hash_password("y"), ())
    file.write_text(access.password_file_text())
    subprocess.run(["mosquitto_passwd", "-b", file, "LML-2", "z"], check=True)
    changed = parse_access_files(file.read_text(), "")
    assert changed.password_hashes["LML-1"] == HASH
    assert passwords.verify_password("z", changed.password_hashes["LML-2"])


def test_passwords_and_their_salts_are_never_the_same() -> None:
    made = {passwords.generate_password() for _ in range(100)}
    assert len(made) == 100
    assert all(len(password) == 32 for password in made)
    assert len({passwords.hash_password("x") for _ in range(100)}) == 100


# Without NUL: HMAC pads its key with it (RFC 2104), so "" and "\0" have one hash. We generate no such password.
ENCODABLE = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))


@given(ENCODABLE, ENCODABLE)
def test_only_the_same_password_fits(one: str, other: str) -> None:
    assert passwords.verify_password(other, passwords.hash_password(one)) is (one == other)


NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
TOPICS = st.from_regex(r"[a-z]{1,8}/[a-z_]{1,8}/[A-Za-z0-9._-]{1,8}/json", fullmatch=True)
ACCESSES = st.dictionaries(
    NAMES, st.tuples(st.booleans(), st.lists(TOPICS.map("topic write {}".format), max_size=3).map(tuple)), max_size=6
)


def made_of(accounts: dict[str, tuple[bool, tuple[str, ...]]]) -> BrokerAccess:
    access = BrokerAccess()
    for name, (has_password, rights) in accounts.items():
        access = access.with_account(name, HASH if has_password else None, rights)
    return access


@pytest.mark.slow
@given(ACCESSES, NAMES, st.booleans())
def test_a_change_to_one_account_leaves_the_others_as_they_were(
    accounts: dict[str, tuple[bool, tuple[str, ...]]], name: str, add: bool
) -> None:
    before = made_of(accounts)
    after = before.with_account(name, HASH, RIGHTS) if add else before.without_account(name)
    read_again = parse_access_files(after.password_file_text(), after.acl_file_text())
    assert (read_again.password_hashes, read_again.acl_lines) == (after.password_hashes, after.acl_lines)
    for other in set(before.user_names) - {name}:
        assert read_again.password_hashes.get(other) == before.password_hashes.get(other)
        assert read_again.acl_lines.get(other) == before.acl_lines.get(other)
    assert (name in read_again.user_names) is add


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_read_and_written_the_same_or_refused(password_text: str, acl_text: str) -> None:
    try:
        access = parse_access_files(password_text, acl_text)
    except AccessFileFormatError:
        return
    again = parse_access_files(access.password_file_text(), access.acl_file_text())
    assert again == access


LINES = st.lists(
    st.sampled_from(
        [
            "",
            "# a comment",
            "user LML-1",
            "user a b",
            "user  x",
            "user x\u2028",
            "topic write helmond/#",
            "topic helmond/#",
            "topic deny a",
            "pattern read #",
            "pattern write +/+/%u/json",
            "\ttopic read a",
            "user",
            f"LML-1:{HASH}",
            f"LML-1 :{HASH}",
            "LML-2:plain",
            "LML-3:",
        ]
    ),
    max_size=8,
)


@given(LINES, LINES)
def test_what_both_programs_could_read_differently_is_refused(password_lines: list[str], acl_lines: list[str]) -> None:
    try:
        access = parse_access_files("\n".join(password_lines), "\n".join(acl_lines))
    except AccessFileFormatError:
        return
    assert not any(line.strip().startswith("pattern") for line in acl_lines)
    assert set(access.password_hashes) <= {"LML-1"}
    assert sum(line.startswith("user") for line in acl_lines) == len(access.acl_lines)


@given(st.text(max_size=70))
def test_a_name_is_one_that_both_files_and_a_topic_can_hold(name: str) -> None:
    if is_device_name(name):
        assert name.isascii()
        assert not set(name) & set("/+#:$% \t\r\n")
        access = parse_access_files(f"{name}:{HASH}\n", f"user {name}\n")
        assert access.user_names == (name,)


@pytest.mark.parametrize(
    "name", ["", "lantaarn-ingest", "Lantaarn-x", "a b", "a:b", "+", "#", "$SYS", "a/b", "%u", "x" * 65]
)
def test_odd_names_are_refused(name: str) -> None:
    assert not is_device_name(name)


def test_accounts_of_others_are_kept_with_their_comments() -> None:
    access = parse_access_files(
        f"# made by hand\nbridge:{HASH}\n", "# of the region\n\nuser bridge\n# all of it\ntopic read helmond/#\n"
    ).with_account("LML-1", HASH, RIGHTS)
    assert access.password_file_text() == f"# made by hand\nbridge:{HASH}\nLML-1:{HASH}\n"
    assert access.acl_file_text() == (
        f"# of the region\n\nuser bridge\n# all of it\ntopic read helmond/#\n\nuser LML-1\n{RIGHTS[0]}\n"
    )


def test_no_rights_at_all_is_not_an_empty_file() -> None:
    """Mosquitto once took an empty ACL file for none, which allows everything (CVE-2018-12550)."""
    assert "user" in BrokerAccess().acl_file_text()
    assert parse_access_files("", BrokerAccess().acl_file_text()) == BrokerAccess()


def settings(folder: Path, **more: Any) -> BrokerAccountSettings:
    return BrokerAccountSettings(broker_files=folder / "broker", **more)


def test_our_programs_get_their_accounts_once_and_lose_them_with_their_password(tmp_path: Path) -> None:
    ours = settings(tmp_path, ingest_mqtt_password=SecretStr("a"), simulate_mqtt_password=SecretStr("b"))
    assert accounts.prepare_broker_files(ours)
    before = {path.name: path.stat().st_ino for path in ours.broker_files.iterdir()}
    assert not accounts.prepare_broker_files(ours)
    assert {path.name: path.stat().st_ino for path in ours.broker_files.iterdir()} == before
    assert accounts.prepare_broker_files(settings(tmp_path, ingest_mqtt_password=SecretStr("new")))
    access = files.read_access(ours.broker_files)
    assert access.user_names == ("lantaarn-ingest",)
    assert passwords.verify_password("new", access.password_hashes["lantaarn-ingest"])
    assert access.writable_topics("lantaarn-ingest") == ()


def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    ours = settings(tmp_path, ingest_mqtt_password=SecretStr("a"))
    umask = os.umask(0)
    try:
        accounts.prepare_broker_files(ours)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(ours.broker_files.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in ours.broker_files.iterdir()} == {0o600}


def test_a_write_that_fails_leaves_both_files_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = settings(tmp_path, ingest_mqtt_password=SecretStr("a"))
    accounts.prepare_broker_files(ours)
    texts = [(ours.broker_files / name).read_text() for name in ("acl", "passwords")]

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(files.BrokerFilesError, match="No space left"):
        accounts.prepare_broker_files(
            settings(tmp_path, ingest_mqtt_password=SecretStr("b"), doctor_mqtt_password=SecretStr("c"))
        )
    assert [(ours.broker_files / name).read_text() for name in ("acl", "passwords")] == texts


@pytest.mark.parametrize("adding", [True, False])
def test_what_is_broken_off_between_the_files_can_not_come_in_and_can_be_revoked(
    adding: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, whole = tmp_path / "broker", BrokerAccess().with_account("LML-1", HASH, RIGHTS)
    before, after = (BrokerAccess(), whole) if adding else (whole, BrokerAccess())
    with files.lock_folder(folder):
        files.write_access(folder, BrokerAccess(), before)
    rename, done = Path.rename, list[Path]()

    def once(path: Path, target: Path) -> Path:
        if done:
            raise OSError(5, "Input/output error")
        done.append(path)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", once)
    with pytest.raises(files.BrokerFilesError):
        files.write_access(folder, before, after)
    monkeypatch.undo()
    (left,) = accounts.list_devices(BrokerFilesSettings(broker_files=folder))
    assert not left.has_password
    accounts.revoke_device(BrokerFilesSettings(broker_files=folder), "LML-1")
    assert files.read_access(folder) == BrokerAccess()


def test_a_user_of_others_is_no_device(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    with files.lock_folder(folder):
        files.write_access(
            folder,
            BrokerAccess(),
            BrokerAccess().with_account("bridge", HASH, ()).with_account("reader", HASH, ("topic read helmond/#",)),
        )
    assert accounts.list_devices(BrokerFilesSettings(broker_files=folder)) == ()


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    """Many at once, each adding an account: none is lost."""
    folder = tmp_path / "broker"

    def let_in(name: str) -> None:
        with files.lock_folder(folder):
            before = files.read_access(folder)
            files.write_access(folder, before, before.with_account(name, HASH, RIGHTS))

    threads = [threading.Thread(target=let_in, args=(f"device-{number}",)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(files.read_access(folder).user_names) == 20


def test_only_a_mosquitto_is_told_to_reload(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    assert not files.reload_mosquitto(None)
    for content in ("", "no number", "999999999", str(os.getpid())):
        file.write_text(content)
        with pytest.raises(files.BrokerFilesError, match="the files are written, but"):
            files.reload_mosquitto(file)


def test_a_file_that_others_spoilt_is_left_alone_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = settings(tmp_path, ingest_mqtt_password=SecretStr("a"))
    accounts.prepare_broker_files(ours)
    acl = ours.broker_files / "acl"
    acl.write_text("pattern read #\n")
    monkeypatch.setenv("LANTAARN_BROKER_FILES", str(ours.broker_files))
    said = CliRunner().invoke(main, ["device", "rotate", "LML-1"])
    assert said.exit_code == 1
    assert said.output.startswith("Error: the ACL file, line 1: only a user and its topics may be here")
    assert acl.read_text() == "pattern read #\n"


def test_a_device_that_is_not_there_is_said(tmp_path: Path) -> None:
    accounts.prepare_broker_files(settings(tmp_path, ingest_mqtt_password=SecretStr("a")))
    for name in ("LML-1", "lantaarn-ingest"):
        with pytest.raises(accounts.DeviceError, match="no device with this name"):
            accounts.revoke_device(BrokerFilesSettings(broker_files=tmp_path / "broker"), name)


def test_the_doctor_tells_who_else_can_read_the_files(tmp_path: Path) -> None:
    ours = settings(tmp_path, ingest_mqtt_password=SecretStr("a"))
    assert list(access_findings(ours)) == []
    accounts.prepare_broker_files(ours)
    assert [finding.remedy for finding in access_findings(ours)] == [None]
    (ours.broker_files / "passwords").chmod(0o644)
    *_, loose = access_findings(ours)
    assert loose.remedy == f"run chmod 600 {ours.broker_files / 'passwords'}"
    (ours.broker_files / "acl").write_text("pattern read #")
    (spoilt,) = access_findings(ours)
    assert "line 1" in spoilt.result
    assert spoilt.remedy
