"""The simulated past of movement in the demo, which would otherwise have no numbers for its first four weeks.

Events have no history: nobody may keep them. So walkers are simulated here, counted by ingest's own code, with the same
noise, and only those counts are written.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from ingest.events.aggregates import publish_movement, write_aggregates
from ingest.events.pipeline import PrivacyWindows
from ingest.pipeline import SensorsByTopic
from ingest.writer import load_register
from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.formats.model import Movement
from sensors.register.entry import Entry
from simulators.city.entry_builder import MUNICIPALITY
from simulators.devices.events import lamp_rows
from simulators.devices.movements import LampRow
from simulators.devices.passages import whole_minutes

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
PAST_WEEKS = 9
"""However the weeks fall, four whole ones of them have been published."""
_DAY = timedelta(days=1)


def write_past_movement(db: Database, entries: Iterable[Entry], seed: int, until: datetime) -> int:
    """Write what ingest would have counted in the weeks before ``until``, and publish its means; returns the number of
    windows. Writes none if means of those weeks have been published; windows that exist already stay as they are."""
    since, register = until - timedelta(weeks=PAST_WEEKS), load_register(db)
    if _is_published(db, since):
        return 0
    rows = lamp_rows(entries, seed).values()
    windows = PrivacyWindows()
    windows.set_register(register, since)
    with db.transaction():
        written = 0
        for number in range(7 * PAST_WEEKS):
            day = since + number * _DAY
            for row in rows:
                _walk(row, register, windows, day)
            counted = windows.close_finished(day + _DAY)
            write_aggregates(db, counted)
            publish_movement(db, day + _DAY)
            written += len(counted)
    return written


def _is_published(db: Database, since: datetime) -> bool:
    row = db.execute(QUERIES["is_published"], {"since": since}).fetchone()
    return row is not None and row["is_published"]


def _walk(row: LampRow, register: SensorsByTopic, windows: PrivacyWindows, start: datetime) -> None:
    """Count everyone who sets off within a day."""
    sensors = {lamp: register[MUNICIPALITY, "streetlight", lamp].id for lamp in row.lamps}
    for minute in whole_minutes(start, start + _DAY - timedelta(minutes=1)):
        for each in row.walks(minute):
            if each.time < start + _DAY:
                movement = Movement(each.time, "presence", each.presence)
                windows.counter.add_movement(sensors[each.reference], movement, each.time)
