"""No number and no time of a message can carry an identifier into a table or to a reader."""

import json
from datetime import UTC, datetime
from typing import Any, LiteralString, cast

import pytest

from ingest.pipeline import IncomingMessage
from sensors.db import Database
from sensors.kinds import KINDS, Kind
from tests.db.ingest.test_writer import take
from tests.support.entries import example_datastream, example_entry
from tests.support.sample_data import NOW, publish_cells, publish_documents

CITIZEN_SERVICE_NUMBER = 123456782
"""Fictitious, with nine digits that pass the check of Dutch citizen service numbers."""
FRACTION = 0.490154203237518
SENT_AT = (NOW.isoformat().replace("+00:00", ".123456782Z"), NOW.isoformat().replace("+00:00", ".490154203Z"))
FOUND_BY = ("123456", "234567", "4901542", "0154203")
"""Digits of both, also where the first ones were rounded off."""
ALL_RELATIONS = """
select relation.oid::regclass::text as name
from pg_class as relation
inner join pg_namespace as schema on schema.oid = relation.relnamespace
where schema.nspname in ('lantaarn', 'open', 'staff', 'restricted') and relation.relkind in ('r', 'p', 'v', 'm')
"""


def stored_codes(kind: Kind) -> list[str]:
    return [code for code, each in kind.properties.items() if each.required_privacy_rule is None]


def entry_of(kind: Kind) -> dict[str, Any]:
    streams = [
        example_datastream(
            code,
            kind.code,
            interval="PT1H",
            public=kind.properties[code].finest_public.value,
            privacy_rules=[{"rule": "public_threshold"}] if kind.properties[code].counts_people else [],
        )
        for code in stored_codes(kind)
    ]
    return example_entry(reference=kind.code, kind=kind.code, datastreams=streams)


def messages(kind: Kind) -> list[IncomingMessage]:
    properties = [kind.properties[code] for code in stored_codes(kind)]
    fractions = {each.code: sum(each.plausible_range) // 2 + FRACTION for each in properties}
    numbers = {each.code: CITIZEN_SERVICE_NUMBER for each in properties}
    # And what is stored without any objection, at a time with digits.
    plausible = {each.code: each.plausible_range[1] for each in properties}
    return [
        IncomingMessage(f"helmond/{kind.code}/{kind.code}/json", json.dumps({"time": time, **values}).encode())
        for time, values in ((SENT_AT[0], numbers), (SENT_AT[1], plausible), (SENT_AT[1], fractions))
    ]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_no_table_and_no_view_holds_the_digits_of_what_was_sent(each_database: Database, kind: Kind) -> None:
    db = each_database
    publish_documents(db, entry_of(kind))
    take(db, messages(kind), at=datetime.now(UTC))
    publish_cells(db, NOW)
    (row,) = db.execute("select count(distinct datastream_id) as streams from lantaarn.observation").fetchall()
    assert row["streams"] == len(entry_of(kind)["datastreams"]), "each property was stored"
    names: list[LiteralString] = [
        cast("LiteralString", relation["name"]) for relation in db.execute(ALL_RELATIONS).fetchall()
    ]
    text = "\n".join(
        str(row)
        for name in names
        for row in db.execute("select to_json(held)::text as row from " + name + " as held").fetchall()
    )
    assert [digits for digits in FOUND_BY if digits in text] == []
