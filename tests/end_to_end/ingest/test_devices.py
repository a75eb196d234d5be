"""What devices can and can't do, at Mosquitto as it is shipped: with TLS, its own configuration and the script that
has it reload."""

import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from socket import create_connection
from time import monotonic

import httpx
import pytest
from paho.mqtt.client import MQTTv5, MQTTv311
from paho.mqtt.enums import MQTTProtocolVersion
from pydantic import SecretStr

from ingest.mqtt.framing import MAX_PACKET_BYTES
from ingest.mqtt.subscriptions import worker_subscriptions
from sensors.db import connect
from sensors.db.logins import set_logins
from sensors.devices import accounts as device_accounts
from sensors.doctor.broker import broker_findings
from sensors.doctor.finding import Finding
from sensors.processes import LOOPBACK_HOST, find_free_port
from sensors.register.entry import Entry
from sensors.register.repository import PublishResult, publish
from sensors.settings.doctor import DoctorSettings
from tests.end_to_end.ingest.test_ingest import stored
from tests.support.entries import example_datastream, example_entry
from tests.support.installed import needs_mosquitto, needs_openssl
from tests.support.mosquitto import (
    DOCTOR_PASSWORD,
    INGEST_PASSWORD,
    MOSQUITTO_VERSION,
    SIMULATE_PASSWORD,
    ShippedBroker,
    account_settings,
    connected_client,
    shipped_broker,
)
from tests.support.waiting import wait_for

pytestmark = [needs_mosquitto, needs_openssl]
AIR, OTHER, CAMERA = "LML-1", "LML-2", "TRF-1"
NO_ONE = "nobody.here"
EVERYTHING = ("helmond/#", "event/helmond/#")


def air(reference: str) -> str:
    return f"helmond/air_quality/{reference}/json"


def reading(number: int = 0) -> str:
    return f'{{"time": "{datetime.now(UTC):%Y-%m-%dT%H:%M}:{number:02}Z", "no2": {number}}}'


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShippedBroker]:
    with shipped_broker(tmp_path_factory.mktemp("shipped")) as running:
        yield running


@pytest.fixture
def register(database: str) -> str:
    """The address of a database whose register has two stations and a counter."""
    traffic = example_entry(
        reference=CAMERA,
        kind="traffic",
        device={"category": "sensor", "sensor_types": ["flow"], "technology": ["radar"]},
        datastreams=[example_datastream("mean_speed", "traffic", public="hour")],
    )
    with connect(database) as db:
        for document in (example_entry(reference=AIR), example_entry(reference=OTHER), traffic):
            done = publish(db, Entry.model_validate(document), editor="t", reason="t", valid_from=datetime.now(UTC))
            assert isinstance(done, PublishResult), done
    return database


@pytest.fixture
def passwords(broker: ShippedBroker, register: str) -> Iterator[dict[str, str]]:
    """Three devices that are let in, by name."""
    given: dict[str, str] = {}
    with connect(register, role="lantaarn_api") as db:
        for name in (AIR, OTHER, CAMERA):
            given[name] = device_accounts.add_device(db, broker.settings, name, (), certificate=False).password or ""
    for name, password in given.items():
        wait_for(lambda name=name, password=password: comes_in(broker, name, password), 3)
    yield given
    for device in device_accounts.list_devices(broker.settings):
        device_accounts.revoke_device(broker.settings, device.name)


def comes_in(broker: ShippedBroker, name: str, password: str | None, *, inner: bool = False) -> bool:
    with connected_client(broker.as_user(name, password, as_program=inner)) as caller:
        return caller.is_connected


