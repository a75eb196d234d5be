"""Differences between versions: exact for programs, complete and in plain words for people."""

import json
from copy import deepcopy
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.history.changes import field_values, find_changes
from api.history.fields import FIELDS
from api.history.json_patch import create_patch, is_same_json
from sensors.register.entry import Entry
from sensors.register.files import document_of
from tests.support.entries import Document, entry_documents, example_camera_entry, example_datastream, example_entry
from tests.support.json_patch import apply_patch

scalars = st.none() | st.booleans() | st.integers(-2, 2) | st.floats(-2, 2) | st.sampled_from(["", "a", "a/b", "~1"])
documents = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "a/b", "~", "~1", "0"]), inner)
    ),
    max_leaves=12,
)


def text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


@given(documents, documents)
def test_a_patch_makes_the_one_from_the_other(before: Any, after: Any) -> None:
    untouched = text(before)
    assert text(apply_patch(before, create_patch(before, after))) == text(after)
    assert text(before) == untouched
    assert create_patch(before, deepcopy(before)) == []


@pytest.mark.slow
@settings(max_examples=40)
@given(st.lists(entry_documents(), min_size=2, max_size=5))
def test_all_differences_from_the_first_version_on_give_the_current_one(versions: list[Document]) -> None:
    published = [document_of(Entry.model_validate(each)) for each in versions]
    document = published[0]
    for before, after in pairwise(published):
        document = apply_patch(document, create_patch(before, after))
    assert text(document) == text(published[-1])


@pytest.mark.slow
@settings(max_examples=40)
@given(entry_documents(), entry_documents())
def test_nothing_changes_without_words(before: Document, after: Document) -> None:
    before, after = (document_of(Entry.model_validate(each)) for each in (before, after))
    told = find_changes(before, after)
    assert bool(told) != is_same_json(before, after)
    for change in told:
        assert change.label.nl
        assert change.label.en
        assert change.before != change.after or change.before is None
    assert find_changes(before, deepcopy(before)) == ()


def test_one_more_in_a_list_is_one_operation() -> None:
    assert create_patch([1, 2, 3], [1, 9, 2, 3]) == [{"op": "add", "path": "/1", "value": 9}]
    assert create_patch([1, 2, 3], [1, 3]) == [{"op": "remove", "path": "/1"}]
    assert create_patch({"a": True}, {"a": 1}) == [{"op": "replace", "path": "/a", "value": 1}]


def kept(term: str) -> Document:
    return example_entry(datastreams=[example_datastream("no2", retention={"raw": term, "aggregate": "P10Y"})])


def without_english(document: Document) -> Document:
    return document | {"name": {"nl": document["name"]["nl"]}}


@pytest.mark.parametrize(
    ("before", "after", "dutch", "english"),
    [
        (
            kept("P31D"),
            kept("P1Y"),
            ["Stikstofdioxide (NO₂), bewaard: 31 dagen → 1 jaar"],
            ["Nitrogen dioxide (NO₂), kept: 31 days → 1 year"],
        ),
        (
            example_entry(datastreams=[example_datastream("no2")]),
            example_entry(datastreams=[example_datastream("no2"), example_datastream("pm10")]),
            ["Wat de sensor meet, nieuw: Fijnstof (PM10)"],
            ["What it measures, new: Particulate matter PM10"],
        ),
        (
            example_entry(),
            example_entry(status="ended", active_until="2026-03-31"),
            ["Status: Aan → Weggehaald", "Laatste dag, nieuw: 31 maart 2026"],
            ["Status: Active → Ended", "Last day, new: 31 March 2026"],
        ),
        (
            example_entry(),
            example_entry(
                location=example_entry()["location"] | {"geometry": {"type": "Point", "coordinates": [5.67, 51.47]}}
            ),
            ["Plek op de kaart is veranderd"],
            ["Location on the map has changed"],
        ),
        (
            example_entry(),
            without_english(example_entry()),
            ["Naam (in het Engels), niet meer: Air quality sensor in the centre"],
            ["Name, no longer: Air quality sensor in the centre"],
        ),
    ],
)
def test_differences_in_words(before: Document, after: Document, dutch: list[str], english: list[str]) -> None:
    told = find_changes(before, after)
    assert [each.sentence.nl for each in told] == dutch
    assert [each.sentence.en for each in told] == english


def test_no_place_is_told_in_degrees() -> None:
    moved = example_camera_entry()
    moved["location"] = example_entry()["location"] | {"geometry": {"type": "Point", "coordinates": [5.7, 51.5]}}
    for change in find_changes(example_camera_entry(), moved):
        assert "5.6" not in change.sentence.nl
        assert "51." not in change.sentence.nl


def test_every_field_of_an_entry_has_a_name() -> None:
    peculiar = example_datastream(
        "count_car",
        "traffic",
        interval="PT1H",
        stamp="end",
        sends_zeros=False,
        aggregation="counter",
        same_time="sum",
    )
    payload = {"time": "on_receipt", "numbers_as_text": True}
    for document in (
        example_entry(),
        example_camera_entry(),
        document_of(Entry.model_validate(example_entry(datastreams=[peculiar], payload=payload))),
    ):
        unnamed = {path for path, _ in field_values(document)} - FIELDS.keys()
        assert unnamed == set()


def test_sentences_beside_each_other_end_once() -> None:
    said = [
        {"code": "health", "words": {"nl": "Weten hoe schoon de lucht is."}},
        {"code": "inform", "words": {"nl": "Het laten zien.", "en": "Showing it."}},
    ]
    told = field_values(example_entry(purposes=said))["purposes", ""].value_text
    assert told.nl == "Weten hoe schoon de lucht is; Het laten zien."
    assert told.en == "Weten hoe schoon de lucht is; Showing it."


def test_a_field_of_another_time_keeps_its_own_name() -> None:
    (change,) = find_changes(example_entry(), example_entry() | {"colour": {"roof": "red"}})
    assert change.sentence.nl == "Colour.roof, nieuw: red"
