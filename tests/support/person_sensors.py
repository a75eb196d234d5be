"""Register entries of sensors that detect single vehicles or persons, for which only aggregates are stored."""

from datetime import datetime

from sensors.db import Database
from sensors.register.entry import Entry
from sensors.register.repository import PublishResult, publish
from tests.support.entries import (
    LAW_OF_PERSONAL_DATA,
    Document,
    alive_datastream,
    example_datastream,
    example_entry,
    person_datastream,
)

LEGAL_WITH_DPIA: Document = {
    "ground": "public_task",
    "basis": [{"title": {"nl": "Wegenverkeerswet 1994, artikel 2"}}],
    **LAW_OF_PERSONAL_DATA,
}


def plate_camera_entry(reference: str, *, to: str | None = None, aggregate: str = "P1Y") -> Document:
    """A camera at the end of a segment, or with ``to`` at its start. It also counts cars."""
    rule = {"rule": "match_in_memory", "to": to}
    return _person_sensor_entry(
        reference, "traffic", "travel_time", rule, aggregate, example_datastream("count_car", "traffic", public="none")
    )


def lamp_in_group_entry(reference: str, group: str) -> Document:
    """A streetlight in a group whose movements are counted."""
    return _person_sensor_entry(reference, "streetlight", "presence", {"rule": "window_count", "group": group}, "P1Y")


def event_counter_entry(reference: str, *codes: str) -> Document:
    """A counter that sends a message for each road user, and every quarter of an hour that it works."""
    streams = [person_datastream(code, "traffic") for code in codes or ("count_pedestrian",)]
    return example_entry(
        reference=reference, kind="traffic", datastreams=[*streams, alive_datastream("PT15M")], legal=LEGAL_WITH_DPIA
    )


def publish_documents(db: Database, *documents: Document, at: datetime) -> None:
    """Publish the documents; fails the test if the register rejects one."""
    for document in documents:
        published = publish(db, Entry.model_validate(document), editor="test", reason="test", valid_from=at)
        assert isinstance(published, PublishResult), published


def _person_sensor_entry(
    reference: str, kind: str, code: str, rule: Document, aggregate: str, *others: Document
) -> Document:
    watched = example_datastream(
        code,
        kind,
        personal_data="de_identified",
        privacy_rules=[rule, {"rule": "public_threshold"}],
        retention={"raw": "none", "aggregate": aggregate},
        public="none",
    )
    return example_entry(reference=reference, kind=kind, datastreams=[watched, *others], legal=LEGAL_WITH_DPIA)
