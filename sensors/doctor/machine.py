"""Can what is in the memory of our programs come to rest on a disk of this machine?"""

from collections.abc import Iterator
from pathlib import Path

from sensors.doctor.finding import Finding
from sensors.hardening import can_dump_core

SWAPS_FILE = Path("/proc/swaps")
BLOCK_DEVICES_FOLDER = Path("/sys/class/block")


def machine_findings(
    swaps_file: Path = SWAPS_FILE, block_devices_folder: Path = BLOCK_DEVICES_FOLDER
) -> Iterator[Finding]:
    """Core dumps of our programs, and swap."""
    if can_dump_core():
        yield Finding("memory", "a crash of our programs leaves a core dump", "run ulimit -c 0 before starting them")
    else:
        yield Finding("memory", "a crash of our programs leaves no core dump")
    unencrypted = [
        device
        for device in _swaps(swaps_file)
        if not _is_encrypted_or_in_memory(block_devices_folder / Path(device).name)
    ]
    if unencrypted:
        yield Finding(
            "swap",
            f"{', '.join(unencrypted)}: what is in memory, tokens of vehicles too, can get onto the disk",
            "run swapoff -a, or encrypt it with a key that is new at each start (crypttab: /dev/urandom swap)",
        )
    else:
        yield Finding("swap", "none, encrypted, or in memory")


def _swaps(table: Path) -> list[str]:
    try:
        return [line.split()[0] for line in table.read_text().splitlines()[1:] if line.strip()]
    except OSError:
        return []


def _is_encrypted_or_in_memory(device: Path) -> bool:
    """Encrypted by dm-crypt, or compressed memory without a disk behind it."""
    try:
        if device.name.startswith("zram"):
            backing = device / "backing_dev"
            return not backing.exists() or backing.read_text().strip() == "none"
        return (device.resolve() / "dm" / "uuid").read_text().startswith("CRYPT-")
    except OSError:
        return False
