"""The audit finds what was changed behind its back, and nothing when all is well."""

from datetime import timedelta
from typing import LiteralString

import pytest
from click.testing import CliRunner

from ingest.cli import audit
from ingest.lifecycle.audit import audit_ledger
from sensors.db import Database, connect
from tests.db.ingest.test_writer import NOW, a_day, message, register, take


def test_a_day_of_ingest_is_in_order(each_database: Database) -> None:
    register(each_database, "LML-1")
    take(each_database, [*a_day(), *a_day()])
    assert audit_ledger(each_database, NOW) == ()


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("update lantaarn.ledger_reason set readings = readings + 1", "unexplained"),
        ("delete from lantaarn.ledger_reason", "unexplained"),
        ("update lantaarn.ledger set stored = 0, received = received - stored", "lost_rows"),
        ("update lantaarn.rollup_hour set sum = sum + 0.001 where count > 3", "hours"),
        ("update lantaarn.rollup_hour set count = count + 1", "hours"),
        ("delete from lantaarn.rollup_hour", "hours"),
        ("delete from lantaarn.observation_1y where value > 30", "hours"),
    ],
)
def test_a_change_is_found(each_database: Database, change: LiteralString, check: str) -> None:
    register(each_database, "LML-1")
    take(each_database, a_day())
    each_database.execute(change)
    assert check in {difference.check for difference in audit_ledger(each_database, NOW)}


def test_the_command_tells_the_ledger_and_which_sensor_contradicts_itself(database: str) -> None:
    with connect(database) as db:
        register(db, "LML-1")
        take(db, [message({"time": NOW.isoformat(), "no2": value}) for value in (20, 20, 21)])
    result = CliRunner().invoke(audit, env={"DATABASE_URL": database})
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "received 3 = stored 1 + duplicate 1 + conflict 1 + quarantined 0 + aggregated 0",
        "windows of events: due 0 = released 0 + suppressed 0 + unobserved 0",
        "conflicting values for one moment: sensor LML-1, 1 readings",
        "0 differences",
    ]


def test_totals_outlive_their_single_values(each_database: Database) -> None:
    register(each_database, "LML-1")
    take(each_database, a_day())
    each_database.execute("delete from lantaarn.observation_1y")
    assert audit_ledger(each_database, NOW + timedelta(days=367)) == ()
