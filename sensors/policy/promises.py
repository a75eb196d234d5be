"""The numbers behind the city's promises. Each is defined once here; other statements of it are derived or tested.

Only promises to residents belong here. Limits on devices, such as the message size, are defined where they are
enforced. ``docs/promises.md`` lists every promise with the places that state it, and
``tests/unit/project/test_promises.py`` fails for a place that differs. Migrations can't import these: a new number
needs a new migration, and the tests check that.
"""

from datetime import time, timedelta
from typing import Literal, get_args

COUNT_THRESHOLD = 15
"""Of readings whose number could betray people, fewer than this in a week are not told from none."""
HOUR_NOISE, DAY_NOISE = 12, 24
"""Standard deviations of the random number in a published hour or day of a counter, in passes."""
CELLS_PER_PASS = 2
"""The same pass may be in so many published numbers at one place; if it is in more, their noise is larger."""
SAME_PLACE_METRES = 25
"""Sensors within this distance are at one place."""
MAX_RAW_TERM = "P7D"
"""Retention of single values that tell of passers-by, at most (ISO 8601 duration, as are the next two)."""
MAX_TRUE_HOURS_TERM = "P13M"
"""Retention of true totals of hours, of what passes: at most."""
MAX_CELLS_TERM = "P5Y"
"""Retention of what is published of it, at most."""

SAMPLE_ONE_IN, SAMPLE_ONE_IN_ADJOINING = 4, 5
"""A secret random one in so many vehicles counts for a travel time; fewer on a segment that adjoins another one."""
MIN_SAMPLED_VEHICLES = 8
"""The minimum number of these, of one class, for a travel-time window to be stored, whatever the entry says."""
MIN_SAMPLED_FOR_P85 = 20
"""From so many on, the time within which 85 of each 100 arrived is stored too."""
TRAVEL_TIME_ROUNDING_SECONDS = 5
"""Stored travel times are rounded to the nearest multiple of this."""
TravelTimeWindow = Literal["PT15M", "PT1H"]
TRAVEL_TIME_WINDOWS: tuple[TravelTimeWindow, ...] = get_args(TravelTimeWindow)
"""The allowed aggregation windows for travel times (ISO 8601 durations)."""
MAX_TRAVEL_TIME = timedelta(minutes=30)
"""Longer trips are not measured, and no trace of a vehicle is kept in memory for longer."""
KEY_EPOCH = timedelta(minutes=60)
"""Lifetime of a key for vehicle tokens."""

MIN_GROUP_SENSORS = 8
"""The minimum number of lamps for staff dashboards to sum a group, for instance its energy."""
MIN_MOVEMENT_LAMPS = 12
"""The minimum number of lamps in the register for their movements to be counted as a group."""
MIN_MOVEMENT_SPACING = timedelta(seconds=30)
"""Of movements at one lamp that are closer together than this, one is counted; in most groups the time is longer."""
MAX_WALK_PASSES = 160
"""Passes of lamps within one window that are hidden: an hour's walk with a lamp every 30 metres."""
MAX_MOVEMENT_SHIFT = 0.25
"""How far such a walk shifts the published numbers at most, in standard deviations of their noise."""
MIN_COUNT_WINDOW = timedelta(hours=1)
"""The shortest window over which movements are counted."""
NIGHT_START, DAY_START = time(23), time(6)
"""Amsterdam time. Movements during the night between them are one count."""
MOVEMENT_WEEKS, WEEKEND_MOVEMENT_WEEKS = 4, 12
"""Movement is public as the mean of this many weeks: the first for working days and nights, the second for weekends."""
MOVEMENT_PUBLICATION_TIME = time(12)
"""Amsterdam time, on the Monday after those weeks."""

LEDGER_TERM = "P5Y"
"""Retention of the ledger, its daily totals and the books of windows (ISO 8601 duration, as are the next three)."""
QUARANTINE_TERM = "P14D"
"""Retention of the origin and reason of a rejected message."""
EVENT_REFUSAL_TERM = "P1Y"
"""Retention of how many events were refused each day, by kind of sensor and with noise."""
HEARTBEAT_TERM = "P31D"
"""Retention of ingest's heartbeats, one per minute."""
RETENTION_INTERVAL = timedelta(minutes=15)
"""Interval at which expired data is deleted and retention is checked, so data may exceed its term by this much."""
MAX_CHECK_AGE = timedelta(hours=1)
"""An older retention check is no longer meaningful."""
MAX_CHUNK = timedelta(days=7)
"""Where values are deleted by chunk, a value waits for the rest of its chunk: at most this long, …"""
CHUNKS_PER_TERM = 24
"""… and at most this fraction of its term (1/24)."""

ANSWER_WITHIN_WORKING_DAYS = 10
"""Deadline for answering a resident's question or report."""
ADDRESS_TERM, MAX_ADDRESS_TERM = "P30D", "P1Y"
"""Retention of a resident's e-mail address: after the answer, and at most after the report."""
TEXT_TERM, MAX_TEXT_TERM = "P1Y", "P2Y"
"""Retention of a resident's text, likewise."""
UNSENT_MAIL_TERM = "P7D"
"""Undeliverable mail is retried for this long."""
SPOOLED_MAIL_TERM = "P30D"
"""Retention of mail files where no mail server is configured."""
STAFF_LOG_TERM = "P2Y"
"""Retention of who did what: as long as the desk's reasons, which it repeats."""
