"""What points to a person in a sentence is found in every spelling; the numbers that sentences are full of are not."""

import csv
from collections.abc import Mapping
from datetime import date
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.policy.personal_data import PersonalDataMatch
from sensors.policy.personal_numbers import is_bsn
from sensors.policy.personal_text import WEAK_MATCHES, find_in_sentences

ROOT = Path(__file__).parents[3]
SENTENCES = ROOT / "tests" / "data" / "resident_sentences.tsv"
MAX_FALSE_ALARMS = 0.05
LETTERS = st.sampled_from("ABCDEFGHJKLMNPRSTVWXYZ")
DIGITS = st.sampled_from("0123456789")
MONTHS = (
    ("januari", "January"),
    ("februari", "February"),
    ("maart", "March"),
    ("april", "April"),
    ("mei", "May"),
    ("juni", "June"),
    ("juli", "July"),
    ("augustus", "August"),
    ("september", "September"),
    ("oktober", "October"),
    ("november", "November"),
    ("december", "December"),
)


def labelled_sentences() -> list[tuple[str, frozenset[str]]]:
    """The sentences of the table, each with the kinds of personal data that are in it."""
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row["sentence"], frozenset(filter(None, row["kinds"].split(",")))) for row in rows]


def kinds(text: str) -> frozenset[str]:
    return frozenset(map(str, find_in_sentences(text)))


def test_sentences_of_residents_are_told_apart_as_well_as_the_docs_say() -> None:
    table = labelled_sentences()
    clean = [text for text, told in table if not told]
    false_alarms = [text for text, told in table if kinds(text) - told]
    labels = sum(len(told) for _, told in table)
    hits = sum(len(told & kinds(text)) for text, told in table)
    assert len({text for text, _ in table}) == 210
    assert len(false_alarms) <= MAX_FALSE_ALARMS * len(clean), false_alarms
    page = " ".join((ROOT / "docs" / "reports.md").read_text(encoding="utf-8").split())
    assert f"{hits} of the {labels} things to find are found" in page
    assert f"{len(false_alarms)} of the {len(clean)} sentences without any is a false alarm" in page


@pytest.mark.parametrize("kind", ["plate", "bsn", "birth_date", "address", "person_address", "coordinates"])
def test_the_table_holds_sentences_of_every_kind_and_the_detector_finds_them(kind: str) -> None:
    of_kind = [text for text, told in labelled_sentences() if kind in told]
    assert len(of_kind) >= 5
    assert sum(kind in kinds(text) for text in of_kind) >= len(of_kind) - 1


@st.composite
def citizen_service_numbers(draw: st.DrawFn) -> str:
    """Nine digits that pass the eleven test: eight of them, and the check digit where there is one."""
    first = draw(st.lists(st.integers(0, 9), min_size=8, max_size=8).filter(any))
    check = sum(weight * digit for weight, digit in zip(range(9, 1, -1), first, strict=True)) % 11
    if check == 10:  # no number begins with these eight
        first[7] = (first[7] + 1) % 10
        check = sum(weight * digit for weight, digit in zip(range(9, 1, -1), first, strict=True)) % 11
    return "".join(map(str, first)) + str(check) if check < 10 else "999990019"


@given(
    citizen_service_numbers(),
    st.sampled_from([(9,), (3, 3, 3), (4, 2, 3), (2, 2, 2, 3), (4, 3, 2), (2, 3, 4), (1,) * 9]),
    st.sampled_from([" ", ".", "-", "/", "–", "\u00a0"]),
    st.sampled_from(["{}", "Mijn BSN is {}.", "({})", "bsn:{}", "nr {}, zoek maar op", "it is {}!"]),
)
def test_every_citizen_service_number_in_every_spelling(
    number: str, groups: tuple[int, ...], mark: str, around: str
) -> None:
    ends = list(accumulate(groups))
    parts = [number[end - size : end] for size, end in zip(groups, ends, strict=True)]
    assert is_bsn(number)
    assert PersonalDataMatch.BSN in find_in_sentences(around.format(mark.join(parts)))


@given(
    citizen_service_numbers(),
    st.lists(st.text(st.sampled_from(" \n\r\t-,.:*_/()|•–\u00a0\u3164\u2800"), max_size=3), min_size=8, max_size=8),
    st.sampled_from(["\u0301", "\ufe0f", "\ufe0f\u20e3", "\u200b", ""]),
)
def test_a_citizen_service_number_with_anything_between_its_digits(number: str, marks: list[str], over: str) -> None:
    written = "".join(digit + over + mark for digit, mark in zip(number, [*marks, ""], strict=True))
    assert PersonalDataMatch.BSN in find_in_sentences(f"Mijn BSN is\n{written} en meer")
    if not any(year in number for year in ("19", "20")):  # else it may read as a date
        assert PersonalDataMatch.BSN in find_in_sentences(f"Het is {written}")


