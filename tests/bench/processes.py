"""Run the processes of a benchmark without leaking them, and read their resource usage from proc(5)."""

import os
import signal
import subprocess
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sensors.processes import stop_process, with_parent_death_signal

CLOCK_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@contextmanager
def running_process(
    command: Sequence[str], log: Path, *, environment: Mapping[str, str] | None = None, with_pipes: bool = False
) -> Generator[subprocess.Popen[bytes]]:
    """Run a child process for the duration of the block. ``with_pipes``: connect its stdin and stdout."""
    channel = subprocess.PIPE if with_pipes else subprocess.DEVNULL
    with log.open("ab") as output:
        process = subprocess.Popen(
            with_parent_death_signal(command, signal.SIGTERM),
            stdin=channel,
            stdout=channel,
            stderr=output,
            env={**os.environ, **(environment or {})},
            process_group=0,
        )
    try:
        yield process
    finally:
        stop_process(process)
        for end in (process.stdin, process.stdout):
            if end is not None:
                with suppress(BrokenPipeError):
                    end.close()


def log_tail(log: Path) -> str:
    """The end of a log, for error messages: the file itself is removed afterwards."""
    return log.read_text(errors="replace")[-500:].strip() if log.exists() else ""


def cpu_seconds(pid: int) -> float:
    """User and system time of a process tree, including exited children; resolution 10 ms."""
    used = 0
    for each in _process_tree(pid):
        with suppress(OSError):
            user, system, ended_user, ended_system = _stat(each)[11:15]
            used += int(user) + int(system) + int(ended_user) + int(ended_system)
    return used / CLOCK_TICKS_PER_SECOND


def machine_cpu_seconds() -> float:
    """Busy time of all CPUs of the machine since boot."""
    user, nice, system, _idle, _waiting, *interrupts = Path("/proc/stat").read_text().splitlines()[0].split()[1:8]
    return sum(map(int, (user, nice, system, *interrupts))) / CLOCK_TICKS_PER_SECOND


def peak_memory_bytes(pid: int) -> int:
    """Peak resident memory of the largest process in the tree, in bytes."""
    return max((_peak_resident_bytes(each) for each in _process_tree(pid)), default=0)


def _peak_resident_bytes(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def _process_tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _process_tree(int(child))


def _stat(pid: int) -> Sequence[str]:
    """The fields of /proc/<pid>/stat from the third on (the second, the name, may contain spaces)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
