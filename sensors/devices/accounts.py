"""Add, update and revoke device accounts in both files. Mosquitto must reload them afterwards (``files``)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.devices import files, passwords
from sensors.devices.access import PROGRAM_ACCOUNT_PREFIX, BrokerAccess, is_device_name
from sensors.formats import EVENT_FORMATS, READING_FORMATS
from sensors.formats.topics import EVENT_PREFIX, event_topic, reading_topic
from sensors.kinds import KINDS
from sensors.settings.devices import BrokerAccountSettings, BrokerFilesSettings, DeviceSettings

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


class DeviceError(Exception):
    """The operation was refused; the message says why and what to do instead."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device account at the broker. ``sensors``: references it publishes for; ``topics``: topics it may write."""

    name: str
    sensors: tuple[str, ...]
    topics: tuple[str, ...]
    has_password: bool
    """Otherwise it logs in with a client certificate that carries its name."""


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """A device after a change, with its new password if any. The password can't be retrieved again."""

    device: Device
    password: str | None = None


def add_device(
    db: Database, settings: DeviceSettings, name: str, sensors: Collection[str], *, certificate: bool
) -> DeviceChange:
    """Add a device for these sensors of the register; without any, for the sensor whose reference is ``name``.

    Raises ``DeviceError``, ``BrokerFilesError``, ``AccessFileFormatError``.
    """
    if not is_device_name(name):
        raise DeviceError(
            "a device name has 1 to 64 letters, digits, dots, dashes and underscores, and does not begin with "
            "lantaarn-: preferably use the reference of its sensor"
        )
    rights = _acl_lines(topics_of_sensors(db, settings.municipality, sensors or (name,)))
    password = None if certificate else passwords.generate_password()
    with files.lock_folder(settings.broker_files):
        before = files.read_access(settings.broker_files)
        if name in before.user_names:
            raise DeviceError("there is a device with this name already: rotate its password, or revoke it first")
        after = before.with_account(name, passwords.hash_password(password) if password else None, rights)
        files.write_access(settings.broker_files, before, after)
    return DeviceChange(_device_from_access(after, name), password)


def rotate_password(settings: BrokerFilesSettings, name: str) -> DeviceChange:
    """Give a device a new password; the old one stops working at the next reload. Raises as ``add_device``."""
    password = passwords.generate_password()
    with files.lock_folder(settings.broker_files):
        before = files.read_access(settings.broker_files)
        if not _require_device(before, name).has_password:
            raise DeviceError("it comes in by a certificate: issue a new one, and put the old one on the CRL")
        after = before.with_account(name, passwords.hash_password(password), before.acl_lines.get(name, ()))
        files.write_access(settings.broker_files, before, after)
    return DeviceChange(_device_from_access(after, name), password)


def update_device(db: Database, settings: DeviceSettings, name: str, sensors: Collection[str]) -> DeviceChange:
    """Let a device publish for these sensors; without any, refresh its topics from the register.

    Raises as ``add_device``.
    """
    with files.lock_folder(settings.broker_files):
        before = files.read_access(settings.broker_files)
        device = _require_device(before, name)
        rights = _acl_lines(topics_of_sensors(db, settings.municipality, sensors or device.sensors))
        after = before.with_account(name, before.password_hashes.get(name), rights)
        files.write_access(settings.broker_files, before, after)
    return DeviceChange(_device_from_access(after, name))


def revoke_device(settings: BrokerFilesSettings, name: str) -> DeviceChange:
    """Remove a device, even if its sensor has left the register. Raises as ``add_device``."""
    with files.lock_folder(settings.broker_files):
        before = files.read_access(settings.broker_files)
        device = _require_device(before, name)
        files.write_access(settings.broker_files, before, before.without_account(name))
    return DeviceChange(device)


def list_devices(settings: BrokerFilesSettings) -> tuple[Device, ...]:
    """All devices by name, without our own programs and accounts that others added."""
    access = files.read_access(settings.broker_files) if settings.broker_files.is_dir() else BrokerAccess()
    return tuple(_device_from_access(access, name) for name in access.user_names if _is_device(access, name))


def outdated_devices(db: Database, municipality: str, known: Sequence[Device]) -> Iterator[tuple[Device, str]]:
    """Devices whose account does not match the register, each with the reason."""
    kinds = _kinds_of_sensors(db, municipality, {sensor for device in known for sensor in device.sensors})
    for device in known:
        gone = [sensor for sensor in device.sensors if kinds.get(sensor) is None]
        now = {
            topic for sensor in device.sensors for topic in topics_of_sensor(municipality, kinds.get(sensor), sensor)
        }
        if gone:
            yield device, f"no sensor in the register delivers data as {', '.join(gone)}; revoke or update it"
        elif set(device.topics) != now:
            yield device, "the register has another kind of sensor for it now; update it"


