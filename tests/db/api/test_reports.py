"""Reports in the database: who may do what with them, and when words and addresses go."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from api.database import DATABASE_ROLE
from api.exceptions import NotFoundError
from api.reports.labels import ReportStatus
from api.reports.queries import QUERIES, Draft, file_report, get_report, list_newest_reports
from sensors.db import Database
from tests.support.entries import example_entry
from tests.support.sample_data import publish_documents

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
    assert db.execute(QUERIES["settle_report"], asked).fetchone() == {"number": number}


def test_a_report_is_answered_once(server_database: Database) -> None:
    publish_documents(server_database, example_entry())
    number = filed(server_database)
    settle(server_database, number)
    asked = {"municipality": "helmond", "number": number, "status": "closed", "answer": "Toch niet."}
    assert server_database.execute(QUERIES["settle_report"], asked).fetchone() is None
    found = get_report(server_database, "helmond", number)
    assert (found.status, found.answer, found.settled_on is not None) == (ReportStatus.ANSWERED, "De lucht.", True)


def test_an_answer_is_mailed_only_to_who_left_an_address(server_database: Database) -> None:
    publish_documents(server_database, example_entry())
    silent, reachable = filed(server_database, Draft("wrong", "Hij staat er niet meer.")), filed(server_database)
    server_database.execute("delete from lantaarn.report_mail")
    for number in (silent, reachable):
        settle(server_database, number)
        server_database.execute(QUERIES["queue_answer_mail"], {"number": number})
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
