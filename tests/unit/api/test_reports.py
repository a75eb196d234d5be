"""What a resident may write, and how the mail about it looks."""

from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.reports.labels import (
    BAD_EMAIL_MESSAGE,
    HONEYPOT_MESSAGE,
    KEPT_LABELS,
    MAX_TEXT_LENGTH,
    NO_KIND_MESSAGE,
    PERSONAL_DATA_MESSAGES,
    REST_MESSAGE,
    TOO_LONG_MESSAGE,
    TOO_SHORT_MESSAGE,
    ReportKind,
    ReportStatus,
    keep_message,
    kept_label,
)
from api.reports.mails import Mail, compose
from api.reports.queries import Report, parse_draft
from sensors.policy.personal_data import PersonalDataMatch
from sensors.policy.personal_text import WEAK_MATCHES

GOOD = {"kind": "question", "words": "Waarom hangt deze sensor hier?", "email": "", "website": ""}
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_good_report_needs_no_address() -> None:
    assert parse_draft(GOOD).errors == {}
    assert parse_draft(GOOD | {"email": " iemand@voorbeeld.nl "}).errors == {}


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({"kind": ""}, {"kind": NO_KIND_MESSAGE}),
        ({"kind": "other"}, {"kind": NO_KIND_MESSAGE}),
        ({"words": "  kort  "}, {"words": TOO_SHORT_MESSAGE}),
        ({"words": "a" * (MAX_TEXT_LENGTH + 1)}, {"words": TOO_LONG_MESSAGE}),
        ({"words": "Mijn auto is de AB-12-CD, klopt dat?"}, {"words": PERSONAL_DATA_MESSAGES[PersonalDataMatch.PLATE]}),
        ({"words": "Bel mij even op 06-12345678 graag."}, {"words": PERSONAL_DATA_MESSAGES[PersonalDataMatch.PHONE]}),
        (
            {"words": "Mail mij op iemand@voorbeeld.nl graag."},
            {"words": PERSONAL_DATA_MESSAGES[PersonalDataMatch.EMAIL]},
        ),
        ({"words": "Mijn telefoon is 02:1a:4b:5c:6d:7e."}, {"words": PERSONAL_DATA_MESSAGES[PersonalDataMatch.MAC]}),
        ({"words": "Ik kwam van 192.0.2.17 gisteren."}, {"words": PERSONAL_DATA_MESSAGES[PersonalDataMatch.IP]}),
        ({"email": "iemand"}, {"email": BAD_EMAIL_MESSAGE}),
        ({"email": "a@b.nl\r\nBcc: c@d.nl"}, {"email": BAD_EMAIL_MESSAGE}),
        ({"website": "https://example.com"}, {"trap": HONEYPOT_MESSAGE}),
        (
            {"kind": "", "words": "", "email": "x"},
            {"kind": NO_KIND_MESSAGE, "words": TOO_SHORT_MESSAGE, "email": BAD_EMAIL_MESSAGE},
        ),
    ],
)
def test_what_is_wrong_is_said_by_field(changed: dict[str, str], problems: dict[str, object]) -> None:
    assert parse_draft(GOOD | changed).errors == problems


def warning(draft: dict[str, str]) -> str:
    found = parse_draft(GOOD | draft).errors.get("words")
    return "" if found is None else found.nl


def test_all_that_a_text_seems_to_contain_is_said_at_once() -> None:
    told = warning({"words": "Ik ben geboren op 3 november 1961, BSN 999932445, bel 06-12345678."})
    for part in ("geboortedatum", "burgerservicenummer", "telefoonnummer"):
        assert part in told
    assert "vinkje" not in told
    assert REST_MESSAGE.nl not in told


@pytest.mark.parametrize(
    ("words", "match"),
    [
        ("De lamp bij Kerkstraat 12 is kapot.", PersonalDataMatch.ADDRESS),
        ("Mevrouw De Vries van nummer 12 klaagt ook.", PersonalDataMatch.PERSON_ADDRESS),
        ("De sensor staat op 51.48123, 5.65432.", PersonalDataMatch.COORDINATES),
        ("Mevrouw De Vries klaagt ook.", PersonalDataMatch.NAME),
    ],
)
def test_what_a_report_may_need_stays_when_the_resident_says_so(words: str, match: PersonalDataMatch) -> None:
    assert warning({"words": words}) == f"{PERSONAL_DATA_MESSAGES[match].nl}\n{keep_message([match]).nl}"
    assert parse_draft(GOOD | {"words": words, "keep": match}).errors == {}
    assert warning({"words": words, "keep": "bsn plate"}) != ""


def test_what_no_report_needs_stays_for_no_tick() -> None:
    words = "Mijn BSN is 999932445 en ik woon op Kerkstraat 12."
    told = warning({"words": words, "keep": "address bsn"})
    assert told == PERSONAL_DATA_MESSAGES[PersonalDataMatch.BSN].nl


def test_the_tick_is_for_what_may_stay_and_says_so() -> None:
    words = "Mevrouw De Vries heeft BSN 999932445 en woont op Kerkstraat 12."
    lines = warning({"words": words}).split("\n")
    weak = parse_draft(GOOD | {"words": words}).weak_matches
    assert kept_label(weak).nl == "het adres en de naam"
    assert lines[-2:] == [keep_message(weak).nl, REST_MESSAGE.nl]
    assert set(KEPT_LABELS) == WEAK_MATCHES


