"""Which fields of an entry can be removed on request, and what stands in their place."""

from typing import Any

import pytest
from hypothesis import given, settings

from sensors.policy.retention_classes import BUILT_IN_CLASSES
from sensors.register.entry import Entry
from sensors.register.files import document_of
from sensors.register.free_text import free_texts
from sensors.register.redaction import (
    REMOVED_TEXT,
    FieldError,
    check_field,
    field_path,
    is_removed,
    value_at,
    without_field,
)
from sensors.register.validation.validator import find_violations
from sensors.register.validation.violations import format_path
from tests.support.entries import entry_documents, example_datastream, example_entry

WORDS = {"nl": REMOVED_TEXT.nl, "en": REMOVED_TEXT.en}
TOLD = example_entry(
    datastreams=[example_datastream("no2", description={"nl": "Bij Jansen"}, access_parties=["Bakkerij Jansen"])],
    location=example_entry()["location"] | {"address": "Kerkstraat"},
    project={"name": "Meten bij Jansen", "description": {"nl": "Bij Jansen"}},
    risks=[{"risk": {"nl": "Dat Jansen het ziet"}, "mitigation": {"nl": "Niemand kijkt."}}],
)


@pytest.mark.parametrize(
    ("field", "left"),
    [
        ("name", WORDS),
        ("name.nl", REMOVED_TEXT.nl),
        ("name.en", None),
        ("summary", WORDS),
        ("location.address", None),
        ("location.height_m", None),
        ("organisations[1].name", REMOVED_TEXT.nl),
        ("purposes[0].words", WORDS),
        ("legal.basis[0].title.nl", REMOVED_TEXT.nl),
        ("datastreams[0].description", None),
        ("datastreams[0].access_parties[0]", REMOVED_TEXT.nl),
        ("project", None),
        ("project.name", REMOVED_TEXT.nl),
        ("contact.name", REMOVED_TEXT.nl),
        ("complaint.url", None),
        ("risks[0].risk", WORDS),
    ],
)
def test_an_optional_field_goes_and_a_required_text_is_replaced(field: str, left: object) -> None:
    check_field(TOLD, field, BUILT_IN_CLASSES)
    removed = without_field(TOLD, field)
    assert value_at(removed, field) == left
    assert is_removed(value_at(removed, field))
    assert find_violations(removed) == ()


@pytest.mark.parametrize(
    "field",
    [
        *("id", "uri", "reference", "municipality", "kind", "delivers_data", "status", "schema_version"),
        *("location", "location.geometry", "location.geometry.coordinates[0]", "location.precision", "location.kind"),
        *("datastreams", "datastreams[0]", "datastreams[0].retention.raw", "datastreams[0].public"),
        *("organisations", "organisations[0]", "purposes[0]", "purposes[0].code", "contact", "active_from"),
        *("contact.email", "organisations[0].role", "datastreams[0].access_parties", "device.category"),
        *("risks", "risks[0]", "legal.basis", "legal.basis[0]"),
    ],
)
def test_what_the_register_goes_by_is_refused_by_its_name(field: str) -> None:
    with pytest.raises(FieldError) as refused:
        check_field(TOLD, field, BUILT_IN_CLASSES)
    assert str(refused.value).startswith(f"{field} can't be removed")
    assert "Jansen" not in str(refused.value)


@pytest.mark.parametrize("field", ["", "name nl", "organisations[-1]", "a..b", "[0]", "name[", "; drop table", "x'y"])
def test_what_is_no_path_is_refused(field: str) -> None:
    with pytest.raises(FieldError, match=r"such as organisations\[1\]\.name"):
        field_path(field)


def test_what_is_not_there_has_no_value() -> None:
    assert [value_at(TOLD, field) for field in ("risks[1].risk", "name.de", "organisations[9].name", "id.x")] == [
        None
    ] * 4


@settings(max_examples=25)
@given(entry_documents())
def test_any_text_of_any_entry_goes_and_nothing_else(document: dict[str, Any]) -> None:
    entry = Entry.model_validate(document)
    document = document_of(entry)
    for field in (format_path(path) for path, _ in free_texts(entry)):
        removed = without_field(document, field)
        assert is_removed(value_at(removed, field))
        assert document_of(Entry.model_validate(removed)) == removed
        assert {name for name in document if document[name] != removed.get(name)} == {field_path(field)[0]}
