"""What a device does wrong is on the page about quality within a minute: real broker, real ingest, real server."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import httpx
import pytest

from ingest.lifecycle import scheduler
from sensors.db import connect
from simulators.embedded.broker import EmbeddedBroker
from tests.end_to_end.ingest.test_ingest import Connection, device, now, working
from tests.support.entries import example_entry
from tests.support.sample_data import insert_ledger_hour, publish_documents
from tests.support.waiting import wait_for
from tests.support.web_server import running_web_server

MINUTE = 60


@pytest.fixture
def db(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        publish_documents(connection, example_entry(reference="LML-1"), example_entry(reference="LML-2"))
        connection.execute("update lantaarn.finding set known_since = now() - interval '30 days'")
        for reference, hours in (("LML-1", 0), ("LML-2", 25)):
            hour = now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours)
            insert_ledger_hour(connection, reference, hour, stored=10, refused={})
        yield connection


def listed(client: httpx.Client, deviation: str) -> tuple[int, list[str]]:
    """How many sensors the page counts, and those of the list that it leads to."""
    page = unescape(client.get("/kwaliteit").text)
    line = re.search(rf'<a href="(/\?deviating={deviation})">.*?<td class="amount">(\d+)</td>', page, re.DOTALL)
    if line is None:
        return 0, []
    return int(line[2]), re.findall(r'data-reference="([^"]+)"', client.get(line[1]).text)


def test_an_undeclared_field_and_a_silent_sensor_are_told_within_a_minute(
    database: str, db: Connection, broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Twice a minute; here more often, so that the test need not wait for that.
    assert scheduler.POLL_INTERVAL_SECONDS <= MINUTE / 2
    monkeypatch.setattr(scheduler, "POLL_INTERVAL_SECONDS", 0.5)
    with running_web_server(database) as url, httpx.Client(base_url=url) as client, working(database, broker.url):
        # Ingest works it out beforehand from the start on.
        wait_for(lambda: db.execute("select from lantaarn.quality_made").fetchall(), 20)
        # LML-2 fell silent 25 hours ago.
        assert listed(client, "silent") == (1, ["LML-2"])
        assert listed(client, "undeclared") == (0, [])
        with device(broker) as send:
            send("helmond/air_quality/LML-1/json", {"time": now().isoformat(), "no2": 1, "passers_by": 3})
        wait_for(lambda: listed(client, "undeclared") == (1, ["LML-1"]), MINUTE)
        found = client.get("/v1/quality").json()
        assert found["measures"]["undeclared_day"] == 1
        assert found["measures"]["deviations"] == {
            "silent": 1,
            "invalid": 0,
            "undeclared": 1,
            "refused": 0,
            "expired": 0,
            "review_due": 0,
        }
        assert client.get("/v1/sensors/LML-1").json()["properties"]["deviations"] == ["undeclared"]
        assert "Stuurt meer dan is afgesproken." in client.get("/sensors/LML-1").text
        # It was worked out beforehand, and is no older than a minute.
        assert db.execute("select from lantaarn.deviation where deviation = 'undeclared'").fetchall()
        assert "passers_by" not in client.get("/kwaliteit").text + client.get("/v1/quality").text


def test_the_page_and_its_data_say_the_same_in_every_scope(database: str, db: Connection) -> None:
    with running_web_server(database) as url, httpx.Client(base_url=url) as client:
        groups = client.get("/v1/quality/neighbourhoods").json()["groups"]
        here = next(each for each in groups if each["measures"]["sensors"])
        for asked in ({}, {"neighbourhood": here["code"]}, {"organisation": "Gemeente Helmond"}):
            data = client.get("/v1/quality", params=asked).json()
            page = unescape(client.get("/kwaliteit", params=asked).text)
            assert data["measures"]["sensors"] == 2
            assert f">{data['measures']['deviating']}</a>" in page
            assert ("Per buurt" in page) == (not asked)
        table = client.get("/v1/quality/organisations.csv")
        assert table.headers["content-type"] == "text/csv; charset=utf-8"
        head, line = table.text.splitlines()
        assert head.startswith("code,name,sensors,delivering,deviating,silent,")
        assert line.startswith("Gemeente Helmond,Gemeente Helmond,2,2,1,1,")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("neighbourhood=BU00000000", 404),
        ("organisation=Niemand", 404),
        ("neighbourhood=nonsense", 400),
        ("order=nonsense", 400),
        ("order=filled", 200),
    ],
)
def test_what_can_not_be_asked(database: str, db: Connection, asked: str, status: int) -> None:
    with running_web_server(database) as url, httpx.Client(base_url=url) as client:
        page = client.get(f"/kwaliteit?{asked}")
        assert page.status_code == status
        assert "nonsense" not in page.text
        if "order" not in asked:
            assert client.get(f"/v1/quality?{asked}").status_code == status


def test_tables_are_ordered_by_what_needs_looking_at(database: str, db: Connection) -> None:
    owners = ("Alfa", "Zulu")
    for name, review in zip(owners, ("2035-01-01", "2024-01-01"), strict=True):
        roles = [{"role": role, "name": name} for role in ("owner", "controller")]
        publish_documents(db, example_entry(reference=name, organisations=roles, review_date=review))
    with running_web_server(database) as url, httpx.Client(base_url=url) as client:
        for order, first in (("name", "Alfa"), ("deviating", "Zulu")):
            page = client.get(f"/kwaliteit?order={order}").text
            table = page[page.index('id="organisaties"') :]
            assert 0 < table.index(first) < table.index(next(name for name in owners if name != first))
            assert 'aria-sort="' in table