@given(citizen_service_numbers(), st.integers(0, 8), st.integers(1, 9))
def test_a_number_with_one_wrong_digit_is_none(number: str, place: int, more: int) -> None:
    wrong = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]
    assert not is_bsn(wrong)
    assert PersonalDataMatch.BSN not in find_in_sentences(f"Het serienummer is {wrong}.")


@given(st.text(DIGITS, max_size=30))
def test_a_number_of_another_length_is_none(digits: str) -> None:
    assert (PersonalDataMatch.BSN in find_in_sentences(f"nr {digits}")) == is_bsn(digits)


def _dates(day: date) -> list[str]:
    dutch, english = MONTHS[day.month - 1]
    return [
        f"{day.day}-{day.month}-{day.year}",
        f"{day:%d/%m/%Y}",
        f"{day:%d.%m.%y}",
        f"{day:%d %m %Y}",
        f"{day:%Y-%m-%d}",
        f"{day:%d%m%Y}",
        f"{day.day} {dutch} {day.year}",
        f"{day.day} {dutch[:3].replace('maa', 'mrt')} '{day:%y}",
        f"{day.day} {english[:3]}. {day.year}",
        f"{english} {day.day}, {day.year}",
        f"the {day.day}th of {english} {day.year}",
    ]


@given(
    st.dates(date(1920, 1, 1), date(2026, 12, 31)),
    st.sampled_from(
        [
            "Ik ben geboren op {}.",
            "geboortedatum: {}",
            "mijn moeder (geb. {}) viel",
            "Ik ben in Helmond geboren op {}",
            "I was born on {}.",
            "my date of birth is {}",
            "DOB {}",
            "born in Deurne, {}",
            "Op {} ben ik geboren.",
        ]
    ),
)
def test_every_date_of_birth_in_every_spelling(day: date, around: str) -> None:
    for spelling in _dates(day):
        assert PersonalDataMatch.BIRTH_DATE in find_in_sentences(around.format(spelling)), spelling


@given(
    st.dates(date(2000, 1, 1), date(2030, 12, 31)),
    st.sampled_from(
        ["Op {} brandde de lamp niet.", "The lamp was out on {}.", "Sinds {} is het donker.", "Melding: {}"]
    ),
)
def test_a_date_of_something_else_is_none(day: date, around: str) -> None:
    for spelling in _dates(day):
        if spelling.isdigit():  # eight digits
            continue
        assert find_in_sentences(around.format(spelling)) == ()


@st.composite
def foreign_plates(draw: st.DrawFn) -> str:
    """A Belgian number plate of today, or a German one, as its own country writes it."""
    three, number = "".join(draw(LETTERS) for _ in range(3)), draw(st.integers(1, 9999))
    mark = draw(st.sampled_from(["-", ".", " ", ""]))
    belgian = mark.join((str(draw(st.integers(1, 9))), three, f"{number % 1000:03}"))
    place = draw(st.sampled_from(["K", "M", "KLE", "EUS", "HH", "MÜ"]))
    german = f"{place}-{three[: draw(st.integers(1, 2))]} {number}{draw(st.sampled_from(['', 'E', 'H']))}"
    return draw(st.sampled_from([belgian, german]))


@given(foreign_plates(), st.sampled_from(["{}", "Een auto met {} erop.", "the car ({})", "kenteken {}"]))
def test_every_plate_of_belgium_and_germany(plate: str, around: str) -> None:
    assert PersonalDataMatch.PLATE in find_in_sentences(around.format(plate))


@given(
    st.floats(50.5, 53.6).map(lambda value: f"{value:.5f}"),
    st.floats(3.3, 7.3).map(lambda value: f"{value:.5f}"),
    st.sampled_from(
        ["{0}, {1}", "{0} {1}", "{1},{0}", "N{0} E{1}", "{0}° N, {1}° O", "lat {0}, lon {1}", "@{0},{1},17z"]
    ),
    st.booleans(),
)
def test_every_place_in_degrees(latitude: str, longitude: str, form: str, commas: bool) -> None:
    text = form.format(latitude, longitude)
    if commas and ",17z" not in form:
        text = form.format(latitude.replace(".", ","), longitude.replace(".", ","))
    assert PersonalDataMatch.COORDINATES in find_in_sentences(f"De sensor staat op {text}.")


@given(
    st.integers(10_000, 280_000),
    st.integers(302_000, 620_000),
    st.sampled_from(["{0} {1}", "{0}, {1}", "x={0} y={1}", "({0}/{1})", "{0}.5, {1}.25", "{0:,} , {1:,}"]),
)
def test_every_place_in_the_national_grid(x: int, y: int, form: str) -> None:
    text = form.format(x, y) if ":," not in form else f"{x:,}, {y:,}".replace(",", ".").replace(". ", ", ")
    assert PersonalDataMatch.COORDINATES in find_in_sentences(f"RD {text}")