def test_a_device_writes_its_own_topics_and_no_others(broker: ShippedBroker, passwords: dict[str, str]) -> None:
    with (
        connected_client(broker.as_user("lantaarn-ingest", INGEST_PASSWORD, as_program=True)) as ingest,
        connected_client(broker.as_user(AIR, passwords[AIR])) as station,
        connected_client(broker.as_user(CAMERA, passwords[CAMERA])) as counter,
    ):
        ingest.subscribe(*EVERYTHING)
        for topic in (air(OTHER), f"event/{air(AIR)}", f"helmond/traffic/{AIR}/json", "helmond/alarm", "$SYS/broker"):
            assert station.publish(topic, "stolen") == "Not authorized"
        assert station.publish(air(AIR), "mine") == "Success"
        assert counter.publish(f"event/helmond/traffic/{CAMERA}/json", "seen", qos=0) == "Success"
        assert counter.publish(f"helmond/traffic/{CAMERA}/json", "counted") == "Success"
        wait_for(lambda: len(ingest.received) == 3, 5)
        assert {payload for _, payload in ingest.received} == {b"mine", b"seen", b"counted"}


def test_a_device_hears_nothing_and_takes_nothing_from_others(broker: ShippedBroker, passwords: dict[str, str]) -> None:
    """Mosquitto grants every subscription and then delivers nothing. Of a share it would deliver a part to nobody, so
    the share of ingest has a name that devices don't know."""
    seat = worker_subscriptions("helmond", 2, (broker.secrets_dir / "share_name").read_text())[0]
    with (
        connected_client(broker.as_user("lantaarn-ingest", INGEST_PASSWORD, as_program=True)) as ingest,
        connected_client(broker.as_user(OTHER, passwords[OTHER])) as thief,
        connected_client(broker.as_user(AIR, passwords[AIR])) as station,
    ):
        ingest.subscribe(seat.topic_filter)
        thief.subscribe("#", "$SYS/#", air(AIR), air(OTHER), "event/#", "$share/lantaarn/helmond/#", "$share/x/#")
        for number in range(20):
            assert station.publish(air(AIR), str(number)) == "Success"
        thief.publish(air(OTHER), "its own")
        wait_for(lambda: len(ingest.received) == 21, 5)
        assert thief.received == []


@pytest.mark.parametrize("clean", [True, False], ids=["to end it", "to take it over"])
def test_a_device_with_the_name_of_the_session_of_ingest_does_not_get_it(
    broker: ShippedBroker, passwords: dict[str, str], clean: bool
) -> None:
    name, ours = f"lantaarn-ingest-{clean}", broker.as_user("lantaarn-ingest", INGEST_PASSWORD, as_program=True)
    with connected_client(ours, name, clean_start=False, session_expiry_seconds=60) as ingest:
        ingest.subscribe(*EVERYTHING)
    with connected_client(broker.as_user(AIR, passwords[AIR])) as station:
        station.publish(air(AIR), "waits")
    # It leaves no session behind: Mosquitto 2.0 dies of a reload after its password has gone (docs/devices.md).
    with connected_client(broker.as_user(OTHER, passwords[OTHER]), name, clean_start=clean) as thief:
        assert thief.is_connected
        thief.publish(air(OTHER), "its own")
        assert thief.received == []
    with connected_client(ours, name, clean_start=False) as ingest:
        wait_for(lambda: len(ingest.received) == 2, 5)


def test_who_is_revoked_is_out_within_two_seconds_and_the_others_notice_nothing(
    broker: ShippedBroker, passwords: dict[str, str]
) -> None:
    ours = broker.as_user("lantaarn-ingest", INGEST_PASSWORD, as_program=True)
    with connected_client(ours, "away", clean_start=False, session_expiry_seconds=60) as ingest:
        ingest.subscribe(*EVERYTHING)
    with (
        connected_client(broker.as_user(AIR, passwords[AIR])) as revoked,
        connected_client(broker.as_user(OTHER, passwords[OTHER])) as other,
    ):
        assert revoked.is_connected
        device_accounts.revoke_device(broker.settings, AIR)
        at = monotonic()
        wait_for(lambda: revoked.disconnect_reasons, 2)
        assert not comes_in(broker, AIR, passwords[AIR])
        assert monotonic() - at < 2
        assert other.publish(air(OTHER), "after it") == "Success"
        assert other.disconnect_reasons == []
    # What waited for a session that was away meanwhile is still there.
    with connected_client(ours, "away", clean_start=False) as ingest:
        wait_for(lambda: ingest.received == [(air(OTHER), b"after it")], 5)


