"""Waiting for something that another program does."""

import time
from collections.abc import Callable
from threading import Event


def wait_for(condition: Callable[[], object], timeout_seconds: float) -> None:
    """Return as soon as it happened; after so many seconds the test fails."""
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen in {timeout_seconds:g} seconds"
        Event().wait(0.05)
