"""Fixtures: one Chromium for all browser tests, and a server with the example city."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.web_server import running_web_server

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed at /usr/bin/chromium")
    with sync_playwright() as playwright:
        # No sandbox: containers seldom allow it, and we trust our own pages.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--no-first-run", *QUIET])
        yield browser
        browser.close()


@pytest.fixture
def site(city_database: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a server with the whole example city."""
    with running_web_server(city_database, mail_spool=str(tmp_path / "mail")) as url:
        yield url
