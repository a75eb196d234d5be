"""Are Mosquitto's files of devices as they should be, where they are on this machine?"""

import stat
from collections.abc import Iterator
from pathlib import Path

from sensors.devices import files
from sensors.devices.access import AccessFileFormatError
from sensors.devices.accounts import list_devices
from sensors.doctor.finding import Finding
from sensors.settings.devices import BrokerFilesSettings


def access_findings(settings: BrokerFilesSettings) -> Iterator[Finding]:
    """Nothing where the folder isn't: the broker may be on another machine."""
    folder = settings.broker_files
    if not folder.is_dir():
        return
    try:
        known = list_devices(settings)
    except (AccessFileFormatError, files.BrokerFilesError) as error:
        yield Finding("device files", f"{folder}: {error}", "put that right: docs/devices.md")
        return
    yield Finding("device files", f"{folder}: {len(known)} devices may come in")
    readable_by_others = [
        path for path in (folder / files.PASSWORD_FILE, folder / files.ACL_FILE) if _is_readable_by_others(path)
    ]
    if readable_by_others:
        names = " ".join(map(str, readable_by_others))
        yield Finding("device files", f"others than their owner can read {names}", f"run chmod 600 {names}")


def _is_readable_by_others(path: Path) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
