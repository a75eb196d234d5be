"""Count refused events by kind of sensor and reason, with noise before anything is written.

Of a lamp with a fast clock every movement is refused, so how many were refused tells of people as movements do. They
get the same protection: of one sensor they count at least ``MIN_MOVEMENT_SPACING`` apart, so that a passage adds one at
most; and each number of a day gets noise that hides a walk, even if every lamp on the way refuses. Passages that were
refused are in no window, so both together stay within ``MAX_MOVEMENT_SHIFT``: docs/privacy.md has the sum.

There is a number for every kind and reason, also if nothing was refused. What was counted since the start of the day is
lost with the process. Pure except for the noise. Not thread-safe: the caller must lock.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ingest.events.pipeline import EventOutcome
from ingest.noise import add_noise
from sensors.kinds import KINDS
from sensors.policy.promises import MAX_MOVEMENT_SHIFT, MAX_WALK_PASSES, MIN_MOVEMENT_SPACING
from sensors.vocabulary.rejection_reasons import RejectionReason
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

REFUSAL_NOISE = MAX_WALK_PASSES / MAX_MOVEMENT_SHIFT
"""The standard deviation of the noise: 640."""
OTHER_SENDERS = "other"
"""Of messages to topics of no kind that sends events."""
UNDECLARED = "undeclared"
"""Not a refusal: the event had fields that the register doesn't declare, which were dropped."""
KINDS_COUNTED = (
    *(code for code, kind in KINDS.items() if any(each.required_privacy_rule for each in kind.properties.values())),
    OTHER_SENDERS,
)
REASONS_COUNTED = (*(each.value for each in RejectionReason), UNDECLARED)


@dataclass(frozen=True, slots=True)
class EventRefusals:
    """How many events of one kind were refused for one reason, plus noise. Instants in UTC."""

    kind: str
    reason: str
    since: datetime
    until: datetime
    events: int
    noise: float


class RefusalCounter:
    """Refused events since the start of the day (Europe/Amsterdam), or of this process."""

    def __init__(self, now: datetime) -> None:
        self._since = now
        self._counts: Counter[tuple[str, str]] = Counter()
        self._latest: dict[tuple[int | None, str, str], datetime] = {}

    def add(self, outcome: EventOutcome, now: datetime) -> None:
        """Count a message that was refused, or part of it, once: under its first reason."""
        if outcome.rejections:
            reason = outcome.rejections[0].reason.value
        elif outcome.fields_dropped:
            reason = UNDECLARED
        else:
            return
        kind = _kind_of(outcome.topic_template)
        latest = self._latest.get((outcome.sensor_id, kind, reason))
        # Senders that aren't in the register are not told apart: memory stays bounded.
        if latest is None or not timedelta(0) <= now - latest < MIN_MOVEMENT_SPACING:
            self._latest[outcome.sensor_id, kind, reason] = now
            self._counts[kind, reason] += 1

    def close_day(self, now: datetime) -> tuple[EventRefusals, ...]:
        """When the day is over, return its numbers and start anew; until then nothing."""
        if _day(now) <= _day(self._since):
            return ()
        rows = tuple(
            EventRefusals(
                kind,
                reason,
                since=self._since,
                until=now,
                events=add_noise(self._counts[kind, reason], REFUSAL_NOISE),
                noise=REFUSAL_NOISE,
            )
            for kind in KINDS_COUNTED
            for reason in REASONS_COUNTED
        )
        self._counts.clear()
        self._latest.clear()
        self._since = now
        return rows


def _kind_of(topic_template: str) -> str:
    """The kind in ``event/+/{kind}/+/{format}``."""
    kind = topic_template.split("/")[2]
    return kind if kind in KINDS_COUNTED else OTHER_SENDERS


def _day(now: datetime) -> date:
    return now.astimezone(LOCAL_TIME_ZONE).date()
