"""The record of processing and the DPIA summaries: what stands in them, and that each format holds just that."""

import csv
from collections.abc import Iterator
from contextvars import copy_context
from datetime import date
from io import BytesIO, StringIO
from xml.etree import ElementTree
from zipfile import ZIP_STORED, ZipFile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.i18n import set_language
from api.officer.exports.document import (
    ExportedDocument,
    ExportedField,
    ExportedRecord,
    to_csv,
    to_html,
    without_formula,
)
from api.officer.exports.dpia import dpia_summaries
from api.officer.exports.processing import record_of_processing
from api.officer.exports.spreadsheet import write_spreadsheet
from ingest.lifecycle.register.erased_entry import redacted_document
from sensors.register.entry import Entry
from tests.support.entries import Document, example_camera_entry, example_entry
from tests.support.sample_data import home_sensor_entry, motion_lamp_entry, traffic_counter_entry, travel_time_entry

TODAY = date(2026, 12, 1)
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p"
_ROW = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}table-row"
CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t=+-@;\"'"), max_size=30)


def entries(*documents: Document) -> list[Entry]:
    return [Entry.model_validate(document) for document in documents]


def fields_of(document: ExportedDocument, record: int = 0) -> dict[str, tuple[str, ...]]:
    return {field.label: field.lines for field in document.records[record].fields}


def test_a_processing_is_all_that_shares_controller_kind_purposes_and_ground() -> None:
    lent = [{"role": "owner", "name": "Provincie"}, {"role": "controller", "name": "Provincie"}]
    counters = [
        traffic_counter_entry(reference="verkeer-1"),
        traffic_counter_entry(reference="verkeer-2", contact={"name": "Balie Noord"}),
        traffic_counter_entry(reference="verkeer-3", organisations=lent),
    ]
    found = record_of_processing(entries(*counters, example_camera_entry(), example_entry()), TODAY)
    rows = [fields_of(found, number) for number in range(len(found.records))]
    assert [row["Kenmerken"] for row in rows] == [("verkeer-1, verkeer-2",), ("verkeer-3",), ("camera-001",)]
    assert rows[0]["Aantal sensoren"] == ("2",)
    assert rows[0]["Contact"] == (
        "Team Sensoren, sensoren@helmond.example (1 van de 2 sensoren)",
        "Balie Noord (1 van de 2 sensoren)",
    )
    assert rows[1]["Verwerkingsverantwoordelijke"] == ("Provincie",)
    assert len(record_of_processing(entries(*counters, example_entry()), TODAY, everything=True).records) == 3


def test_a_processing_has_all_that_article_30_asks() -> None:
    processor = {"role": "processor", "name": "Bureau Telling", "agreement": "VO-2024-1"}
    camera = example_camera_entry()
    abroad = {"recipient": "Cloud Inc.", "country": "US", "safeguard": "standard_clauses"}
    camera["legal"] = camera["legal"] | {"transfers": [abroad]}
    camera["organisations"] = [*camera["organisations"], processor, processor | {"name": "B", "agreement": None}]
    row = fields_of(record_of_processing(entries(camera), TODAY))
    assert row["Functionaris gegevensbescherming"] == ("Functionaris gegevensbescherming, privacy@helmond.example",)
    assert row["Categorieën betrokkenen"] == ("Mensen die langs de sensor komen",)
    assert row["Categorieën persoonsgegevens"] == ("Image: beelden waarop mensen te herkennen zijn",)
    assert row["Doorgifte en waarborgen"] == ("Cloud Inc., Verenigde Staten: Een vast Europees contract",)
    assert row["Bewaartermijnen"] == ("Image: losse waarden niet bewaard, totalen 1 maand",)
    assert row["Rechtsgrond"] == ("Een taak van de overheid",)
    assert row["Verwerkers"] == (
        "Bureau Telling (overeenkomst: VO-2024-1)",
        "B (overeenkomst: niet ingevuld in het register)",
    )
    assert row["DPIA"] == ("Gedaan, 3 november 2022",)
    assert row["Beveiliging"] == ()


def test_what_is_made_of_events_is_a_processing_of_its_own_and_names_what_it_is_made_of() -> None:
    law = traffic_counter_entry()["legal"]
    read = law | {"privacy_statement": "https://helmond.example/privacy/tellers"}
    register = entries(
        traffic_counter_entry(),
        travel_time_entry(legal=law),
        traffic_counter_entry(reference="verkeer-2", legal=read),
        motion_lamp_entry(),
    )
    found = record_of_processing(register, TODAY)
    rows = [fields_of(found, number) for number in range(len(found.records))]
    assert [row["Kenmerken"] for row in rows] == [("verkeer-1",), ("kenteken-1",), ("verkeer-2",), ("lamp-1",)]
    assert [row["Categorieën persoonsgegevens"] for row in rows[::2]] == [
        ("Aantal auto's: niemand is te herkennen",),
        ("Aantal auto's: niemand is te herkennen",),
    ]
    plates = "Reistijd: kenteken: alleen in het geheugen verwerkt, nooit bewaard"
    assert rows[1]["Categorieën persoonsgegevens"] == (plates,)
    assert found.records[1].heading.startswith("Verkeer (Reistijd): ")
    (moved,) = rows[3]["Categorieën persoonsgegevens"]
    assert "beweging van wie langskomt" in moved
    answer = fields_of(dpia_summaries(entries(travel_time_entry(project={"name": "Plaat"})), TODAY))
    assert plates in answer["2. Persoonsgegevens"]


