"""When messages reached us, which is the time of the readings of a device without a clock.

MQTT tells neither when a message was sent nor how long the broker kept it. So the time of receipt stands for the time
of measurement only if the broker neither retained the message nor sent it before, and can't have kept it for longer
than the measurement interval. A message that was sent before may have been stored before, at another time, if only its
acknowledgement was lost. It is refused: that a reading is missing can be seen, and that one counts twice can't.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from typing import TYPE_CHECKING

from sensors.vocabulary.rejection_reasons import RejectionReason

if TYPE_CHECKING:
    from ingest.pipeline import IncomingMessage


@dataclass(frozen=True, slots=True)
class Receipts:
    """What the messages of one batch have in common. Seconds are those of the monotonic clock."""

    now: datetime
    now_monotonic: float
    kept_since_monotonic: float
    """The broker may have kept them since then, not for longer (``ingest.times.backlog``). Minus infinity: unknown."""

    def time_of(self, message: "IncomingMessage") -> datetime | RejectionReason:
        """When the message arrived, to the second, or why that can't be the time of its readings."""
        if message.is_retained or message.is_redelivered or self.kept_since_monotonic == -inf:
            return RejectionReason.NO_TIME
        age = timedelta(seconds=self.now_monotonic - message.received_monotonic)
        return (self.now - age).replace(microsecond=0)

    def may_have_waited(self, message: "IncomingMessage", interval: timedelta | None) -> bool:
        """Whether the broker may have kept the message for longer than this measurement interval."""
        waited_seconds = message.received_monotonic - self.kept_since_monotonic
        return interval is None or waited_seconds > interval.total_seconds()


NO_RECEIPTS = Receipts(datetime.min.replace(tzinfo=UTC), 0.0, -inf)
"""When the messages arrived is unknown."""
