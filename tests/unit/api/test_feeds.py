"""Feeds are well-formed whatever an entry says, and their ids outlive every change."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.history.feeds import Feed, item_id, render_atom, render_json_feed
from api.history.queries import Version
from sensors.register.entry import Entry
from sensors.register.files import document_of
from tests.support.entries import Document, entry_documents, example_entry

ATOM = "{http://www.w3.org/2005/Atom}"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
anything = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=40)


def version(document: Document, **changes: Any) -> Version:
    given: dict[str, Any] = {
        "entry_id": UUID(document["id"]),
        "reference": document["reference"],
        "revision": 7,
        "version": 2,
        "is_current": True,
        "document": document,
        "document_before": None,
        "valid_from": NOW,
        "recorded_at": NOW,
        "changed_at": NOW,
        "redacted_at": None,
        "removed_fields": (),
        "removed_before": (),
        "editor": "Team Lucht",
        "reason": "Omdat het moet.",
    }
    return Version(**given | changes)


def feed(*versions: Version, name: str = "helmond:nl:/wijzigingen") -> Feed:
    return Feed(
        identity=name,
        title="Sensoren in Helmond",
        author="Gemeente Helmond",
        language="nl",
        origin="https://sensoren.example",
        page_url="https://sensoren.example/wijzigingen",
        self_url="https://sensoren.example/wijzigingen.atom",
        first_url="https://sensoren.example/wijzigingen.atom",
        next_url=None,
        versions=versions,
    )


@pytest.mark.slow
@settings(max_examples=40)
@given(entry_documents(), entry_documents(), anything, anything)
def test_whatever_it_says_both_forms_can_be_read(before: Document, after: Document, editor: str, reason: str) -> None:
    before, after = (document_of(Entry.model_validate(each)) for each in (before, after))
    told = feed(version(after, document_before=before, editor=editor, reason=reason))
    entry = ET.fromstring(render_atom(told)).find(f"{ATOM}entry")  # noqa: S314 - what our own program wrote
    (item,) = json.loads(render_json_feed(told))["items"]
    assert entry is not None
    assert entry.findtext(f"{ATOM}id") == item["id"]
    assert item["title"]
    assert "<script" not in item["content_html"]


def test_ids_stay_whatever_changes() -> None:
    one = version(example_entry())
    other = version(example_entry(name={"nl": "Anders"}, id=example_entry()["id"]), redacted_at=NOW, editor=None)
    assert item_id(one) == item_id(other)
    assert item_id(one) != item_id(version(example_entry(), version=3))
    assert feed(one).id == feed().id != feed(one, name="helmond:en:/wijzigingen").id


def test_a_feed_is_as_new_as_what_changed_last() -> None:
    assert (
        feed(version(example_entry()), version(example_entry(), changed_at=NOW + timedelta(days=1))).changed_at.day
        == 23
    )
    assert feed().changed_at.year == 1970
    empty = ET.fromstring(render_atom(feed()))  # noqa: S314 - what our own program wrote
    assert empty.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00+00:00"
