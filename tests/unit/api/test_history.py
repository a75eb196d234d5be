"""What was in the register before: page after page, in words and as patches, for ever."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from api.history.fields import FIELDS
from api.history.page import next_page_query, read_older
from api.history.queries import VersionPage, removed_on
from api.history.schemas import EntryVersion, WholeVersion
from api.search.filters import InvalidFilterError
from tests.support.entries import Document
from tests.support.json_patch import apply_patch
from tests.unit.api.test_pages import request_of, version

RISKS = [{"risk": {"nl": "Inkijk."}, "mitigation": {"nl": "Afscherming.", "en": "A screen."}}]


def test_the_next_page_goes_on_with_the_same_filters() -> None:
    page = VersionPage([version(9), version(4)], has_more=True)
    assert next_page_query("", page) == "?older=9"
    assert next_page_query("?kind=traffic", page) == "?kind=traffic&older=9"
    assert next_page_query("", replace(page, has_more=False)) is None
    assert read_older(request_of("/wijzigingen", "older=9")) == 9
    assert read_older(request_of("/wijzigingen", "older=")) is None
    for wrong in ("0", "-1", "x", "9" * 19):
        with pytest.raises(InvalidFilterError):
            read_older(request_of("/wijzigingen", f"older={wrong}"))


def test_programs_get_each_version_in_words_and_as_a_patch() -> None:
    whole = WholeVersion.of(version())
    assert apply_patch(version().document_before, whole.patch) == whole.entry == version().document
    (difference,) = whole.differences
    assert difference.before is not None
    assert difference.sentence.nl.startswith("Status: ")
    first = EntryVersion.of(version(1, document_before=None))
    assert (first.differences, len(first.patch)) == ([], 1)
    assert apply_patch(None, first.patch) == version().document


@pytest.mark.parametrize(
    ("document", "day"),
    [
        ({"status": "active", "active_until": "2020-01-01"}, None),
        ({"status": "ended", "active_until": "2026-11-01"}, date(2026, 11, 1)),
        ({"status": "ended", "active_until": "2030-01-01"}, date(2026, 11, 23)),
        ({"status": "ended"}, date(2026, 11, 23)),
    ],
)
def test_a_sensor_is_gone_since_its_last_day_and_at_the_latest_since_it_was_said(document: Document, day: date) -> None:
    late_in_the_evening = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # in the Netherlands it is the 23rd
    assert removed_on(document, late_in_the_evening) == day


@pytest.mark.parametrize(
    ("field", "value", "dutch", "english"),
    [
        ("active_from", "2026-11-02", "2 november 2026", "2 November 2026"),
        ("delivers_data", True, "ja", "yes"),
        ("location.height_m", 3.5, "3,5 meter", "3.5 metres"),
        ("location.neighbourhood", "BU99999999", "BU99999999", "BU99999999"),
        ("kind", "soil", "soil", "soil"),
        ("datastreams.unit", "km/h", "km/u", "km/h"),
        ("datastreams.stored_fields", ["time", "mac"], "tijd, mac", "time, mac"),
        ("datastreams.retention.raw", "P31D", "31 dagen", "31 days"),
        ("risks", RISKS, "Inkijk – Afscherming.", "Inkijk – A screen."),
        ("organisations", [{"role": "owner", "name": "Bureau"}], "Bureau (eigenaar)", "Bureau (owner)"),
        ("location.geometry", {"type": "Point"}, "", ""),
    ],
)
def test_the_value_of_a_field_is_told_in_both_languages(field: str, value: object, dutch: str, english: str) -> None:
    told = FIELDS[field].format_value(value)
    assert (told.nl, told.en) == (dutch, english)
