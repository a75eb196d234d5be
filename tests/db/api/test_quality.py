"""What the register tells of its own quality: each number is that of a list, and tells no more than is public."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString, cast

import psycopg
import pytest

from api.exceptions import NotFoundError
from api.quality.queries import EventRefusal, Measures, Quality, Scope, Windows, load_quality
from api.search import queries as search_queries
from api.search.filters import DEVIATIONS, Filters
from api.sensor.queries import Band
from ingest.lifecycle.verification import record_verification, verify_retention
from sensors.db import Database
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE
from tests.support.entries import Document, example_datastream, example_entry
from tests.support.sample_data import (
    DAY,
    HOUR,
    NOW,
    home_sensor_entry,
    insert_event_books,
    insert_hourly_total,
    insert_ledger_hour,
    publish_cells,
    publish_documents,
    traffic_counter_entry,
)

LAST_WEEK = NOW - timedelta(days=7)
"""In the week that is over, whatever day it is."""
EVERY_TEN_MINUTES = {"interval": "PT10M"}


def told(db: Database, scope: Scope = Scope()) -> Quality:  # noqa: B008 - frozen
    return load_quality(db, "helmond", scope, datetime.now(UTC))


def known_for_long(db: Database) -> None:
    db.execute("update lantaarn.finding set known_since = %(since)s", {"since": NOW - timedelta(days=30)})


def undeclared(db: Database, reference: str, fields: int) -> None:
    """Fields that the entry doesn't declare, in every hour that is booked."""
    db.execute(
        "update lantaarn.ledger set fields_dropped = %(fields)s "
        "where sensor_id = (select id from lantaarn.sensor where reference = %(reference)s)",
        {"fields": fields, "reference": reference},
    )


def city(db: Database) -> None:
    """A sensor for each deviation, in two neighbourhoods, of two organisations, of the open sort and of the other."""
    other = {"organisations": [{"role": "owner", "name": "Waterschap"}, {"role": "controller", "name": "Waterschap"}]}
    far = {"kind": "fixed", "geometry": {"type": "Point", "coordinates": [5.63, 51.47]}}
    publish_documents(
        db,
        example_entry(reference="fine"),
        example_entry(reference="silent"),
        example_entry(reference="silent-too", location=far, **other),
        example_entry(reference="refused", **other),
        example_entry(reference="undeclared", location=far),
        example_entry(reference="review", review_date="2024-01-01"),
        example_entry(reference="expired", active_until="2024-01-01"),
        example_entry(reference="gone", status="ended", active_until="2024-01-01", review_date="2024-01-01"),
        traffic_counter_entry(reference="crowd"),
        traffic_counter_entry(reference="quiet", **other),
        home_sensor_entry(),
    )
    known_for_long(db)
    for name in ("fine", "review", "expired", "bewoner-1"):
        insert_ledger_hour(db, name, NOW - HOUR, stored=100, refused={})
    insert_ledger_hour(db, "refused", NOW - HOUR, stored=100, refused={"in_future": 20, "sentinel": 5})
    insert_ledger_hour(db, "undeclared", NOW - HOUR, stored=100, refused={})
    undeclared(db, "undeclared", 3)
    insert_ledger_hour(db, "crowd", LAST_WEEK, stored=500, refused={"in_future": 120})
    undeclared(db, "crowd", 40)
    # What it does now is nobody's business.
    insert_ledger_hour(db, "crowd", NOW, stored=5, refused={"in_future": 9})
    db.execute(
        "insert into lantaarn.ledger_reason values (null, %(last)s, 'unregistered', 150),"
        " (null, %(last)s, 'malformed', 14), (null, %(now)s, 'unregistered', 5000)",
        {"last": LAST_WEEK, "now": NOW},
    )


def scopes(db: Database) -> list[Scope]:
    whole = told(db)
    areas = [group.code for group in whole.neighbourhoods if group.measures.sensors]
    names = [group.code for group in whole.organisations]
    assert len(areas) == 2
    assert names == ["Gemeente Helmond", "Inwoner", "Waterschap"]
    return [
        Scope(),
        *(Scope(neighbourhood=code) for code in areas),
        *(Scope(organisation=name) for name in names),
        *(
            Scope(code, name)
            for code in areas
            for name in names
            if search_queries.find_sensors(db, "helmond", listed(Scope(code, name))).matched
        ),
    ]


def listed(scope: Scope, deviating: str | None = None) -> Filters:
    return Filters(neighbourhood=scope.neighbourhood, organisation=scope.organisation, deviating=deviating)


