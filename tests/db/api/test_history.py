"""The versions that everyone may read, on every database: the newest first, each beside the one before it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from api.exceptions import NotFoundError
from api.history import queries as history_queries
from api.search.filters import Filters
from sensors.db import Database
from sensors.register.entry import Entry
from sensors.register.repository import PublishResult, publish
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE
from tests.support.entries import Document, example_entry
from tests.support.json_patch import apply_patch
from tests.support.sample_data import home_sensor_entry, traffic_counter_entry

CITY = "helmond"


def put(db: Database, *documents: Document, reason: str = "test") -> None:
    for document in documents:
        done = publish(
            db, Entry.model_validate(document), editor="Team Lucht", reason=reason, valid_from=datetime.now(UTC)
        )
        assert isinstance(done, PublishResult), done


def told(db: Database, filters: Filters | None = None, **asked: Any) -> list[tuple[str, int]]:
    found = history_queries.find_changed_versions(db, CITY, filters or Filters(), **asked)
    return [(each.reference, each.version) for each in found.versions]


def test_every_version_is_told_with_what_changed(server_database: Database) -> None:
    put(
        server_database,
        example_entry(),
        example_entry(summary={"nl": "Anders."}),
        example_entry(status="paused"),
        example_entry(status="paused"),
    )
    versions = history_queries.list_versions(server_database, CITY, "LML-1")
    assert [each.version for each in versions] == [1, 2, 3]
    assert [each.is_current for each in versions] == [False, False, True]
    assert [len(each.changes) for each in versions] == [0, 1, 2]
    document = None
    for version in versions:
        document = apply_patch(document, version.patch)
        assert document == version.document
    assert history_queries.list_versions(server_database, CITY, example_entry()["id"]) == versions
    for missing in ("LML-2", "not a reference", "00000000-0000-0000-0000-000000000000"):
        with pytest.raises(NotFoundError):
            history_queries.list_versions(server_database, CITY, missing)
    with pytest.raises(NotFoundError):
        history_queries.list_versions(server_database, "elders", "LML-1")


def test_the_newest_come_first_and_the_rest_is_asked_for(
    server_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(
        server_database,
        example_entry(),
        traffic_counter_entry(),
        example_entry(status="paused"),
        traffic_counter_entry(status="paused"),
    )
    expected = [("verkeer-1", 2), ("LML-1", 2), ("verkeer-1", 1), ("LML-1", 1)]
    assert told(server_database) == expected
    assert told(server_database, reference_or_id="LML-1") == [("LML-1", 2), ("LML-1", 1)]
    monkeypatch.setattr(history_queries, "VERSIONS_PER_PAGE", 3)
    page = history_queries.find_changed_versions(server_database, CITY, Filters())
    assert page.has_more
    rest = history_queries.find_changed_versions(
        server_database, CITY, Filters(), before_revision=page.versions[-1].revision
    )
    assert [(each.reference, each.version) for each in (*page.versions, *rest.versions)] == expected
    assert not rest.has_more


def test_a_search_is_followed_also_when_something_leaves_it(server_database: Database) -> None:
    put(
        server_database,
        example_entry(),
        traffic_counter_entry(),
        example_entry(status="paused"),
        example_entry(status="active"),
    )
    assert told(server_database, Filters(kind="traffic")) == [("verkeer-1", 1)]
    assert told(server_database, Filters(q="autoteller")) == [("verkeer-1", 1)]
    assert told(server_database, Filters(status="paused")) == [("LML-1", 3), ("LML-1", 2)]
    assert told(server_database, Filters(status="paused", kind="traffic")) == []
    home = history_queries.list_versions(server_database, CITY, "LML-1")[0].document["location"]["neighbourhood"]
    elsewhere = {"kind": "fixed", "geometry": {"type": "Point", "coordinates": [5.70, 51.46]}}
    put(server_database, example_entry(location=elsewhere))
    assert told(server_database, Filters(neighbourhood=home, kind="air_quality")) == [
        ("LML-1", 4),
        ("LML-1", 3),
        ("LML-1", 2),
        ("LML-1", 1),
    ]


def test_a_version_that_says_less_than_it_did_says_so(server_database: Database) -> None:
    place = home_sensor_entry()["location"]
    put(server_database, home_sensor_entry(), home_sensor_entry(location=place | {"precision": "cell_1km"}))
    first, second = history_queries.list_versions(server_database, CITY, "bewoner-1")
    assert first.redacted_at
    assert first.changed_at == first.redacted_at
    assert second.redacted_at is None
    assert second.changed_at == second.recorded_at
    assert second.changes == ()
    assert first.document["location"]["geometry"] == second.document["location"]["geometry"]
    noted = server_database.execute("select * from lantaarn.version_state_now order by revision").fetchall()
    held = server_database.execute("select * from lantaarn.version_state order by revision").fetchall()
    assert held == [{name: row[name] for name in held[0]} for row in noted]


def test_readers_see_versions_and_nothing_behind_them(server_database: Database) -> None:
    put(server_database, example_entry())
    server_database.execute("set role lantaarn_api")
    assert len(history_queries.list_versions(server_database, CITY, "LML-1")) == 1
    with pytest.raises(psycopg.errors.InsufficientPrivilege), server_database.transaction():
        server_database.execute("select from lantaarn.register_entry")
    server_database.execute("reset role")


def test_the_last_day_of_a_sensor(server_database: Database) -> None:
    put(server_database, example_entry(status="ended", active_until="2025-03-31"))
    (version,) = history_queries.list_versions(server_database, CITY, "LML-1")
    assert str(version.removed_on) == "2025-03-31"
    put(server_database, example_entry(status="ended", active_until="2999-01-01"))
    version = history_queries.get_version(server_database, CITY, "LML-1", "2")
    assert version.removed_on == version.valid_from.astimezone(LOCAL_TIME_ZONE).date()
    assert history_queries.get_reference(server_database, CITY, str(UUID(example_entry()["id"]))) == "LML-1"
