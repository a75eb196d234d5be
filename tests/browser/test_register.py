"""The register in a real browser: with a keyboard alone, without JavaScript, with the map, and on a small screen."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from sensors.db import connect
from sensors.register import import_entries, load_areas
from simulators.city import entries
from tests.published import measure
from tests.site import serving

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PAGES = ("/", "/?kind=other", "/sensors/lucht-gemeente-01", "/sensors/verkeer-camera-01", "/over", "/sensors/nothing")
COUNT_SHIFTS = """
window.shift = 0;
new PerformanceObserver(list => list.getEntries().forEach(each => { window.shift += each.value; }))
    .observe({type: 'layout-shift', buffered: true});
"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium at /usr/bin/chromium"),
]


@pytest.fixture
def site(database: str, tmp_path: Path) -> Iterator[str]:
    """The register of the whole example city."""
    file = tmp_path / "register.jsonl"
    file.write_text("".join(f"{entry.model_dump_json(exclude_none=True)}\n" for entry in entries(1)))
    with connect(database) as db:
        load_areas(db)
        import_entries(db, file, "test", "test")
        measure(db, "lucht-bewoner-01", "pm10", 12.3, datetime.now(UTC))
    with serving(database) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Without a sandbox of its own: containers seldom allow one, and the pages are ours.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--no-first-run", *QUIET])
        yield browser
        browser.close()


def listed(page: Page) -> list[str]:
    return sorted(page.eval_on_selector_all("#lijst [data-reference]", "all => all.map(e => e.dataset.reference)"))


def marked(page: Page) -> list[str]:
    page.wait_for_selector("#map[data-ready]")
    return sorted(page.eval_on_selector_all("#map [data-reference]", "all => all.map(e => e.dataset.reference)"))


def tab_to(page: Page, wanted: str, most: int = 60) -> None:
    """Press Tab until the element with this selector has the focus, which must be visible."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert style != "none", f"{wanted} has the focus, but nobody sees it"
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")


def test_a_keyboard_alone_finds_a_sensor_without_javascript(browser: Browser, site: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(site)
    assert not page.is_visible("#map")
    assert page.is_visible("text=335 sensoren")

    tab_to(page, "#kind")
    page.keyboard.type("Luchtkwaliteit")
    tab_to(page, "form button")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("kind=air_quality"))
    assert page.is_visible("text=43 sensoren")
    tab_to(page, "#lijst a")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/sensors/lucht-"))
    assert page.is_visible("text=Wat meet deze sensor?")
    assert page.is_visible("text=Gaat het over u?")


@pytest.mark.parametrize("query", ["", "?kind=air_quality", "?kind=other", "?neighbourhood=BU07941000&kind=traffic"])
def test_map_and_list_show_the_same_sensors(browser: Browser, site: str, query: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/{query}")
    shown = marked(page)
    assert shown == listed(page)
    assert shown
    page.close()


def test_the_map_by_keyboard(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/?kind=other")
    assert marked(page)
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
    for path in PAGES:
        page.goto(site + path, wait_until="networkidle")
        if page.query_selector("#map"):
            page.wait_for_selector("#map[data-ready]")
        assert page.evaluate("window.shift") <= 0.02, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert [each for each in problems if "404" not in each] == []
    page.close()


def test_what_can_be_clicked_is_large_enough(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    for path in ("/", "/sensors/lucht-gemeente-01"):
        page.goto(site + path)
        small = page.eval_on_selector_all(
            "a, button, select, summary, .pin",
            "all => all.filter(e => e.offsetParent && !e.closest('p, dd, li, .skip, .leaflet-control-attribution'))"
            ".filter(e => e.getBoundingClientRect().height < 24).map(e => e.outerHTML)",
        )
        assert small == [], path
    page.close()


def test_values_and_books_come_in_without_loading_again(browser: Browser, site: str, database: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/sensors/lucht-bewoner-01")
    assert page.is_visible("text=12,3 µg/m³")
    page.evaluate("window.loadedOnce = true")
    with connect(database) as db:
        measure(db, "lucht-bewoner-01", "pm10", 45.6, datetime.now(UTC))
    page.wait_for_selector("text=45,6 µg/m³", timeout=10_000)
    assert page.evaluate("window.loadedOnce")
    page.close()
