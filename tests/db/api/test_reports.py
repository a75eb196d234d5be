"""Reports in the database: who may do what with them, and when words and addresses go."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from api.database import DATABASE_ROLE
from api.exceptions import NotFoundError
from api.reports import desk
from api.reports.desk import DeskError, PublicText, ReportNumber
from api.reports.labels import ReportStatus
from api.reports.queries import QUERIES, Draft, file_report, get_report, list_newest_reports
from ingest.lifecycle.erasure import replay_tombstones
from ingest.lifecycle.register.erased_entry import erase_entry
from sensors.db import Database
from sensors.db.deletion_log import first_broken_deletion_id
from sensors.erasures.listed import read_erasures_from_database
from sensors.erasures.reports import REPEATED_REASON
from sensors.erasures.tombstones import TombstoneError, read_tombstones
from tests.support.entries import example_entry
from tests.support.sample_data import publish_documents

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DRAFT = Draft("question", "Wat meet deze sensor precies?", "iemand@voorbeeld.nl")


@contextmanager
def as_reader(db: Database) -> Generator[None]:
    db.execute(f"set role {DATABASE_ROLE}")
    try:
        yield
    finally:
        db.execute("reset role")


def filed(db: Database, draft: Draft = DRAFT, form_id: UUID | None = None) -> int:
    with as_reader(db):
        return file_report(db, "helmond", "LML-1", form_id or uuid4(), draft)


def due(db: Database) -> list[dict[str, Any]]:
    with as_reader(db):
        return db.execute(QUERIES["take_due_mails"], {"limit": 10}).fetchall()


def test_what_is_public_of_a_report_holds_nothing_of_who_wrote_it(server_database: Database) -> None:
    publish_documents(server_database, example_entry())
    number = filed(server_database)
    with as_reader(server_database):
        public = server_database.execute("select * from open.report").fetchall()
        found = get_report(server_database, "helmond", number)
    assert "precies" not in repr(public)
    assert "iemand" not in repr(public)
    assert (found.reference, found.status, found.answer) == ("LML-1", ReportStatus.RECEIVED, None)
    assert found.due_on > found.received_on


def test_the_readers_can_not_look_up_what_others_wrote(server_database: Database) -> None:
    publish_documents(server_database, example_entry())
    filed(server_database)
    for statement in (
        "select words from lantaarn.report",
        "select email from lantaarn.report_address",
        "select from lantaarn.report_mail",
        "delete from open.report",
    ):
        with as_reader(server_database), pytest.raises(psycopg.errors.InsufficientPrivilege):
            server_database.execute(statement)  # pyright: ignore[reportArgumentType] - from this list


def test_who_may_only_look_at_dashboards_can_not_take_mail_or_file(server_database: Database) -> None:
    server_database.execute("set role lantaarn_dashboard")
    for statement in ("select open.take_report_mail(1)", "select open.report_mail_done(1)"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            server_database.execute(statement)  # pyright: ignore[reportArgumentType] - from this list
    server_database.execute("reset role")


def test_a_form_that_is_sent_twice_is_one_report_and_one_mail(server_database: Database) -> None:
    publish_documents(server_database, example_entry())
    form_id = uuid4()
    assert filed(server_database, form_id=form_id) == filed(server_database, form_id=form_id)
    assert len(due(server_database)) == 1


def test_a_report_about_no_sensor_is_not_taken_in(server_database: Database) -> None:
    publish_documents(server_database, example_entry())
    with as_reader(server_database), pytest.raises(NotFoundError):
        file_report(server_database, "helmond", "nothing", uuid4(), DRAFT)
    with as_reader(server_database):
        assert list_newest_reports(server_database, "helmond") == []


def test_mail_goes_to_the_desk_of_the_entry_without_the_address_of_the_resident(server_database: Database) -> None:
    publish_documents(server_database, example_entry())
    number = filed(server_database)
    (mail,) = due(server_database)
    assert (mail["number"], mail["address"], mail["words"]) == (number, "sensoren@helmond.example", DRAFT.text)
    assert "iemand" not in repr(mail)


def test_mail_that_was_not_handed_over_comes_again_later_each_time(server_database: Database) -> None:
    publish_documents(server_database, example_entry())
    filed(server_database)
    waits: list[float] = []
    mail: dict[str, Any] = {}
    for attempt in range(1, 5):
        (mail,) = due(server_database)
        assert mail["attempts"] == attempt
        assert due(server_database) == []
        row = server_database.execute("select extract(epoch from due_at - now()) as wait from lantaarn.report_mail")
        waits.append(float((row.fetchone() or {})["wait"]))
        server_database.execute("update lantaarn.report_mail set due_at = now()")
    assert [round(wait / 60) for wait in waits] == [1, 2, 4, 8]
    with as_reader(server_database):
        server_database.execute(QUERIES["mark_mail_sent"], {"mail": mail["mail_id"]})
    assert due(server_database) == []


def settle(db: Database, number: int) -> None:
    asked = {"municipality": "helmond", "number": number, "status": "answered", "answer": "De lucht."}
    assert db.execute(desk.QUERIES["settle_report"], asked).fetchone() == {"number": number}


def test_a_report_is_answered_once(server_database: Database) -> None:
    publish_documents(server_database, example_entry())
    number = filed(server_database)
    settle(server_database, number)
    asked = {"municipality": "helmond", "number": number, "status": "closed", "answer": "Toch niet."}
    assert server_database.execute(desk.QUERIES["settle_report"], asked).fetchone() is None
    found = get_report(server_database, "helmond", number)
    assert (found.status, found.answer, found.settled_on is not None) == (ReportStatus.ANSWERED, "De lucht.", True)


def test_an_answer_is_mailed_only_to_who_left_an_address(server_database: Database) -> None:
    publish_documents(server_database, example_entry())
    silent, reachable = filed(server_database, Draft("wrong", "Hij staat er niet meer.")), filed(server_database)
    server_database.execute("delete from lantaarn.report_mail")
    for number in (silent, reachable):
        settle(server_database, number)
        server_database.execute(desk.QUERIES["queue_answer_mail"], {"number": number})
    mails = due(server_database)
    assert [(mail["number"], mail["address"], mail["words"]) for mail in mails] == [
        (reachable, "iemand@voorbeeld.nl", None)
    ]


def test_the_database_refuses_a_promise_in_the_wrong_form(server_database: Database) -> None:
    publish_documents(server_database, example_entry())
    row = {
        "form_id": uuid4(),
        "municipality": "helmond",
        "reference": "LML-1",
        "report_kind": "other",
        "words": "a" * 2001,
        "email": None,
        "due_on": date(2026, 12, 4),
    }
    with as_reader(server_database), pytest.raises(psycopg.errors.CheckViolation):
        server_database.execute(QUERIES["file_report"], row)


REPORT_TEXTS = ("precies", "iemand@voorbeeld.nl", "De lucht.")


def report_at_desk(number: int) -> ReportNumber:
    return ReportNumber("helmond", number)


def erase(db: Database, report: ReportNumber, folder: Path, *, with_answer: bool) -> None:
    planned = desk.plan_report_erasure(db, report, NOW, with_answer=with_answer)
    desk.erase_report(db, planned, "on request", folder / "tombstones.jsonl")


def everything(db: Database) -> str:
    """All rows of all tables about reports, and of what readers see."""
    tables = ("lantaarn.report", "lantaarn.report_address", "lantaarn.report_mail", "open.report")
    return repr([db.execute(f"select * from {table}").fetchall() for table in tables])  # pyright: ignore[reportArgumentType]


def deleted(db: Database) -> dict[str, tuple[int, str]]:
    rows = db.execute("select table_name, deleted_rows, rule from lantaarn.deletion_log").fetchall()
    return {row["table_name"]: (row["deleted_rows"], row["rule"]) for row in rows}


def test_a_report_is_erased_on_request_and_its_number_and_dates_stay(server_database: Database, tmp_path: Path) -> None:
    db = server_database
    publish_documents(db, example_entry())
    answered, waiting, other = (filed(db) for _ in range(3))
    settle(db, answered)
    before = get_report(db, "helmond", answered)
    erase(db, report_at_desk(answered), tmp_path, with_answer=False)
    found = get_report(db, "helmond", answered)
    assert (found.answer, found.received_on, found.due_on) == ("De lucht.", before.received_on, before.due_on)
    assert found.erased_on == NOW.date()
    (listed,) = read_tombstones(tmp_path / "tombstones.jsonl")
    assert deleted(db) == dict.fromkeys(("report", "report_address", "report_mail"), (1, f"tombstone {listed.id}"))

    erase(db, report_at_desk(answered), tmp_path, with_answer=True)
    assert get_report(db, "helmond", answered).answer is None
    erase(db, report_at_desk(waiting), tmp_path, with_answer=True)
    assert get_report(db, "helmond", waiting).status is ReportStatus.CLOSED
    for number in (answered, waiting):
        held = desk.held_about_report(db, report_at_desk(number))
        assert not [text for text in REPORT_TEXTS if text in repr(held)]
        assert [each["decision"] for each in held["decisions"]][-1] == "erased"
    assert due(db)[0]["number"] == other  # no mail about the others goes
    assert first_broken_deletion_id(db) is None
    erase(db, report_at_desk(other), tmp_path, with_answer=False)
    assert not [text for text in REPORT_TEXTS if text in everything(db)]


def test_a_report_about_an_erased_sensor_says_that_its_words_went(server_database: Database) -> None:
    db = server_database
    publish_documents(db, example_entry())
    number = filed(db)
    with as_reader(db):
        before = get_report(db, "helmond", number)
    assert (before.sensor_erased_on, before.is_open) == (None, True)
    entry = db.execute("select entry_id from lantaarn.report where id = %(id)s", {"id": number}).fetchone()
    assert entry
    with db.transaction():
        erase_entry(db, entry["entry_id"], datetime.now(UTC))
    with as_reader(db):
        after = get_report(db, "helmond", number)
    assert after.sensor_erased_on is not None
    assert after.is_open


def test_an_erased_report_does_not_come_back_with_a_backup_from_before(
    server_database: Database, tmp_path: Path
) -> None:
    db = server_database
    publish_documents(db, example_entry())
    mine, other = filed(db), filed(db)
    before = {table: db.execute(f"table lantaarn.{table}").fetchall() for table in ("report", "report_address")}  # pyright: ignore[reportArgumentType]
    erase(db, report_at_desk(mine), tmp_path, with_answer=True)
    listed = read_tombstones(tmp_path / "tombstones.jsonl")
    assert tuple(read_erasures_from_database(db)) == listed
    first, second = (row["form_id"] for row in before["report"])
    # As in the backup, but that the numbers were given anew since: which report it is, its form says.
    db.execute("truncate lantaarn.report cascade")
    for number, form_id in ((mine, second), (other, first)):
        row = {"number": number, "form_id": form_id}
        db.execute(
            "insert into lantaarn.report (id, form_id, municipality, entry_id, reference, kind, words, due_on) "
            "overriding system value values (%(number)s, %(form_id)s, 'helmond', %(form_id)s, 'LML-1', 'question', "
            "'Wat meet deze sensor precies?', '2026-12-04')",
            row,
        )
        db.execute("insert into lantaarn.report_address values (%(number)s, 'iemand@voorbeeld.nl')", row)
    for again in (2, 0):
        (done,) = replay_tombstones(db, listed, NOW)
        assert len(done.deletions) == again
    left = db.execute("select words, status, erased_at from lantaarn.report order by id").fetchall()
    assert [tuple(row.values()) for row in left] == [(DRAFT.text, "received", None), (None, "closed", NOW)]
    assert db.execute("select report_id from lantaarn.report_address").fetchall() == [{"report_id": mine}]
    decisions = desk.held_about_report(db, report_at_desk(other))["decisions"]
    assert [each["reason"] for each in decisions] == [REPEATED_REASON]
    assert first_broken_deletion_id(db) is None
    (tmp_path / "tombstones.jsonl").write_text("{}\n")
    with pytest.raises(TombstoneError):
        erase(db, report_at_desk(mine), tmp_path, with_answer=True)
    assert get_report(db, "helmond", mine).erased_on is None


def test_a_corrected_answer_replaces_the_old_one_for_good(server_database: Database) -> None:
    db = server_database
    publish_documents(db, example_entry())
    number = filed(db)
    with pytest.raises(DeskError, match="no answer to correct"):
        desk.correct_answer(db, report_at_desk(number), PublicText("Stikstof."), "wrong substance", NOW)
    settle(db, number)
    db.execute("delete from lantaarn.report_mail")
    assert desk.correct_answer(db, report_at_desk(number), PublicText("Stikstof."), "wrong substance", NOW)
    found = get_report(db, "helmond", number)
    assert (found.answer, found.corrected_on, found.status) == ("Stikstof.", NOW.date(), ReportStatus.ANSWERED)
    assert "De lucht." not in everything(db)
    assert [(mail["goes_to"], mail["answer"]) for mail in due(db)] == [("resident", "Stikstof.")]
    held = desk.held_about_report(db, report_at_desk(number))
    assert [(each["decision"], each["reason"]) for each in held["decisions"]] == [("corrected", "wrong substance")]


def test_what_points_to_a_person_is_public_only_with_a_reason_which_is_kept(server_database: Database) -> None:
    db = server_database
    publish_documents(db, example_entry())
    number = filed(db)
    text = "Bel de gemeente: 0492-587777. De lamp bij Kerkstraat 12 is gemaakt."
    with pytest.raises(DeskError, match="phone, address"):
        desk.screen_public_text(text)
    with pytest.raises(DeskError, match="The reason is kept, and holds something like: address"):
        desk.screen_public_text(text, "Kerkstraat 12 is public")
    answer = desk.screen_public_text(text, "our own number, and a lamp in the street")
    desk.settle_report(db, report_at_desk(number), ReportStatus.ANSWERED, answer, NOW)
    (decision,) = desk.held_about_report(db, report_at_desk(number))["decisions"]
    assert decision == {
        "decided_at": NOW,
        "decision": "published_anyway",
        "matches": ["phone", "address"],
        "reason": "our own number, and a lamp in the street",
    }
    assert get_report(db, "helmond", number).answer == text


def test_all_that_is_held_about_a_report_is_told(server_database: Database, tmp_path: Path) -> None:
    """What is added to these tables is exported too, or explained here."""
    db = server_database
    publish_documents(db, example_entry())
    held = desk.held_about_report(db, report_at_desk(filed(db)))
    assert (held["words"], held["email"], held["desk"]) == (DRAFT.text, DRAFT.email, "sensoren@helmond.example")
    assert [mail["goes_to"] for mail in held["mails"]] == ["desk"]
    assert held["words_until"].year == held["received_at"].year + 2
    columns = db.execute(
        "select column_name::text as name from information_schema.columns "
        "where table_schema = 'lantaarn' and table_name in ('report', 'report_address')"
    ).fetchall()
    assert {row["name"] for row in columns} - held.keys() == {"id", "report_id"}  # the number
    for number in (report_at_desk(7), ReportNumber("deurne", held["number"])):
        with pytest.raises(DeskError, match="There is no report"):
            desk.held_about_report(db, number)
        with pytest.raises(DeskError, match="There is no report"):
            erase(db, number, tmp_path, with_answer=True)
