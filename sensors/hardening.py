"""What every process of ours gives up at its start, so that what is in its memory does not come to rest by accident."""

import ctypes
import json
import resource
import sys
import threading
import traceback
from types import TracebackType

_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4
MAX_CORE_DUMP_BYTES = 1
"""Bytes of a core dump. Linux makes none below a page, and at exactly 1 none for a program that collects them either
(``kernel.core_pattern`` with a pipe), which pays no heed to 0. Children inherit it."""


def harden_process() -> None:
    """No core dump of this process or its children, and no text of an exception on standard error. Safe to repeat.

    A hook that is not Python's own stays: a test runner's shows more, and has to.
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
    """For this process and what it starts from now on."""
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    limit = MAX_CORE_DUMP_BYTES if most == resource.RLIM_INFINITY else min(most, MAX_CORE_DUMP_BYTES)
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))


def can_dump_core() -> bool:
    """Whether a crash of this process would leave its memory somewhere."""
    if sys.platform == "linux" and ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0) == 0:
        return False
    return resource.getrlimit(resource.RLIMIT_CORE)[0] not in range(MAX_CORE_DUMP_BYTES + 1)


def traceback_locations(error: BaseException) -> list[str]:
    """Where it happened: files and lines, the innermost last, never the text of the error, which can hold data."""
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
