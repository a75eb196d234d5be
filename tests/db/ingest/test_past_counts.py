"""The demo's simulated past of counters: published by ingest's own code, and nothing else of it is left."""

from datetime import UTC, datetime, timedelta

from ingest.events.aggregates import windows_booked_until
from ingest.lifecycle.audit import audit_ledger
from sensors.db import Database
from simulators.city.example_register import EXAMPLE_SEED, example_entries
from simulators.city.past_counts import write_past_counts
from tests.support.sample_data import publish_documents

UNTIL = datetime(2026, 11, 20, 12, 20, tzinfo=UTC)
NOW = UNTIL + timedelta(days=2)


def test_a_counter_has_hours_nights_and_means_over_four_weeks(server_database: Database) -> None:
    references = ("verkeer-fiets-01", "verkeer-poort-01")
    counters = [each for each in example_entries(EXAMPLE_SEED) if each.reference in references]
    publish_documents(server_database, *(each.model_dump(mode="json", exclude_none=True) for each in counters))
    written = write_past_counts(server_database, counters, EXAMPLE_SEED, UNTIL, NOW)
    bicycles, singly = server_database.execute(
        "select property, count(*) as cells, count(value) as known, count(distinct period) as periods, "
        "max(start) as last, stddev(value) filter (where period = 'night') > 0 as differ "
        "from lantaarn.public_cell join lantaarn.datastream on id = datastream_id group by property order by property"
    ).fetchall()
    assert bicycles["cells"] + singly["cells"] == written
    for cells in (bicycles, singly):
        assert cells["cells"] == cells["known"] > 9 * 7 * 18
        assert (cells["periods"], cells["differ"]) == (3, True)
    assert bicycles["last"] == datetime(2026, 11, 20, 11, tzinfo=UTC)
    # Of who passes one by one nothing is sent of the past: it is simulated up to now.
    assert singly["last"] == datetime(2026, 11, 22, 11, tzinfo=UTC)
    assert windows_booked_until(server_database, "helmond") == datetime(2026, 11, 22, 12, tzinfo=UTC)
    means = server_database.execute(
        "select property, days, count(*)::integer as slots, bool_and(cells = due) as whole from open.count_mean "
        "group by property, days, first_day order by 1, 2"
    ).fetchall()
    assert {tuple(row.values()) for row in means} >= {
        ("count_bicycle", "weekday", 18, True),
        ("count_bicycle", "weekend", 18, True),
        ("count_pedestrian", "weekday", 18, True),
    }
    assert server_database.execute("select from lantaarn.rollup_hour").fetchall() == []
    assert audit_ledger(server_database, UNTIL) == ()
    assert write_past_counts(server_database, counters, EXAMPLE_SEED, UNTIL, NOW) == 0
