"""Generate ``sensors/db/schema.sql`` from the migrations: run ``python -m docs.generators.schema``.

Uses the wheel's PostgreSQL, so that the result is the same on every machine. pg_dump's output is regrouped: each table
is followed by its keys, indexes, triggers and grants.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from sensors.db import connect
from sensors.db.dump import PostgresTools
from sensors.db.migrate import migrate
from sensors.db.server import EmbeddedPostgres, find_wheel

PAGE = Path(__file__).parents[2] / "sensors" / "db" / "schema.sql"
HEADER = """\
-- Written by `make schema` (docs/generators/schema.py); don't edit it. The source, with the reasons, is the migrations
-- in sensors/db/migrations: this is what they make of an empty PostgreSQL. What they add for TimescaleDB is not here.
-- For reading, not for running: it is in order of name. What each table is for is in docs/schema.md.
"""
_OPTIONS = ("--schema-only", "--no-owner", "--no-tablespaces", "--no-table-access-method")
_ENTRY = re.compile(r"^--\n-- Name: .*\n--\n\n", re.MULTILINE)
_END = "--\n-- PostgreSQL database dump complete\n"
_KINDS = ("SCHEMA", "TABLE", "VIEW", "FUNCTION")
_SUBJECT = re.compile(
    rf"(?:^CREATE (?:{'|'.join(_KINDS)})|^ALTER TABLE(?: ONLY)?|\bON(?: {'| '.join(_KINDS)})?) ([\w.]+)"
)


def page() -> str:
    """The content of the file, from a temporary database."""
    programs = find_wheel().bin_folder
    with TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder), pg_bin=programs, durable=False)
        try:
            with server:
                with connect(server.url) as db:
                    migrate(db, without_timescaledb=True)
                return page_of(PostgresTools(programs, server.url))
        finally:
            shutil.rmtree(server.data_folder, ignore_errors=True)


def page_of(programs: PostgresTools) -> str:
    """The content of the file, from a migrated database. Raises DumpError."""
    dumped = _output(programs, "pg_dump", *_OPTIONS)
    roles = _roles(_output(programs, "pg_dumpall", "--roles-only", "--no-role-passwords"), dumped)
    return "\n".join([HEADER, "-- roles", *roles, "", *_sections(dumped)])


def _output(programs: PostgresTools, name: str, *options: str) -> str:
    with TemporaryFile() as output:
        programs.run(name, *options, output=output)
        output.seek(0)
        return output.read().decode()


def _sections(dumped: str) -> Iterator[str]:
    """Yield a section per schema, table, view and function, in that order and then by name."""
    found: dict[str, list[str]] = {}
    for entry in _ENTRY.split(dumped.partition(_END)[0])[1:]:
        found.setdefault(_subject(entry), []).append(entry.strip())
    for name in sorted(found, key=lambda each: (_KINDS.index(found[each][0].split()[1]), each)):
        yield "\n".join([f"-- {name}", *found[name], ""])


def _subject(entry: str) -> str:
    """The object an entry defines or belongs to. Raises ValueError for an unknown type of entry."""
    subject = _SUBJECT.search(entry)
    if subject is None:
        raise ValueError(f"pg_dump printed an entry of an unknown type: {entry[:80]}")
    return subject[1]


def _roles(all_roles: str, dumped: str) -> Iterator[str]:
    """Yield the roles with grants, and their settings. Login roles differ between servers and are left out."""
    granted = set(re.findall(r"^GRANT .* TO (\w+);$", dumped, re.MULTILINE))
    for line in re.finditer(r"^(?:CREATE|ALTER) ROLE (\w+)(?:;| SET .*)$", all_roles, re.MULTILINE):
        if line[1] in granted:
            yield line[0]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
