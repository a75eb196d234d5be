"""What stays of an erased entry: what was measured and why, but nothing of where exactly, whose and whom to call."""

from typing import Any

from hypothesis import given, settings

from ingest.lifecycle.register.erased_entry import redacted_document, without_desks
from sensors.policy.constraints import RESIDENT_NAME
from sensors.register.entry import Entry
from sensors.register.files import document_of
from sensors.register.redaction import ERASED_NAME, REMOVED_TEXT, is_erased
from sensors.register.validation.validator import find_violations
from tests.support.entries import entry_documents, example_datastream, example_entry

LOCATION = {
    "kind": "fixed",
    "geometry": {"type": "Point", "coordinates": [5.6543, 51.4812]},
    "height_m": 3.5,
    "address": "Kerkstraat 1",
    "precision": "exact",
}


def test_place_owner_and_contact_go_and_who_decided_stays() -> None:
    organisations = [
        {"role": "owner", "name": "Bakkerij Jansen"},
        {"role": "controller", "name": "Gemeente Helmond"},
        {"role": "processor", "name": "Gemeente Helmond"},
    ]
    contact = {"name": "Balie", "email": "balie@helmond.example"}
    redacted = redacted_document(example_entry(location=LOCATION, organisations=organisations, contact=contact))
    assert redacted["contact"] == {"name": "Gemeente Helmond"}
    assert redacted["organisations"] == [{"role": "owner", "name": RESIDENT_NAME}, *organisations[1:]]
    location = redacted["location"]
    assert (location["kind"], location["precision"]) == ("fixed", "cell_1km")
    assert location["geometry"]["type"] == "Polygon"
    assert not {"height_m", "address"} & location.keys()
    for kept in ("datastreams", "purposes", "necessity", "legal", "status"):
        assert redacted[kept] == example_entry()[kept]


def test_what_is_told_about_it_goes_and_what_it_measures_stays() -> None:
    told = example_datastream("no2", description={"nl": "Op het balkon van Jansen"}, access_parties=["Bakkerij Jansen"])
    project = {"name": "Meten bij Jansen"}
    redacted = redacted_document(example_entry(name={"nl": "Meter van Jansen"}, datastreams=[told], project=project))
    assert "Jansen" not in str(redacted)
    assert [is_erased(redacted | {"status": status}) for status in ("active", "ended")] == [False, True]
    assert (redacted["name"]["nl"], redacted["summary"]["en"]) == (ERASED_NAME.nl, REMOVED_TEXT.en)
    assert redacted["datastreams"] == [example_datastream("no2", access_parties=[])]


def test_without_a_controller_the_contact_is_nobody() -> None:
    redacted = redacted_document(example_entry(organisations=[{"role": "owner", "name": "Bakkerij Jansen"}]))
    assert redacted["contact"] == {"name": RESIDENT_NAME}


def test_a_desk_that_is_gone_is_named_in_no_text_but_an_officer_is() -> None:
    rights = {
        "nl": "Bel 0492 587777 of mail balie@helmond.example of fg@helmond.example.",
        "en": "See https://a.example/b",
    }
    legal = {"officer": {"name": "FG", "email": "fg@helmond.example"}}
    left = redacted_document(example_entry(rights=rights, legal=legal))
    desks = ("balie@helmond.example", "0492 587777", "fg@helmond.example", "https://a.example")
    told = without_desks(left, desks)["rights"]
    assert told["nl"] == "Bel Gemeente Helmond of mail Gemeente Helmond of fg@helmond.example."
    assert told["en"] == rights["en"]
    nobody = left | {"contact": {"name": RESIDENT_NAME}}
    assert without_desks(nobody, desks)["rights"]["nl"].startswith("Bel de gemeente of")


@settings(max_examples=10)
@given(entry_documents())
def test_redacting_again_changes_nothing_whatever_the_entry(document: dict[str, Any]) -> None:
    once = redacted_document(document_of(Entry.model_validate(document)))
    assert redacted_document(once) == once == document_of(Entry.model_validate(once))
    # What is left can be exported and imported again.
    ended = once | {"status": "ended"}
    assert {each.rule_id for each in find_violations(ended)} <= {each.rule_id for each in find_violations(document)}
    place = once["location"]
    assert place["precision"] == "cell_1km"
    assert not {"height_m", "address", "host_object", "host_reference", "observed_area"} & place.keys()
