"""When the period that a reading is about began: from what its payload states, else from what the register declares."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

from ingest.events.windows import CLOCK_SKEW_TOLERANCE
from sensors.formats.model import Reading
from sensors.vocabulary.measurement import Stamp
from sensors.vocabulary.rejection_reasons import RejectionReason
from sensors.vocabulary.time_zone import add_duration

MAX_INTERVALS = 10
"""A payload may give a longer period than the declared interval, after an outage for example, but not more than this
many intervals: it would put a value under an hour or day that it is hardly about."""
MAX_PERIOD = timedelta(days=31)
"""The same if no interval is declared."""
QUARTER_SECONDS = 900
"""Hours and days, also local ones, begin at a full quarter of an hour."""
MAX_EARLY_SECONDS = 5
"""A period that would begin this little before a full quarter of an hour, or a twentieth of its interval if that is
less, is taken to begin at the quarter. A clock that is a second early would otherwise put a whole period in the hour or
the day before."""
EARLY_PART = 1 / 20


class Timing(NamedTuple):
    """What the register declares about the times of a datastream, ready for use with each reading."""

    interval: timedelta | None
    back: timedelta | None
    """From the end of a period to its start; None if there are no periods, or their length is unknown."""
    is_at_end: bool
    """Whether the time as sent is the end, unless the payload says otherwise."""
    early_seconds: float
    """How much before a full quarter of an hour a period is taken to begin there."""

    def refuses(self, reading: Reading, received_at: datetime) -> RejectionReason | None:
        """Why this time or period can't be right, whatever the retention period.

        Only the time as sent shows whether the device's clock is ahead: a period may begin long before its end.
        """
        if received_at - reading.time < -CLOCK_SKEW_TOLERANCE:
            return RejectionReason.IN_FUTURE
        if reading.start is None:
            return None
        longest = MAX_PERIOD if self.interval is None else MAX_INTERVALS * self.interval
        return RejectionReason.BAD_TIME if reading.time - reading.start > longest else None

    def start_of(self, reading: Reading) -> datetime:
        """When the period that a reading is about began, to the second."""
        start = reading.start or reading.time
        if reading.start is None and self.back is not None:
            try:
                if self.is_at_end or reading.is_end:
                    start = add_duration(start, self.back)
                missing = -(start.minute * 60 + start.second) % QUARTER_SECONDS
                if 0 < missing <= self.early_seconds:
                    start += timedelta(seconds=missing)
            except OverflowError:
                # At either end of the calendar, where a reading is too old or in the future.
                return datetime.min.replace(tzinfo=UTC)
        return start.replace(microsecond=0) if start.microsecond else start


@cache
def declared_timing(stamp: Stamp, interval: timedelta | None) -> Timing:
    """One object for equal declarations, so that they can be compared by identity."""
    if interval is None or stamp is Stamp.INSTANT:
        return Timing(interval, None, is_at_end=False, early_seconds=0)
    early_seconds = min(MAX_EARLY_SECONDS, interval.total_seconds() * EARLY_PART)
    return Timing(interval, -interval, stamp is Stamp.END, early_seconds)
