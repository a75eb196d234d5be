"""Each promise in numbers is defined once, and every place that states it says the same."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from api.search.queries import CELL_SIZE_DEGREES
from docs.generators.promise_statements import STATEMENTS, Statement
from docs.generators.promises import PAGE_PATH, PROMISES, render_page
from sensors.policy import promises
from sensors.register.entry import MatchInMemory, WindowCount
from sensors.register.location import snap_to_cell
from sensors.vocabulary.codes import Precision, label_of
from sensors.vocabulary.durations import describe_duration, parse_duration

ROOT = Path(__file__).parents[3]
LATITUDE_DEGREE_METRES = 111_320
_BETWEEN_LINES = re.compile(r'"\s*\n\s*(?:#\s*)?f?"|\s*\n(?:\s*#)?\s*')
"""Where a sentence goes on: between two literals of Python or of a catalogue, or on the next line."""


def text_of(path: str) -> str:
    """A file as one line, as is said."""
    text = (ROOT / path).read_text(encoding="utf-8")
    return re.sub(r" +", " ", _BETWEEN_LINES.sub(lambda gap: "" if '"' in gap[0] else " ", text))


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda each: f"{each[0][0]}-{each[1]}")
def test_what_is_stated_is_what_is_promised(statement: Statement) -> None:
    _, path, sentence = statement
    how = "; write a migration that says so, then run make schema" if path == "sensors/db/schema.sql" else ""
    assert sentence in text_of(path), f"{path} should say: {sentence}{how}"


def test_the_page_lists_every_promise() -> None:
    assert PAGE_PATH.read_text(encoding="utf-8") == render_page(), "run: python -m docs.generators.promises"


def test_every_number_of_the_promises_is_on_the_page() -> None:
    listed = {each.name for each in PROMISES if each.module == promises.__name__}
    assert listed == {name for name in vars(promises) if name.isupper()}
    assert {name for names, _, _ in STATEMENTS for name in names} <= {each.name for each in PROMISES}


def test_entries_start_from_what_is_promised() -> None:
    windows = get_args(WindowCount.model_fields["window"].annotation)
    assert min(map(parse_duration, windows)) == promises.MIN_COUNT_WINDOW
    assert MatchInMemory.model_fields["minimum"].default == promises.MIN_SAMPLED_VEHICLES
    assert MatchInMemory.model_fields["window"].default in promises.TRAVEL_TIME_WINDOWS
    assert WindowCount.model_fields["minimum_sensors"].default == promises.MIN_MOVEMENT_LAMPS


@pytest.mark.parametrize(("precision", "metres"), [(Precision.CELL_100M, 100), (Precision.CELL_1KM, 1000)])
def test_a_cell_is_as_large_as_it_is_said_to_be(precision: Precision, metres: int) -> None:
    ring = snap_to_cell({"type": "Point", "coordinates": [5.66, 51.48]}, precision)["coordinates"][0]
    wide, high = ring[2][0] - ring[0][0], ring[2][1] - ring[0][1]
    assert high * LATITUDE_DEGREE_METRES == pytest.approx(metres, rel=0.01)
    if precision is Precision.CELL_1KM:
        assert (wide, high) == pytest.approx(CELL_SIZE_DEGREES)
    size, unit = (metres, "meter") if metres < 1000 else (metres // 1000, "kilometer")
    said = f"vak van ongeveer {size} bij {size} {unit}"
    assert said in label_of(precision).nl
    assert metres > 100 or said in text_of("api/content/about.html")


COPIES: Mapping[str, tuple[str, ...]] = {
    "dashboards/effect.sql": ("compared.places - 1, 15)",),
    "dashboards/panels/platform.sql": ("limit 15;", "now(), 'UTC') - interval '7 days'"),
    "dashboards/panels/movement.sql": ("    interval '1 week'\n",),
    "api/statistics.sql": ("12, 13, 14\n",),
    "api/sensor/sensor.html": ('_("7 dagen")',),
}
"""What looks like a promise and is none: the rows of a table, columns, what is shown at a time, shares in a hundred."""
TERMS = [value for name, value in vars(promises).items() if name.endswith("_TERM") and isinstance(value, str)]
LENGTHS = {parse_duration(each) for each in TERMS if each[-1] in "DW"} | {promises.RETENTION_INTERVAL}
_INTERVAL = re.compile(r"interval '(\d+) (minute|hour|day|week)s?'")


def stray_numbers_of_sql(text: str) -> Iterator[str]:
    """The threshold, a small number that is compared with, and terms."""
    for number in (promises.COUNT_THRESHOLD, promises.COUNT_THRESHOLD - 1):
        yield from re.findall(rf"\b{number}\b", text)
    small = (promises.MIN_SAMPLED_VEHICLES, promises.MIN_GROUP_SENSORS, promises.ANSWER_WITHIN_WORKING_DAYS)
    for number in small:
        yield from re.findall(rf"[<>]=? *{number}\b", text)
    for term in set(TERMS):
        yield from re.findall(rf"'{term}'|interval '{describe_duration(term).en}'", text)
    for amount, unit in _INTERVAL.findall(text):
        if timedelta(**{f"{unit}s": int(amount)}) in LENGTHS:
            yield f"interval '{amount} {unit}s'"


def stray_numbers_of_template(text: str) -> Iterator[str]:
    """The threshold, and terms in Dutch, in what people read: not in shapes, addresses or code."""
    said = " ".join(re.findall(r'_\("[^"]*"|\{% trans.*?endtrans|>[^<>{}]+<', text, re.DOTALL))
    yield from re.findall(rf"\b{promises.COUNT_THRESHOLD}\b", said)
    yield from re.findall(rf"\b{promises.ANSWER_WITHIN_WORKING_DAYS} werkdagen", said)
    for term in set(TERMS):
        yield from re.findall(rf"\b{describe_duration(term).nl}\b", said)


def sources(suffix: str) -> list[str]:
    found = (path for folder in ("api", "dashboards", "ingest") for path in (ROOT / folder).rglob(f"*{suffix}"))
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


@pytest.mark.parametrize("path", [*sources(".sql"), *sources(".html")])
def test_no_promise_is_written_out_anew(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    for copy in COPIES.get(path, ()):
        assert copy in text
        text = text.replace(copy, "")
    find = stray_numbers_of_sql if path.endswith(".sql") else stray_numbers_of_template
    assert not list(find(text)), "use a parameter, a placeholder or {{ promises.… }}"


def test_what_is_written_out_anew_is_found() -> None:
    assert list(stray_numbers_of_sql(f"where travel.n >= {promises.COUNT_THRESHOLD}"))
    assert list(stray_numbers_of_sql(f"having count(*) >= {promises.MIN_GROUP_SENSORS}"))
    assert list(stray_numbers_of_sql(f"select '{promises.QUARANTINE_TERM}'"))
    assert list(stray_numbers_of_sql("now() - interval '15 minutes'"))
    assert list(stray_numbers_of_template(f'<p>{{{{ _("onder de {promises.COUNT_THRESHOLD}") }}}}</p>'))
    assert list(stray_numbers_of_template(f"<p>na {describe_duration(promises.ADDRESS_TERM).nl}</p>"))
    assert not list(stray_numbers_of_template(f'<path d="M{promises.COUNT_THRESHOLD} 3z"/>'))
