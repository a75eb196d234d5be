"""Check Mosquitto's device files, if they are on this machine."""

import stat
from collections.abc import Iterator
from pathlib import Path

from sensors.devices import files
from sensors.devices.access import AccessFileFormatError
from sensors.devices.accounts import list_devices
from sensors.doctor.finding import Finding
from sensors.settings.devices import BrokerFilesSettings


def access_findings(settings: BrokerFilesSettings) -> Iterator[Finding]:
    """Findings about the files; none if the folder does not exist, as the broker may be on another machine."""
    folder = settings.broker_files
    if not folder.is_dir():
        return
    try:
        known = list_devices(settings)
    except (AccessFileFormatError, files.BrokerFilesError) as error:
        yield Finding("device files", f"{folder}: {error}", "fix that: docs/devices.md")
        return
    yield Finding("device files", f"{folder}: {len(known)} devices may connect")
    readable_by_others = [
        path for path in (folder / files.PASSWORD_FILE, folder / files.ACL_FILE) if _is_readable_by_others(path)
    ]
    if readable_by_others:
        names = " ".join(map(str, readable_by_others))
        yield Finding("device files", f"users other than the owner can read {names}", f"run chmod 600 {names}")


def _is_readable_by_others(path: Path) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
