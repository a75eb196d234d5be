"""Every statement of the programs means something on every database: it is planned with parameters of its own types.
And what a page asks about one sensor or neighbourhood doesn't read the numbers of the whole city."""

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
from sensors.register.entry import Entry
from sensors.register.repository import publish
from tests.support.entries import example_entry
from tests.support.sample_data import traffic_counter_entry

ROOT = Path(__file__).parents[3]
FILES = [path for folder in ("sensors", "ingest", "api", "officer") for path in sorted((ROOT / folder).rglob("*.sql"))]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SAMPLES: dict[str, Any] = {
    **dict.fromkeys(("now", "at", "received_at", "older_than", "deleted_at"), NOW),
    **dict.fromkeys(
        ("municipality", "kind", "neighbourhood", "organisation", "status", "reference", "level", "group", "property"),
        "helmond",
    ),
    **dict.fromkeys(("editor", "reason", "command", "subject", "table_name", "retention_class", "lock_name"), "text"),
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
    **dict.fromkeys(("schedule", "min_age", "delay", "held"), timedelta(minutes=15)),
    "min_heard": 0.75,
    "clip_steps": 500,
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
    **dict.fromkeys(("text_term", "max_text_term", "address_term", "max_address_term", "unsent_mail_term"), "P1Y"),
    "program": UUID(example_entry()["id"]),
    **dict.fromkeys(("spooled_mail_term", "staff_log_term"), "P14D"),
    "oldest": NOW,
    "min_group": 1,
    **dict.fromkeys(("settled", "is_late"), True),
    "rule": "class change",
    **dict.fromkeys(("from", "until", "recorded_at", "first_time", "last_time"), NOW),
    **dict.fromkeys(("register", "resend"), False),
    "id": UUID(example_entry()["id"]),
    "document": example_entry(),
    "form_id": UUID(example_entry()["id"]),
    "due_on": date(2026, 12, 4),
    **dict.fromkeys(("report_kind", "words", "email", "answer", "removed"), "text"),
    **dict.fromkeys(("number", "mail", "before_revision", "first_version", "last_version"), 1),
    **dict.fromkeys(("means", "field"), "text"),
    "include_settled": False,
    "decision": "corrected",
    "with_answer": False,
    "matches": ["plate"],
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


CHANGES = re.compile(r"^(insert|update|delete)\b", re.MULTILINE)
ABOUT_ONE = re.compile(r"%\((sensor_id|sensor_ids|neighbourhood)\)s")
ELSEWHERE = 500
"""Numbers of a counter that is far from the sensor that is asked for."""


def test_a_page_about_one_sensor_reads_the_numbers_of_that_sensor(server_database: Database) -> None:
    db = server_database
    for reference in ("verkeer-1", "verkeer-2"):
        entry = Entry.model_validate(traffic_counter_entry(reference=reference))
        publish(db, entry, editor="test", reason="test", valid_from=NOW)
    # And a sum of what came late for every 100 hours: each makes a mean of four weeks.
    db.execute(
        "insert into lantaarn.public_cell (datastream_id, period, start, counted, value, noise, filled) "
        "select id, period, %(now)s - interval '60 days' + hours * interval '1 hour', true, 50, 12, "
        "case period when 'late' then 0 end from lantaarn.datastream, "
        "generate_series(1, %(cells)s::integer) as hours, unnest('{hour, late}'::text []) as period "
        "where id > 1 and (period = 'hour' or hours %% 100 = 0)",
        {"now": NOW, "cells": ELSEWHERE},
    )
    # A table this small is read as a whole, whatever is asked of it.
    db.execute("set enable_seqscan = off")
    asked: dict[str, LiteralString] = {
        which: text for which, text in STATEMENTS.items() if ABOUT_ONE.search(text) and not CHANGES.search(text)
    }
    read = {which: _rows_read(db, text) for which, text in asked.items()}
    assert {which: rows for which, rows in read.items() if rows >= ELSEWHERE} == {}
    assert len(read) > 20


def _rows_read(db: Database, text: LiteralString) -> int:
    """How many rows of cells a statement reads about the first sensor, hidden ones too."""
    row = db.execute("explain (analyze, format json) " + text, _samples(text) or None).fetchone() or {}
    return sum(_rows_of(row["QUERY PLAN"][0]["Plan"]))


def _rows_of(step: dict[str, Any]) -> Iterator[int]:
    """Of this step and those below it, for each that reads a table with cells."""
    if step.get("Relation Name") == "public_cell":
        yield int((step["Actual Rows"] + step.get("Rows Removed by Filter", 0)) * step["Actual Loops"])
    for below in step.get("Plans", ()):
        yield from _rows_of(below)


def _samples(text: LiteralString) -> dict[str, Any]:
    """A value for each parameter of a statement."""
    since = NOW if "since)s::timestamptz" in text else date(2026, 11, 22)
    return {name: since if name == "since" else SAMPLES[name] for name in re.findall(r"%\((\w+)\)s", text)}


def _explain(db: Database, text: LiteralString) -> str | None:
    """What is wrong with a statement, if anything."""
    try:
        with db.transaction():
            db.execute("explain " + text, _samples(text) or None).fetchall()
    except psycopg.Error as error:
        return str(error)
    return None


def _belongs(db: Database, which: str) -> bool:
    """Whether it can be asked of this database at all."""
    return which.split(":")[1] not in ONLY_TIMESCALE or probe_capabilities(db).has_hypertables
