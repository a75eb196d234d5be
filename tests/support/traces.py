"""Sensors of residents full of words that stand nowhere else, and where these are in a database and on pages."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, LiteralString, cast

import httpx
from fastapi.routing import APIRoute

from api.app import API_MODULES, PAGE_MODULES
from api.content import sitemap_page
from api.i18n import URL_PREFIXES
from sensors.db import Database
from tests.support.entries import Document, example_datastream, example_entry

HOMES = 4
REDACTED = HOMES
"""The number of the home of which single fields are removed."""
REDACTED_FIELDS: Mapping[str, str] = {
    "name.nl": "naam",
    "location.address": "straat",
    "organisations[0].name": "eigenaar",
    "datastreams[0].description": "uitleg",
    "project": "project",
    "reason": "reden",
}
"""The fields that are removed from it, and what is in them."""
_WITHOUT_LANGUAGE = ("/v1/", "/sitemap", "/robots.txt", "/register-entry")
DERIVED, REMOVED = "derived again", "removed"
TABLES: Mapping[str, str] = {
    "lantaarn.aggregation_change": "stays: numbers of datastreams, no words",
    "lantaarn.area": "stays: of no entry",
    "lantaarn.book_day": "stays: sums over a kind of sensor",
    "lantaarn.book_reason_day": "stays: sums over a kind of sensor",
    "lantaarn.changed_day": "stays: days and numbers of datastreams",
    "lantaarn.changed_hour": "stays: hours and numbers of datastreams",
    "lantaarn.class_change": "stays: numbers of datastreams, no words",
    "lantaarn.datastream": DERIVED,
    "lantaarn.day_total": REMOVED,
    "lantaarn.days_made": "stays: of no entry",
    "lantaarn.deletion_log": "stays: counts by table, the proof of deletion",
    "lantaarn.deviation": REMOVED,
    "lantaarn.entry_quality": DERIVED,
    "lantaarn.entry_violation": DERIVED,
    "lantaarn.erased_report": "stays: which report was erased, never what was in it",
    "lantaarn.event_refusal": "stays: sums over a kind of sensor",
    "lantaarn.expiring_chunk": "stays: of no entry",
    "lantaarn.finding": DERIVED,
    "lantaarn.ingest_session": "stays: of no entry",
    "lantaarn.lamp_day": REMOVED,
    "lantaarn.ledger": "stays: counts by hour, the proof of what was promised",
    "lantaarn.ledger_reason": "stays: counts by hour, the proof of what was promised",
    "lantaarn.mail_spool": "stays: of no entry",
    "lantaarn.migration": "stays: of no entry",
    "lantaarn.movement_cell": "stays: of at least twelve lamps",
    "lantaarn.observation_10y": REMOVED,
    "lantaarn.observation_1d": REMOVED,
    "lantaarn.observation_1y": REMOVED,
    "lantaarn.observation_31d": REMOVED,
    "lantaarn.observation_5y": REMOVED,
    "lantaarn.observation_7d": REMOVED,
    "lantaarn.public_cell": REMOVED,
    "lantaarn.public_day": REMOVED,
    "lantaarn.public_floor": "stays: of no entry",
    "lantaarn.publication": REMOVED,
    "lantaarn.pulse": "stays: of no entry",
    "lantaarn.quality_group": REMOVED,
    "lantaarn.quality_made": REMOVED,
    "lantaarn.quarantine": REMOVED,
    "lantaarn.redaction": "stays: which versions lost something, and when",
    "lantaarn.register_entry": "stays: what was measured and why, without place, owner, contact and words",
    "lantaarn.removed_field": "stays: which field was removed, never what was in it",
    "lantaarn.report": "stays: that there was a report, without its words and answer",
    "lantaarn.report_address": "stays: whoever wrote gets an answer, and it has its own term",
    "lantaarn.report_decision": "stays: why the desk decided something, of nobody; it has its own term",
    "lantaarn.report_mail": REMOVED,
    "lantaarn.retention_class": "stays: of no entry",
    "lantaarn.rollup_hour": REMOVED,
    "lantaarn.sensor": DERIVED,
    "lantaarn.sensor_day": REMOVED,
    "lantaarn.slug": DERIVED,
    "lantaarn.staff_log": "stays: who erased which entry, never what was in it; it has its own term",
    "lantaarn.tombstone": "stays: which entry was erased, never what was in it",
    "lantaarn.travel_hour": REMOVED,
    "lantaarn.travel_time": REMOVED,
    "lantaarn.verification": "stays: what was verified of a term",
    "lantaarn.version_state": DERIVED,
    "lantaarn.window_count": "stays: of at least twelve lamps",
    "lantaarn.window_day": "stays: sums over a group",
    "lantaarn.window_due": "stays: sums over a group",
    "restricted.location": REMOVED,
}
"""What an erasure of a whole entry does to each table. A new table is entered here, and treated so."""
_OF_AN_ENTRY = {
    "entry_id": "select %(entry_id)s::uuid",
    "sensor_id": "select id from lantaarn.sensor where entry_id = %(entry_id)s",
    "datastream_id": "select d.id from lantaarn.datastream d join lantaarn.sensor s on s.id = d.sensor_id"
    " where s.entry_id = %(entry_id)s",
    "report_id": "select id from lantaarn.report where entry_id = %(entry_id)s",
}
"""The columns by which a row belongs to an entry."""


def reference_of(number: int) -> str:
    """The reference of a home, which stays."""
    return f"huis-{number}"


def home_versions(number: int) -> tuple[Document, Document]:
    """A home with everything in it that an entry may hold: first at its exact place, then in a cell."""
    place = [round(5.604321 + number * 0.013, 6), round(51.470123 + number * 0.0041, 6)]
    at = {"kind": "fixed", "geometry": {"type": "Point", "coordinates": place}}
    owner = {"role": "owner", "name": _word(number, "stichting")}
    controller = {"role": "controller", "name": "Gemeente Helmond"}
    first = example_entry(
        reference=reference_of(number),
        location=at | {"height_m": 4.0},
        organisations=[owner, controller],
        summary={"nl": _word(number, "oudetekst")},
    )
    told = example_datastream("no2", description={"nl": _word(number, "uitleg")})
    second = first | {
        "name": {"nl": _word(number, "naam"), "en": _word(number, "label")},
        "summary": {"nl": _word(number, "samenvatting"), "en": _word(number, "summary")},
        "location": at | {"precision": "cell_100m", "address": _word(number, "straat")},
        "datastreams": [told | {"access_parties": [_word(number, "ontvanger")]}],
        "organisations": [
            owner | {"name": _word(number, "eigenaar"), "url": f"https://{_word(number, 'site')}.example/"},
            {"role": "operator", "name": _word(number, "beheerder")},
            controller,
        ],
        "project": {
            "name": _word(number, "project"),
            "description": {"nl": _word(number, "projectdoel")},
            "url": f"https://{_word(number, 'projectsite')}.example/",
        },
        "contact": {
            "name": f"Balie {_word(number, 'balie')}",
            "email": f"info@{_word(number, 'postbus')}.example",
            "phone": f"0492 58{number}734",
            "url": f"https://{_word(number, 'loket')}.example/",
        },
    }
    return first, second


def canaries(db: Database) -> frozenset[str]:
    """All words and numbers that may be found nowhere once the homes are erased."""
    found: set[str] = set()
    for number in range(HOMES):
        for document in home_versions(number):
            found |= set(_values(document["location"]["geometry"]["coordinates"]))
        found |= {text for what in _WORDS for text in [_word(number, what)]}
        found.add(f"0492 58{number}734")
    found |= {_word(REDACTED, what) for what in REDACTED_FIELDS.values()}
    rows = db.execute(
        "select find.longitude, find.latitude, entry.document #> '{location,geometry,coordinates}' as cell"
        " from lantaarn.finding as find inner join lantaarn.sensor as sensor on sensor.id = find.sensor_id"
        " inner join lantaarn.register_entry as entry on entry.revision = sensor.revision"
        " where find.reference = any(%(references)s)",
        {"references": [reference_of(number) for number in range(HOMES)]},
    ).fetchall()
    found = found.union(*(_values([row["longitude"], row["latitude"], row["cell"]]) for row in rows))
    outlines = db.execute("select string_agg(geometry::text, ' ') as text from lantaarn.area").fetchone() or {}
    return frozenset(found).difference(seen_in(outlines["text"], found))


_WORDS = (
    *("stichting", "oudetekst", "uitleg", "naam", "label", "samenvatting", "summary", "straat", "ontvanger"),
    *("eigenaar", "site", "beheerder", "project", "projectdoel", "projectsite", "balie", "postbus", "loket"),
    *("redacteur", "reden", "melding", "antwoord"),
)


def editor_and_reason(number: int) -> Mapping[str, str]:
    """Who published a home and why, as free text."""
    return {"editor": _word(number, "redacteur"), "reason": _word(number, "reden")}


def report_and_answer(number: int) -> tuple[str, str]:
    """What someone wrote about a home, and the answer."""
    return _word(number, "melding"), _word(number, "antwoord")


def _word(number: int, what: str) -> str:
    return f"kanarie{what}{number}xq"


def _values(coordinates: object) -> Iterator[str]:
    if isinstance(coordinates, list):
        for each in coordinates:  # pyright: ignore[reportUnknownVariableType]
            yield from _values(each)  # pyright: ignore[reportUnknownArgumentType]
    else:
        yield str(coordinates)


def tables(db: Database) -> frozenset[str]:
    """Every table of the database with its schema, but for those of an extension."""
    return frozenset(_relations(db, "rp"))


def _relations(db: Database, sorts: str) -> list[str]:
    rows = db.execute(
        "select namespace.nspname || '.' || relation.relname as name from pg_class as relation"
        " inner join pg_namespace as namespace on namespace.oid = relation.relnamespace"
        " where relation.relkind::text = any(%(sorts)s)"
        " and namespace.nspname !~ '^(pg_|_?timescaledb|information_schema)'"
        " and not exists (select from pg_depend as part"
        " where part.objid in (relation.oid, namespace.oid) and part.deptype = 'e') order by 1",
        {"sorts": list(sorts)},
    ).fetchall()
    return [row["name"] for row in rows]


def traces_in_database(db: Database, words: Collection[str]) -> dict[str, list[str]]:
    """Which of the words are in each table and view, and in what the planner remembers of them."""
    found: dict[str, list[str]] = {}
    for name in (*_relations(db, "rpvmf"), "pg_catalog.pg_stats"):
        rows = db.execute(cast(LiteralString, f"select t::text as line from {name} as t")).fetchall()
        if seen := seen_in("\n".join(row["line"] for row in rows), words):
            found[name] = seen
    return found


def seen_in(text: str, words: Collection[str]) -> list[str]:
    """Which of the words are in a text."""
    text = text.lower()
    return sorted(word for word in words if word.lower() in text)


def rows_of(db: Database, entry_id: str) -> dict[str, int]:
    """The number of rows of an entry, by table."""
    columns = db.execute(
        "select table_schema || '.' || table_name as name, column_name from information_schema.columns"
        " where column_name = any(%(known)s)",
        {"known": list(_OF_AN_ENTRY)},
    ).fetchall()
    found: dict[str, int] = {}
    for name, column in ((row["name"], row["column_name"]) for row in columns if row["name"] in TABLES):
        query = f"select count(*) as n from {name} where {column} in ({_OF_AN_ENTRY[column]})"
        counted = db.execute(cast(LiteralString, query), {"entry_id": entry_id}).fetchone()
        found[name] = counted["n"] if counted else 0
    return found


def addresses(db: Database, number: int) -> list[str]:
    """Every page, feed and answer of the API about a home and about all that only its entry names."""
    of_home = {"reference": reference_of(number), "names": f"%{number}xq"}
    named = db.execute("select sort, slug from lantaarn.slug where name like %(names)s", of_home).fetchall()
    slugs = {sort: [row["slug"] for row in named if row["sort"] == sort] for sort in ("organisation", "project")}
    reported = db.execute("select id from lantaarn.report where reference = %(reference)s", of_home).fetchall()
    reports = [row["id"] for row in reported]
    ids = [example_entry(reference=reference_of(number))["id"]]

    def choices(path: str, name: str) -> Sequence[Any]:
        if path.startswith(("/organisaties", "/projecten", "/v1/organisations", "/v1/projects")):
            return slugs["organisation" if "organisat" in path else "project"]
        if path.startswith("/meldingen"):
            return reports
        known = {"reference": [reference_of(number)], "entry_id": ids, "number": (1, 2, 3), "version": (1, 2, 3)}
        return ids if path.startswith("/v1/sensors/") and name == "id" else known.get(name, (0,))

    paths = [
        path.format(**dict(zip(names, values, strict=True)))
        for path in _routes()
        for names in [re.findall(r"{(\w+)}", path)]
        for values in product(*(choices(path, name) for name in names))
    ]
    return [*paths, *(f"{URL_PREFIXES['en']}{path}" for path in paths if not path.startswith(_WITHOUT_LANGUAGE))]


def _routes() -> list[str]:
    routers = [module.router for module in (*PAGE_MODULES, *API_MODULES, sitemap_page)]
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    # A PDF is drawn from the same as the SVG of a sign, and in it no word can be found.
    return [route.path for route in routes if "GET" in (route.methods or ()) and not route.path.endswith(".pdf")]


def traces_on_pages(client: httpx.Client, paths: Collection[str], words: Collection[str]) -> dict[str, list[str]]:
    """Which of the words are on each page, also on the one that it leads to."""
    found: dict[str, list[str]] = {}
    for path in paths:
        page = client.get(path, follow_redirects=True)
        led_to = str(page.url) if page.history else ""
        if seen := seen_in(f"{led_to}\n{page.text}", words):
            found[path] = seen
    return found
