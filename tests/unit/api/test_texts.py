"""The texts for residents: complete in both languages, and easy to read."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from api import dtpr_labels, formatting, i18n, labels
from api.content import glossary
from api.quality import labels as quality_labels
from api.search import facets
from api.search.filters import DEVIATIONS
from api.themes import content as themes_content
from api.web.message_catalogue import (
    ENGLISH_CATALOGUE_PATH,
    extract_messages,
    load_catalogue,
    serialize_catalogue,
    update_catalogue,
)
from sensors.kinds import KINDS
from sensors.policy import table_labels
from sensors.policy.explanation import explain_policy
from sensors.vocabulary import codes
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.rejection_reasons import RejectionReason
from simulators.city.example_register import example_entries
from tests.support.readability import measure_readability

PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
DUTCH = re.compile(
    r"\b(de|het|een|en|van|niet|wij|ons|u|uw|deze|dit|die|dat|wat|waar|wie|hoe|er|zijn|wordt|heeft|met|voor|naar|geen)\b"
)


@pytest.fixture
def english() -> Iterator[None]:
    i18n.set_language("en")
    yield
    i18n.set_language("nl")


def _ids(message: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message or ())


def test_the_catalogue_has_what_the_sources_say_and_nothing_else() -> None:
    said = {_ids(each.id) for each in extract_messages() if each.id}
    kept = {_ids(each.id) for each in load_catalogue() if each.id}
    assert kept == said, "run make texts"
    assert ENGLISH_CATALOGUE_PATH.read_bytes() == serialize_catalogue(update_catalogue()), "run make texts"


def test_every_sentence_is_in_english_with_the_same_places_to_fill_in() -> None:
    for message in load_catalogue():
        if not message.id:
            continue
        dutch, english = _ids(message.id), _ids(message.string)
        assert len(english) == len(dutch), dutch[0]
        assert all(english), f"no English for: {dutch[0]}"
        assert not message.fuzzy, dutch[0]
        for one, other in zip(dutch, english, strict=True):
            assert set(PLACEHOLDER.findall(one)) == set(PLACEHOLDER.findall(other)), one


def test_no_english_sentence_is_dutch() -> None:
    ours = [text for message in load_catalogue() if message.id for text in _ids(message.string)]
    for text in ours + [text.en for text in _tables()]:
        assert len(DUTCH.findall(text.lower())) <= len(text.split()) / 3, text


def _tables() -> list[LocalizedText]:
    """What comes with a code, in both languages."""
    kinds = [kind.label for kind in KINDS.values()]
    properties = [each for kind in KINDS.values() for each in kind.properties.values()]
    tables = (
        labels.LAST_SEEN,
        labels.STATUS_NOTES,
        labels.PERSONAL_DATA_NOTES,
        labels.PUBLICATION_NOTES,
        dtpr_labels.STORAGE,
        dtpr_labels.ACCESS,
    )
    told = [
        text
        for table in (
            *tables,
            labels.REJECTION_REASONS,
            labels.MISSING_VALUE_NOTES,
            labels.LEDGER_LINES,
            labels.ROLE_DESCRIPTIONS,
        )
        for text in table.values()
    ]
    explained = [text for each in properties for text in (each.label, each.explanation)]
    told += [text for theme in themes_content.THEMES.values() for text in (theme.label, theme.lead)]
    told += [each.eu_short_term_limit for each in themes_content.AIR_QUALITY_STANDARDS if each.eu_short_term_limit]
    told += [
        text
        for table in (quality_labels.DEVIATION_EXPLANATIONS, quality_labels.QUESTION_LABELS)
        for text in table.values()
    ]
    told += [
        *table_labels.TABLE_LABELS.values(),
        *quality_labels.CAPPED_TERMS.values(),
        table_labels.OBSERVATIONS_LABEL,
        *facets.DEVIATION_LABELS.values(),
    ]
    return [
        *kinds,
        *explained,
        *told,
        *(text for _, text in codes.LABELS),
        *(m for pair in glossary.TERMS for m in pair),
    ]


def test_every_code_has_its_words() -> None:
    assert dtpr_labels.TECHNOLOGY.keys() == codes.DTPR_ELEMENTS["technology"].keys()
    assert dtpr_labels.STORAGE.keys() == codes.DTPR_ELEMENTS["storage"].keys()
    assert dtpr_labels.ACCESS.keys() == codes.DTPR_ELEMENTS["access"].keys()
    assert labels.REJECTION_REASONS.keys() == set(RejectionReason)
    assert set(facets.DEVIATION_LABELS) == set(quality_labels.DEVIATION_EXPLANATIONS) == set(DEVIATIONS)


@pytest.mark.usefixtures("english")
def test_numbers_and_dates_are_english_on_an_english_page() -> None:
    now = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
    assert formatting.number(-1234.5, 1) == "−1,234.5"
    assert formatting.day(date(2026, 3, 1)) == "1 March 2026"
    assert formatting.relative_time(now, now) == "today at 14:00"
    assert formatting.interval("PT600S") == "every 10 minutes"
    assert formatting.interval("PT1H") == "every hour"
    assert formatting.unit("km/h") == "km/h"


def test_the_same_page_in_the_other_language() -> None:
    assert i18n.alternate_urls("/sensors/a", "") == {"nl": "/sensors/a", "en": "/en/sensors/a"}
    assert i18n.alternate_urls("/en/", "kind=traffic") == {"nl": "/?kind=traffic", "en": "/en/?kind=traffic"}
    assert i18n.language_of_path("/english") == "nl"
    assert i18n.alternate_urls("/english", "")["en"] == "/en/english"


def test_our_texts_are_easy_to_read() -> None:
    """Flesch-Douma; 60 and more is plain language."""
    sentences = [text for message in extract_messages() if message.id for text in _ids(message.id)]
    sentences += [text.nl for text in _tables()]
    city = next(iter(example_entries(1)))
    sentences += [line for part in explain_policy(city, 1, "nl") for line in part.sentences if str(city.id) not in line]
    filled = [PLACEHOLDER.sub("iets", text) for text in sentences if text.rstrip().endswith((".", "?", "!"))]
    found = measure_readability(filled)
    assert found.reading_ease >= 65, found
    assert found.longest_sentence <= 28, found
