"""``docs/schema.md`` has every table and view that the migrations make, and says who may do what."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from sensors.db import Database, connect

PAGE = (Path(__file__).parents[3] / "docs" / "schema.md").read_text(encoding="utf-8")
MAY = {"SELECT": "read", "INSERT": "add", "UPDATE": "change", "DELETE": "delete"}
READERS = {
    "open": {"lantaarn_api": "read", "lantaarn_dashboard": "read"},
    "staff": {"lantaarn_dashboard": "read"},
    "restricted": {},
}
RELATIONS = """
select relation.oid::regclass::text as name, acl.grantee::regrole::text as role, acl.privilege_type as may
from pg_class as relation
left join lateral aclexplode(relation.relacl) as acl on acl.grantee <> relation.relowner
where
    relation.relnamespace::regnamespace::text in ('lantaarn', 'open', 'restricted', 'staff')
    and relation.relkind in ('r', 'p', 'v', 'm')
order by array_position(array['SELECT', 'INSERT', 'UPDATE', 'DELETE'], acl.privilege_type)
"""
FUNCTIONS = """
select function.pronamespace::regnamespace || '.' || function.proname as name, acl.grantee::regrole::text as role
from pg_proc as function
cross join lateral aclexplode(function.proacl) as acl
where
    function.pronamespace::regnamespace::text in ('lantaarn', 'open')
    and function.prosecdef
    and acl.grantee <> function.proowner
"""
KEYS = """
select distinct parent.relname as parent, child.relname as child
from pg_constraint as known
inner join pg_class as parent on parent.oid = known.confrelid
inner join pg_class as child on child.oid = known.conrelid
where known.contype = 'f' and child.relnamespace = 'lantaarn'::regnamespace
"""


def test_the_page_names_every_table_and_view_and_who_may_do_what(database: str) -> None:
    with connect(database) as db:
        held, functions = _held(db), {row["name"] for row in db.execute(FUNCTIONS)}
    told = {name: _rights(name, last) for name, last in _rows().items() if name not in functions}
    assert sorted(told) == sorted(held), "docs/schema.md names other tables and views than there are"
    assert told == held


def test_the_page_names_what_runs_with_the_rights_of_its_owner(database: str) -> None:
    with connect(database) as db:
        found = {row["name"]: f"`{row['role']}`" for row in db.execute(FUNCTIONS)}
    told = _rows()
    assert {name: told.get(name) for name in found} == found


def test_the_drawing_has_every_foreign_key(database: str) -> None:
    drawn = re.findall(r"^ +(\w+) \|\|--o[{|] (\w+) :", PAGE, re.MULTILINE)
    with connect(database) as db:
        assert sorted(drawn) == sorted((row["parent"], row["child"]) for row in db.execute(KEYS))


def _held(db: Database) -> Mapping[str, Mapping[str, str]]:
    """Of each table and view: role → what it may, in words."""
    held: dict[str, dict[str, list[str]]] = {}
    for row in db.execute(RELATIONS).fetchall():
        roles = held.setdefault(row["name"], {})
        if row["role"] is not None:
            roles.setdefault(row["role"], []).append(MAY[row["may"]])
    return {name: {role: ", ".join(may) for role, may in roles.items()} for name, roles in held.items()}


def _rights(name: str, last: str) -> Mapping[str, str]:
    """The same from a row of the page: only in the schema of the tables does it have a column for it."""
    readers = READERS.get(name.partition(".")[0])
    if readers is not None:
        return readers
    return {"lantaarn_ingest": last} if last else {}


def _rows() -> Mapping[str, str]:
    """Each name that has a row in a table of the page, and the last cell of that row. None has two."""
    rows = [(cells[1].strip(" `"), cells[-2].strip()) for cells in _cells() if re.fullmatch(r" `\w+\.\w+` ", cells[1])]
    assert len(dict(rows)) == len(rows)
    return dict(rows)


def _cells() -> Iterator[list[str]]:
    return (line.split("|") for line in PAGE.splitlines() if line.startswith("|"))
