"""Who did what is logged with what they did, by the database: nobody acts unnamed, and nothing in it changes unseen."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg import sql

from api.reports.queries import QUERIES as REPORTS
from lantaarn import main
from sensors.db import Database, connect
from sensors.staff.log import Act, LoggedAct, MissingEditorError, acts_between, first_broken_act_id, logged
from tests.support.entries import example_datastream, example_entry

NOW = datetime.now(UTC)
OWN_LOGIN = "lantaarn_test_person"
ACT = Act("erase", "LML-1", "privacy team", "on request")


def acts(db: Database) -> list[LoggedAct]:
    return list(acts_between(db, NOW - timedelta(hours=1), NOW + timedelta(hours=1)))


def log(db: Database, act: Act) -> None:
    with logged(db, act):
        pass


def half_done(db: Database) -> None:
    with logged(db, ACT):
        db.execute("create table open.done_halfway ()")
        db.execute("select 1 / 0")


def test_the_log_is_a_chain_that_only_grows(server_database: Database) -> None:
    db = server_database
    log(db, ACT)
    log(db, Act("retention add", "P90D", "team Bodem"))
    with pytest.raises(MissingEditorError, match="say who you are with --editor"):
        log(db, Act("erase", "LML-1"))
    with pytest.raises(psycopg.errors.NullValueNotAllowed):  # nor by a way of their own
        db.execute("select lantaarn.log_staff('erase', 'LML-1', '', null)")
    with pytest.raises(psycopg.errors.DivisionByZero):
        half_done(db)
    assert db.execute("select to_regclass('open.done_halfway') as it").fetchone() == {"it": None}
    assert [(each.command, each.subject, each.editor, each.reason) for each in acts(db)] == [
        ("erase", "LML-1", "privacy team", "on request"),
        ("retention add", "P90D", "team Bodem", None),
    ]
    login = db.execute("select session_user::text as login").fetchone()
    assert {each.login for each in acts(db)} == {(login or {})["login"]}

    for statement in (
        "delete from lantaarn.staff_log",
        "update lantaarn.staff_log set editor = 'x'",
        "truncate lantaarn.staff_log",
    ):
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            db.execute(statement)  # pyright: ignore[reportArgumentType] - from this list
    for role in ("lantaarn_ingest", "lantaarn_api", "lantaarn_dashboard"):
        for statement in ("table lantaarn.staff_log", "select lantaarn.log_staff('erase', 'x', 'x', 'x')"):
            db.execute(f"set role {role}")  # pyright: ignore[reportArgumentType] - from this list
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(statement)  # pyright: ignore[reportArgumentType] - from this list
            db.execute("reset role")

    assert first_broken_act_id(db) is None
    log(db, ACT)
    db.execute("alter table lantaarn.staff_log disable trigger all")
    for forgery, found in (
        ("update lantaarn.staff_log set editor = 'team Groen' where command = 'retention add'", 2),
        ("delete from lantaarn.staff_log where command = 'retention add'", None),  # the one after it
        ("delete from lantaarn.staff_log where id = 1", 2),
        ("update lantaarn.staff_log set previous_hash = hash where id = 2", 2),
    ):
        with db.transaction(force_rollback=True):  # pyright: ignore[reportCallIssue] - psycopg's
            db.execute(forgery)  # pyright: ignore[reportArgumentType] - from this list
            assert first_broken_act_id(db) == (found or acts_ids(db)[-1])


def acts_ids(db: Database) -> list[int]:
    return [row["id"] for row in db.execute("select id from lantaarn.staff_log order by id").fetchall()]


def test_who_has_a_login_of_their_own_needs_no_other_name(database: str) -> None:
    with closing(connect(database)) as db:
        names = {"person": sql.Identifier(OWN_LOGIN), "owner": sql.Identifier(db.info.user)}
        db.execute(sql.SQL("create role {person} in role {owner}").format(**names))
        try:
            db.execute(sql.SQL("set session authorization {person}").format(**names))
            log(db, Act("erase", "LML-1"))
            db.execute("reset session authorization")
            assert [(each.login, each.editor) for each in acts(db)] == [(OWN_LOGIN, None)]
        finally:
            db.execute("reset session authorization")
            db.execute(sql.SQL("drop role {person}").format(**names))


def test_every_command_of_staff_is_in_the_log(database: str, tmp_path: Path) -> None:
    def run(*words: str, editor: str = "team Sensoren") -> Result:
        tombstones = str(tmp_path / "tombstones.jsonl")
        env = {"DATABASE_URL": database, "LANTAARN_EDITOR": editor, "LANTAARN_TOMBSTONES": tombstones}
        return CliRunner().invoke(main, words, env=env)

    file = tmp_path / "register.json"
    document = example_entry(reference="LML-1", datastreams=[example_datastream("no2")])
    file.write_text(json.dumps(document))
    refused = run("register", "import", str(file), editor="")
    assert "say who you are with --editor" in refused.output
    assert "no person" in run("register", "import", str(file), "--editor", "Jan de Vries").output
    with connect(database) as db:
        assert db.execute("select from lantaarn.register_entry").fetchall() == []
    assert run("register", "import", str(file)).exit_code == 0
    assert run("retention", "add", "P90D").exit_code == 0
    retention = {"raw": "P90D", "aggregate": document["datastreams"][0]["retention"]["aggregate"]}
    document["datastreams"][0]["retention"] = retention
    file.write_text(json.dumps(document))
    assert run("register", "import", str(file), "--reason", "shorter").exit_code == 0
    report = {"municipality": "helmond", "reference": "LML-1", "report_kind": "wrong", "words": "Hallo", "email": None}
    with connect(database) as db:
        for number in range(2):
            form_id = f"0198a000-0000-7000-8000-00000000000{number}"
            db.execute(REPORTS["file_report"], report | {"form_id": form_id, "due_on": NOW.date()})
    done = [
        ("reports", "answer", "1001", "--text", "Dank u."),
        ("reports", "close", "1002", "--reason", "Dubbel."),
        ("reports", "correct", "1001", "--text", "Dank.", "--reason", "shorter"),
        ("reports", "show", "1001"),
        ("reports", "export", "1001"),
        ("reports", "erase", "1001", "--reason", "on request", "--yes"),
        ("register", "redact", "LML-1", "--version", "1", "--field", "editor", "--reason", "on request", "--yes"),
        ("erase", "--sensor", "LML-1", "--reason", "on request", "--yes"),
    ]
    for words in done:
        assert "say who you are" in run(*words, editor="").output
        assert run(*words).exit_code == 0
    assert len((tmp_path / "tombstones.jsonl").read_text().splitlines()) == 3
    assert run("reports", "export", "1").exit_code == run("reports", "answer", "1", "--text", "Dank u.").exit_code == 1

    told = [json.loads(line) for line in run("staff-log", "--json").stdout.splitlines()]
    assert [(each["command"], each["subject"].partition(":")[0], each["reason"]) for each in told] == [
        ("register import", "sha256", "bijgewerkt uit een bestand / updated from a file"),
        ("retention add", "P90D", None),
        ("change of term", "LML-1 no2 raw P1Y to P90D", None),
        ("register import", "sha256", "shorter"),
        ("reports answer", "report 1001", None),
        ("reports close", "report 1002", None),
        ("reports correct", "report 1001", "shorter"),
        ("reports show", "report 1001", None),
        ("reports export", "report 1001", None),
        ("reports erase", "report 1001", "on request"),
        ("register redact", "LML-1 editor", "on request"),
        ("erase", "LML-1", "on request"),
    ]
    assert {each["editor"] for each in told} == {"team Sensoren"}
    shown = run("staff-log")
    assert shown.exit_code == 0
    assert "The staff log is intact" in shown.output
    assert "change of" in shown.output
    assert run("staff-log", "--from", "2020-01-01", "--to", "2020-01-01", "--json").stdout == ""
    with connect(database) as db:
        db.execute("alter table lantaarn.staff_log disable trigger all; delete from lantaarn.staff_log where id = 1")
    assert run("staff-log").exit_code == 1
