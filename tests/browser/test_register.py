"""The register in a real browser: by keyboard only, without JavaScript, with the map, and on a small screen."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page

from sensors.db import connect
from tests.browser import city
from tests.support.sample_data import insert_observation

COUNT_SHIFTS = """
window.shift = 0;
new PerformanceObserver(list => list.getEntries().forEach(each => { window.shift += each.value; }))
    .observe({type: 'layout-shift', buffered: true});
"""

DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Resolves after the current content is painted."""

pytestmark = pytest.mark.browser


def tab_to(page: Page, wanted: str, most: int = 60) -> None:
    """Press Tab until an element matching ``wanted`` has a visible focus; fails after ``most`` presses."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert style != "none", f"{wanted} has no visible focus"
            return
    raise AssertionError(f"{wanted} can't be reached by keyboard")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_keyboard_alone_finds_a_sensor_and_asks_something(browser: Browser, site: str, javascript: bool) -> None:
    with browser.new_context(java_script_enabled=javascript, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(site)
        assert page.is_visible("#map") == javascript
        assert page.is_visible("text=336 sensoren")

        tab_to(page, "#kind")
        page.keyboard.type("Luchtkwaliteit")
        tab_to(page, "form[role=search] button")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("kind=air_quality"))
        assert page.is_visible("text=43 sensoren")
        tab_to(page, "#lijst .item a", most=150)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/sensors/lucht-"))
        assert page.is_visible("text=Gaat het over u?")

        tab_to(page, "a[href$='/melding']")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/melding$"))
        tab_to(page, "[name=kind]")
        page.keyboard.press("Space")
        tab_to(page, "#words")
        page.keyboard.type(
            "Klopt de plek van deze meter wel?", delay=120
        )  # at human speed: faster submissions are rejected as bots
        tab_to(page, "form.report button")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/meldingen/"))
        assert page.is_visible("text=We hebben uw bericht")


def test_the_map_by_keyboard(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/?kind=other")
    page.wait_for_selector("#map[data-ready]")
    tab_to(page, ".skip.inside")
    tab_to(page, "#map .pin")
    name = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".leaflet-popup a:focus:text-is({name!r})")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/sensors/"))
    assert page.inner_text("h1") == name
    page.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_shifts_scrolls_sideways_fails_or_comes_from_elsewhere(browser: Browser, site: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda each: None if each.url.startswith((site, "data:")) else problems.append(each.url))
    page.add_init_script(COUNT_SHIFTS)
    for path in city.addresses(site):
        page.goto(site + path)
        if page.query_selector("#map"):
            page.wait_for_selector("#map[data-ready]")
        page.evaluate(DRAWN)
        assert page.evaluate("window.shift") <= 0.02, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert [each for each in problems if not re.search("404|400", each)] == []
    page.close()


def test_what_can_be_clicked_is_large_enough(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    for path in ("/", "/sensors/lucht-gemeente-01", "/kwaliteit"):
        page.goto(site + path)
        small = page.eval_on_selector_all(
            "a, button, select, summary, .pin",
            "all => all.filter(e => e.offsetParent && !e.closest('p, dd, li, .skip, .leaflet-control-attribution'))"
            ".filter(e => e.getBoundingClientRect().height < 24).map(e => e.outerHTML)",
        )
        assert small == [], path
    page.close()


def test_values_and_books_come_in_without_loading_again(browser: Browser, site: str, city_database: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/sensors/lucht-bewoner-01")
    assert page.is_visible("text=12,3 µg/m³")
    page.evaluate("window.loadedOnce = true")
    with connect(city_database) as db:
        insert_observation(db, "lucht-bewoner-01", "pm10", 45.6, datetime.now(UTC))
    page.wait_for_selector("text=45,6 µg/m³", timeout=10_000)
    assert page.evaluate("window.loadedOnce")
    page.close()
