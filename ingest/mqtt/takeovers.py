"""Notice that another program keeps taking over our sessions at the broker.

Only brokers that send MQTT 5's reason for it make this certain. Others just close the connection, like a network that
fails, and that must not end anything. The instance lock covers every broker, but only ingests with the same database.
"""

import time
from collections import deque
from collections.abc import Callable

from paho.mqtt.reasoncodes import ReasonCode

from sensors.processes import ProcessError

SESSION_TAKEN_OVER = 0x8E
"""MQTT 5, 3.14.2.1: another connection uses our client id."""
MAX_TAKEOVERS = 3
TAKEOVER_WINDOW_SECONDS = 60.0


class SessionTakenOverError(ProcessError):
    """Another program uses our client id at the broker."""

    exit_code = 3

    def __init__(self, client_id: str) -> None:
        super().__init__(
            f"Another program took over the session {client_id} at the broker, {MAX_TAKEOVERS} times within a minute. "
            "Does another lantaarn ingest use this broker, with another database? Stop one of them."
        )


class TakeoverCounter:
    """Reports the third takeover of a session within a minute: a single one may be an operator's client."""

    def __init__(
        self,
        client_id: str,
        on_repeated: Callable[[SessionTakenOverError], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client_id = client_id
        self._on_repeated = on_repeated
        self._monotonic = monotonic
        self._times = deque[float](maxlen=MAX_TAKEOVERS)

    @property
    def is_taken_over(self) -> bool:
        """Whether it happened at all."""
        return bool(self._times)

    def record(self, reason: ReasonCode) -> None:
        """Count the end of a connection, if a takeover was the reason."""
        if reason.value != SESSION_TAKEN_OVER:
            return
        self._times.append(self._monotonic())
        if len(self._times) == MAX_TAKEOVERS and self._times[-1] - self._times[0] <= TAKEOVER_WINDOW_SECONDS:
            self._on_repeated(SessionTakenOverError(self._client_id))
