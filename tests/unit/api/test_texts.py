"""The texts for residents: complete in both languages, and easy to read."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from api import formatting, i18n, labels
from api.content import glossary
from api.quality import labels as quality_labels
from api.search import facets
from api.search.filters import DEVIATIONS
from api.themes import content as themes_content
from api.web.catalogue import ENGLISH, extract, stored, updated, written
from sensors.kinds import KINDS
from sensors.policy.explanation import explain
from sensors.vocabulary import codes
from sensors.vocabulary.localized_text import Text
from sensors.vocabulary.rejection_reasons import Reason
from simulators.city.register import entries
from tests.support.readability import measure

PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
DUTCH = re.compile(
    r"\b(de|het|een|en|van|niet|wij|ons|u|uw|deze|dit|die|dat|wat|waar|wie|hoe|er|zijn|wordt|heeft|met|voor|naar|geen)\b"
)


@pytest.fixture
def english() -> Iterator[None]:
    i18n.speak("en")
    yield
    i18n.speak("nl")


def _ids(message: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message or ())


def test_the_catalogue_has_what_the_sources_say_and_nothing_else() -> None:
    said = {_ids(each.id) for each in extract() if each.id}
    kept = {_ids(each.id) for each in stored() if each.id}
    assert kept == said, "run make texts"
    assert ENGLISH.read_bytes() == written(updated()), "run make texts"


def test_every_sentence_is_in_english_with_the_same_places_to_fill_in() -> None:
    for message in stored():
        if not message.id:
            continue
        dutch, english = _ids(message.id), _ids(message.string)
        assert len(english) == len(dutch), dutch[0]
        assert all(english), f"no English for: {dutch[0]}"
        assert not message.fuzzy, dutch[0]
        for one, other in zip(dutch, english, strict=True):
            assert set(PLACEHOLDER.findall(one)) == set(PLACEHOLDER.findall(other)), one


def test_no_english_sentence_is_dutch() -> None:
    ours = [text for message in stored() if message.id for text in _ids(message.string)]
    for text in ours + [text.en for text in _tables()]:
        assert len(DUTCH.findall(text.lower())) <= len(text.split()) / 3, text


def _tables() -> list[Text]:
    """What comes with a code, in both languages."""
    kinds = [kind.label for kind in KINDS.values()]
    properties = [each for kind in KINDS.values() for each in kind.properties.values()]
    tables = (
        labels.LAST_SEEN,
        labels.STATUS_NOTES,
        labels.PERSONAL_DATA,
        labels.PUBLIC,
        labels.STORAGE,
        labels.ACCESS,
    )
    told = [
        text
        for table in (*tables, labels.REASONS, labels.LEFT_OUT, labels.BOOKS, labels.ROLES)
        for text in table.values()
    ]
    explained = [text for each in properties for text in (each.label, each.explanation)]
    told += [text for theme in themes_content.THEMES.values() for text in (theme.label, theme.lead)]
    told += [each.law_short for each in themes_content.NORMS if each.law_short]
    told += [text for table in (quality_labels.DEVIATIONS, quality_labels.QUESTIONS) for text in table.values()]
    told += [*quality_labels.SUBJECTS.values(), quality_labels.SINGLE_VALUES, *facets.DEVIATIONS.values()]
    return [
        *kinds,
        *explained,
        *told,
        *(text for _, text in codes.LABELS),
        *(m for pair in glossary.WORDS for m in pair),
    ]


def test_every_code_has_its_words() -> None:
    assert labels.TECHNOLOGY.keys() == codes.DTPR["technology"].keys()
    assert labels.STORAGE.keys() == codes.DTPR["storage"].keys()
    assert labels.ACCESS.keys() == codes.DTPR["access"].keys()
    assert labels.REASONS.keys() == set(Reason)
    assert set(facets.DEVIATIONS) == set(quality_labels.DEVIATIONS) == set(DEVIATIONS)


@pytest.mark.usefixtures("english")
def test_numbers_and_dates_are_english_on_an_english_page() -> None:
    now = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
    assert formatting.number(-1234.5, 1) == "−1,234.5"
    assert formatting.day(date(2026, 3, 1)) == "1 March 2026"
    assert formatting.moment(now, now) == "today at 14:00"
    assert formatting.interval("PT600S") == "every 10 minutes"
    assert formatting.interval("PT1H") == "every hour"
    assert formatting.unit("km/h") == "km/h"


def test_the_same_page_in_the_other_language() -> None:
    assert i18n.alternates("/sensors/a", "") == {"nl": "/sensors/a", "en": "/en/sensors/a"}
    assert i18n.alternates("/en/", "kind=traffic") == {"nl": "/?kind=traffic", "en": "/en/?kind=traffic"}
    assert i18n.of_path("/english") == "nl"
    assert i18n.alternates("/english", "")["en"] == "/en/english"


def test_our_texts_are_easy_to_read() -> None:
    """Flesch-Douma; 60 and more is plain language."""
    sentences = [text for message in extract() if message.id for text in _ids(message.id)]
    sentences += [text.nl for text in _tables()]
    city = next(iter(entries(1)))
    sentences += [line for part in explain(city, 1, "nl") for line in part.lines if str(city.id) not in line]
    filled = [PLACEHOLDER.sub("iets", text) for text in sentences if text.rstrip().endswith((".", "?", "!"))]
    found = measure(filled)
    assert found.ease >= 65, found
    assert found.longest <= 28, found
