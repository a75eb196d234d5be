"""Register entries of sensors that see single vehicles or persons, of which only groups are stored."""

from datetime import datetime

from sensors.db import Database
from sensors.register.entry import Entry
from sensors.register.repository import Published, publish
from tests.support.entries import Document, datastream, example

LEGAL: Document = {
    "ground": "public_task",
    "basis": [{"title": {"nl": "Wegenverkeerswet 1994, artikel 2"}}],
    "privacy_statement": "https://helmond.example/privacy",
    "dpia": {"status": "done", "date": "2022-11-03"},
}


def camera(reference: str, *, to: str | None = None, aggregate: str = "P1Y") -> Document:
    """One end of a segment, or with ``to`` its start. Counts cars as well."""
    rule = {"rule": "match_in_memory", "to": to}
    return _sensor(
        reference, "traffic", "travel_time", rule, aggregate, datastream("count_car", "traffic", public="none")
    )


def lamp(reference: str, group: str) -> Document:
    """A streetlight in a group of which movements are counted."""
    return _sensor(reference, "streetlight", "presence", {"rule": "window_count", "group": group}, "P1Y")


def register(db: Database, *documents: Document, at: datetime) -> None:
    """Publish these; the test fails when the register refuses one."""
    for document in documents:
        published = publish(db, Entry.model_validate(document), editor="test", reason="test", at=at)
        assert isinstance(published, Published), published


def _sensor(reference: str, kind: str, code: str, rule: Document, aggregate: str, *others: Document) -> Document:
    watched = datastream(
        code,
        kind,
        personal_data="de_identified",
        privacy_rules=[rule, {"rule": "public_threshold"}],
        retention={"raw": "none", "aggregate": aggregate},
        public="none",
    )
    return example(reference=reference, kind=kind, datastreams=[watched, *others], legal=LEGAL)
