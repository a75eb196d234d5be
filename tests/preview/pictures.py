"""Take pictures of scenes in a headless Chromium, which reads files of this folder only and no network."""

import json
import logging
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.support.installed import CHROMIUM_PATH, ROOT

DRAWING_FOLDER = Path(__file__).with_name("drawing")
ICONS_FOLDER = DRAWING_FOLDER / "node_modules" / "@grafana" / "ui" / "dist" / "public"
SITE = "http://preview.invalid/"
PAGE = (
    '<!doctype html><html lang="nl"><head><meta charset="utf-8"><link rel="stylesheet" href="drawing.css">'
    '<style>body { margin: 0 }</style></head><body><div id="root"></div></body></html>'
)
QUIET = ("--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update")
MIN_HEIGHT_PIXELS = 400
DRAWING_TIMEOUT_MILLISECONDS = 120_000
FAILURES = """() => [...document.querySelectorAll("[data-failure]")].map(
    failure => `${failure.closest("[data-panel]").dataset.panel}: ${failure.textContent.split("\\n")[0]}`
)"""


class PreviewError(Exception):
    """The preview can't go on; the message says what to do."""


def build_drawing(folder: Path) -> None:
    """Check and bundle the page's script into ``folder``. Raises PreviewError with what the compiler said."""
    if not (DRAWING_FOLDER / "node_modules" / "@grafana" / "ui").is_dir():
        raise PreviewError("Grafana's packages are not installed; run: make dashboards-preview")
    command = [sys.executable, "-m", "simulators.embedded.npm", "--prefix", str(DRAWING_FOLDER), "run", "--silent"]
    done = subprocess.run([*command, "build", "--", str(folder)], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PreviewError(f"The drawing does not compile:\n{done.stdout}{done.stderr}")


@contextmanager
def running_browser() -> Generator[Browser]:
    """A headless Chromium. Raises PreviewError if there is none."""
    if CHROMIUM_PATH is None:
        raise PreviewError("Chromium is not installed; on Debian: apt-get install chromium fonts-dejavu-core")
    # Ctrl-C ends its driver too, at the same moment; asyncio would tell of each answer that then doesn't come.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    with sync_playwright() as playwright:
        # No sandbox: containers seldom allow it, and we trust our own pages.
        browser = playwright.chromium.launch(executable_path=CHROMIUM_PATH, args=["--no-sandbox", *QUIET])
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True, slots=True)
class Drawing:
    """A browser, and the folder with the page's script and style."""

    browser: Browser
    bundle: Path

    def take_picture(self, data: dict[str, Any], path: Path) -> list[str]:
        """Draw a scene, and save it as a PNG; returns a line for each panel that shows an error instead of its data.

        Raises PreviewError if the script fails.
        """
        with self._page(data["width"], data["timezone"]) as page:
            errors = list[str]()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(SITE)
            _draw(page, data, errors)
            page.screenshot(path=path, full_page=True)
            if errors:
                raise PreviewError(f"{path.name}: {errors[0]}")
            return page.evaluate(FAILURES)

    @contextmanager
    def _page(self, width: int, time_zone: str) -> Generator[Page]:
        """A page of a browser that is set to Dutch."""
        with self.browser.new_context(
            viewport={"width": width, "height": MIN_HEIGHT_PIXELS}, locale="nl-NL", timezone_id=time_zone
        ) as context:
            page = context.new_page()
            page.route("**/*", lambda route: _answer(route, self.bundle))
            yield page


def _draw(page: Page, data: dict[str, Any], errors: list[str]) -> None:
    page.evaluate("scene => { window.scene = JSON.parse(scene); }", json.dumps(data))
    page.add_script_tag(url="drawing.js")
    try:
        page.wait_for_selector("[data-drawn]", state="attached", timeout=DRAWING_TIMEOUT_MILLISECONDS)
    except PlaywrightTimeoutError as error:
        raise PreviewError(f"{data['title']} was not drawn in time: {errors or 'without an error'}") from error


def _answer(route: Route, bundle: Path) -> None:
    """Serve the page, its script and style, and Grafana's icons; nothing else exists."""
    path = route.request.url.removeprefix(SITE)
    file = bundle / path if path.startswith("drawing.") else ICONS_FOLDER / path.removeprefix("public/")
    if not path:
        route.fulfill(content_type="text/html", body=PAGE)
    elif file.is_file():
        route.fulfill(path=file)
    else:
        route.fulfill(status=404)
