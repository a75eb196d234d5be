"""``lantaarn device``: the register says which sensors exist, Mosquitto's files who may come in."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lantaarn import main
from sensors.db import connect
from sensors.devices import files, passwords
from sensors.formats import EVENT_FORMATS, READING_FORMATS
from sensors.register.entry import Entry
from sensors.register.repository import PublishResult, publish
from tests.support.entries import example_camera_entry, example_datastream, example_entry


@pytest.fixture(autouse=True)
def folder(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the two files; the register has a station, a counter and a camera that delivers nothing."""
    traffic = example_entry(
        reference="TRF-1", kind="traffic", datastreams=[example_datastream("mean_speed", "traffic", public="day")]
    )
    show(database, example_entry(reference="LML-1"), traffic, example_camera_entry())
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("LANTAARN_BROKER_FILES", str(tmp_path / "broker"))
    return tmp_path / "broker"


def show(database: str, *documents: dict[str, object]) -> None:
    with connect(database) as db:
        for document in documents:
            done = publish(db, Entry.model_validate(document), editor="t", reason="t", valid_from=datetime.now(UTC))
            assert isinstance(done, PublishResult), done


def device(*words: str) -> Result:
    return CliRunner().invoke(main, ["device", *words], terminal_width=200)


def told_password(result: Result) -> str:
    (line,) = (line for line in result.output.splitlines() if line.strip().startswith("password"))
    return line.split()[-1]


def test_a_device_gets_a_password_that_is_shown_once_and_topics_of_its_own(folder: Path) -> None:
    added = device("add", "TRF-1")
    assert added.exit_code == 0, added.output
    password = told_password(added)
    access = files.read_access(folder)
    assert passwords.verify_password(password, access.password_hashes["TRF-1"])
    readings = tuple(f"helmond/traffic/TRF-1/{code}" for code in READING_FORMATS)
    events = tuple(f"event/helmond/traffic/TRF-1/{code}" for code in EVENT_FORMATS)
    assert access.writable_topics("TRF-1") == readings + events
    listed = device("list")
    assert "TRF-1" in listed.output
    assert password not in listed.output + "".join(path.read_text() for path in folder.iterdir())


def test_a_kind_without_events_has_no_topic_for_them(folder: Path) -> None:
    assert device("add", "LML-1", "--certificate").exit_code == 0
    readings = tuple(f"helmond/air_quality/LML-1/{code}" for code in READING_FORMATS)
    assert files.read_access(folder).writable_topics("LML-1") == readings
    assert files.read_access(folder).password_hashes == {}
    assert "certificate" in device("list").output
    assert "comes in by a certificate" in device("rotate", "LML-1").output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("LML-9",), "the register of helmond has no sensor with this reference: publish its entry first"),
        (("gw", "--sensors", "LML-1,LML-9"), "the reference that you gave as number 2"),
        (("camera-001",), "camera-001 delivers no data to us"),
        (("lantaarn-ingest",), "a device name has"),
        (("a b",), "a device name has"),
    ],
)
def test_what_the_register_does_not_have_is_refused(folder: Path, words: tuple[str, ...], told: str) -> None:
    refused = device("add", *words)
    assert refused.exit_code == 1
    assert told in refused.output
    assert "LML-9" not in refused.output
    assert not folder.exists()


def test_a_second_device_of_one_name_is_refused_and_the_first_stays(folder: Path) -> None:
    password = told_password(device("add", "LML-1"))
    again = device("add", "LML-1")
    assert again.exit_code == 1
    assert "there is a device with this name already" in again.output
    assert passwords.verify_password(password, files.read_access(folder).password_hashes["LML-1"])


def test_what_has_left_the_register_is_told_and_can_be_revoked(folder: Path, database: str) -> None:
    device("add", "gateway-7", "--sensors", "LML-1, TRF-1")
    assert "2" not in device("list").output.splitlines()[-1]
    gone = example_entry(reference="LML-1", delivers_data=False, kind=None)
    show(database, gone)
    listed = " ".join(device("list").output.split())
    assert "LML-1" in listed
    assert "revoke or update it" in listed
    assert device("update", "gateway-7", "--sensors", "TRF-1").exit_code == 0
    assert "update it" not in device("list").output
    assert device("revoke", "gateway-7").exit_code == 0
    assert files.read_access(folder).user_names == ()
    assert device("list").output.splitlines()[-1] == "0 devices"


def test_the_files_are_written_and_the_password_shown_also_when_mosquitto_is_not_there(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANTAARN_BROKER_PID_FILE", str(tmp_path / "none"))
    added = device("add", "LML-1")
    assert added.exit_code == 1
    assert passwords.verify_password(told_password(added), files.read_access(folder).password_hashes["LML-1"])
    assert "is Mosquitto running?" in added.output
