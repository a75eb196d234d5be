"""Process hardening: keep what is in memory from ending up on disk or standard error."""

import ctypes
import json
import resource
import sys
import threading
import traceback
from types import TracebackType

_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4
MAX_CORE_DUMP_BYTES = 1
"""Core size limit, in bytes. Linux writes no core smaller than a page, and a limit of exactly 1 also suppresses dumps
piped to a collector (``kernel.core_pattern``), which ignore a limit of 0. Inherited by children."""


def harden_process() -> None:
    """Disable core dumps for this process and its children, and keep exception messages off standard error. Idempotent.

    Leaves hooks alone that are not Python's defaults: a test runner's own hook needs the full message.
    """
    disable_core_dumps()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _report_exception
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = lambda lost: _report_exception(lost.exc_type, lost.exc_value, lost.exc_traceback)
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda lost: _report_exception(lost.exc_type, lost.exc_value, lost.exc_traceback)


def disable_core_dumps() -> None:
    """Disable core dumps for this process and the children it starts from now on."""
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    limit = MAX_CORE_DUMP_BYTES if most == resource.RLIM_INFINITY else min(most, MAX_CORE_DUMP_BYTES)
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))


def can_dump_core() -> bool:
    """Whether a crash of this process could write its memory to disk."""
    if sys.platform == "linux" and ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0) == 0:
        return False
    return resource.getrlimit(resource.RLIMIT_CORE)[0] not in range(MAX_CORE_DUMP_BYTES + 1)


def traceback_locations(error: BaseException) -> list[str]:
    """File and line of the last five frames, innermost last. Leaves out the message, which may contain data."""
    return [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-5:]]


def _report_exception(
    error_type: type[BaseException], error: BaseException | None, traceback: TracebackType | None
) -> None:
    if issubclass(error_type, KeyboardInterrupt):
        sys.__excepthook__(error_type, error or error_type(), traceback)
        return
    said = {
        "event": "unhandled_exception",
        "error": error_type.__name__,
        "at": traceback_locations(error) if error else [],
    }
    sys.stderr.write(json.dumps(said) + "\n")
