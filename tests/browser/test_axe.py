"""Check every page in every state with axe-core: no violations, and an up-to-date accessibility statement."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page

from api.app import PAGE_MODULES as ROUTES
from api.content import accessibility
from tests.browser import city

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async ([rules, contrast]) => {
    const changed = {'target-size': {enabled: true}, 'color-contrast': {enabled: contrast}};
    const found = await axe.run(document, {runOnly: rules, rules: changed});
    return found.violations.map(each => each.id + ': ' + each.help + ' | '
        + each.nodes.slice(0, 3).map(node => node.html.slice(0, 200) + ' ' + (node.any[0] || {}).message).join(' | '));
}"""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def _sized(width: int, height: int = 800) -> Callable[[Page], None]:
    return lambda page: page.set_viewport_size({"width": width, "height": height})


def _open_all(page: Page) -> None:
    """Open everything that can be opened: texts, filters, a popup on the map."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.eval_on_selector_all("details", "all => all.forEach(each => { each.open = true; })")
    if page.query_selector("#map"):
        page.wait_for_selector("#map[data-ready]")
        if mark := page.query_selector("#map .pin[data-reference]"):
            mark.focus()
            page.keyboard.press("Enter")
            page.wait_for_selector(".leaflet-popup a")


STATES: Mapping[str, Callable[[Page], None]] = {
    "wide": _sized(1280),
    "narrow": _sized(360),
    "zoomed": _sized(640, 400),
    "opened": _open_all,
    "dark": lambda page: page.emulate_media(color_scheme="dark"),
}
"""Applied in order to a page that is loaded once, so the last state is also opened."""
COLOURED = ("wide", "opened", "dark")
"""Where contrast, which takes longest to find, can differ: not by size, and not in another language."""


@pytest.fixture
def looked_at() -> list[str]:
    """The violations found, with their pages."""
    return []


def test_every_page_is_looked_at() -> None:
    routes = {route.path for module in ROUTES for route in module.router.routes}
    pages = {path for path in routes if not path.endswith((".atom", ".json", ".pdf", ".svg"))}
    assert pages - city.NO_PAGES == set(city.PAGES)


def test_axe_finds_what_is_wrong(browser: Browser, site: str, axe: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/over")
    page.evaluate("document.querySelector('main').innerHTML += '<p>Te licht</p><img src=/static/icon.svg>'")
    page.eval_on_selector("main p:last-of-type", "each => { each.style.color = '#ccc'; }")
    page.evaluate(axe)
    found = " ".join(page.evaluate(RUN, [RULES, True]))
    page.close()
    assert "color-contrast" in found
    assert "image-alt" in found


def test_axe_finds_nothing(browser: Browser, site: str, axe: str, looked_at: list[str]) -> None:
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        for path in city.addresses(site):
            # The English pages differ only in their texts: check them once, with everything opened.
            for address, states in ((path, STATES), (f"/en{path}", ("opened",))):
                page.emulate_media(color_scheme="light")
                page.set_viewport_size({"width": 1280, "height": 800})
                page.goto(site + address)
                page.evaluate(axe)
                for state in states:
                    STATES[state](page)
                    asked = [RULES, state in COLOURED and address == path]
                    looked_at += [f"{state} {address} {each}" for each in page.evaluate(RUN, asked)]
    _check_statement(axe, len(looked_at))
    assert looked_at == [], "\n".join(looked_at)


def _check_statement(axe: str, violations: int) -> None:
    """Check that the statement covers these pages and states; write it first if LANTAARN_STATEMENT is ``write``."""
    version = axe.split("\n", 1)[0].split(" v")[1].split(maxsplit=1)[0]
    found = accessibility.AccessibilityResults(
        datetime.now(UTC).date(), version, tuple(city.PAGES), tuple(STATES), violations
    )
    if os.environ.get("LANTAARN_STATEMENT") == "write":
        accessibility.write_results(found)
    last = accessibility.read_results()
    assert (last.axe_version, last.pages, last.states) == (found.axe_version, found.pages, found.states), (
        "run make statement"
    )
