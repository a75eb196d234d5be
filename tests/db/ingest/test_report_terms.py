"""What residents wrote goes when it was promised, every deletion is logged, and what stays is found by any check."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ingest.lifecycle.audit import audit_ledger
from ingest.lifecycle.retention import REPORT_TERMS
from sensors.db import Database
from sensors.db.deletion_log import first_broken_deletion_id
from sensors.policy import promises
from tests.support.retention import DAY, QUARTER_HOUR, START, insert_report, run_lifecycle, verify_and_record

LITTLE = timedelta(minutes=10)

KEEP_REPORTS = """
create function pg_temp.keep() returns trigger language plpgsql as 'begin return null; end';
create trigger keep before update on lantaarn.report for each row execute function pg_temp.keep();
create trigger keep before delete on lantaarn.report_address for each row execute function pg_temp.keep();
"""
"""The retention job runs as ever, and what it deletes stays."""


def before(db: Database, term: str) -> datetime:
    """The instant one term before START."""
    row = db.execute("select %(at)s::timestamptz - %(term)s::interval as at", {"at": START, "term": term}).fetchone()
    assert row is not None
    return row["at"]


def left(db: Database) -> Sequence[tuple[bool, bool]]:
    """Of each report, whether its words and its address are still there."""
    rows = db.execute(
        "select words is not null as words, exists (select from lantaarn.report_address where report_id = id) as "
        "address from lantaarn.report order by id"
    ).fetchall()
    return [(row["words"], row["address"]) for row in rows]


def breached(db: Database, now: datetime) -> set[str]:
    return {each.table_name for each in verify_and_record(db, now).breaches}


def test_words_and_addresses_go_when_it_is_promised(each_database: Database) -> None:
    db = each_database
    answered, old_address = before(db, promises.ADDRESS_TERM), before(db, promises.MAX_ADDRESS_TERM)
    text, old_text = before(db, promises.TEXT_TERM), before(db, promises.MAX_TEXT_TERM)
    kept_of = {
        (answered - LITTLE, answered - LITTLE): (True, False),
        (answered - LITTLE, answered + LITTLE): (True, True),
        (old_address - LITTLE, START): (True, False),
        (old_address + LITTLE, START): (True, True),
        (text - LITTLE, text - LITTLE): (False, False),
        (text - DAY, text + LITTLE): (True, False),
        (old_text - LITTLE, None): (False, False),
        (old_text + LITTLE, None): (True, False),
        (START - DAY, None): (True, True),
    }
    numbers = [insert_report(db, *times) for times in kept_of]
    for made in (-LITTLE, LITTLE):
        at = before(db, promises.UNSENT_MAIL_TERM) + made
        mail = "insert into lantaarn.report_mail (report_id, goes_to, made_at) values (%(id)s, 'desk', %(at)s)"
        db.execute(mail, {"id": numbers[-1], "at": at})
        decision = (
            "insert into lantaarn.report_decision (report_id, decided_at, decision, matches, reason) "
            "values (%(id)s, %(at)s, 'corrected', '{}', 'wrong')"
        )
        db.execute(decision, {"id": numbers[-1], "at": before(db, promises.MAX_TEXT_TERM) + made})
    assert breached(db, START + QUARTER_HOUR) == REPORT_TERMS.keys()
    assert run_lifecycle(db, START).is_kept
    assert left(db) == list(kept_of.values())
    for table in ("select id from lantaarn.report_mail", "select id from lantaarn.report_decision"):
        assert len(db.execute(table).fetchall()) == 1
    logged = db.execute("select table_name, retention_class, deleted_rows from lantaarn.deletion_log").fetchall()
    assert {(row["table_name"], row["retention_class"]) for row in logged} == set(REPORT_TERMS.items())
    assert {row["table_name"]: row["deleted_rows"] for row in logged} == {
        "report": 1,
        "answered_report": 1,
        "report_address": 5,
        "answered_report_address": 1,
        "report_mail": 1,
        "report_decision": 1,
    }
    assert first_broken_deletion_id(db) is None
    told = db.execute("select subject, last_deletion, kept from open.retention").fetchall()
    assert {row["subject"] for row in told if row["last_deletion"] == START and row["kept"]} == REPORT_TERMS.keys()


def test_a_report_that_nothing_deletes_is_noticed_within_a_quarter(server_database: Database) -> None:
    db = server_database
    number = insert_report(db, START - 3 * 365 * DAY, None)
    db.execute(KEEP_REPORTS)
    assert {each.table_name for each in run_lifecycle(db, START).breaches} == {"report", "report_address"}
    (found,) = audit_ledger(db, START)
    assert (found.check, found.row["number"]) == ("overdue_reports", number)
    due = before(db, promises.TEXT_TERM)
    db.execute("truncate lantaarn.report cascade")
    insert_report(db, due, due, address=False)
    assert breached(db, START + QUARTER_HOUR) == set()
    assert audit_ledger(db, START + QUARTER_HOUR) == ()
    assert breached(db, START + QUARTER_HOUR + timedelta(seconds=1)) == {"answered_report"}
    assert {each.check for each in audit_ledger(db, START + QUARTER_HOUR + timedelta(seconds=1))} == {"overdue_reports"}
    kept = db.execute("select bool_and(kept) as kept from lantaarn.verification").fetchone()  # what the alert reads
    assert kept == {"kept": False}
