"""The handbook's page on secrets: what it says of the database is done, and the old password is worth nothing after."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from sensors.db import connect
from sensors.db.migrate import migrate
from sensors.db.server import EmbeddedPostgres
from tests.support.shell import link_project, run_shell, shell_blocks

EMBEDDED, WEB = shell_blocks("docs/operations/secrets.md")
NOT_HERE = re.compile(r"^(systemctl|set -a).*\n", re.MULTILINE)
"""There are no services in a test, and their settings are given."""


@pytest.fixture
def server(made_installation: None, tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    link_project(tmp_path)
    running = EmbeddedPostgres(tmp_path, durable=False)
    try:
        with running:
            with connect(running.url) as db:
                migrate(db)
            yield running
    finally:
        shutil.rmtree(running.data_folder, ignore_errors=True)


def do(server: EmbeddedPostgres, folder: Path, commands: str) -> None:
    """Run them; as root the password is elsewhere than the page says."""
    ours = NOT_HERE.sub("", commands).replace(".lantaarn/pg/password", str(server.data_folder / "password"))
    path = f"{os.environ['PATH']}:{server.installation.bin_folder}"  # where no psql is installed: the one of the server
    done = run_shell(folder, ours, os.environ | {"DATABASE_URL": server.url, "PATH": path})
    assert done.returncode == 0, done.stderr


def test_the_password_of_the_embedded_database_is_replaced(server: EmbeddedPostgres, tmp_path: Path) -> None:
    old = server.url
    do(server, tmp_path, EMBEDDED)
    assert server.url != old
    psycopg.connect(server.url).close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(old)


def test_the_web_server_gets_a_login_that_may_only_read(server: EmbeddedPostgres, tmp_path: Path) -> None:
    do(server, tmp_path, WEB.replace("…", "for-the-web"))
    owner = urlsplit(server.url)
    mine = owner._replace(netloc=f"lantaarn_web:for-the-web@{owner.hostname}:{owner.port}").geturl()
    with psycopg.connect(mine, autocommit=True) as db:
        assert db.execute("select count(*) from open.sensor").fetchall() == [(0,)]
        for more in ("set role lantaarn_owner", "set role lantaarn_ingest", "select * from lantaarn.register_entry"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(more)
