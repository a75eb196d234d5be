"""What needs no data: the site map, the glossary, and what was found about accessibility."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api import i18n
from api.content.accessibility import RESULTS_FILE, condition_label, read_results, write_results
from api.content.glossary import TERMS, glossary_terms
from api.content.sitemap import MAX_URLS, SitemapEntry, fits_in_one_file, render_index, render_urlset
from api.periods import recent_period
from tests.support.visitor import ORIGIN

NAMESPACES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@settings(max_examples=40)
@given(st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True), max_size=5))
def test_a_site_map_names_every_page_in_both_languages(names: list[str]) -> None:
    entries = [SitemapEntry(f"/sensors/{name}", date(2026, 11, 22)) for name in names]
    root = ET.fromstring(render_urlset(ORIGIN, entries))  # noqa: S314 - what our own program wrote
    found = [each.text for each in root.findall("s:url/s:loc", NAMESPACES)]
    assert found == [f"{ORIGIN}{prefix}/sensors/{name}" for name in names for prefix in ("", "/en")]
    assert len(root.findall("s:url/x:link", NAMESPACES)) == 2 * len(found)
    assert {each.text for each in root.findall("s:url/s:lastmod", NAMESPACES)} <= {"2026-11-22"}


def test_a_page_that_changes_nobody_knows_when_has_no_date() -> None:
    assert "lastmod" not in render_urlset(ORIGIN, [SitemapEntry("/over")])


def test_too_many_pages_go_in_several_files() -> None:
    pages = [SitemapEntry("/over")] * 1000
    most = MAX_URLS // 4 - 500
    assert fits_in_one_file(pages, most)
    assert not fits_in_one_file(pages, most + 1)
    index = ET.fromstring(render_index(ORIGIN, ["/a.xml", "/b.xml?after=x&y"]))  # noqa: S314 - our own
    assert [each.text for each in index.iter(f"{{{NAMESPACES['s']}}}loc")] == [
        f"{ORIGIN}/a.xml",
        f"{ORIGIN}/b.xml?after=x&y",
    ]


@pytest.mark.parametrize(("language", "word"), [("nl", "Persoonsgegevens"), ("en", "Personal data")])
def test_the_glossary_explains_every_word_in_the_language_of_the_page(language: i18n.Language, word: str) -> None:
    i18n.set_language(language)
    try:
        terms = dict(glossary_terms())
    finally:
        i18n.set_language("nl")
    assert len(terms) == len(TERMS)
    assert word in terms


def test_results_about_accessibility_are_kept_as_the_tests_found_them(tmp_path: Path) -> None:
    results = read_results()
    write_results(results, tmp_path / "results.json")
    assert (tmp_path / "results.json").read_text() == RESULTS_FILE.read_text()
    assert all(condition_label(state) for state in results.states)
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(ValueError, match="Expecting"):
        read_results(tmp_path / "broken.json")


def test_days_begin_at_midnight_in_the_netherlands() -> None:
    period = recent_period(datetime(2026, 3, 30, 12, 34, tzinfo=UTC))  # summer time began the day before
    assert period["until"] - period["since"] == timedelta(hours=24)
    assert period["until"] == datetime(2026, 3, 30, 12, tzinfo=UTC)
    assert period["first_day"].astimezone(UTC) == datetime(2026, 3, 22, 23, tzinfo=UTC)
