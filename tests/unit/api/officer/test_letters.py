"""The letters to who asked: plain words, all that the law asks, and nothing of anyone else."""

import re
from contextvars import copy_context
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from api.i18n import set_language
from api.officer.requests.held import Asked, Held, HeldReport, HeldSensor
from api.officer.requests.letter import access_letter, erasure_letter
from sensors.register.repository import StoredVersion
from sensors.vocabulary.localized_text import Language
from tests.support.readability import measure_readability
from tests.support.sample_data import home_sensor_entry

TODAY = date(2026, 12, 1)
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
ADDRESS = "iemand@voorbeeld.nl"


def report(**changes: Any) -> HeldReport:
    held: dict[str, Any] = {
        "reference": "LML-1",
        "received_at": NOW,
        "kind": "question",
        "status": "answered",
        "words": "Wat meet deze sensor precies?",
        "words_until": datetime(2027, 11, 5, tzinfo=UTC),
        "email": ADDRESS,
        "email_until": datetime(2026, 12, 5, tzinfo=UTC),
        "answer": "Hij meet stof.",
        "desk": "sensoren@helmond.example",
        "mails": [],
    }
    return HeldReport(1001, held | changes, spooled=1)


def sensor() -> HeldSensor:
    version = StoredVersion(uuid4(), 2, home_sensor_entry(), NOW, NOW, "team", "nieuw")
    return HeldSensor(version, {"observation": 1234, "location": 1, "ledger": 0})


BY_ADDRESS = Held(
    Asked("helmond", email=ADDRESS), (report(),), sensor(), mentions=(1002,), versions=(("bewoner-1", 2),)
)


def letters(held: Held, language: Language = "nl") -> tuple[str, str]:
    def write() -> tuple[str, str]:
        set_language(language)
        return access_letter(held, TODAY), erasure_letter(held, 77, TODAY, with_answer=False)

    return copy_context().run(write)


def test_a_letter_tells_what_is_held_why_until_when_and_which_rights() -> None:
    text = letters(BY_ADDRESS)[0].replace("\n", " ")
    for said in (
        "Helmond, 1 december 2026",
        "Melding 1001 over sensor LML-1, van 3 november 2026. Soort: ik heb een vraag.",
        "uiterlijk tot 5 november 2027",
        "> Wat meet deze sensor precies?",
        f"Uw e-mailadres is {ADDRESS}. Wij bewaren het uiterlijk tot 5 december 2026.",
        "- 1.234 losse metingen",
        "- 1 precieze plek, niet openbaar",
        "losse waarden 1 jaar",
        "WAAROM WIJ DIT BEWAREN",
        "Autoriteit Persoonsgegevens",
        "sensoren@helmond.example",
    ):
        assert said in text, said
    assert "uren waarvan" not in text
    assert "staat ook in wat een ander ons schreef" in text
    assert "1002" not in text


def test_a_letter_about_an_erasure_tells_what_stays_and_why() -> None:
    text = letters(BY_ADDRESS)[1]
    for said in (
        "Melding 1001",
        "In totaal 77 regels",
        "WAT BLIJFT, EN WAAROM",
        "oude reservekopie",
        "Ons antwoord blijft",
    ):
        assert said in text, said
    assert "> " not in text
    assert ADDRESS not in text


def test_who_is_not_found_hears_why_counts_are_nobodys() -> None:
    text = letters(Held(Asked("helmond", email=ADDRESS)))[0]
    assert "Wij vonden niets." in text
    assert ADDRESS not in text + repr(BY_ADDRESS.asked)


@pytest.mark.parametrize("number", [0, 1])
def test_the_letters_are_plain_dutch_and_fit_a_page(number: int) -> None:
    text = letters(BY_ADDRESS)[number]
    found = measure_readability(re.split("\n\n|\n- ", text))
    assert found.reading_ease >= 60, found
    assert found.longest_sentence <= 25, found
    assert max(map(len, text.splitlines())) <= 80
    assert letters(BY_ADDRESS, "en")[number] != text
