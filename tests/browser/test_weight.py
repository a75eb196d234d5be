"""Page weight, and time to interactive on an old phone with a slow network."""

from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import city
from tests.support.waiting import wait_for

SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
"""Lighthouse's "slow 4G", used with 4× CPU throttling."""

pytestmark = pytest.mark.browser


def _watch(page: Page) -> tuple[Any, dict[str, tuple[str, int]]]:
    """A CDP session, and a live mapping of request id to (resource type, bytes) for requests from now on."""
    session: Any = page.context.new_cdp_session(page)
    session.send("Network.enable")
    types: dict[str, str] = {}
    loaded: dict[str, tuple[str, int]] = {}

    def answered(event: Mapping[str, Any]) -> None:
        types[event["requestId"]] = event["type"]

    def finished(event: Mapping[str, Any]) -> None:
        loaded[event["requestId"]] = types.get(event["requestId"], ""), int(event["encodedDataLength"])

    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", finished)
    return session, loaded


@pytest.mark.parametrize(
    "path",
    ["/", "/dichtbij", f"/sensors/{city.COUNTER}", f"/buurten/{city.AREA}", "/themas/licht", "/over", "/kwaliteit"],
)
def test_a_page_is_light(browser: Browser, site: str, path: str) -> None:
    with browser.new_context(viewport={"width": 360, "height": 800}) as context:
        page = context.new_page()
        _, loaded = _watch(page)
        page.goto(site + path, wait_until="networkidle")
        assert sum(size for _, size in loaded.values()) <= 300_000, loaded
        scripts = sum(size for resource, size in loaded.values() if resource == "Script")
        assert scripts <= (120_000 if page.query_selector("#map") else 10_000), loaded


def test_a_slow_phone_can_use_the_register_within_two_seconds(browser: Browser, site: str) -> None:
    # The best of up to six: load from other tests only makes it slower.
    times: list[float] = []
    while not times or (min(times) > 2000 and len(times) < 6):
        times.append(_usable_after(browser, site))
    assert min(times) <= 2000, times


def _usable_after(browser: Browser, site: str) -> float:
    """Milliseconds until the register is painted and interactive on a slow phone with an empty cache."""
    with browser.new_context(viewport={"width": 360, "height": 800}) as context:
        page = context.new_page()
        session, _ = _watch(page)
        session.send("Network.emulateNetworkConditions", SLOW)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.goto(site, wait_until="commit")
        page.wait_for_selector("form[role=search] button")
        wait_for(lambda: page.evaluate("performance.getEntriesByName('first-contentful-paint').length"), 20)
        painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        ready = page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive")
        return max(painted, ready)


def test_less_motion_where_that_is_asked(browser: Browser, site: str) -> None:
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(site)
        page.wait_for_selector("#map[data-ready]")
        moving = page.eval_on_selector_all(
            "*",
            "all => all.filter(e => getComputedStyle(e).transitionDuration.split(', ').some(d => d !== '0s')"
            " || getComputedStyle(e).animationName !== 'none').map(e => e.outerHTML.slice(0, 100))",
        )
        assert moving == []
