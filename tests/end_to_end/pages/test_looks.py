"""The municipality's own looks and address, and headers that keep visitors safe."""

from pathlib import Path

import httpx
import pytest

from sensors.settings.base import SettingsError
from tests.support.web_server import running_web_server

PAGES = ("/", "/over", "/en/woordenlijst", "/privacy", "/toegankelijkheid", "/nothing")


def test_a_municipality_brings_its_own_tokens_and_mailbox(database: str, tmp_path: Path) -> None:
    theme = tmp_path / "theme.css"
    theme.write_text(":root { --utrecht-link-color: #a4003c; }")
    with running_web_server(database, theme=str(theme), contact="register@helmond.example") as url:
        page = httpx.get(f"{url}/over").text
        assert page.index("tokens.css") < page.index("/theme.css") < page.index("style.css")
        answer = httpx.get(f"{url}/theme.css")
        assert answer.headers["content-type"].startswith("text/css")
        assert answer.text == theme.read_text()
        for path in ("/privacy", "/en/toegankelijkheid"):
            assert "mailto:register@helmond.example" in httpx.get(url + path).text


def test_without_a_theme_it_is_the_white_label(database: str) -> None:
    with running_web_server(database) as url:
        assert "/theme.css" not in httpx.get(f"{url}/over").text
        assert httpx.get(f"{url}/theme.css").status_code == 404


def test_a_theme_that_is_not_there_is_told_at_the_start(database: str) -> None:
    with pytest.raises(SettingsError, match="LANTAARN_THEME"), running_web_server(database, theme="/nowhere/theme.css"):
        pass


def test_the_privacy_page_names_who_else_sees_something(database: str) -> None:
    tiles = {"tile_url": "https://tiles.example/{z}/{x}/{y}.png", "tile_attribution": "Kaartenmaker"}
    with running_web_server(database, **tiles) as url:
        assert "Kaartenmaker" in httpx.get(f"{url}/privacy").text
    with running_web_server(database) as url:
        assert "komt van onze eigen computer" in httpx.get(f"{url}/privacy").text


def test_every_page_goes_with_headers_that_keep_visitors_safe(database: str) -> None:
    with running_web_server(database) as url, httpx.Client(base_url=url) as client:
        for path in PAGES:
            answer = client.get(path)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'self'" in policy
            assert "unsafe" not in policy
            assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert "set-cookie" not in answer.headers
            assert not any(inline in answer.text for inline in (" style=", "<style", " onclick=", "<script>")), path
