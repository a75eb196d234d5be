"""``docs/promises.md``, from the program: ``python -m docs.generators.promises`` writes it anew.

A promise is a name in a module. What uses that name follows by itself; prose, configuration and migrations can't, and
``STATEMENTS`` holds what they say. A test looks for each of those sentences in its file.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path

from docs.generators.promise_statements import STATEMENTS
from sensors.policy.promises import TRAVEL_TIME_WINDOWS
from sensors.vocabulary.durations import describe_duration

ROOT = Path(__file__).parents[2]
PAGE_PATH = ROOT / "docs" / "promises.md"
TABLE_START = "<!-- From here written by `python -m docs.generators.promises`. -->\n"
TABLE_END = "<!-- To here. -->\n"
CODE_FOLDERS = ("api", "dashboards", "ingest", "sensors", "simulators")
PROMISES_MODULE = "sensors.policy.promises"


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise in numbers: the name that defines it, in which module, and in a few words what it says."""

    name: str
    meaning: str
    module: str = PROMISES_MODULE
    show: Callable[[object], str] = str

    @property
    def value(self) -> str:
        """The number as it is now, with its unit."""
        return self.show(getattr(import_module(self.module), self.name))


def _length(value: object) -> str:
    """A length of time: a timedelta, or an ISO 8601 duration."""
    if not isinstance(value, timedelta):
        return describe_duration(str(value)).en
    if value >= timedelta(days=1):
        return describe_duration(f"P{value.days}D").en
    return describe_duration(f"PT{value // timedelta(minutes=1)}M").en


def _windows(_: object) -> str:
    return ", ".join(describe_duration(each).en for each in TRAVEL_TIME_WINDOWS)


def _amount(value: object) -> str:
    return f"{value:,}"


def _seconds_of(value: object) -> str:
    return f"{value // timedelta(seconds=1)} seconds" if isinstance(value, timedelta) else str(value)


def _seconds(value: object) -> str:
    return _length(timedelta(seconds=int(str(value))))