def test_a_new_password_ends_the_old_one(broker: ShippedBroker, passwords: dict[str, str]) -> None:
    new = device_accounts.rotate_password(broker.settings, AIR).password
    wait_for(lambda: comes_in(broker, AIR, new), 2)
    assert not comes_in(broker, AIR, passwords[AIR])


def test_a_new_password_of_ingest_ends_the_old_one(broker: ShippedBroker) -> None:
    assert device_accounts.prepare_broker_files(account_settings(broker.settings.broker_files, "another"))
    wait_for(lambda: comes_in(broker, "lantaarn-ingest", "another", inner=True), 3)
    assert not comes_in(broker, "lantaarn-ingest", INGEST_PASSWORD, inner=True)
    assert device_accounts.prepare_broker_files(account_settings(broker.settings.broker_files))
    wait_for(lambda: comes_in(broker, "lantaarn-ingest", INGEST_PASSWORD, inner=True), 3)


def test_a_gateway_speaks_for_its_sensors_only(broker: ShippedBroker, passwords: dict[str, str], register: str) -> None:
    with connect(register, role="lantaarn_api") as db:
        password = device_accounts.add_device(
            db, broker.settings, "gateway-7", (AIR, CAMERA), certificate=False
        ).password
        wait_for(lambda: comes_in(broker, "gateway-7", password), 3)
        with connected_client(broker.as_user("gateway-7", password)) as gateway:
            answers = [
                gateway.publish(topic, "x") for topic in (air(AIR), air(OTHER), f"helmond/traffic/{CAMERA}/json")
            ]
        assert answers == ["Success", "Not authorized", "Success"]
        device_accounts.update_device(db, broker.settings, "gateway-7", (OTHER,))

    def speaks_for_other() -> bool:
        with connected_client(broker.as_user("gateway-7", password)) as gateway:
            return gateway.publish(air(OTHER), "x") == "Success" and gateway.publish(air(AIR), "x") == "Not authorized"

    wait_for(speaks_for_other, 3)


@pytest.mark.parametrize("inner", [False, True], ids=["outer", "inner"])
def test_strangers_and_wrong_passwords_are_refused(broker: ShippedBroker, inner: bool) -> None:
    assert not comes_in(broker, "lantaarn-ingest", "wrong", inner=inner)
    assert not comes_in(broker, NO_ONE, "wrong", inner=inner)
    assert not comes_in(broker, "lantaarn-ingest", None, inner=inner)
    address = replace(broker.program_address if inner else broker.device_address, username=None)
    for protocol in (MQTTv5, MQTTv311):
        with connected_client(address, "x", protocol=protocol) as anonymous:
            assert not anonymous.is_connected
    with connected_client(replace(address, tls=False)) as plain:
        assert plain.connect_reasons == []


def test_our_own_programs_may_do_what_they_are_for(broker: ShippedBroker) -> None:
    with (
        connected_client(broker.as_user("lantaarn-ingest", INGEST_PASSWORD, as_program=True)) as ingest,
        connected_client(broker.as_user("lantaarn-doctor", DOCTOR_PASSWORD, as_program=True)) as doctor,
        connected_client(broker.as_user("lantaarn-simulate", SIMULATE_PASSWORD, as_program=True)) as simulate,
    ):
        ingest.subscribe(*EVERYTHING)
        doctor.subscribe("#", "event/#")
        for topic in (air(AIR), f"event/{air(AIR)}", "event/lantaarn-doctor/x", "x"):
            assert ingest.publish(topic, "x") == "Not authorized"
        assert doctor.publish(air(AIR), "x") == "Not authorized"
        assert simulate.publish("other-city/air_quality/a/json", "x") == "Not authorized"
        assert simulate.publish(air(AIR), "a") == "Success"
        assert simulate.publish(f"event/{air(AIR)}", "b") == "Success"
        assert doctor.publish("event/lantaarn-doctor/x", "c") == "Success"
        wait_for(lambda: len(ingest.received) == 2 and {payload for _, payload in doctor.received} == {b"c"}, 5)


