"""The simulated past of counters in the demo: means over four weeks would otherwise take nine weeks to come.

What passed is simulated here, and published by ingest's own code, four weeks at a time, with the same noise. Only what
was published stays: true sums without the rows that they were made of would fail the audit.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ingest.cells.count_cells import COUNT_DELAY, publish_counts
from ingest.events.pipeline import PrivacyWindows
from ingest.events.windows import WINDOW_GRACE_PERIOD
from ingest.writer import load_register
from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.formats.model import PassersBy
from sensors.policy.compiler import PassCountingRule
from sensors.register.entry import Entry
from simulators.city.past_movement import PAST_WEEKS
from simulators.devices.device import SimulatedDevice, device_of_entry
from simulators.devices.passers_by import passed_in_hour

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
_HOUR, _WEEK = timedelta(hours=1), timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class HourCount:
    """How many passed a counter in the hour from ``hour``."""

    reference: str
    observed_property: str
    hour: datetime
    passed: float


def write_past_counts(db: Database, entries: Iterable[Entry], seed: int, until: datetime, now: datetime) -> int:
    """Publish what simulated counters counted in the weeks before ``until``, and those that report each passer-by, of
    whom devices send no past, until ``now``; returns the number of cells.

    Writes none if there are any already. Counters of vehicles are left out: they have ten times as many cells, and a
    demo would start half a minute later. Recorded ones too: their past is what was recorded.
    """
    whole = until.replace(minute=0, second=0, microsecond=0)
    if _is_published(db):
        return 0
    counters = (each for each in entries if each.reference.startswith(("verkeer-fiets-", "verkeer-loop-")))
    devices = [found for entry in counters if (found := device_of_entry(entry, seed))]
    since = whole - PAST_WEEKS * _WEEK
    with db.transaction():
        singly = _write_single_passes(db, seed, since, now.replace(minute=0, second=0, microsecond=0))
        counted = [each for device in devices for each in _counts(device, since, whole)]
        db.execute(QUERIES["insert_sums"], _columns(counted))
        cells = sum(_publish(db, since + number * _WEEK + COUNT_DELAY) for number in (4, 8, PAST_WEEKS))
        db.execute(QUERIES["delete_sums"])
    return singly + cells


def _write_single_passes(db: Database, seed: int, since: datetime, until: datetime) -> int:
    """Write the cells of counters that report each passer-by, counted by ingest's own code, with the same noise."""
    register, windows = load_register(db), PrivacyWindows()
    windows.set_register(register, since)
    for (_, _, reference), sensor in register.items():
        for code, stream in sensor.event_datastreams.items():
            if isinstance(stream.privacy_rule, PassCountingRule):
                for hour in _hours(since, until):
                    passed = PassersBy(hour, code, passed_in_hour(seed, reference, hour))
                    windows.passers.add(sensor.id, passed, hour)
    counted = windows.passers.close_finished(until + WINDOW_GRACE_PERIOD)
    for each in counted:
        db.execute(QUERIES["insert_cell"], asdict(each))
    return len(counted)


def _hours(since: datetime, until: datetime) -> Iterator[datetime]:
    while since < until:
        yield since
        since += _HOUR


def _publish(db: Database, at: datetime) -> int:
    # The planner has never seen either table with so many rows.
    db.execute(QUERIES["count_rows"])
    return publish_counts(db, at)


def _is_published(db: Database) -> bool:
    row = db.execute(QUERIES["is_published"]).fetchone()
    return row is not None and row["is_published"]


def _counts(device: SimulatedDevice, since: datetime, until: datetime) -> Iterator[HourCount]:
    """Hour by hour, from the first reading in each: a quarter of the work of all four, and as good behind the noise."""
    per_hour = _HOUR / device.interval
    for hour in _hours(since, until):
        first = next(device.samples(hour, None))
        for code, passed in first.values.items():
            yield HourCount(device.reference, code, hour, passed * per_hour)


def _columns(counted: Iterable[HourCount]) -> dict[str, list[object]]:
    rows = [(each.reference, each.observed_property, each.hour, each.passed) for each in counted]
    references, properties, hours, passed = zip(*rows, strict=True)
    return {
        "references": [*references],
        "properties": [*properties],
        "hours": [*hours],
        "passed": [*passed],
    }
