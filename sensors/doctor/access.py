"""Are Mosquitto's files of devices as they should be, where they are on this machine?"""

import stat
from collections.abc import Iterator
from pathlib import Path

from sensors.devices import files
from sensors.devices.access import AccessFileError
from sensors.devices.accounts import devices
from sensors.doctor.finding import Finding
from sensors.settings import AccessSettings


def access_findings(settings: AccessSettings) -> Iterator[Finding]:
    """Nothing where the folder isn't: the broker may be on another machine."""
    folder = settings.broker_files
    if not folder.is_dir():
        return
    try:
        known = devices(settings)
    except (AccessFileError, files.KeepError) as error:
        yield Finding("device files", f"{folder}: {error}", "put that right: docs/devices.md")
        return
    yield Finding("device files", f"{folder}: {len(known)} devices may come in")
    loose = [path for path in (folder / files.PASSWORDS, folder / files.ACL) if _is_loose(path)]
    if loose:
        names = " ".join(map(str, loose))
        yield Finding("device files", f"others than their owner can read {names}", f"run chmod 600 {names}")


def _is_loose(path: Path) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
