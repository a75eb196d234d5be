"""Let devices in and shut them out, in both files at once. Mosquitto has to be told afterwards: ``keep.reload``."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from sensors.db import Database
from sensors.db.queries import load
from sensors.devices import files, passwords
from sensors.devices.access import OURS, Access, is_device_name
from sensors.formats import EVENT_FORMATS, READING_FORMATS
from sensors.formats.topics import EVENT_PREFIX, event_topic, reading_topic
from sensors.kinds import KINDS
from sensors.settings import AccessSettings, AccountSettings, DeviceSettings

SQL = load(Path(__file__).with_suffix(".sql"))


class DeviceError(Exception):
    """What was asked can't be done; the text says why and what can."""


@dataclass(frozen=True, slots=True)
class Device:
    """Who may come in. ``sensors``: the references that it speaks for; ``topics``: what it may write."""

    name: str
    sensors: tuple[str, ...]
    topics: tuple[str, ...]
    has_password: bool
    """Else it comes in by a certificate with its name in it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A device as it is now, and its new password if it got one: this is the only time that it is there to see."""

    device: Device
    password: str | None = None


def add(db: Database, settings: DeviceSettings, name: str, sensors: Collection[str], *, certificate: bool) -> Change:
    """Let a new device in, for these sensors of the register; for none: the sensor that is called as it is.

    Raises ``DeviceError``, ``KeepError``, ``AccessFileError``.
    """
    if not is_device_name(name):
        raise DeviceError(
            "a device is called by 1 to 64 letters, digits, dots, dashes and underscores, and not lantaarn-…: "
            "best as the reference of its sensor"
        )
    rights = _rights(topics_of(db, settings.municipality, sensors or (name,)))
    password = None if certificate else passwords.make()
    with files.locked(settings.broker_files):
        before = files.read(settings.broker_files)
        if name in before.names:
            raise DeviceError("there is a device with this name already: rotate its password, or revoke it first")
        after = before.given(name, passwords.hash_of(password) if password else None, rights)
        files.write(settings.broker_files, before, after)
    return Change(_device(after, name), password)


def rotate(settings: AccessSettings, name: str) -> Change:
    """Give a device a new password; the old one is worth nothing from the reload on. Raises as ``add``."""
    password = passwords.make()
    with files.locked(settings.broker_files):
        before = files.read(settings.broker_files)
        if not _known(before, name).has_password:
            raise DeviceError("it comes in by a certificate: give it a new one, and put the old one on the CRL")
        after = before.given(name, passwords.hash_of(password), before.rights.get(name, ()))
        files.write(settings.broker_files, before, after)
    return Change(_device(after, name), password)


def update(db: Database, settings: DeviceSettings, name: str, sensors: Collection[str]) -> Change:
    """Let a device speak for these sensors; for none: those it had, as the register has them now. Raises as ``add``."""
    with files.locked(settings.broker_files):
        before = files.read(settings.broker_files)
        device = _known(before, name)
        rights = _rights(topics_of(db, settings.municipality, sensors or device.sensors))
        after = before.given(name, before.hashes.get(name), rights)
        files.write(settings.broker_files, before, after)
    return Change(_device(after, name))


def revoke(settings: AccessSettings, name: str) -> Change:
    """Shut a device out, also one whose sensor has left the register. Raises as ``add``."""
    with files.locked(settings.broker_files):
        before = files.read(settings.broker_files)
        device = _known(before, name)
        files.write(settings.broker_files, before, before.without(name))
    return Change(device)


def devices(settings: AccessSettings) -> tuple[Device, ...]:
    """All devices, by name; not our own programs, nor what others keep in the files."""
    access = files.read(settings.broker_files) if settings.broker_files.is_dir() else Access()
    return tuple(_device(access, name) for name in access.names if _is_device(access, name))


def outdated(db: Database, municipality: str, known: Sequence[Device]) -> Iterator[tuple[Device, str]]:
    """Devices that the register has another idea of, each with why, in words."""
    kinds = _kinds(db, municipality, {sensor for device in known for sensor in device.sensors})
    for device in known:
        gone = [sensor for sensor in device.sensors if kinds.get(sensor) is None]
        now = {topic for sensor in device.sensors for topic in _topics(municipality, kinds.get(sensor), sensor)}
        if gone:
            yield device, f"no sensor of the register that delivers data: {', '.join(gone)}; revoke or update it"
        elif set(device.topics) != now:
            yield device, "the register has another kind for it now; update it"


