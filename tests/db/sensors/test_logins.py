"""Each program logs in as its own role; the owner of the tables is no superuser."""

import os
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql
from pydantic import SecretStr

from lantaarn import main
from sensors.db import RoleError, connect
from sensors.db.capabilities import Edition, probe_capabilities
from sensors.db.logins import set_logins
from sensors.db.migrate import migrate
from sensors.db.server import EmbeddedPostgres
from sensors.settings.base import SettingsError
from sensors.settings.database import DatabaseSettings
from tests.support.pglite.client import EMPTY_DATABASE, Pglite

ROOT = Path(__file__).parents[3]
PASSWORD = "d4tabase-pass%word"


def as_role(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{role}:{password.replace('%', '%25')}@{parts.netloc.rpartition('@')[2]}{parts.path}"


@pytest.fixture
def logged_out(database: str) -> Iterator[str]:
    """The database, and afterwards roles that can't log in: they belong to the whole server."""
    yield database
    with connect(database) as db:
        set_logins(db, dict.fromkeys(("lantaarn_ingest", "lantaarn_api", "lantaarn_dashboard")))


def test_a_program_logs_in_as_its_role_and_as_no_other(
    logged_out: str, pg_server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", logged_out)
    monkeypatch.setenv("LANTAARN_INGEST_DATABASE_PASSWORD", PASSWORD)
    monkeypatch.setenv("LANTAARN_API_DATABASE_PASSWORD", PASSWORD + "2")
    said = CliRunner().invoke(main, ["migrate", "--logins"])
    assert said.exit_code == 0, said.output
    assert "lantaarn_ingest logs in" in said.output
    assert "lantaarn_dashboard does not log in" in said.output
    with connect(as_role(logged_out, "lantaarn_ingest", PASSWORD), role="lantaarn_ingest") as db:
        db.execute("select count(*) from lantaarn.sensor")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute("delete from lantaarn.sensor")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute("set role lantaarn_owner")
    for role, password in (("lantaarn_api", PASSWORD), ("lantaarn_dashboard", PASSWORD)):
        with pytest.raises(psycopg.OperationalError):
            connect(as_role(logged_out, role, password))
    with connect(logged_out) as db:
        kept = db.execute("select rolpassword from pg_authid where rolname = 'lantaarn_ingest'").fetchone()
        assert kept is not None
        assert kept["rolpassword"].startswith("SCRAM-SHA-256$")
    assert PASSWORD not in said.output + pg_server.log_file.read_text()


def test_the_password_may_stand_apart_from_the_address(logged_out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with connect(logged_out) as db:
        set_logins(db, {"lantaarn_ingest": SecretStr(PASSWORD)})
    host = urlsplit(logged_out).netloc.rpartition("@")[2]
    path = urlsplit(logged_out).path
    monkeypatch.setenv("DATABASE_URL", f"postgresql://lantaarn_ingest@{host}{path}")
    monkeypatch.setenv("DATABASE_PASSWORD", PASSWORD)
    settings = DatabaseSettings.load()
    connect(settings.database_url.get_secret_value()).close()
    assert PASSWORD not in repr(settings) + str(dict(settings.display_values()))
    for address in (f"postgresql://{host}{path}", logged_out):
        monkeypatch.setenv("DATABASE_URL", address)
        with pytest.raises(SettingsError, match="DATABASE_PASSWORD needs a user in DATABASE_URL"):
            DatabaseSettings.load()


def test_a_user_that_may_not_change_a_role_is_told_what_to_do(logged_out: str) -> None:
    with (
        connect(logged_out) as db,
        someone(db) as name,
        connect(as_role(logged_out, name, "x")) as other,
        pytest.raises(RoleError, match=f"grant lantaarn_ingest to {name} with admin option"),
    ):
        set_logins(other, {"lantaarn_ingest": SecretStr(PASSWORD)})


@contextmanager
def someone(db: psycopg.Connection[dict[str, Any]]) -> Generator[str]:
    db.execute("create role nobody_special login password 'x'")
    try:
        yield "nobody_special"
    finally:
        db.execute("drop role nobody_special")


def test_an_owner_that_is_no_superuser_brings_the_database_up_to_date(pglite: Pglite) -> None:
    """As `deployment/database-owner.sh` makes it: a superuser adds TimescaleDB, the owner makes the rest."""
    pglite.open_snapshot(EMPTY_DATABASE)
    pglite.execute("create extension if not exists timescaledb")
    pglite.execute("create role keeper login createrole")
    pglite.execute("alter database template1 owner to keeper")
    pglite.execute("set session authorization keeper")
    try:
        assert migrate(pglite)
        assert probe_capabilities(pglite).edition is Edition.TIMESCALEDB_COMMUNITY
        pglite.execute("alter role lantaarn_ingest login password 'x'")
        pglite.execute("set role lantaarn_ingest")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            pglite.execute("drop table lantaarn.sensor")
    finally:
        pglite.execute("reset role")
        pglite.execute("reset session authorization")


def test_the_script_of_the_image_makes_the_owner(pg_server: EmbeddedPostgres, tmp_path: Path) -> None:
    """`deployment/database-owner.sh` as it is, but that an owner by that name is here already."""
    secret = tmp_path / "password"
    secret.write_text("own'er \"$x")
    script = (ROOT / "deployment" / "database-owner.sh").read_text()
    script = script.replace("/run/secrets/database_owner_password", str(secret)).replace(
        "lantaarn_owner", "made_by_script"
    )
    server = urlsplit(pg_server.url_of("postgres"))
    environment = {
        "PATH": f"{pg_server.installation.bin_folder}:{os.environ['PATH']}",
        "PGHOST": str(server.hostname),
        "PGPORT": str(server.port),
        "PGPASSWORD": str(server.password),
        "POSTGRES_USER": str(server.username),
        "POSTGRES_DB": "scripted",
    }
    with connect(pg_server.url_of("postgres")) as db:
        db.execute("create database scripted")
        try:
            subprocess.run(["sh", "-c", script], env=environment, check=True)
            address = as_role(pg_server.url_of("scripted"), "made_by_script", quote(secret.read_text()))
            with connect(address.replace("%25", "%")) as owner:
                owner.execute("create schema mine")
        finally:
            db.execute("drop database scripted with (force)")
            db.execute("drop role made_by_script")


def test_an_owner_that_is_no_superuser_has_enough_on_postgresql(pg_server: EmbeddedPostgres) -> None:
    owner, name = sql.Identifier("keeper"), sql.Identifier("kept")
    with connect(pg_server.url_of("postgres")) as server:
        server.execute(sql.SQL("create role {} login createrole password 'x'").format(owner))
        for role in ("lantaarn_ingest", "lantaarn_api", "lantaarn_dashboard"):
            known = server.execute("select from pg_roles where rolname = %(role)s", {"role": role}).fetchone()
            if known is not None:
                server.execute(sql.SQL("grant {} to {} with admin option").format(sql.Identifier(role), owner))
        server.execute(sql.SQL("create database {} owner {}").format(name, owner))
        try:
            with connect(as_role(pg_server.url_of("kept"), "keeper", "x")) as db:
                assert migrate(db)
                set_logins(db, {"lantaarn_api": SecretStr(PASSWORD)})
                set_logins(db, {"lantaarn_api": None})
        finally:
            server.execute(sql.SQL("drop database {} with (force)").format(name))
            server.execute(sql.SQL("drop owned by {}").format(owner))
            server.execute(sql.SQL("drop role {}").format(owner))