def prepare_broker_files(settings: BrokerAccountSettings) -> bool:
    """Create the files, and make our own programs' accounts match the settings: one for each password that is set.

    Returns whether anything changed. Idempotent: a correct account is left alone.
    """
    city = settings.municipality
    wanted = {
        f"{PROGRAM_ACCOUNT_PREFIX}ingest": (
            settings.ingest_mqtt_password,
            (f"topic read {city}/#", f"topic read {EVENT_PREFIX}{city}/#"),
        ),
        # Reads and writes test messages on its own topic; can't read what devices send.
        f"{PROGRAM_ACCOUNT_PREFIX}doctor": (
            settings.doctor_mqtt_password,
            (f"topic readwrite {EVENT_PREFIX}lantaarn-doctor/#",),
        ),
        f"{PROGRAM_ACCOUNT_PREFIX}simulate": (
            settings.simulate_mqtt_password,
            (f"topic write {city}/#", f"topic write {EVENT_PREFIX}{city}/#"),
        ),
    }
    with files.lock_folder(settings.broker_files):
        before = after = files.read_access(settings.broker_files)
        for name, (secret, rights) in wanted.items():
            after = _with_program_account(after, name, secret, rights)
        files.write_access(settings.broker_files, before, after)
    return after != before


def _with_program_account(
    access: BrokerAccess, name: str, secret: SecretStr | None, rights: tuple[str, ...]
) -> BrokerAccess:
    if secret is None:
        return access.without_account(name)
    password = secret.get_secret_value()
    if (
        passwords.verify_password(password, access.password_hashes.get(name, ""))
        and access.acl_lines.get(name) == rights
    ):
        return access
    return access.with_account(name, passwords.hash_password(password), rights)


def topics_of_sensors(db: Database, municipality: str, sensors: Collection[str]) -> tuple[str, ...]:
    """The topics that devices of these sensors write. Raises ``DeviceError`` if a sensor is not in the register."""
    kinds = _kinds_of_sensors(db, municipality, sensors)
    unknown = [str(place) for place, sensor in enumerate(sensors, 1) if sensor not in kinds]
    silent = [sensor for sensor in sensors if sensor in kinds and kinds[sensor] is None]
    if unknown:
        which = "this reference" if len(sensors) == 1 else f"the reference that you gave as number {', '.join(unknown)}"
        raise DeviceError(
            f"the register of {municipality} has no sensor with {which}: publish its entry first "
            "(lantaarn register import), or set its sensors with --sensors"
        )
    if silent:
        raise DeviceError(f"in the register {', '.join(silent)} delivers no data to us: change the entry first")
    return tuple(
        topic for sensor in dict.fromkeys(sensors) for topic in topics_of_sensor(municipality, kinds[sensor], sensor)
    )


def _kinds_of_sensors(db: Database, municipality: str, sensors: Collection[str]) -> Mapping[str, str | None]:
    asked = {"municipality": municipality, "references": list(sensors)}
    return {row["reference"]: row["kind"] for row in db.execute(QUERIES["kinds_of_sensors"], asked).fetchall()}


def topics_of_sensor(municipality: str, kind: str | None, sensor: str) -> Iterator[str]:
    """The topics a sensor may publish on (docs/payloads.md), one for every format; none without a known kind.

    Only a kind that sees single vehicles or persons has event topics.
    """
    known = KINDS.get(kind or "")
    if known is not None:
        yield from (reading_topic(municipality, known.code, sensor, code) for code in READING_FORMATS)
        if any(each.required_privacy_rule for each in known.properties.values()):
            yield from (event_topic(municipality, known.code, sensor, code) for code in EVENT_FORMATS)


def _acl_lines(topics: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"topic write {topic}" for topic in topics)


def _require_device(access: BrokerAccess, name: str) -> Device:
    if not (is_device_name(name) and name in access.user_names and _is_device(access, name)):
        raise DeviceError("there is no device with this name; lantaarn device list shows them")
    return _device_from_access(access, name)


def _is_device(access: BrokerAccess, name: str) -> bool:
    """Whether this program created it: it may write sensor topics, and nothing else."""
    topics, lines = access.writable_topics(name), access.acl_lines.get(name, ())
    return is_device_name(name) and bool(topics) and len(topics) == len(lines) and all(map(_sensor_of_topic, topics))


def _device_from_access(access: BrokerAccess, name: str) -> Device:
    topics = access.writable_topics(name)
    sensors = dict.fromkeys(sensor for topic in topics if (sensor := _sensor_of_topic(topic)))
    return Device(name, tuple(sensors), topics, name in access.password_hashes)


def _sensor_of_topic(topic: str) -> str | None:
    formats = EVENT_FORMATS if topic.startswith(EVENT_PREFIX) else READING_FORMATS
    parts = topic.removeprefix(EVENT_PREFIX).split("/")
    return parts[2] if len(parts) == 4 and parts[3] in formats and not {"+", "#"}.intersection(parts) else None