def prepare(settings: AccountSettings) -> bool:
    """Make the files, and give our own programs the accounts that the settings have a password for: no others.

    Whether anything changed. Safe to repeat: an account that is right stays as it is.
    """
    city = settings.municipality
    wanted = {
        f"{OURS}ingest": (
            settings.ingest_mqtt_password,
            (f"topic read {city}/#", f"topic read {EVENT_PREFIX}{city}/#"),
        ),
        # It makes and hears a message on a topic of its own; nothing that devices say.
        f"{OURS}doctor": (settings.doctor_mqtt_password, (f"topic readwrite {EVENT_PREFIX}lantaarn-doctor/#",)),
        f"{OURS}simulate": (
            settings.simulate_mqtt_password,
            (f"topic write {city}/#", f"topic write {EVENT_PREFIX}{city}/#"),
        ),
    }
    with files.locked(settings.broker_files):
        before = after = files.read(settings.broker_files)
        for name, (secret, rights) in wanted.items():
            after = _with_account(after, name, secret, rights)
        files.write(settings.broker_files, before, after)
    return after != before


def _with_account(access: Access, name: str, secret: SecretStr | None, rights: tuple[str, ...]) -> Access:
    if secret is None:
        return access.without(name)
    password = secret.get_secret_value()
    if passwords.fits(password, access.hashes.get(name, "")) and access.rights.get(name) == rights:
        return access
    return access.given(name, passwords.hash_of(password), rights)


def topics_of(db: Database, municipality: str, sensors: Collection[str]) -> tuple[str, ...]:
    """Where devices of these sensors publish. Raises ``DeviceError`` when the register doesn't have one of them."""
    kinds = _kinds(db, municipality, sensors)
    unknown = [str(place) for place, sensor in enumerate(sensors, 1) if sensor not in kinds]
    silent = [sensor for sensor in sensors if sensor in kinds and kinds[sensor] is None]
    if unknown:
        which = "this reference" if len(sensors) == 1 else f"the reference that you gave as number {', '.join(unknown)}"
        raise DeviceError(
            f"the register of {municipality} has no sensor with {which}: publish its entry first "
            "(lantaarn register import), or name its sensors with --sensors"
        )
    if silent:
        raise DeviceError(f"by the register {', '.join(silent)} delivers no data to us: change the entry first")
    return tuple(topic for sensor in dict.fromkeys(sensors) for topic in _topics(municipality, kinds[sensor], sensor))


def _kinds(db: Database, municipality: str, sensors: Collection[str]) -> Mapping[str, str | None]:
    asked = {"municipality": municipality, "references": list(sensors)}
    return {row["reference"]: row["kind"] for row in db.execute(SQL["sensors"], asked).fetchall()}


def _topics(municipality: str, kind: str | None, sensor: str) -> Iterator[str]:
    """See docs/payloads.md. Only a kind that sees single vehicles or persons has an event topic."""
    known = KINDS.get(kind or "")
    if known is not None:
        yield from (reading_topic(municipality, known.code, sensor, code) for code in READING_FORMATS)
        if any(each.needs_rule for each in known.properties.values()):
            yield from (event_topic(municipality, known.code, sensor, code) for code in EVENT_FORMATS)


def _rights(topics: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"topic write {topic}" for topic in topics)


def _known(access: Access, name: str) -> Device:
    if not (is_device_name(name) and name in access.names and _is_device(access, name)):
        raise DeviceError("there is no device with this name; lantaarn device list shows them")
    return _device(access, name)


def _is_device(access: Access, name: str) -> bool:
    """Whether it was made here: it may write topics of sensors, and nothing else."""
    topics, lines = access.topics(name), access.rights.get(name, ())
    return is_device_name(name) and bool(topics) and len(topics) == len(lines) and all(map(_sensor, topics))


def _device(access: Access, name: str) -> Device:
    topics = access.topics(name)
    sensors = dict.fromkeys(sensor for topic in topics if (sensor := _sensor(topic)))
    return Device(name, tuple(sensors), topics, name in access.hashes)


def _sensor(topic: str) -> str | None:
    formats = EVENT_FORMATS if topic.startswith(EVENT_PREFIX) else READING_FORMATS
    parts = topic.removeprefix(EVENT_PREFIX).split("/")
    return parts[2] if len(parts) == 4 and parts[3] in formats and not {"+", "#"}.intersection(parts) else None
