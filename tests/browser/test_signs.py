"""Signs: the code, the page it opens on a phone, and filing a report by keyboard only."""

import re
from io import BytesIO
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from api.signs.drawing import render_svg
from api.signs.sign import Sign
from sensors.register.entry import Entry
from simulators.city.example_register import example_entries
from tests.browser.city import COUNTER, SENSOR
from tests.browser.test_axe import RULES, RUN
from tests.support.entries import example_entry
from tests.support.pdf import read_barcodes

pytestmark = pytest.mark.browser


def test_a_phone_reads_the_code_of_an_svg_and_its_text_stays_inside(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "bord.svg"
    file.write_text(render_svg(Sign.of(Entry.model_validate(example_entry())), "a6"))
    page = browser.new_page(viewport={"width": 400, "height": 570})
    page.goto(file.as_uri())
    widths = page.eval_on_selector_all(
        "text", "all => all.map(e => [e.getBBox().width, +e.getAttribute('textLength')])"
    )
    picture = Image.open(BytesIO(page.screenshot()))
    page.close()
    assert read_barcodes(picture) == [example_entry()["uri"]]
    assert all(drawn == pytest.approx(planned, rel=0.05) for drawn, planned in widths)


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_page_of_every_kind_fits_one_screen_of_a_phone(browser: Browser, site: str, language: str) -> None:
    kinds = {(entry.kind, entry.delivers_data): entry.reference for entry in example_entries(1)}
    page = browser.new_page(viewport={"width": 360, "height": 740})
    for reference in {*kinds.values(), SENSOR, COUNTER}:
        page.goto(f"{site}{language}/s/{reference}")
        bottom = page.eval_on_selector("main .more", "each => each.getBoundingClientRect().bottom")
        assert bottom <= 740, f"{reference} needs {bottom:.0f} px"
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()


def press_to(page: Page, wanted: str) -> None:
    for _ in range(60):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} can't be reached by keyboard")


def test_a_resident_asks_something_by_keyboard_and_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{site}/s/{SENSOR}")
    press_to(page, f'a[href="/sensors/{SENSOR}/melding"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/melding")
    press_to(page, "form.report button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".problems")
    assert page.evaluate("document.activeElement.matches('.problems')"), "the error summary should have the focus"
    press_to(page, '.problems a[href="#words"]')
    page.keyboard.press("Enter")
    press_to(page, "#words")
    page.keyboard.type("Waarom hangt deze sensor juist hier?")
    for _ in range(2):  # back from the text field to the radio buttons
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('[name=kind]')"):
            break
    page.keyboard.press("Space")
    press_to(page, "form.report button")
    page.wait_for_timeout(3000)  # the form's minimum time for humans
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/meldingen/\d+$"))
    assert "We hebben uw bericht." in page.inner_text("main")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_forms_with_errors_and_in_verdicts(
    browser: Browser, site: str, axe: str, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740}, color_scheme=scheme, reduced_motion="reduce")
    colours = {entry.personal_data: entry.reference for entry in example_entries(1) if entry.datastreams}
    for path in [f"/s/{reference}" for reference in colours.values()] + [f"/sensors/{SENSOR}/melding"]:
        page.goto(site + path)
        if path.endswith("/melding"):
            page.click("form.report button")
            page.wait_for_selector(".problems")
        page.evaluate(axe)
        assert page.evaluate(RUN, [RULES, True]) == [], path
    page.close()