@given(st.integers(50, 53), st.integers(3, 7), st.integers(0, 59), st.integers(0, 59), st.sampled_from(["'", "’", "′"]))
def test_every_place_in_degrees_minutes_and_seconds(lat: int, lon: int, minutes: int, seconds: int, mark: str) -> None:
    for text in (
        f'{lat}°{minutes}{mark}{seconds}"N {lon}°{minutes}{mark}{seconds}"E',
        f"{lat}° {minutes}.5{mark} N",
        f"{lat}° {minutes}{mark} {seconds}″, {lon}° {minutes}{mark} {seconds}″",
    ):
        assert PersonalDataMatch.COORDINATES in find_in_sentences(f"Hij staat op {text}, kijk maar."), text


@given(
    st.sampled_from(["Kerkstraat", "molenlaan", "Prins Hendriklaan", "Kromme Steenweg", "Zuid Koninginnewal", "Markt"]),
    st.integers(1, 999),
    st.sampled_from(["", "a", " b", "-3", " bis", "-A"]),
    st.sampled_from([" ", " nr. ", ", nummer "]),
    st.sampled_from(["bij {}", "{} is donker", "De lamp voor {} knippert.", "I live at {}."]),
)
def test_every_house_number_of_a_street(street: str, house: int, addition: str, between: str, around: str) -> None:
    assert PersonalDataMatch.ADDRESS in find_in_sentences(around.format(f"{street}{between}{house}{addition}"))


@given(
    foreign_plates() | citizen_service_numbers() | st.sampled_from(["12-AB-34", "06-12345678", "a@b.nl", "1-ABC-234"])
)
def test_an_address_hides_nothing_that_no_report_needs(secret: str) -> None:
    for around in ("in de Kerkstraat {}", "Kerkstraat 12 {}", "mevrouw De Vries van {}", "5701 AB {}", "geboren {}"):
        assert set(find_in_sentences(around.format(secret))) - WEAK_MATCHES, around


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kerkstraat 12", {"address"}),
        ("Kerkstraat \n 12", {"address"}),
        ("5701 AB 12", {"address"}),
        ("mevrouw De Vries van nummer 12", {"person_address"}),
        ("familie Bakker, huisnummer 12", {"person_address"}),
        ("Jan de Groot, nr. 31", {"person_address"}),
        ("Kenteken ABC-123", {"plate"}),
        ("kenteken kle-ab 123", {"plate"}),
        ("AB-12-CD bij Kerkstraat 12", {"plate", "address"}),
        ("bel 06-12345678", {"phone"}),
        ("174123 387456", {"coordinates"}),
        ("bel 06\r\n1234\n5678", {"phone"}),
        ("bel 06, 1234, 5678 eens", {"phone"}),
        ("om 01:30, 02:45 en bij paal 01, 02, 03, 04, 05", set[str]()),
        ("mijn BSN is 10000008", {"bsn"}),
        ("paal 10000008", set[str]()),
        ("bsn,111222333", {"bsn"}),
        ("kenteken gb 123 x", {"plate"}),
        ("mijn kenteken is G B 1 2 3 X", {"plate"}),
        ("the car with plate gb*123*x", {"plate"}),
        ("G\u0412-123-\u0425 stond fout", {"plate"}),
        ("het kenteken is op 10 cm te lezen", set[str]()),
        ("mail jan [at] example.nl", {"email"}),
        ("mail jan(at)example(dot)nl", {"email"}),
        ("bij 5701AB, of 5701 AB", set[str]()),
        ("kenteken 5701AB", {"plate"}),
        ("mijn rekening NL91ABNA0417164300", {"iban"}),
        ("rekening NL91 ABNA 0417 1643 00", {"iban"}),
        ("LML-123", set[str]()),
        ("de lamp SON-T 70 W", set[str]()),
        ("De lamp in Born op 3 november", set[str]()),
        ("In de Kerkstraat 3 lampen", set[str]()),
        ("Kerkstraat 22:15 uur", set[str]()),
        ("Kerkstraat 12 november", set[str]()),
        ("het fietspad 3 is donker", set[str]()),
    ],
)
def test_what_each_form_is(text: str, expected: set[str]) -> None:
    assert kinds(text) == expected


HOSTILE: Mapping[str, str] = {
    "digits": "1" * 20_000,
    "groups": "12 " * 7_000,
    "capitals": "Aa " * 7_000,
    "streets": "straat" * 4_000,
    "titles": "mevrouw Van De Van " * 2_000,
    "plates": "kenteken van de " * 2_000,
    "births": "geboren in de " * 2_000,
    "degrees": "51° " * 6_000,
    "decimals": "51,1234 " * 4_000,
    "lists": "1,2 " * 7_000,
    "plate words": "kenteken a1 " * 3_000,
    "service numbers": "bsn is dit " * 3_000,
    "lines": "\n" * 20_000,
    "accounts": "nl" * 10_000,
    "spaces": "woon" + " " * 20_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_long_text_made_to_take_for_ever_does_not(text: str) -> None:
    # In time that grows with the square of the length each of these takes longer than a test may.
    assert set(find_in_sentences(text)) <= set(PersonalDataMatch)
