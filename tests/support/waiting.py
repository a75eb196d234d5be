"""Waiting for something that another program does."""

import time
from collections.abc import Callable
from threading import Event


def wait_for(happened: Callable[[], object], seconds: float) -> None:
    """Return as soon as it happened; after so many seconds the test fails."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"it did not happen in {seconds:g} seconds"
        Event().wait(0.05)
