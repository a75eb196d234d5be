"""Every statement of the programs means something on every database: it is planned with parameters of its own types."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from docs.generators import schema
from sensors.db import Database
from sensors.db.capabilities import probe_capabilities
from sensors.db.queries import load_queries
from tests.support.entries import example_entry

ROOT = Path(__file__).parents[3]
FILES = [path for folder in ("sensors", "ingest", "api") for path in sorted((ROOT / folder).rglob("*.sql"))]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SAMPLES: dict[str, Any] = {
    **dict.fromkeys(("now", "at", "received_at", "older_than", "deleted_at"), NOW),
    **dict.fromkeys(
        ("municipality", "kind", "neighbourhood", "organisation", "status", "reference", "level", "group", "property"),
        "helmond",
    ),
    **dict.fromkeys(("editor", "reason", "table_name", "retention_class", "lock_name"), "text"),
    **dict.fromkeys(("limit", "offset", "sensor_id", "deleted_rows"), 1),
    **dict.fromkeys(("datastream_id", "change_id", "taken", "rows", "hours"), 1),
    **dict.fromkeys(("previous_hash", "hash"), bytes(32)),
    **{name: [1] for name in ("datastream_ids", "apart_ids", "qualities", "sensor_ids")},
    **{name: [1] for name in ("stored", "duplicate", "conflict", "quarantined")},
    **{name: [1] for name in ("aggregated", "fields_dropped", "readings", "sizes")},
    **{name: ["text"] for name in ("reasons", "topic_templates", "fields", "roles", "settings", "references")},
    **{name: [NOW] for name in ("times", "revised", "settled_hours", "starts", "ends")},
    "same_time": "last",
    **{name: [date(2026, 11, 22)] for name in ("first_days", "last_days")},
    **dict.fromkeys(("first_day", "last_day"), date(2026, 11, 22)),
    **dict.fromkeys(("minute", "lag", "commit", "batches", "messages")),
    "values": [1.5],
    "today": date(2026, 11, 22),
    **dict.fromkeys(("schedule", "min_age", "delay"), timedelta(minutes=15)),
    "min_heard": 0.75,
    "periods": ["hour"],
    "noises": [12.0],
    "filled": [None],
    "references": [None],
    "denominators": [None],
    "denominator_noises": [None],
    **dict.fromkeys(("from_hour", "until_hour", "incomplete_until", "made_at"), NOW),
    **dict.fromkeys(
        ("term", "ledger_term", "quarantine_term", "event_refusal_term", "heartbeat_term", "longest"), "P14D"
    ),
    "min_group": 1,
    **dict.fromkeys(("settled", "is_late"), True),
    "rule": "class change",
    **dict.fromkeys(("from", "until", "recorded_at", "first_time", "last_time"), NOW),
    **dict.fromkeys(("register", "resend"), False),
    "id": UUID(example_entry()["id"]),
    "document": example_entry(),
    "form_id": UUID(example_entry()["id"]),
    "due_on": date(2026, 12, 4),
    **dict.fromkeys(("report_kind", "words", "email", "answer"), "text"),
    **dict.fromkeys(("number", "mail", "before_revision"), 1),
    "include_settled": False,
    "street": "Markt",
    "relation": "open.movement_group",
    "filters": {"municipality": "helmond"},
    **dict.fromkeys(("edge", "after", "sort"), "text"),
    "view": "(6,52),(5,51)",
    "step": 0.01,
    "last": False,
    "client_id": "lantaarn-ingest-helmond",
    "packet_id": 1,
    "attempts": 1,
    "size": 1,
    "entry_id": UUID(example_entry()["id"]),
    **dict.fromkeys(("code", "organisation"), "text"),
    "day": date(2026, 11, 22),
    "batch": {
        "entries": [],
        "documents": [],
        "areas": [],
        "places": [],
        "datastreams": [],
        "aggregates": [],
        "found": [],
        "rows": [],
        "municipalities": [],
        "names": [],
    },
}
"""A value for each name of a parameter; one name has one type everywhere, but for ``since``."""


def statements() -> Iterator[tuple[str, LiteralString]]:
    for path in FILES:
        if path.parent.name == "migrations" or path == schema.PAGE:
            continue
        for name, text in load_queries(path).items():
            known = text.replace("{table}", "observation_31d").replace("{into}", "observation_5y")
            yield f"{path.parent.name}/{path.name}:{name}", known


STATEMENTS: dict[str, LiteralString] = dict(statements())
ONLY_TIMESCALE = ("drop_chunks", "expired_chunks_until", "dropped_by_database", "expiring_chunks")


def test_every_statement_is_understood(each_database: Database) -> None:
    # One test, not one for each: a database of its own for every statement would take a minute.
    known: dict[str, LiteralString] = {
        which: text for which, text in STATEMENTS.items() if _belongs(each_database, which)
    }
    misunderstood = {which: error for which, text in known.items() if (error := _explain(each_database, text))}
    assert misunderstood == {}
    assert len(known) > 40


def _explain(db: Database, text: LiteralString) -> str | None:
    """What is wrong with a statement, if anything."""
    since = NOW if "since)s::timestamptz" in text else date(2026, 11, 22)
    params = {name: since if name == "since" else SAMPLES[name] for name in re.findall(r"%\((\w+)\)s", text)}
    try:
        with db.transaction():
            db.execute("explain " + text, params or None).fetchall()
    except psycopg.Error as error:
        return str(error)
    return None


def _belongs(db: Database, which: str) -> bool:
    """Whether it can be asked of this database at all."""
    return which.split(":")[1] not in ONLY_TIMESCALE or probe_capabilities(db).has_hypertables