def test_each_number_is_that_of_its_list(server_database: Database) -> None:
    db = server_database
    city(db)
    for scope in scopes(db):
        measures = told(db, scope).measures
        assert measures.sensors == search_queries.find_sensors(db, "helmond", listed(scope)).matched
        assert measures.deviating == search_queries.find_sensors(db, "helmond", listed(scope, "yes")).matched
        for code in DEVIATIONS:
            assert (
                measures.deviations[code] == search_queries.find_sensors(db, "helmond", listed(scope, code)).matched
            ), (
                scope,
                code,
            )
    expected = {"silent": 3, "invalid": 0, "undeclared": 2, "refused": 2, "expired": 1, "review_due": 1}
    assert told(db).measures.deviations == expected
    with pytest.raises(NotFoundError):
        told(db, Scope(neighbourhood="BU00000000"))
    with pytest.raises(NotFoundError):
        told(db, Scope(organisation="Niemand"))


def test_a_sensor_that_sends_no_zeros_is_not_silent_and_nothing_is_due_from_it(server_database: Database) -> None:
    db = server_database
    counts: dict[str, Any] = {**EVERY_TEN_MINUTES, "sends_zeros": False}
    publish_documents(
        db,
        example_entry(reference="silent", datastreams=[example_datastream("no2", **EVERY_TEN_MINUTES)]),
        example_entry(reference="quiet", datastreams=[example_datastream("no2", **counts)]),
        example_entry(
            reference="half",
            datastreams=[example_datastream("no2", **counts), example_datastream("temperature", **EVERY_TEN_MINUTES)],
        ),
        traffic_counter_entry(reference="crowd"),
        traffic_counter_entry(
            reference="small-crowd",
            datastreams=[
                example_datastream(
                    "count_car", "traffic", public="hour", privacy_rules=[{"rule": "public_threshold"}], **counts
                )
            ],
        ),
    )
    known_for_long(db)
    for refreshed in (False, True):
        if refreshed:
            db.execute("select lantaarn.refresh_quality()")
        rows = db.execute(
            "select reference from open.deviation inner join lantaarn.sensor on id = sensor_id order by reference"
        ).fetchall()
        assert [row["reference"] for row in rows] == ["crowd", "half", "silent"]
        assert told(db).measures.silent == 3
    assert told(db).measures.due == 144


def test_numbers_by_neighbourhood_and_by_organisation_are_those_of_their_own_page(server_database: Database) -> None:
    db = server_database
    city(db)
    whole = told(db)
    for group in whole.neighbourhoods:
        assert group.measures == told(db, Scope(neighbourhood=group.code)).measures
    for group in whole.organisations:
        assert group.measures == told(db, Scope(organisation=group.code)).measures
    assert sum(group.measures.sensors for group in whole.neighbourhoods) == whole.measures.sensors


def test_books_are_of_a_day_of_open_sensors_and_of_a_week_in_bands_of_others(server_database: Database) -> None:
    db = server_database
    city(db)
    whole = told(db)
    measures = whole.measures
    assert (measures.refused_day, measures.undeclared_day) == (25, 3)
    assert (measures.refused_week, measures.undeclared_week) == (100, 15)
    assert whole.refusals == (("in_future", 20), ("sentinel", 5))
    assert whole.unregistered == (("unregistered", Band(100, 1000)),)
    unregistered = db.execute("select reason, readings from open.unregistered_week").fetchall()
    assert unregistered == [{"reason": "unregistered", "readings": 100}]
    one = told(db, Scope(organisation="Waterschap"))
    assert (one.refusals, one.unregistered, one.promises) == (whole.refusals, (), ())


def test_conflicts_are_told_of_the_same_day_and_week(server_database: Database) -> None:
    db = server_database
    publish_documents(
        db,
        example_entry(reference="open"),
        traffic_counter_entry(reference="some"),
        traffic_counter_entry(reference="few"),
    )
    known_for_long(db)
    for reference, at, readings in (
        ("open", NOW - HOUR, 4),
        ("open", LAST_WEEK, 40),
        ("some", NOW - HOUR, 50),
        ("some", LAST_WEEK, 120),
        ("few", LAST_WEEK, 14),
    ):
        insert_ledger_hour(db, reference, at, stored=readings, refused={})
        conflicting(db, reference, at)
    for _ in range(2):
        measures = told(db).measures
        assert (measures.conflict_day, measures.conflict_week) == (4, 100)
        # They deviate in no other way for it.
        assert (measures.deviations["refused"], measures.deviations["undeclared"]) == (0, 0)
        db.execute("select lantaarn.refresh_quality()")


def conflicting(db: Database, reference: str, hour: datetime) -> None:
    """All that was stored in this hour was followed by another value."""
    db.execute(
        "update lantaarn.ledger set received = 2 * received, conflict = received where hour = %(hour)s "
        "and sensor_id = (select id from lantaarn.sensor where reference = %(reference)s)",
        {"reference": reference, "hour": hour},
    )