def test_terms_are_those_that_are_kept_not_those_that_are_said() -> None:
    counts = traffic_counter_entry()["datastreams"][0] | {"retention": {"raw": "P1Y", "aggregate": "P10Y"}}
    row = fields_of(record_of_processing(entries(traffic_counter_entry(datastreams=[counts])), TODAY))
    assert row["Bewaartermijnen"] == (
        "Aantal auto's: losse waarden 7 dagen, totalen 5 jaar, precieze totalen per uur 13 maanden",
    )


def test_a_sensor_at_a_home_is_about_its_resident() -> None:
    row = fields_of(record_of_processing(entries(home_sensor_entry()), TODAY))
    assert row["Categorieën betrokkenen"] == ("Inwoners met een sensor bij hun huis",)
    assert row["Beveiliging"] == ("Openbaar van de plek: een vak van ongeveer 100 bij 100 meter",)


@pytest.mark.parametrize(("ended", "rows"), [("2025-12-02", 1), ("2025-11-30", 0)])
def test_a_processing_ends_when_what_was_measured_is_gone(ended: str, rows: int) -> None:
    counter = traffic_counter_entry(status="ended", active_until=ended)  # its totals are kept for a year
    assert len(record_of_processing(entries(counter), TODAY).records) == rows


def test_nothing_is_processed_of_an_erased_sensor() -> None:
    erased = redacted_document(home_sensor_entry()) | {"status": "ended", "active_until": "2026-11-30"}
    assert record_of_processing(entries(erased), TODAY).records == ()


def test_a_dpia_has_what_the_register_knows_and_says_what_it_cannot() -> None:
    project = {"project": {"name": "Licht", "description": {"nl": "Een proef."}}}
    other = {"project": {"name": "Lucht"}}
    register = entries(motion_lamp_entry(1, **project), travel_time_entry(**project), example_entry(**other))
    found = dpia_summaries(register, TODAY)
    assert [record.heading for record in found.records] == ["Licht"]
    answers = fields_of(found)
    assert answers["1. Voorstel"] == ("Een proef.", "1 keer: Straatverlichting (aan)", "1 keer: Verkeer (aan)")
    assert answers["7. Belangen bij de gegevensverwerkingen"] == ()
    assert answers["16. Risico's voor betrokkenen"] == ("Kans en impact van elk risico: niet ingevuld in het register",)
    assert [record.heading for record in dpia_summaries(register, TODAY, "Lucht").records] == ["Lucht"]


def test_both_are_in_english_too() -> None:
    def in_english() -> list[str]:
        set_language("en")
        register = entries(motion_lamp_entry(project={"name": "Licht"}))
        made = (record_of_processing(register, TODAY), dpia_summaries(register, TODAY))
        return [to_html(document).decode() for document in made]

    record, summary = copy_context().run(in_english)
    assert '<html lang="en">' in record
    assert "People who pass the sensor" in record or "Pedestrians" in record
    assert "<mark>not in the register</mark>" in summary
    assert "ingevuld" not in record + summary


def _document(cell: str, *, sideways: bool = False) -> ExportedDocument:
    record = ExportedRecord(cell, (ExportedField("A", (cell,)), ExportedField("B", ())))
    return ExportedDocument("Titel", (), "nl", TODAY, (record,), sideways)


@given(CELLS)
@example("=1+1")
@example("+31 492 58 77 77")
@example("@SUM(A1)")
@example("\t=1")
@example("＝1")
def test_no_cell_of_a_csv_is_a_formula_and_all_is_in_it(cell: str) -> None:
    octets = to_csv(_document(cell))
    assert octets.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(octets.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert not [each for row in rows for each in row if each[:1] in set("=+-@\t\r＝＋－＠")]
    assert rows[1][0] in {cell, f"'{cell}"}
    assert (rows[1][0] == cell) == (without_formula(cell) == cell)
    assert rows[1][2] == "niet ingevuld in het register"


def _rows_of_spreadsheet(octets: bytes) -> Iterator[list[str]]:
    with ZipFile(BytesIO(octets)) as archive:
        assert (archive.infolist()[0].filename, archive.infolist()[0].compress_type) == ("mimetype", ZIP_STORED)
        content = ElementTree.fromstring(archive.read("content.xml"))  # noqa: S314 - written by us
    for row in content.iter(_ROW):
        yield ["\n".join(line.text or "" for line in cell.iter(_TEXT)) for cell in row]


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=3))
@example([["a\nb", '<&>"']])
def test_a_spreadsheet_holds_every_text(rows: list[list[str]]) -> None:
    assert list(_rows_of_spreadsheet(write_spreadsheet("Titel", rows))) == rows


def test_what_xml_cannot_hold_is_replaced() -> None:
    assert list(_rows_of_spreadsheet(write_spreadsheet("a/b", [["x\x00y\ufffe"]]))) == [["x�y�"]]


def test_a_page_escapes_what_entries_say_and_marks_what_is_missing() -> None:
    page = to_html(_document("<script>1</script>")).decode()
    assert "<script>" not in page
    assert "<mark>niet ingevuld in het register</mark>" in page


def test_projects_stand_side_by_side() -> None:
    assert _document("x", sideways=True).rows() == [("", "x"), ("A", "x"), ("B", "niet ingevuld in het register")]
