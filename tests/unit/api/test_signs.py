"""Signs for in the street: as large as they say, readable, and with a code that leads to the entry."""

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.signs.drawing import render_pdf, render_sheets, render_svg
from api.signs.layout import (
    PAPER_DIMENSIONS_MM,
    QR_SIDE_MM,
    SCALES,
    Hexagon,
    PaperSize,
    QrCode,
    Rectangle,
    TextLine,
    lay_out,
)
from api.signs.sign import BLUE, WHITE, YELLOW, Sign
from api.signs.typography import text_width, wrap_text
from sensors.register.entry import Entry
from simulators.city.example_register import example_entries as city
from tests.support.entries import entry_documents, example_camera_entry, example_entry
from tests.support.entries import example_datastream as stream
from tests.support.pdf import pdf_pages
from tests.support.sample_data import traffic_counter_entry

FORMATS: tuple[PaperSize, ...] = ("a6", "a4")


def sign(**changes: Any) -> Sign:
    return Sign.of(Entry.model_validate(example_entry(**changes)))


@pytest.mark.parametrize("form", FORMATS)
def test_a_pdf_has_the_size_the_text_and_the_code(form: PaperSize) -> None:
    (page,) = pdf_pages(render_pdf(sign(), form))
    assert page.size_mm == pytest.approx(PAPER_DIMENSIONS_MM[form], abs=0.01)
    for told in ("Luchtmeter in het centrum", "Weten of de lucht gezond is.", "Gemeente Helmond", "LML-1"):
        assert told in page.text
    assert page.barcodes == ["https://sensoren.helmond.example/id/LML-1"]


def test_the_same_sign_is_the_same_file() -> None:
    assert render_pdf(sign(), "a6") == render_pdf(sign(), "a6")


def test_the_code_is_at_least_two_centimetres_with_white_around_it() -> None:
    assert QR_SIDE_MM * min(SCALES.values()) >= 20
    shapes = lay_out(sign())
    (code,) = (shape for shape in shapes if isinstance(shape, QrCode))
    quiet = 4 * code.side / len(code.matrix)
    for shape in shapes:
        if isinstance(shape, TextLine):
            across = (shape.x, shape.x + shape.width)
            down = (shape.y - shape.size * 0.75, shape.y)
        elif isinstance(shape, Rectangle) and shape.fill != WHITE:
            across, down = (shape.x, shape.x + shape.width), (shape.y, shape.y + shape.height)
        else:
            continue
        beside = across[0] >= code.x + code.side + quiet or across[1] <= code.x - quiet
        assert beside or down[0] >= code.y + code.side + quiet or down[1] <= code.y - quiet, shape
    assert code.x >= quiet


def test_the_drawn_code_is_the_one_that_was_made() -> None:
    code = QrCode("https://sensoren.helmond.example/id/LML-1", 0, 0)
    module = code.side / len(code.matrix)
    dark = {
        (round(bar.y / module), round(bar.x / module) + each)
        for bar in code.dark_runs
        for each in range(round(bar.width / module))
    }
    expected = {(row, at) for row, modules in enumerate(code.matrix) for at, dark in enumerate(modules) if dark}
    assert dark == expected


@pytest.mark.parametrize("form", FORMATS)
def test_an_svg_is_xml_with_its_size_in_millimetres_and_the_same_text(form: PaperSize) -> None:
    root = ElementTree.fromstring(render_svg(sign(name={"nl": "Lucht & <geluid>"}), form))  # noqa: S314 - our own
    assert [root.get(side) for side in ("width", "height")] == [f"{each}mm" for each in PAPER_DIMENSIONS_MM[form]]
    told = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "Lucht & <geluid>" in told
    assert told == [
        shape.text for shape in lay_out(sign(name={"nl": "Lucht & <geluid>"})) if isinstance(shape, TextLine)
    ]


@pytest.mark.parametrize(
    ("entry", "colour", "short"),
    [
        (example_entry(), WHITE, "Meet niets over u"),
        (
            example_entry(datastreams=[stream("no2"), stream("pm10", personal_data="de_identified")]),
            BLUE,
            "U bent niet te",
        ),
        (traffic_counter_entry(), BLUE, "U bent niet te"),
        (example_camera_entry(), YELLOW, "U kunt herkenbaar zijn"),
    ],
)
def test_the_colour_says_whether_you_are_in_it(entry: dict[str, Any], colour: str, short: str) -> None:
    made = Sign.of(Entry.model_validate(entry))
    assert made.privacy_message.colour == colour
    assert colour in {shape.fill for shape in lay_out(made) if isinstance(shape, Rectangle)}
    assert short in pdf_pages(render_pdf(made, "a6"))[0].text


def test_every_sign_of_the_city_is_read_in_three_seconds() -> None:
    # Four words a second is what adults read in passing.
    long = {made.title for made in map(Sign.of, city(1)) if len(made.title.split()) > 12}
    assert long == set()


def test_four_signs_stand_on_a_sheet() -> None:
    made = [sign(reference=f"LML-{each}") for each in range(6)]
    found = pdf_pages(render_sheets("Borden", made))
    assert [page.size_mm for page in found] == [pytest.approx((210, 297), abs=0.01)] * 2
    assert [page.barcodes for page in found] == [[each.entry_url for each in part] for part in (made[:4], made[4:])]


@settings(max_examples=25)
@given(entry_documents())
def test_any_sensor_has_a_sign_on_which_everything_stays_inside(document: dict[str, Any]) -> None:
    made = Sign.of(Entry.model_validate(document))
    for shape in lay_out(made):
        if isinstance(shape, TextLine):
            assert shape.x + shape.width <= 105 - 4
            assert shape.y <= 148 - 3
        elif isinstance(shape, Hexagon):
            assert all(0 <= x <= 105 and 0 <= y <= 148 for x, y in shape.points)
    assert render_pdf(made, "a6").startswith(b"%PDF")
    ElementTree.fromstring(render_svg(made, "a6"))  # noqa: S314 - our own


@given(st.text(max_size=300), st.floats(10, 90), st.integers(1, 3))
def test_lines_fit_their_room(text: str, room: float, most: int) -> None:
    found = wrap_text(text, 4, bold=True, max_width=room, max_lines=most)
    assert len(found) <= most
    assert all(text_width(line, 4, bold=True) <= room for line in found)