def test_the_doctor_finds_nothing_amiss_and_what_is(broker: ShippedBroker) -> None:
    def told(name: str, password: str) -> dict[str, Finding]:
        address = broker.as_user(name, password, as_program=True)
        settings = DoctorSettings(mqtt_password=address.password, mqtt_ca_file=address.ca_file, workers=2)
        findings = broker_findings(settings, SecretStr(f"mqtts://{name}@localhost:{address.port}"))
        return {finding.subject: finding for finding in findings}

    found = told("lantaarn-doctor", DOCTOR_PASSWORD)
    assert [finding for finding in found.values() if finding.remedy] == []
    assert found["broker line"].result == "encrypted"
    assert found["broker login"].result == "refuses anonymous clients"
    assert found["broker rights"].result == "this login may not write to arbitrary topics"
    assert found["retained events"].result == "none: the broker takes no retained messages"
    assert found["queued events"].result == "none: not queued for offline sessions"


@pytest.mark.parametrize("protocol", [MQTTv5, MQTTv311])
def test_retained_messages_and_too_large_packets_end_the_connection(
    broker: ShippedBroker, passwords: dict[str, str], protocol: MQTTProtocolVersion
) -> None:
    ours, theirs = (
        broker.as_user("lantaarn-ingest", INGEST_PASSWORD, as_program=True),
        broker.as_user(AIR, passwords[AIR]),
    )
    with connected_client(ours) as ingest:
        ingest.subscribe(*EVERYTHING)
        for payload, retain in ((b"kept", True), (bytes(MAX_PACKET_BYTES), False)):
            with connected_client(theirs, protocol=protocol) as station:
                station.publish(air(AIR), payload, retain=retain)
                assert station.disconnect_reasons
        with connected_client(theirs, protocol=protocol) as station:
            largest = MAX_PACKET_BYTES - 1024
            station.publish(air(AIR), bytes(largest))
            wait_for(lambda: [len(payload) for _, payload in ingest.received] == [largest], 5)
    with connected_client(ours) as late:
        late.subscribe(*EVERYTHING)
        assert late.publish("x", "x") == "Not authorized"
        assert late.received == []


@pytest.mark.skipif(
    MOSQUITTO_VERSION < (2, 1), reason="this Mosquitto is older than 2.1: it forgets max_qos at a reload"
)
def test_what_would_rest_half_delivered_is_refused(broker: ShippedBroker, passwords: dict[str, str]) -> None:
    with connected_client(broker.as_user(AIR, passwords[AIR])) as station:
        station.publish(air(AIR), "x", qos=2)
        assert station.disconnect_reasons


def test_a_renewed_certificate_is_shown_without_a_restart(broker: ShippedBroker) -> None:
    def shown() -> bytes | None:
        context = ssl.create_default_context(cafile=broker.secrets_dir / "broker_authority")
        with (
            create_connection((LOOPBACK_HOST, broker.device_address.port), timeout=5) as connection,
            context.wrap_socket(connection, server_hostname="localhost") as line,
        ):
            return line.getpeercert(binary_form=True)

    before = shown()
    for name in ("broker_certificate", "broker_key"):
        (broker.secrets_dir / name).unlink()
    script = Path(__file__).parents[3] / "deployment" / "make-secrets.sh"
    subprocess.run([script, "localhost", broker.secrets_dir], check=True)
    wait_for(lambda: shown() != before, 3)


def test_an_event_rests_nowhere_whatever_its_quality(register: str, tmp_path: Path) -> None:
    with shipped_broker(tmp_path) as broker:
        with connect(register, role="lantaarn_api") as db:
            password = device_accounts.add_device(db, broker.settings, CAMERA, (), certificate=False).password
        wait_for(lambda: comes_in(broker, CAMERA, password), 3)
        ours = broker.as_user("lantaarn-ingest", INGEST_PASSWORD, as_program=True)
        with connected_client(
            ours, worker_subscriptions("helmond", 1)[0].client_id, clean_start=False, session_expiry_seconds=60
        ) as ingest:
            ingest.subscribe(worker_subscriptions("helmond", 1)[0].topic_filter)
        with connected_client(broker.as_user(CAMERA, password)) as counter:
            for qos in (0, 1):
                counter.publish(f"event/helmond/traffic/{CAMERA}/json", "XX-99-YZ", qos=qos)
            counter.publish(f"helmond/traffic/{CAMERA}/json", "control")
    kept = (tmp_path / "data" / "mosquitto.db").read_bytes()
    assert b"control" in kept
    assert b"XX-99-YZ" not in kept
    log = (tmp_path / "mosquitto.log").read_text()
    assert "XX-99-YZ" not in log
    assert LOOPBACK_HOST not in log