def test_who_could_betray_people_may_do_anything_today_and_nobody_sees_it(server_database: Database) -> None:
    db = server_database
    city(db)
    before = public(db)
    insert_ledger_hour(db, "quiet", NOW, stored=400, refused={"in_future": 300})
    db.execute(
        "update lantaarn.ledger set received = received + 7000, quarantined = quarantined + 7000, fields_dropped = 9 "
        "where hour >= %(now)s and sensor_id in (select sensor_id from lantaarn.finding where not live)",
        {"now": NOW},
    )
    db.execute(
        "update lantaarn.ledger_reason set readings = readings * 3 where hour >= %(now)s and sensor_id is null",
        {"now": NOW},
    )
    assert public(db) == before
    # Nor whether it was 120 or 180 last week, or 14 where nothing is told below 15.
    db.execute(
        "update lantaarn.ledger set received = received + 60, quarantined = quarantined + 60, fields_dropped = 60 "
        "where hour = %(hour)s and sensor_id in (select sensor_id from lantaarn.finding where not live)",
        {"hour": LAST_WEEK},
    )
    insert_ledger_hour(db, "quiet", LAST_WEEK, stored=0, refused={"in_future": 14})
    assert public(db) == before


def public(db: Database) -> tuple[Any, ...]:
    """All that is told of every scope, but for the time."""
    told_of = [told(db, scope) for scope in scopes(db)]
    return tuple((each.measures, each.questions, each.refusals, each.unregistered, each.promises) for each in told_of)


def test_what_was_due_and_what_came(server_database: Database) -> None:
    db = server_database
    streams = [example_datastream(code, **EVERY_TEN_MINUTES) for code in ("no2", "pm10")]
    publish_documents(
        db,
        example_entry(reference="half", datastreams=streams),
        example_entry(reference="too-much", datastreams=streams),
        example_entry(reference="unknown", datastreams=[*streams, example_datastream("pm2_5")]),
        traffic_counter_entry(reference="crowd", datastreams=[counting(**EVERY_TEN_MINUTES)]),
    )
    known_for_long(db)
    publish_documents(db, example_entry(reference="new", datastreams=streams))
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for hours in (0, 24, 25):
        insert_ledger_hour(db, "half", now - hours * HOUR, stored=144, refused={})
    insert_ledger_hour(db, "too-much", NOW - HOUR, stored=500, refused={})
    insert_ledger_hour(db, "unknown", NOW - HOUR, stored=500, refused={})
    insert_ledger_hour(db, "crowd", NOW - HOUR, stored=500, refused={})
    measures = told(db).measures
    assert (measures.measured, measures.due, measures.received) == (2, 2 * 288, 144 + 288)
    assert measures.received_share == 0.75
    # What is sent twice did not come twice.
    db.execute("update lantaarn.ledger set stored = 100, duplicate = 44 where stored = 144")
    assert told(db).measures.received == 100 + 288
    # Nor do parts of one value, or a value that met another.
    db.execute("update lantaarn.ledger set stored = 80, aggregated = 8, conflict = 12 where stored = 100")
    assert told(db).measures.received == 80 + 288


def counting(**changes: Any) -> Document:
    return example_datastream(
        "count_car", "traffic", public="hour", privacy_rules=[{"rule": "public_threshold"}], **changes
    )


def test_how_many_counts_were_published_as_too_few(server_database: Database) -> None:
    db = server_database
    publish_documents(db, traffic_counter_entry(), traffic_counter_entry(reference="verkeer-2"))
    for hours in range(30):
        insert_hourly_total(db, "verkeer-1", "count_car", NOW - hours * HOUR, 40 if hours % 3 else 7)
    publish_cells(db, NOW + timedelta(minutes=30))
    measures = told(db).measures
    assert (measures.cells, measures.few) == (24, 8)


def test_questions_that_entries_leave_open(server_database: Database) -> None:
    db = server_database
    publish_documents(
        db,
        example_entry(),
        traffic_counter_entry(),
        example_entry(reference="gone", status="ended", active_until="2024-01-01"),
    )
    found = {each.code: (each.answered, each.asked) for each in told(db).questions}
    assert found["which_law"] == found["whom_to_ask"] == (2, 2)
    assert found["who_decided"] == found["looked_at_again"] == (0, 2)
    assert found["how_often"] == (1, 2)
    assert "what_can_go_wrong" not in found
    decided = {"body": "De raad", "title": {"nl": "Besluit"}, "date": "2024-01-16"}
    publish_documents(
        db, example_entry(legal=example_entry()["legal"] | {"decision": decided}, review_date="2035-01-01")
    )
    found = {each.code: (each.answered, each.asked) for each in told(db).questions}
    assert found["who_decided"] == found["looked_at_again"] == (1, 2)
    measures = told(db).measures
    assert measures.asked == sum(asked for _, asked in found.values())
    assert measures.answered == sum(answered for answered, _ in found.values())