PROMISES: tuple[Promise, ...] = (
    Promise("COUNT_THRESHOLD", "readings in a week, of what could betray people: fewer are not told from none"),
    Promise("HOUR_NOISE", "noise in a published hour of a counter, in passes"),
    Promise("DAY_NOISE", "and in a day"),
    Promise("CELLS_PER_PASS", "published numbers that hold the same pass, before the noise grows"),
    Promise("SAME_PLACE_METRES", "metres between sensors at one place, at most"),
    Promise("MAX_RAW_TERM", "single values that tell of passers-by, at most", show=_length),
    Promise("MAX_TRUE_HOURS_TERM", "true totals of hours, of what passes, at most", show=_length),
    Promise("MAX_CELLS_TERM", "what is published of it, at most", show=_length),
    Promise("SAMPLE_ONE_IN", "one in so many vehicles counts for travel times"),
    Promise("SAMPLE_ONE_IN_ADJOINING", "and where one drive can add to two segments"),
    Promise("MIN_SAMPLED_VEHICLES", "of these in a window of travel times, at least"),
    Promise("MIN_SAMPLED_FOR_P85", "of these for the 85th percentile, at least"),
    Promise("TRAVEL_TIME_ROUNDING_SECONDS", "travel times are rounded to this, in seconds"),
    Promise("TRAVEL_TIME_WINDOWS", "windows of travel times", show=_windows),
    Promise("MAX_TRAVEL_TIME", "a vehicle is remembered for, at most", show=_length),
    Promise("KEY_EPOCH", "a key of vehicles is used for", show=_length),
    Promise("MIN_GROUP_SENSORS", "lamps that staff see together, at least"),
    Promise("MIN_MOVEMENT_LAMPS", "lamps in a group that counts movement, at least"),
    Promise("MIN_MOVEMENT_SPACING", "a lamp counts one movement in, at least", show=_seconds_of),
    Promise("MAX_WALK_PASSES", "lamps passed in one window that are hidden"),
    Promise("MAX_MOVEMENT_SHIFT", "how far they shift the numbers, in standard deviations, at most"),
    Promise("MIN_COUNT_WINDOW", "movements are taken together over, at least", show=_length),
    Promise("NIGHT_START", "the night, one count, begins"),
    Promise("DAY_START", "and ends"),
    Promise("MOVEMENT_WEEKS", "weeks in a mean of movement"),
    Promise("WEEKEND_MOVEMENT_WEEKS", "weeks in that of weekends"),
    Promise("MOVEMENT_PUBLICATION_TIME", "it is published on the Monday after, at"),
    Promise("LEDGER_TERM", "ledger", show=_length),
    Promise("QUARANTINE_TERM", "quarantine", show=_length),
    Promise("EVENT_REFUSAL_TERM", "refused events, by kind and day, with noise", show=_length),
    Promise("HEARTBEAT_TERM", "how ingest was doing", show=_length),
    Promise("RETENTION_INTERVAL", "deleted and checked every", show=_length),
    Promise("MAX_CHECK_AGE", "a check counts for", show=_length),
    Promise("MAX_CHUNK", "a value waits for its chunk, at most", show=_length),
    Promise("CHUNKS_PER_TERM", "and at most for this part of its term"),
    Promise("ANSWER_WITHIN_WORKING_DAYS", "working days for an answer"),
    Promise("ADDRESS_TERM", "e-mail address, after the answer", show=_length),
    Promise("MAX_ADDRESS_TERM", "e-mail address, after the report", show=_length),
    Promise("TEXT_TERM", "words of a resident, after the answer", show=_length),
    Promise("MAX_TEXT_TERM", "words of a resident, after the report", show=_length),
    Promise("UNSENT_MAIL_TERM", "mail that can't be sent", show=_length),
    Promise("SPOOLED_MAIL_TERM", "mail as files", show=_length),
    Promise("STAFF_LOG_TERM", "who did what", show=_length),
    Promise("WINDOW_GRACE_PERIOD", "a window waits for late messages", "ingest.events.windows", _length),
    Promise("CLOCK_SKEW_TOLERANCE", "a device's clock may be ahead", "ingest.events.windows", _length),
    Promise("MAX_REORDERING", "an arrival may be told before its departure", "ingest.events.travel_time", _length),
    Promise("MAX_PAYLOAD_BYTES", "octets in a message, at most", "ingest.pipeline", _amount),
    Promise("MAX_PACKET_BYTES", "octets in a packet, before the broker disconnects", "ingest.mqtt.framing", _amount),
    Promise("MAX_OVERRATE", "times the declared number of readings, at most", "ingest.flow_control.rate_limits"),
    Promise(
        "MAX_FRUITLESS_READINGS", "useless readings an hour from a sensor", "ingest.flow_control.rate_limits", _amount
    ),
    Promise("MAX_ARRIVING_READINGS", "readings an hour from a sensor", "ingest.flow_control.rate_limits", _amount),
    Promise("MAX_READINGS", "readings in a message, at most", "sensors.formats.model", _amount),
    Promise("SESSION_EXPIRY_SECONDS", "the broker keeps what ingest missed", "ingest.mqtt.session", _seconds),
    Promise("MAX_PER_NETWORK", "reports an hour from one network", "api.reports.forms"),
    Promise("MAX_TOTAL", "reports an hour in all", "api.reports.forms"),
    Promise("CELL_SIZE_DEGREES", "a cell of 1 km, in degrees", "api.search.queries"),
)


def render_page() -> str:
    """What the page should be: its own words as they are, and the table between the marks."""
    before, _, rest = PAGE_PATH.read_text(encoding="utf-8").partition(TABLE_START)
    return before + TABLE_START + "\n".join(_rows()) + "\n" + TABLE_END + rest.partition(TABLE_END)[2]


def _rows() -> Iterator[str]:
    sources = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in _source_files()}
    yield "\n| promise | now | defined | follows by itself in | states it, checked by a test |\n|---|---|---|---|---|"
    for each in PROMISES:
        home = each.module.replace(".", "/") + ".py"
        uses = re.compile(rf"import (\([^)]*|[^\n(]*)\b{each.name}\b|promises\.{each.name}\b")
        follow = sorted({path.partition("/")[0] for path, text in sources.items() if uses.search(text)})
        stated = sorted({path for names, path, _ in STATEMENTS if each.name in names})
        columns = (each.meaning, each.value, f"`{home}`: `{each.name}`", _list(follow), _list(stated))
        yield f"| {' | '.join(columns)} |"


def _source_files() -> Iterator[Path]:
    for folder in CODE_FOLDERS:
        yield from (path for path in sorted((ROOT / folder).rglob("*")) if path.suffix in {".py", ".html"})


def _list(paths: list[str]) -> str:
    return ", ".join(f"`{path}`" for path in paths)


if __name__ == "__main__":
    PAGE_PATH.write_text(render_page(), encoding="utf-8")
