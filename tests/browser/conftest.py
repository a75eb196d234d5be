"""One Chromium for all browser tests, and the example city."""

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
        pytest.skip("there is no Chromium at /usr/bin/chromium")
    with sync_playwright() as playwright:
        # Without a sandbox of its own: containers seldom allow one, and the pages are ours.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--no-first-run", *QUIET])
        yield browser
        browser.close()


@pytest.fixture
def site(city_database: str, tmp_path: Path) -> Iterator[str]:
    """The register of the whole example city."""
    with running_web_server(city_database, mail_spool=str(tmp_path / "mail")) as url:
        yield url