def refresh(db: Database) -> None:
    db.execute("select lantaarn.refresh_quality()")


def test_what_was_worked_out_beforehand_is_what_there_is(server_database: Database) -> None:
    db = server_database
    city(db)
    before = shown(db)
    refresh(db)
    assert shown(db) == before
    # It counts, and not what came in since; a minute later it counts no more.
    insert_ledger_hour(db, "silent", NOW, stored=1, refused={})
    assert shown(db) == before
    db.execute("update lantaarn.quality_made set made_at = now() - interval '61 seconds'")
    assert told(db).measures.silent == before["measures"].silent - 1
    refresh(db)
    assert told(db).measures.silent == before["measures"].silent - 1
    undeclared(db, "fine", 2)
    refresh(db)
    assert told(db).measures.undeclared == before["measures"].undeclared + 1


def test_a_change_of_the_register_is_not_waited_for(server_database: Database) -> None:
    db = server_database
    publish_documents(db, example_entry(review_date="2024-01-01"))
    refresh(db)
    assert told(db).measures.review_due == 1
    publish_documents(db, example_entry(review_date="2035-01-01"))
    assert told(db).measures.review_due == 0
    refresh(db)
    assert told(db).measures.review_due == 0


def shown(db: Database) -> Mapping[str, Any]:
    ids = [row["sensor_id"] for row in search_queries.find_sensors(db, "helmond", Filters()).sensors]
    return {"measures": told(db).measures, "deviations": search_queries.load_deviations(db, ids)}


def test_the_role_of_ingest_works_it_out_and_that_of_readers_can_not(server_database: Database) -> None:
    db = server_database
    publish_documents(db, example_entry(review_date="2024-01-01"))
    with db.transaction():
        db.execute("set local role lantaarn_ingest")
        refresh(db)
    assert db.execute("select deviation from lantaarn.deviation").fetchall() == [{"deviation": "review_due"}]
    with pytest.raises(psycopg.Error):
        as_reader(db, "select lantaarn.refresh_quality()")
    with pytest.raises(psycopg.Error):
        as_reader(db, "delete from lantaarn.deviation")
    as_reader(db, "select * from open.quality_group")


def as_reader(db: Database, statement: LiteralString) -> None:
    with db.transaction():
        db.execute("set local role lantaarn_api")
        db.execute(statement)


def test_how_old_things_are_is_told_to_the_day_or_to_the_week(server_database: Database) -> None:
    db = server_database
    publish_documents(
        db,
        example_entry(
            reference="open", datastreams=[example_datastream("no2", retention={"raw": "P31D", "aggregate": "P1Y"})]
        ),
    )
    closed = traffic_counter_entry(datastreams=[counting(retention={"raw": "P7D", "aggregate": "P5Y"})])
    publish_documents(db, closed)
    at = NOW - 3 * DAY
    for table, reference in (("observation_31d", "open"), ("observation_7d", "verkeer-1")):
        insert = (
            f"insert into lantaarn.{table} select d.id, %(at)s, 1, 0 from lantaarn.datastream d "
            "join lantaarn.sensor s on s.id = d.sensor_id where s.reference = %(reference)s"
        )
        db.execute(cast(LiteralString, insert), {"at": at, "reference": reference})
    now = datetime.now(UTC)
    record_verification(db, verify_retention(db, now), now)
    promises = {each.subject: each for each in told(db).promises}
    day = at.astimezone(LOCAL_TIME_ZONE).date()
    assert (promises["observation_31d"].oldest, promises["observation_31d"].to_the_day) == (day, True)
    monday = day - timedelta(days=day.weekday())
    assert (promises["observation_7d"].oldest, promises["observation_7d"].to_the_day) == (monday, False)
    assert all(each.within_promise for each in promises.values())
    # A check that is older than an hour tells nothing any more.
    later = load_quality(db, "helmond", Scope(), now + timedelta(minutes=61)).promises
    assert {each.within_promise for each in later} == {None}


def test_nothing_is_told_of_nothing(server_database: Database) -> None:
    measures = told(server_database).measures
    assert measures == Measures()
    assert (measures.received_share, measures.answered_share) == (None, None)


def test_what_became_of_events_is_told_of_last_week_and_of_nobody(server_database: Database) -> None:
    insert_event_books(server_database)
    city = told(server_database)
    assert city.windows == (
        Windows("window_count", due=18, released=14, suppressed=1, unobserved=3),
        Windows("match_in_memory", due=24, released=20, suppressed=4, unobserved=0),
    )
    # Nothing of what may be noise.
    assert city.event_refusals == (
        EventRefusal("streetlight", "in_future", 17_500, 1280),
        EventRefusal("streetlight", "undeclared", 9_000, 1280),
    )
