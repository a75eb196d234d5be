"""The books of windows: of each group and segment, what became of every window, whether or not anyone passed.

Which windows are due depends on the clock and the register; ``ingest.lifecycle.daily_totals`` works that out by itself,
and ``lantaarn audit`` compares. Pure. Not thread-safe: the caller must lock.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

PrivacyRuleName = Literal["match_in_memory", "window_count"]
WindowOutcome = Literal["released", "suppressed", "unobserved"]
"""Of a window: it may be stored, it held too few, or it was not observed in full."""
WINDOW_OUTCOMES: tuple[WindowOutcome, ...] = get_args(WindowOutcome)


@dataclass(frozen=True, slots=True)
class BookedWindows:
    """Windows of one group or segment that begin on one day (Europe/Amsterdam), closed one after the other.

    ``subject``: the group as municipality/group/property, or the number of the segment's datastream. ``since`` is the
    start of the first window, ``until`` the end of the last one.
    """

    rule: PrivacyRuleName
    subject: str
    day: date
    released: int
    suppressed: int
    unobserved: int
    since: datetime
    until: datetime


class WindowBook:
    """What became of the windows under one rule: since startup, and of those not yet handed over."""

    def __init__(self, rule: PrivacyRuleName) -> None:
        self.rule: PrivacyRuleName = rule
        self.totals: Counter[WindowOutcome] = Counter()
        """Windows since startup."""
        self._open: dict[tuple[str, date], tuple[Counter[WindowOutcome], datetime, datetime]] = {}

    def record(self, subject: str, window: tuple[datetime, datetime], outcome: WindowOutcome) -> None:
        """Record what became of a closed window: exactly once, in order of time."""
        key = (subject, window[0].astimezone(LOCAL_TIME_ZONE).date())
        counts, since, _ = self._open.get(key, (Counter[WindowOutcome](), *window))
        counts[outcome] += 1
        self.totals[outcome] += 1
        self._open[key] = (counts, since, window[1])

    def take(self) -> tuple[BookedWindows, ...]:
        """Hand over what has been recorded since the last time."""
        booked = tuple(
            BookedWindows(
                self.rule,
                subject,
                day,
                released=counts["released"],
                suppressed=counts["suppressed"],
                unobserved=counts["unobserved"],
                since=since,
                until=until,
            )
            for (subject, day), (counts, since, until) in self._open.items()
        )
        self._open.clear()
        return booked
