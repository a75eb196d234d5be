"""Wait for another process or thread."""

import time
from collections.abc import Callable
from threading import Event


def wait_for(condition: Callable[[], object], timeout_seconds: float) -> None:
    """Poll until ``condition`` holds; fails the test after ``timeout_seconds``."""
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        assert time.monotonic() < deadline, f"condition not met within {timeout_seconds:g} seconds"
        Event().wait(0.05)
