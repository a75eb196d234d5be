"""Whatever points to one person trips the wire in every spelling; our own words do not."""

import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path
from string import ascii_uppercase, hexdigits
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.kinds import KINDS
from sensors.policy.personal_data import SIDECODES, PersonalDataMatch, find_personal_data
from sensors.register.location import known_areas
from sensors.vocabulary.rejection_reasons import RejectionReason
from simulators.city.example_register import example_entries

ROOT = Path(__file__).parents[3]
CASES = st.sampled_from([str.upper, str.lower])
AROUND = st.sampled_from(
    ["{}", "({})", "kenteken={}", "cam_{}", '{{"plate":"{}"}}', "gezien: {}.", "helmond/traffic/{}/json"]
)
MARKS = st.sampled_from(["", "-", ".", "_", "–", "/", " - ", ":"])


@st.composite
def plates(draw: st.DrawFn, marks: st.SearchStrategy[str] = MARKS) -> str:
    form = draw(st.sampled_from(SIDECODES)).replace("-", draw(marks))
    letter, digit = st.sampled_from(ascii_uppercase), st.sampled_from("0123456789")
    drawn = [draw(letter) if each == "X" else draw(digit) if each == "9" else each for each in form]
    return draw(CASES)("".join(drawn))


@given(plates(), AROUND)
def test_every_plate_in_every_spelling(plate: str, around: str) -> None:
    assert find_personal_data(around.format(plate)) is not None


@given(plates(st.sampled_from([" ", "  ", " . ", " - "])))
def test_a_plate_alone_with_spaces_too(plate: str) -> None:
    # "5701 AB" is how a postcode is written, not a plate: that has two spaces or none.
    assert find_personal_data(plate) is not None


@given(plates(st.just(" ")).map(str.upper))
def test_a_plate_in_capitals_inside_a_sentence(plate: str) -> None:
    assert find_personal_data(f"de auto {plate} stond hier") is PersonalDataMatch.PLATE


@given(st.text(st.sampled_from(hexdigits), min_size=12, max_size=12), st.booleans(), AROUND, st.data())
def test_every_mac_address(digits: str, long: bool, around: str, data: st.DataObject) -> None:
    address = digits + "fffe" if long else digits
    size = data.draw(st.sampled_from([2, 4, 6, len(address)] if not long else [2, 4, len(address)]))
    mark = data.draw(st.sampled_from([":", "-", ".", "_", " "]))
    groups = mark.join(address[start : start + size] for start in range(0, len(address), size))
    assert find_personal_data(around.format(data.draw(CASES)(groups))) is not None


@given(st.ip_addresses(), CASES, AROUND)
def test_every_ip_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address, case: Any, around: str) -> None:
    if int(address):
        assert find_personal_data(around.format(case(str(address)))) is not None
        assert find_personal_data(f"[{case(address.exploded)}]:8080") is not None


@pytest.mark.parametrize(
    ("text", "trip"),
    [
        ("jan.jansen@example.nl", PersonalDataMatch.EMAIL),
        ("mail naar JAN@EXAMPLE.ORG.", PersonalDataMatch.EMAIL),
        ("jan @ example.nl", PersonalDataMatch.EMAIL),
        ("06-12345678", PersonalDataMatch.PHONE),
        ("06 12 34 56 78", PersonalDataMatch.PHONE),
        ("bel (0492) 58 77 77", PersonalDataMatch.PHONE),
        ("tel:+31612345678", PersonalDataMatch.PHONE),
        ("0031 (0)6 1234 5678", PersonalDataMatch.PHONE),
        ("+32 470 12 34 56", PersonalDataMatch.PHONE),
        ("CDJ-123", PersonalDataMatch.PLATE),
        ("AA-86", PersonalDataMatch.PLATE),
        ("\uff11\uff12-AB-34", PersonalDataMatch.PLATE),  # full-width digits
        ("AB\u00ad12\u200bCD", PersonalDataMatch.PLATE),  # soft hyphen, zero-width space
        ("fe80::1%eth0", PersonalDataMatch.IP),
        ("10[.]0[.]0[.]1", PersonalDataMatch.IP),
        ("c232ab00-9414-11ec-b3c8-9f6bdeced846", PersonalDataMatch.MAC),  # a UUID of version 1 ends in a MAC address
    ],
)
def test_other_forms(text: str, trip: PersonalDataMatch) -> None:
    assert find_personal_data(text) is trip


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T12:00:00.250Z",
        "2026-11-22T12:00:00.123456+00:00",
        "2026-11-22 12:30:45",
        "09-11-2026 10:30",
        "20261122T120000Z",
        "51.4812345678, 5.6543210987",
        "0.0123456789",
        "PT15M",
        "5707 BX Helmond",
        "tussen 23.00 en 6.00 uur",
        "op 100 m van de weg, in 10 km",
        "12:00:00",
        "std::vector",
        "lantaarn-ingest-helmond-12",
        "$share/lantaarn/helmond/#",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "6f1ed002-ab12-4d34-9e56-001122334455",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ],
)
def test_what_points_to_nobody(text: str) -> None:
    assert find_personal_data(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "12" + " " * 100_000 + "!x",
        "12" + "\t \u3000" * 30_000 + "x",
        "1" + "-" * 100_000 + "x",
        "1" + "a" * 100_000,
        "1@" + "a." * 50_000 + "1",
        "1@" + "a-" * 50_000,
        "a@" * 50_000,
        "::" + "a:" * 50_000 + "g",
        "+1 " * 30_000,
    ],
    ids=lambda text: text[:6].encode("ascii", "backslashreplace").decode(),
)
def test_a_long_text_made_to_take_for_ever_does_not(text: str) -> None:
    # In time that grows with the square of the length each of these takes minutes, which is longer than a test may.
    assert find_personal_data(text) in {None, PersonalDataMatch.PHONE, PersonalDataMatch.IP}


def _texts(part: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a document, with the name of its field."""
    if isinstance(part, str):
        yield name, part
    elif hasattr(part, "items"):
        for key, value in part.items():
            yield from _texts(value, key)
    elif hasattr(part, "__iter__"):
        for item in part:
            yield from _texts(item, name)


def test_the_words_of_the_example_city_do_not_trip() -> None:
    # Durations are ISO 8601 (PT150S), and addresses of the government hold codes of municipalities (gm0794).
    checked = {
        text
        for entry in example_entries(1)
        for name, text in _texts(entry.model_dump(mode="json"))
        if name not in {"interval", "raw", "aggregate", "window", "tooi"}
    }
    desks = re.compile(r"(sensoren|privacy)@helmond\.example")
    assert {text: find_personal_data(text) for text in checked if find_personal_data(desks.sub("", text))} == {}
    assert len(checked) > 1000


def test_codes_and_events_do_not_trip() -> None:
    codes = {
        code for kind in KINDS.values() for code in (*kind.properties, *(p.unit for p in kind.properties.values()))
    }
    neighbourhoods = {text for area in known_areas() if area.level != "municipality" for text in (area.code, area.name)}
    sources = "\n".join(
        path.read_text() for folder in ("ingest", "api", "simulators") for path in (ROOT / folder).rglob("*.py")
    )
    events = set(re.findall(r'log\.(?:info|warning|error)\("([^"]+)"', sources))
    assert len(events) > 5
    assert {
        text for text in codes | neighbourhoods | events | set(KINDS) | set(RejectionReason) if find_personal_data(text)
    } == set()
