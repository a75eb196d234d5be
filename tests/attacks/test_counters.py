"""Did this person pass the counter, out and home, in this hour? Guessed from all that is ever public of its counts.

The attacker knows how many others passed, knows this program, and keeps every number that was ever published. As a
measure: how often the attacker is right, in hours with the person and in hours without (balanced accuracy; 0.5 is
tossing a coin). The numbers come from the program itself and its database.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from math import erf, sqrt
from random import Random
from statistics import fmean
from typing import Any

import psycopg
import pytest

from ingest.cells.count_cells import publish_counts
from ingest.events.passers_by import EventCounter, PassCounter
from ingest.events.windows import WINDOW_GRACE_PERIOD
from ingest.lifecycle.restore import raise_public_floor
from ingest.noise import add_noise
from sensors.db import Database
from sensors.formats.model import PassersBy
from sensors.register.entry import Entry
from sensors.register.repository import publish
from tests.db.ingest.test_count_cells import MONDAY, THURSDAY_NOON, change, counter, pass_by, silent_counter
from tests.support.sample_data import DAY, HOUR, publish_documents

OTHERS = (0, 1, 5, 20, 50, 100, 500)
OUT_AND_HOME = 2
HOURS = 24 * 28
ROUNDS = 3000
Told = Mapping[datetime, Sequence[float]]
"""What an attacker has of each hour: one number for each cell that counted it."""


def right_guesses(told: Callable[[bool], float], rounds: int, others: int) -> float:
    """How often the attacker is right who picks the nearer of the two counts that he knows are possible."""
    rng, right = Random(3), {True: [0, 0], False: [0, 0]}
    for _ in range(rounds):
        is_out = rng.random() < 0.5
        number, middle = told(is_out), others + OUT_AND_HOME / 2
        guess = number > middle if number != middle else rng.random() < 0.5
        right[is_out][0] += guess is is_out
        right[is_out][1] += 1
    return fmean(hits / played for hits, played in right.values())


def most_possible(shift: float) -> float:
    """The most that anyone can reach, of a shift in standard deviations of the noise."""
    return (1 + erf(shift / 2 / sqrt(2))) / 2


def as_before(count: int) -> float:
    """The rule that this replaces: nothing below 15, else to the nearest 5."""
    return round(count / 5) * 5 if count >= 15 else 0


@pytest.mark.parametrize("others", OTHERS)
def test_whoever_knows_all_others_hardly_does_better_than_tossing_a_coin(others: int) -> None:
    found = right_guesses(lambda is_out: add_noise(others + OUT_AND_HOME * is_out, 12), ROUNDS, others)
    assert most_possible(OUT_AND_HOME / 12) < 0.534
    assert found < 0.534 + 4 * 0.5 / sqrt(ROUNDS)


def test_before_the_attacker_was_certain_where_a_count_crossed_an_edge() -> None:
    """13 others: with the person there is a number. It was so at two in every five counts."""
    assert [others for others in range(13, 23) if as_before(others) != as_before(others + OUT_AND_HOME)]
    shown = [as_before(13 + OUT_AND_HOME * is_out) > 0 for is_out in (False, True)]
    assert shown == [False, True]


def test_without_noise_the_attack_succeeds() -> None:
    assert right_guesses(lambda is_out: add_noise(7 + OUT_AND_HOME * is_out, 0), 500, 7) == 1


@pytest.mark.parametrize("others", [0, 5])
def test_one_walker_more_or_less_is_not_told_where_each_is_reported(others: int) -> None:
    """By a counter that sends a message for each: through what adds them up in memory, to the public cell."""
    rounds = 1500

    def told(is_out: bool) -> float:
        counter, passed = PassCounter(), PassersBy(MONDAY, "count_pedestrian", 1)
        counter.set_counters([EventCounter(1, 1, "count_pedestrian", 12, has_night=False)], MONDAY, MONDAY)
        for _ in range(others + OUT_AND_HOME * is_out):
            assert counter.add(1, passed, MONDAY) is None
        (cell,) = counter.close_finished(MONDAY + HOUR + WINDOW_GRACE_PERIOD)
        assert cell.count is not None
        return cell.count

    assert right_guesses(told, rounds, others) < 0.534 + 4 * 0.5 / sqrt(rounds)


def play(db: Database, references: Sequence[str], others: int) -> dict[datetime, bool]:
    """Four weeks of hours, in half of which the person passed; ``references`` see the same."""
    rng = Random(5)
    out = {MONDAY + number * HOUR: rng.random() < 0.5 for number in range(HOURS)}
    for reference in references:
        pass_by(db, MONDAY, *(others + OUT_AND_HOME * is_out for is_out in out.values()), reference=reference)
    return out


def published(db: Database, *properties: str) -> dict[datetime, list[float]]:
    told: dict[datetime, list[float]] = {}
    for row in db.execute(
        "select hour, value from open.hour where value is not null and property = any(%(properties)s) order by hour",
        {"properties": list(properties or ("count_car",))},
    ).fetchall():
        told.setdefault(row["hour"], []).append(row["value"])
    return told


def guessed_right(told: Told, out: Mapping[datetime, bool], others: int) -> float:
    """The same attacker, with the mean of all that was told of each hour."""
    hits: dict[bool, list[bool]] = {True: [], False: []}
    for hour, is_out in out.items():
        if hour in told:
            hits[is_out].append((fmean(told[hour]) > others + OUT_AND_HOME / 2) is is_out)
    return fmean(map(fmean, hits.values()))


def test_two_entries_on_one_spot_do_not_give_each_other_away(server_database: Database) -> None:
    db = server_database
    publish_documents(db, counter(), counter(reference="verkeer-2"))
    out = play(db, ("verkeer-1", "verkeer-2"), others=30)
    publish_counts(db, MONDAY + 28 * DAY + 2 * HOUR)
    told = published(db)
    assert all(len(numbers) == 2 for numbers in told.values())
    assert most_possible(sqrt(2) * OUT_AND_HOME / 12) < 0.55
    assert guessed_right(told, out, 30) < 0.55 + 4 * 0.5 / sqrt(HOURS)


def test_a_total_beside_its_classes_does_not_give_them_away(server_database: Database) -> None:
    """Nor does a third number of the same car, of a counter beside it that tells no classes."""
    db = server_database
    beside, total = counter(), counter("count_motor_vehicle", reference="verkeer-2")
    beside["datastreams"] += [
        counter(code)["datastreams"][0] for code in ("count_motor_vehicle", "count_bus", "count_bicycle")
    ]
    publish_documents(db, beside, total)
    out = play(db, ("verkeer-1", "verkeer-2"), others=8)
    publish_counts(db, MONDAY + 28 * DAY + 2 * HOUR)
    noise = db.execute(
        "select distinct stream.property, cell.noise from lantaarn.public_cell as cell "
        "inner join lantaarn.datastream as stream on stream.id = cell.datastream_id order by stream.property"
    ).fetchall()
    one_class, three = 12, pytest.approx(12 * sqrt(3 / 2))
    assert [tuple(each.values()) for each in noise] == [
        ("count_bicycle", one_class),
        ("count_bus", three),
        ("count_car", three),
        ("count_motor_vehicle", three),
    ]
    told = published(db, "count_car", "count_motor_vehicle")
    assert all(len(numbers) == 3 for numbers in told.values())
    assert most_possible(sqrt(3) * OUT_AND_HOME / (12 * sqrt(3 / 2))) < 0.55
    assert guessed_right(told, out, 8) < 0.55 + 4 * 0.5 / sqrt(HOURS)


def test_no_change_of_the_entry_and_no_restoration_gives_a_second_number(server_database: Database) -> None:
    """By the hour, by the day and back, restored from a backup of before: each pass is in one cell at most."""
    db = server_database
    publish_documents(db, counter())
    out = play(db, ("verkeer-1",), others=3)
    publish_counts(db, MONDAY + 10 * DAY)
    first = published(db)
    for document in (counter(public="day"), counter()):
        change(db, document)
        publish_counts(db, MONDAY + 14 * DAY)
    db.execute("delete from lantaarn.public_cell where start >= %(lost)s", {"lost": MONDAY + 9 * DAY})
    raise_public_floor(db, MONDAY + 14 * DAY)
    publish_counts(db, MONDAY + 14 * DAY)
    publish_counts(db, MONDAY + 28 * DAY + 2 * HOUR)
    again = published(db)
    assert {hour: numbers for hour, numbers in again.items() if hour in first} == {
        hour: numbers for hour, numbers in first.items() if hour < MONDAY + 9 * DAY
    }
    assert min(hour for hour in again if hour not in first) >= MONDAY + 14 * DAY
    assert guessed_right(again, out, 3) < 0.534 + 4 * 0.5 / sqrt(len(again))


def test_who_passes_late_is_not_told_by_a_difference(server_database: Database) -> None:
    db = server_database
    publish_documents(db, counter())
    pass_by(db, MONDAY, *[10] * HOURS)
    publish_counts(db, MONDAY + 28 * DAY + 2 * HOUR)
    before = published(db)
    pass_by(db, MONDAY + 25 * DAY, OUT_AND_HOME, intervals=0)
    publish_counts(db, MONDAY + 36 * DAY - timedelta(minutes=1))
    after = published(db)
    assert {hour: numbers for hour, numbers in after.items() if hour in before} == before
    rows = db.execute("select value, noise from lantaarn.public_cell where period = 'late'").fetchall()
    assert len(rows) == 48
    assert {row["noise"] for row in rows} == {12}
    # Nearly all of them are of slots in which nothing came, and none is nought but by chance.
    assert sum(row["value"] != 0 for row in rows) > 40


def rows_of_a_silent_counter(db: Database, *passes: datetime) -> Sequence[dict[str, Any]]:
    """All rows of public cells over two weeks, in a world in which there were these passes. Then it never was."""
    rows: Sequence[dict[str, Any]] = ()
    with suppress(psycopg.Rollback), db.transaction():
        publish_documents(db, silent_counter(), valid_from=MONDAY + timedelta(minutes=90))
        since = MONDAY
        for until in (THURSDAY_NOON, MONDAY + 7 * DAY, MONDAY + 12 * DAY):
            for each in passes:
                if since <= each < until:
                    pass_by(db, each, 1, intervals=1)
            publish_counts(db, until)
            # Sums may be gone sooner than someone passes again.
            db.execute("delete from lantaarn.rollup_hour where hour < %(at)s", {"at": until - 2 * DAY})
            since = until
        rows = db.execute(
            "select period, start, value is null as is_missing, filled from lantaarn.public_cell order by start, period"
        ).fetchall()
        raise psycopg.Rollback
    return rows


def test_no_row_tells_in_which_hour_someone_passed_a_silent_counter(server_database: Database) -> None:
    """Neither the first one ever, nor the first after days of which no sum is left."""
    nobody = rows_of_a_silent_counter(server_database)
    hours = [row for row in nobody if row["period"] == "hour"]
    assert hours[0]["start"] == MONDAY + 2 * HOUR
    assert not any(row["is_missing"] for row in hours)
    assert len(hours) > 9 * 24
    for passes in ([MONDAY + 9 * HOUR, MONDAY + 8 * DAY + 11 * HOUR], [MONDAY + 30 * HOUR]):
        assert rows_of_a_silent_counter(server_database, *passes) == nobody


def late_rows(db: Database, *late: datetime) -> Sequence[dict[str, Any]]:
    """What is told of four weeks, of which ingest was away from 12:00 to 13:00 on the first Tuesday."""
    rows: Sequence[dict[str, Any]] = ()
    tuesday_noon = MONDAY + DAY + 10 * HOUR
    with suppress(psycopg.Rollback), db.transaction():
        publish_documents(db, silent_counter(), valid_from=MONDAY - 3 * HOUR)
        db.execute(
            "insert into lantaarn.pulse (minute, workers, batches, messages) "
            "select minute, 1, 0, 0 from generate_series(%(start)s::timestamptz - interval '1 day', "
            "%(start)s::timestamptz + interval '5 days', '1 minute') as minute "
            "where minute not between %(noon)s and %(noon)s + interval '59 minutes'",
            {"start": MONDAY, "noon": tuesday_noon},
        )
        publish_counts(db, MONDAY + 4 * DAY)
        for each in late:
            pass_by(db, each, 1, intervals=1)
        publish_counts(db, MONDAY + 31 * DAY)
        publish_counts(db, MONDAY + 36 * DAY)
        rows = db.execute(
            "select slot_start, days, cells, due from open.count_mean order by days, slot_start"
        ).fetchall()
        assert {"hour": tuesday_noon} in db.execute("select hour from open.hour where no_data").fetchall()
        raise psycopg.Rollback
    return rows


def test_of_how_many_hours_a_mean_is_does_not_tell_that_someone_passed_while_ingest_was_away(
    server_database: Database,
) -> None:
    nobody = late_rows(server_database)
    assert {row["cells"] == row["due"] for row in nobody} == {True}
    assert late_rows(server_database, MONDAY + DAY + 10 * HOUR) == nobody


def test_registering_a_device_again_gives_no_second_number_of_the_past(server_database: Database) -> None:
    """Nor does making another of its counts public, or the mean speed beside it."""
    db, again = server_database, MONDAY + timedelta(days=2, minutes=30)
    publish_documents(db, counter(), valid_from=MONDAY)
    play(db, ("verkeer-1",), others=30)
    publish_counts(db, again)
    publish_documents(db, counter(reference="verkeer-2"), valid_from=again)
    play(db, ("verkeer-2",), others=30)
    more = counter()
    more["datastreams"] += counter("count_motor_vehicle")["datastreams"]
    publish(db, Entry.model_validate(more), editor="test", reason="other", valid_from=again)
    play(db, ("verkeer-1",), others=30)
    publish_counts(db, again + 5 * DAY)
    told = published(db, "count_car", "count_motor_vehicle")
    assert {len(numbers) for hour, numbers in told.items() if hour < again} == {1}
    assert {len(numbers) for hour, numbers in told.items() if hour > again} == {3}


def cells_beside_cars(db: Database, *heard: int) -> Sequence[dict[str, Any]]:
    """What there is of motorcycles, sent only when one passed, in so many intervals of each hour; never of the cars."""
    rows: Sequence[dict[str, Any]] = ()
    both = counter()
    both["datastreams"] += counter("count_motorcycle")["datastreams"]
    with suppress(psycopg.Rollback), db.transaction():
        publish_documents(db, both, valid_from=MONDAY)
        # Of the third hour little was heard when it was due, and the rest came late.
        for start, intervals in ((0, 12), (1, 12), (2, 6)):
            pass_by(db, MONDAY + start * HOUR, 30, intervals=intervals, code="count_car")
        for number, intervals in enumerate(heard):
            if intervals:
                pass_by(db, MONDAY + number * HOUR, intervals, intervals=intervals, code="count_motorcycle")
        for at in (MONDAY + 4 * HOUR, THURSDAY_NOON):
            publish_counts(db, at)
            rows = [*rows, *db.execute(CELLS_OF_MOTORCYCLES).fetchall()]
        pass_by(db, MONDAY + 2 * HOUR, 30, intervals=6, code="count_car")
        publish_counts(db, MONDAY + 36 * DAY)
        rows = [*rows, *db.execute(CELLS_OF_MOTORCYCLES).fetchall()]
        raise psycopg.Rollback
    return rows


CELLS_OF_MOTORCYCLES = (
    "select cell.period, cell.start, cell.value is null as is_missing, cell.filled from lantaarn.public_cell as cell "
    "inner join lantaarn.datastream as stream on stream.id = cell.datastream_id "
    "where stream.property = 'count_motorcycle' order by cell.start, cell.period"
)


def test_a_class_that_is_left_out_when_nobody_passed_is_not_told_by_missing_data(server_database: Database) -> None:
    nobody = cells_beside_cars(server_database)
    assert [row["is_missing"] for row in nobody[:2]] == [False, False]
    assert cells_beside_cars(server_database, 0, 12, 0) == cells_beside_cars(server_database, 3, 9, 7) == nobody
