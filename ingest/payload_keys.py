"""Keep the keys of payloads from staying in memory: a device may write anything into them, including who passes."""

from collections.abc import Generator
from contextlib import contextmanager
from threading import Event, Thread

from sensors.formats.values import forget_keys

INTERVAL_SECONDS = 30.0
"""The decoder keeps a key for this long at most."""


@contextmanager
def forgetting_payload_keys(interval_seconds: float = INTERVAL_SECONDS) -> Generator[None]:
    """Forget the keys of payloads at intervals and at the end, in a thread of its own: others may wait for a server."""
    stopping = Event()

    def forget_until_stopped() -> None:
        while not stopping.wait(interval_seconds):
            forget_keys()

    thread = Thread(target=forget_until_stopped, name="payload keys", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
        forget_keys()
