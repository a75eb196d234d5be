"""Check whether the memory of our programs can end up on a disk of this machine."""

from collections.abc import Iterator
from pathlib import Path

from sensors.doctor.finding import Finding
from sensors.hardening import can_dump_core

SWAPS_FILE = Path("/proc/swaps")
BLOCK_DEVICES_FOLDER = Path("/sys/class/block")


def machine_findings(
    swaps_file: Path = SWAPS_FILE, block_devices_folder: Path = BLOCK_DEVICES_FOLDER
) -> Iterator[Finding]:
    """Findings about core dumps of our programs, and about swap."""
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
            f"{', '.join(unencrypted)}: memory, including vehicle tokens, can end up on the disk",
            "run swapoff -a, or encrypt swap with a new key at each boot (crypttab: /dev/urandom swap)",
        )
    else:
        yield Finding("swap", "none, encrypted, or in memory")


def _swaps(table: Path) -> list[str]:
    try:
        return [line.split()[0] for line in table.read_text().splitlines()[1:] if line.strip()]
    except OSError:
        return []


def _is_encrypted_or_in_memory(device: Path) -> bool:
    """Whether a swap device is encrypted by dm-crypt, or compressed memory without a disk behind it."""
    try:
        if device.name.startswith("zram"):
            backing = device / "backing_dev"
            return not backing.exists() or backing.read_text().strip() == "none"
        return (device.resolve() / "dm" / "uuid").read_text().startswith("CRYPT-")
    except OSError:
        return False