def test_a_tick_counts_for_what_was_warned_of_and_for_nothing_else() -> None:
    draft = parse_draft(GOOD | {"words": "Bij Kerkstraat 12, op 51.48123, 5.65432.", "keep": "address"})
    assert draft.weak_matches == (PersonalDataMatch.ADDRESS, PersonalDataMatch.COORDINATES)
    assert not draft.keeps_weak_matches
    assert draft.errors["words"].nl.startswith(PERSONAL_DATA_MESSAGES[PersonalDataMatch.COORDINATES].nl)


def test_every_kind_has_a_message() -> None:
    assert PERSONAL_DATA_MESSAGES.keys() == set(PersonalDataMatch)


def test_an_empty_form_has_problems_and_no_error() -> None:
    assert list(parse_draft({}).errors) == ["kind", "words"]


def test_a_draft_does_not_print_the_address() -> None:
    assert "iemand" not in repr(parse_draft(GOOD | {"email": "iemand@voorbeeld.nl"}))


@given(st.text(max_size=60))
def test_marks_that_hide_what_a_text_says_are_left_out(text: str) -> None:
    assert not any(each < " " and each != "\n" for each in parse_draft(GOOD | {"words": text}).text)


def letter(**changes: Any) -> Mail:
    row = {
        "mail_id": 7,
        "attempts": 1,
        "number": 1001,
        "goes_to": "desk",
        "address": "sensoren@helmond.example",
        "reference": "LML-1",
        "name": {"nl": "Luchtmeter"},
        "uri": "https://sensoren.helmond.example/id/LML-1",
        "kind": "question",
        "words": "Wat meet hij?\nEn waarom?",
        "due_on": date(2026, 12, 4),
        "status": "received",
        "answer": None,
    }
    return Mail.of(row | changes)


DESK_MAIL = """\
Er is een melding over een sensor.

Nummer:   1001
Sensor:   Luchtmeter (LML-1)
Soort:    Ik heb een vraag
Antwoord: beloofd uiterlijk 04-12-2026

> Wat meet hij?
> En waarom?

Antwoorden:  lantaarn reports answer 1001 --text "..."
Afsluiten:   lantaarn reports close 1001 --reason "..."
Het antwoord is openbaar, de tekst hierboven niet. Liet de inwoner een e-mailadres achter?
Dan krijgt die het antwoord ook per mail. Antwoorden op deze mail komt nergens aan.

Verwijder deze mail als er geantwoord is, en stuur hem niet door: de tekst is van een inwoner.
Lantaarn bewaart hem zelf, tot 1 jaar na het antwoord (lantaarn reports list).

https://sensoren.helmond.example/meldingen/1001
"""
"""Whole: what is added to it should be needed."""


def test_the_desk_reads_what_it_must_and_how_long_to_keep_it_and_no_more() -> None:
    mail = compose(letter(), "lantaarn@helmond.example", NOW)
    assert mail is not None
    read = message_from_bytes(bytes(mail), policy=policy.default)
    assert (read["To"], read["Auto-Submitted"]) == ("sensoren@helmond.example", "auto-generated")
    headers = {"From", "To", "Date", "Message-ID", "Auto-Submitted", "Subject", "MIME-Version"}
    assert {name for name in read.keys() if not name.startswith("Content-")} == headers  # noqa: SIM118 - headers repeat
    assert read.get_content().replace("\r\n", "\n") == DESK_MAIL


def test_a_mail_that_is_tried_again_is_known_as_the_same() -> None:
    sent = [compose(letter(attempts=tries), "lantaarn@helmond.example", NOW) for tries in (1, 2)]
    assert len({str(mail["Message-ID"]) for mail in sent if mail is not None}) == 1


@pytest.mark.parametrize(
    ("settled", "answer", "erased", "answered"),
    [
        (None, None, None, False),
        (date(2026, 11, 20), "Omdat.", None, True),
        (date(2026, 11, 20), "Omdat.", date(2026, 11, 20), True),
        (date(2026, 11, 20), None, date(2026, 11, 22), True),
        (date(2026, 11, 22), None, date(2026, 11, 22), False),
    ],
)
def test_a_report_that_was_erased_while_it_waited_got_no_answer(
    settled: date | None, answer: str | None, erased: date | None, answered: bool
) -> None:
    status = ReportStatus.CLOSED if settled else ReportStatus.RECEIVED
    due = date(2026, 12, 4)
    row = (1001, "LML-1", ReportKind.QUESTION, date(2026, 11, 19), due, status, settled, answer, None, erased)
    assert Report(*row).was_answered is answered


def test_the_resident_gets_the_answer_and_not_their_own_words() -> None:
    answered = {"goes_to": "resident", "address": "a@b.nl", "status": "answered", "answer": "Hij meet de lucht."}
    mail = compose(letter(**answered, words=None), "lantaarn@helmond.example", NOW)
    assert mail is not None
    assert "Hij meet de lucht." in mail.get_content()
    assert mail["Subject"] == "Uw melding 1001: beantwoord"


@pytest.mark.parametrize("gone", [{"address": None}, {"words": None}, {"goes_to": "resident", "answer": None}])
def test_a_mail_without_address_or_words_is_none(gone: dict[str, Any]) -> None:
    assert compose(letter(**gone), "lantaarn@helmond.example", NOW) is None
