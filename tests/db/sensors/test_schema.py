"""``schema.sql``, which people read, is what the migrations make."""

import re

import pytest

from docs.generators import schema
from sensors.db.dump import PostgresTools
from sensors.db.server import EmbeddedPostgres, PostgresInstallation, find_wheel
from sensors.processes import ProcessError


@pytest.fixture(scope="module")
def made(pg_server: EmbeddedPostgres, migrated_template: str) -> str:
    """What ``schema.sql`` should be. Where the tests run on another PostgreSQL than the wheel's, it is started."""
    wheel, running = _wheel_that_dumps(), pg_server.installation
    if (running.full_version, running.has_timescaledb) != (wheel.full_version, wheel.has_timescaledb):
        return schema.page()
    return schema.page_of(PostgresTools(wheel.bin_folder, pg_server.url_of(migrated_template)))


def test_the_file_is_what_the_migrations_make(made: str) -> None:
    assert schema.PAGE.read_text(encoding="utf-8") == made, "run: make schema"


def test_the_file_tells_nothing_of_where_and_when_it_was_made(made: str) -> None:
    noise = re.compile(r"^\\|^SET |^SELECT |PostgreSQL \d|version \d|OWNER|PASSWORD|lantaarn_owner", re.MULTILINE)
    assert noise.findall(made) == []
    assert re.findall(r"^-- (\S+)$", made, re.MULTILINE)[:5] == ["roles", "lantaarn", "open", "restricted", "staff"]


def _wheel_that_dumps() -> PostgresInstallation:
    try:
        wheel = find_wheel()
    except ProcessError as error:
        pytest.skip(str(error))
    if not all((wheel.bin_folder / name).exists() for name in ("pg_dump", "pg_dumpall")):
        pytest.skip(f"there is no pg_dump in {wheel.bin_folder}")
    return wheel
