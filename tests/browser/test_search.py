"""Find sensors in a real browser: on the map, by keyboard, nearby, and at a point."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Geolocation, Page

pytestmark = pytest.mark.browser

HERE: Geolocation = {"longitude": 5.661234, "latitude": 51.480321}


def ready(page: Page) -> int:
    """Wait until the map is drawn, and return the number of sensors in view."""
    page.wait_for_selector("#map[data-ready]")
    return int(page.eval_on_selector("#map", "map => map.dataset.ready"))


def amounts(page: Page) -> list[int]:
    return [int(each) for each in page.eval_on_selector_all("#map .pin", "all => all.map(e => e.dataset.amount)")]


@pytest.mark.parametrize("query", ["", "?kind=air_quality", "?kind=other", "?neighbourhood=BU07941000&kind=traffic"])
def test_the_map_shows_as_many_as_the_list_counts(browser: Browser, site: str, query: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{site}/{query}")
    counted = int(re.sub(r"\D", "", page.inner_text("#count")))
    assert counted
    assert ready(page) == sum(amounts(page)) == counted
    page.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_marks_on_the_map_stand_apart(browser: Browser, site: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(site)
    ready(page)
    closest = page.eval_on_selector_all(
        "#map .pin",
        """all => {
            const at = all.map(e => e.getBoundingClientRect()).map(r => [r.x + r.width / 2, r.y + r.height / 2]);
            let least = Infinity;
            at.forEach((a, i) => at.slice(i + 1).forEach(b => {
                least = Math.min(least, Math.hypot(a[0] - b[0], a[1] - b[1]));
            }));
            return least;
        }""",
    )
    assert closest >= 24
    page.close()


def test_a_keyboard_alone_goes_from_a_group_to_a_sensor(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.goto(f"{site}/?kind=air_quality")
    ready(page)
    for _ in range(12):
        page.focus("#map .pin:not([data-reference])" if page.query_selector("#map .together") else "#map .pin")
        if page.evaluate("document.activeElement.matches('[data-reference]')"):
            break
        page.keyboard.press("Enter")
        if page.query_selector(".leaflet-popup"):
            break
        page.wait_for_timeout(50)
        ready(page)
        assert page.evaluate("document.activeElement.matches('#map .pin')"), "the focus was lost"
    else:
        raise AssertionError("the groups never split")
    if not page.query_selector(".leaflet-popup"):
        page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup a:focus")
    name = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/sensors/"))
    assert page.inner_text("h1") == name
    page.close()


def test_the_list_can_be_that_of_a_part_of_the_map(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.goto(f"{site}/?kind=streetlight")
    whole = ready(page)
    page.focus("#map")
    for _ in range(3):
        page.keyboard.press("+")
        page.wait_for_timeout(100)
    part = ready(page)
    assert 0 < part < whole
    page.click(".map-tools .here")
    page.wait_for_url(re.compile("bbox="))
    assert page.inner_text("#count").startswith(f"{part} ")
    assert "kind=streetlight" in page.url
    page.close()


def test_a_spot_is_chosen_on_the_map_with_a_mouse_or_with_keys(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    for mouse in (True, False):
        # The map starts at the area of the street sweeper.
        page.goto(f"{site}/?q=veegwagen")
        ready(page)
        page.click(".map-tools .point")
        if mouse:
            page.click("#map", position={"x": 300, "y": 300})
        else:
            page.focus(".map-tools .middle")
            page.keyboard.press("Enter")
        page.wait_for_url(re.compile("spot="))
        longitude, latitude = map(float, parse_qs(urlsplit(page.url).query)["spot"][0].split(","))
        assert 5.5 < longitude < 5.8
        assert 51.4 < latitude < 51.6
        assert "Luchtmeter op een veegwagen" in page.inner_text("#lijst")
    page.close()


def test_what_is_near_is_reckoned_on_the_device_and_the_place_stays_there(browser: Browser, site: str) -> None:
    context = browser.new_context(geolocation=HERE, permissions=["geolocation"])
    page = context.new_page()
    requested: list[str] = []
    page.goto(f"{site}/dichtbij", wait_until="networkidle")
    page.on("request", lambda request: requested.append(request.url + (request.post_data or "")))
    page.click(".locate")
    page.wait_for_selector(".rings:not([hidden])")
    assert sorted(url.removeprefix(site) for url in requested) == sorted(
        f"/v1/cells/{column}/{row}/sensors" for column in (386, 387, 388) for row in (5719, 5720, 5721)
    )
    rings = page.eval_on_selector_all(
        ".ring",
        "all => all.map(ring => "
        "[Number(ring.dataset.metres), Array.from(ring.querySelectorAll('li p'), p => p.textContent)])",
    )
    assert [metres for metres, _ in rings] == [50, 100, 250, 500]
    before = 0
    for metres, lines in rings:
        near = [int(found[1]) for line in lines if (found := re.search(r"op (\d+) meter", line))]
        assert near == sorted(near)
        assert all(before <= each <= metres for each in near)
        before = metres
    assert sum(len(lines) for _, lines in rings) > 10
    assert any("beweegt door dit gebied" in line for _, lines in rings for line in lines)
    context.close()


def test_without_a_place_there_is_a_neighbourhood_or_a_street(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/dichtbij")
    assert not page.is_visible("#near")
    page.select_option("#neighbourhood", "BU07941000")
    page.click(".without form:first-of-type button")
    page.wait_for_url(re.compile("neighbourhood=BU07941000"))
    page.goto(f"{site}/dichtbij")
    page.fill("#q", "fietstellers")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=fietstellers"))
    assert page.locator("#lijst li").count()
    context.close()


def test_a_place_that_is_refused_is_no_dead_end(browser: Browser, site: str) -> None:
    context = browser.new_context(permissions=[])
    page = context.new_page()
    page.goto(f"{site}/dichtbij")
    page.click(".locate")
    page.wait_for_selector("text=Uw apparaat geeft uw plek niet")
    context.close()


def test_all_pages_of_the_list_by_keyboard_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    found: list[str] = page.eval_on_selector_all("#lijst [data-reference]", "all => all.map(e => e.dataset.reference)")
    while page.query_selector("a[rel=next]"):
        page.focus("a[rel=next]")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(f"after={re.escape(found[-1])}"))
        found += page.eval_on_selector_all("#lijst [data-reference]", "all => all.map(e => e.dataset.reference)")
    assert len(found) == len(set(found)) == 336
    context.close()
