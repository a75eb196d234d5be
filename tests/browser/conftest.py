"""Fixtures: one Chromium for all browser tests, and a server with the example city."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.installed import CHROMIUM_PATH, ROOT
from tests.support.web_server import running_web_server

QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM_PATH is None:
        pytest.skip("Chromium is not installed; on Debian: apt-get install chromium fonts-dejavu-core")
    with sync_playwright() as playwright:
        # No sandbox: containers seldom allow it, and we trust our own pages.
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM_PATH, args=["--no-sandbox", "--no-first-run", *QUIET]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The axe-core script, to run in a page."""
    script = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        pytest.skip("axe-core is not installed; run: make node_modules/.dev")
    return script.read_text(encoding="utf-8")


@pytest.fixture
def site(web_assets: None, city_database: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a server with the whole example city."""
    with running_web_server(city_database, mail_spool=str(tmp_path / "mail")) as url:
        yield url
