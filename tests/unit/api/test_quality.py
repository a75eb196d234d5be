"""Whether the register is true: counts add up, and what needs looking at comes first."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.quality.queries import SORT_KEYS, Group, Measures, Scope
from api.search.filters import DEVIATIONS
from api.sensor.queries import BAND_EDGES, Band
from ingest.lifecycle import retention
from sensors.policy import table_labels

COUNTS = [field.name for field in fields(Measures) if field.name not in {"asked", "answered"}]
QUESTIONS = st.lists(st.sampled_from(["who_decided", "which_law", "how_often"]), unique=True)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    """A row as the database makes it: what is unanswered was asked."""
    asked = draw(QUESTIONS)
    return {
        **{name: draw(st.integers(0, 100)) for name in COUNTS},
        "asked": asked,
        "unanswered": [each for each in asked if draw(st.booleans())],
    }


@settings(max_examples=40)
@given(st.lists(rows(), max_size=6), st.integers(0, 6))
def test_counts_of_two_parts_add_up_to_those_of_the_whole(some: list[dict[str, Any]], cut: int) -> None:
    parts, whole = [Measures.of(some[:cut]), Measures.of(some[cut:])], Measures.of(some)
    for name in [field.name for field in fields(Measures)]:
        assert getattr(whole, name) == sum(getattr(part, name) for part in parts)
    assert 0 <= whole.answered <= whole.asked
    assert whole.deviations == {code: getattr(whole, code) for code in DEVIATIONS}


def test_a_share_of_nothing_is_no_share() -> None:
    assert (Measures().received_share, Measures().answered_share) == (None, None)
    measures = Measures(due=200, received=150, asked=10, answered=4)
    assert (measures.received_share, measures.answered_share) == (0.75, 0.4)


@pytest.mark.parametrize(
    ("scope", "included"),
    [
        (Scope(), True),
        (Scope(neighbourhood="BU07940000"), True),
        (Scope(neighbourhood="BU07940001"), False),
        (Scope(organisation="Gemeente Helmond"), True),
        (Scope(organisation="Bureau Lucht"), False),
        (Scope("BU07940000", "Bureau Lucht"), False),
    ],
)
def test_a_scope_includes_what_is_there_and_whose_it_is(scope: Scope, included: bool) -> None:
    assert scope.includes({"neighbourhood": "BU07940000", "organisations": ["Gemeente Helmond"]}) is included


def test_each_order_begins_with_what_needs_looking_at() -> None:
    some = [
        Group("a", "Aarle", Measures(sensors=1, due=10, received=9, asked=1, answered=1)),
        Group("b", "brouwhuis", Measures(sensors=9, deviating=1, due=10, received=2)),
        Group("c", "Centrum", Measures(sensors=5, deviating=3, asked=4, answered=1)),
    ]
    found = {key: "".join(each.code for each in sorted(some, key=of)) for key, of in SORT_KEYS.items()}
    assert found == {"name": "abc", "sensors": "bca", "deviating": "cba", "received": "bac", "filled": "cab"}


@given(st.sampled_from(BAND_EDGES))
def test_bands_follow_on_each_other_without_a_gap(edge: int) -> None:
    band = Band.from_edge(edge)
    assert band.at_least == edge
    assert band.below is None or Band.from_edge(band.below).at_least == band.below > edge
    assert (band.below is None) == (edge == BAND_EDGES[-1])


def test_every_table_has_a_name_for_residents() -> None:
    fixed = {*retention.METADATA_TERMS, *retention.REPORT_TERMS}
    checked = {*fixed, *retention.TOTALS_TABLES, *retention.AGGREGATE_TABLES}
    checked |= {"deletion_log", "staff_log", "mail_spool", "register_entry", "tombstone", "orphan_total"}
    assert table_labels.TABLE_LABELS.keys() == checked
    assert len({table_labels.table_label(table).nl for table in checked}) == len(checked)
    assert table_labels.table_label("observation_31d") is table_labels.OBSERVATIONS_LABEL
