"""Settings: typed, from the environment or from files, and their secrets hidden."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.settings.base import SettingsError, hide_password
from sensors.settings.database import DatabaseSettings
from sensors.settings.ingest import IngestSettings, SharedSubscriptionSettings
from sensors.settings.mqtt import BrokerSettings
from sensors.settings.reports import MailSettings
from sensors.settings.web import ApiSettings

DATABASE = "postgresql://writer:hush-hush@db.example.org:5433/lantaarn"


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "MQTT_URL", "MQTT_PASSWORD", "LANTAARN_HTTP_PORT"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


def test_a_missing_address_is_named_with_its_form() -> None:
    with pytest.raises(SettingsError, match=r"DATABASE_URL \(or DATABASE_URL_FILE\) is not set: .*postgresql://user"):
        DatabaseSettings.load()


def test_every_problem_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MQTT_URL", "http://broker")
    monkeypatch.setenv("LANTAARN_BATCH_SIZE", "many")
    with pytest.raises(SettingsError) as caught:
        IngestSettings.load()
    message = str(caught.value)
    assert "DATABASE_URL" in message
    assert "MQTT_URL: write it as mqtt://" in message
    assert "LANTAARN_BATCH_SIZE: Input should be a valid integer" in message
    assert "many" not in message


def test_a_secret_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"{DATABASE}\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    assert DatabaseSettings.load().database_url.get_secret_value() == DATABASE


def test_a_secret_in_two_places_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(DATABASE)
    monkeypatch.setenv("DATABASE_URL", DATABASE)
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    with pytest.raises(SettingsError, match="Both DATABASE_URL and DATABASE_URL_FILE"):
        DatabaseSettings.load()


def test_an_empty_file_is_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "smtp").write_text("\n")
    monkeypatch.setenv("LANTAARN_SMTP_URL_FILE", str(tmp_path / "smtp"))
    assert MailSettings.load().smtp_url is None
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "smtp"))
    with pytest.raises(SettingsError, match=r"DATABASE_URL \(or DATABASE_URL_FILE\) is not set"):
        DatabaseSettings.load()


@pytest.mark.parametrize("name", ["a/b", "+", "#", "", "x" * 65])
def test_a_share_is_one_level_of_a_topic(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="LANTAARN_SHARE_NAME: use 1 to 64 letters"):
        SharedSubscriptionSettings.load(share_name=name)


def test_a_file_that_is_not_there_names_the_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "nothing"))
    with pytest.raises(SettingsError, match="DATABASE_URL_FILE"):
        DatabaseSettings.load()


def test_the_broker_password_may_stand_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n")
    monkeypatch.setenv("MQTT_URL", "mqtts://lamp%40city@broker.example.org")
    monkeypatch.setenv("MQTT_PASSWORD_FILE", str(tmp_path / "password"))
    address = BrokerSettings.load().broker
    assert (address.host, address.port, address.tls, address.username) == (
        "broker.example.org",
        8883,
        True,
        "lamp@city",
    )
    assert address.password is not None
    assert address.password.get_secret_value() == "s3cret"


def test_secrets_are_hidden_wherever_they_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{DATABASE}?sslpassword=hush-hush")
    monkeypatch.setenv("MQTT_URL", "mqtt://lamp:hush-hush@broker:1884")
    monkeypatch.setenv("MQTT_PASSWORD", "hush-hush")
    settings = IngestSettings.load()
    shown = dict(settings.display_values())
    assert "hush" not in f"{settings!r} {settings} {settings.broker!r} {shown}"
    assert shown["DATABASE_URL"] == "postgresql://writer:***@db.example.org:5433/lantaarn"
    assert shown["MQTT_URL"] == "mqtt://lamp:***@broker:1884"
    assert shown["LANTAARN_BATCH_SIZE"] == "500"


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="/?#[]@:%"), min_size=1))
def test_no_password_survives_hiding(password: str) -> None:
    secret = f"zz{password}zz"
    assert secret not in hide_password(f"postgresql://user:{secret}@host/name?password={secret}")


@pytest.mark.parametrize("url", ["mqtt://", "mqtt://host:no", "mqtt://host:99999", "broker:1883", "amqp://host"])
def test_a_broker_address_that_can_not_be_used_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MQTT_URL", url)
    with pytest.raises(SettingsError, match="MQTT_URL: write it as"):
        BrokerSettings.load()


def test_map_tiles_need_their_maker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", DATABASE)
    monkeypatch.setenv("LANTAARN_TILE_URL", "https://tiles.example.org/{z}/{x}/{y}.png")
    with pytest.raises(SettingsError, match="LANTAARN_TILE_ATTRIBUTION"):
        ApiSettings.load()


def test_a_mailbox_for_weaknesses_is_there_and_looked_after_every_year() -> None:
    with pytest.raises(SettingsError, match="LANTAARN_SECURITY_UNTIL needs LANTAARN_CONTACT"):
        ApiSettings.load(database_url=DATABASE, security_until="2026-12-01")
    with pytest.raises(SettingsError, match="more than a year ahead"):
        ApiSettings.load(database_url=DATABASE, contact="a@b.example", security_until="2099-12-01")