def test_a_certificate_with_the_name_of_a_device_lets_it_in(register: str, tmp_path: Path) -> None:
    """As docs/devices.md tells: a certificate of the authority, its common name as the user name."""
    mine = f"cafile {tmp_path}/secrets/broker_authority\nrequire_certificate true\nuse_identity_as_username true\n"
    with shipped_broker(tmp_path, listener_options=mine) as broker:
        for name in (AIR, OTHER):
            make_certificate(broker.secrets_dir, name)
        with connect(register, role="lantaarn_api") as db:
            assert device_accounts.add_device(db, broker.settings, AIR, (), certificate=True).password is None
        known, unknown = (
            replace(
                broker.device_address,
                cert_file=broker.secrets_dir / f"{name}.pem",
                key_file=broker.secrets_dir / f"{name}.key",
            )
            for name in (AIR, OTHER)
        )

        def may_write() -> bool:
            with connected_client(known) as station:
                return station.publish(air(AIR), "x") == "Success" and station.publish(air(OTHER), "x") != "Success"

        wait_for(may_write, 3)
        with connected_client(unknown) as stranger:
            assert stranger.publish(air(AIR), "x") == "Not authorized"
        with connected_client(broker.device_address) as without:
            assert not without.is_connected
        device_accounts.revoke_device(broker.settings, AIR)
        wait_for(lambda: not may_write(), 3)


def make_certificate(folder: Path, name: str) -> None:
    request = f"req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={name} -keyout {name}.key"
    sign = f"x509 -req -in {name}.csr -CA broker_authority -CAkey authority_key -CAcreateserial -days 1 -out {name}.pem"
    for command in (f"{request} -out {name}.csr", sign):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)


def test_ingest_stores_what_devices_send_with_the_logins_of_production(
    broker: ShippedBroker, passwords: dict[str, str], register: str, tmp_path: Path
) -> None:
    """The real program, two workers, its own login at the database and at the broker, secrets in files."""
    with connect(register) as db:
        set_logins(db, {"lantaarn_ingest": SecretStr("database-password")})
    secrets = {"DATABASE_PASSWORD": "database-password", "MQTT_PASSWORD": INGEST_PASSWORD}
    for name, secret in secrets.items():
        (tmp_path / name).write_text(secret)
    port = find_free_port()
    address = register.partition("@")[2]
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"postgresql://lantaarn_ingest@{address}",
        "MQTT_URL": f"mqtts://lantaarn-ingest@localhost:{broker.program_address.port}",
        "MQTT_CA_FILE": str(broker.secrets_dir / "broker_authority"),
        "LANTAARN_SHARE_NAME_FILE": str(broker.secrets_dir / "share_name"),
        "LANTAARN_METRICS_PORT": str(port),
        **{f"{name}_FILE": str(tmp_path / name) for name in secrets},
    }
    command = [sys.executable, "-m", "lantaarn", "ingest", "--workers", "2"]
    with (tmp_path / "log").open("w") as log, subprocess.Popen(command, env=environment, stderr=log) as ingest:
        try:
            wait_for(lambda: ingest.poll() is not None or (ready(port) and ready(port + 1)), 60)
            with connected_client(broker.as_user(AIR, passwords[AIR])) as station:
                for number in range(10):
                    assert station.publish(air(AIR), reading(number)) == "Success"
            with connect(register) as db:
                wait_for(lambda: stored(db) == 10, 10)
        finally:
            ingest.terminate()
    told = (tmp_path / "log").read_text()
    assert ingest.returncode == 0, told
    assert not [secret for secret in secrets.values() if secret in told]


def ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").is_success
    except httpx.TransportError:
        return False
