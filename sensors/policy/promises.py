"""What the city promises in numbers. Each number stands here once; what states it elsewhere follows or is tested.

Promises to residents are here; what we ask of devices, such as the size of a message, stands in the slice that asks.
``docs/promises.md`` lists all of them with the places that state them, and ``tests/unit/project/test_promises.py``
fails for a place that says otherwise. Migrations can't follow: a new number needs a new one, and the tests say so.
"""

from datetime import time, timedelta
from typing import Literal, get_args

COUNT_THRESHOLD = 15
"""A count of people or vehicles below this is not published, zero included."""
COUNT_ROUNDING = 5
"""Other counts are published to the nearest multiple of this."""

MIN_TRIPS = 5
"""Vehicles of one class that a window of travel times must hold to be stored, whatever the register entry says."""
TravelTimeWindow = Literal["PT5M", "PT15M"]
TRAVEL_TIME_WINDOWS: tuple[TravelTimeWindow, ...] = get_args(TravelTimeWindow)
"""The windows over which travel times may be taken together (ISO 8601 durations)."""
MAX_TRAVEL_TIME = timedelta(minutes=30)
"""A longer trip is not measured, and no trace of a vehicle is remembered for longer."""
KEY_EPOCH = timedelta(minutes=60)
"""How long one key makes the codes of vehicles."""

MIN_GROUP_SENSORS = 8
"""Lamps that must be heard in a window of a group, and of which dashboards for staff add up: nothing of fewer."""
MIN_COUNT_WINDOW = timedelta(hours=1)
"""The shortest time over which movements are taken together."""
NIGHT_START, DAY_START = time(23), time(6)
"""On the clock of Amsterdam: movements of the night between them are one count."""

LEDGER_TERM = "P5Y"
"""How long the ledger is kept, and its days (ISO 8601 duration, as the next two)."""
QUARANTINE_TERM = "P14D"
"""How long it is kept where a refused message came from, and why it was refused."""
HEARTBEAT_TERM = "P31D"
"""How long it is kept, by the minute, how ingest was doing."""
RETENTION_INTERVAL = timedelta(minutes=15)
"""What is past its term is deleted and checked this often, so it may be this much older."""
MAX_CHECK_AGE = timedelta(hours=1)
"""A check of the terms that is older than this tells nothing any more."""
MAX_CHUNK = timedelta(days=7)
"""Where values are deleted by the chunk, one waits for the rest of its chunk: at most this long, …"""
CHUNKS_PER_TERM = 24
"""… and at most for this part of its term."""

ANSWER_WITHIN_WORKING_DAYS = 10
"""A resident who asks or reports something has an answer by then."""
ADDRESS_TERM, MAX_ADDRESS_TERM = "P30D", "P1Y"
"""How long the e-mail address of a resident is kept: after the answer, and after the report at most."""
TEXT_TERM, MAX_TEXT_TERM = "P1Y", "P2Y"
"""How long the words of a resident are kept, likewise."""
UNSENT_MAIL_TERM = "P7D"
"""Mail that can't be sent is tried for so long."""
SPOOLED_MAIL_TERM = "P30D"
"""How long mail is kept as a file, where there is no mail server."""
