"""A memory limit for a process, as a container has, on machines where a control group can be made."""

import secrets
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
ENTER = 'echo $$ > "$0" && exec "$@"'


@contextmanager
def memory_limit(max_bytes: int) -> Generator[Sequence[str] | None]:
    """Yield a prefix for a command that makes it run with this limit, or None if this machine can't limit it.

    The kernel kills a process that exceeds the limit. The process must have ended when the block does.
    """
    for parent, limit_file in _candidates():
        group = parent / f"lantaarn-test-{secrets.token_hex(6)}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            (group / limit_file).write_text(str(max_bytes))
        except OSError:
            # Version 2 without the memory controller.
            group.rmdir()
            continue
        try:
            yield ["sh", "-c", ENTER, str(group / "cgroup.procs")]
        finally:
            with suppress(OSError):
                group.rmdir()
        return
    yield None


def _candidates() -> Generator[tuple[Path, str]]:
    """Where a group may be made, by the two versions of cgroups(7): below ours, or beside it, because version 2 limits
    no group that has processes itself."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            yield ROOT / "memory" / path.lstrip("/"), "memory.limit_in_bytes"
        elif not controllers:
            yield (ROOT / path.lstrip("/")).parent if path != "/" else ROOT, "memory.max"
