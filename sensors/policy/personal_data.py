"""Detect personal data: text that points to one person, their car or their device.

A last line of defence behind rules that should already have kept it out, so it only matches forms and prefers false
positives: ``1.2.3.4`` may have been a version number. Not detected: names, foreign number plates and anything encoded.
Input may be hostile, so every pattern runs in time linear in its length. What people write in sentences tells more, and
has numbers that point to nobody: that is ``sensors.policy.personal_text``.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from types import MappingProxyType


class PersonalDataMatch(StrEnum):
    """The kind of personal data detected; from ``BSN`` on, only in sentences that people write."""

    PLATE = "plate"
    MAC = "mac"
    IP = "ip"
    EMAIL = "email"
    PHONE = "phone"
    BSN = "bsn"
    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    PERSON_ADDRESS = "person_address"
    COORDINATES = "coordinates"
    NAME = "name"
    IBAN = "iban"


SIDECODES = (
    "XX-99-99",
    "99-99-XX",
    "99-XX-99",
    "XX-99-XX",
    "XX-XX-99",
    "99-XX-XX",
    "99-XXX-9",
    "9-XXX-99",
    "XX-999-X",
    "X-999-XX",
    "XXX-99-X",
    "X-99-XXX",
    "9-XX-999",
    "999-XX-9",
)
"""Sidecodes 1 to 14: the forms of Dutch number plates since 1951 (RDW, "Uitleg over de cijfers en letters op de
kentekenplaat"), including mopeds, trailers, army, diplomats (CD) and boats. X is a letter, 9 a digit."""
SPECIAL_PLATES = ("AA-99", "CDJ-999")
"""The royal house and the International Court of Justice, whose letters are fixed."""

_SEPARATOR = r"(?:[^\w\s]|_)"
_START, _END = r"(?<![^\W_])", r"(?![^\W_])"
_UUID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[02-57-9a-f][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])")
"""A UUID (RFC 9562) except versions 1 and 6, whose last part is the MAC address of the generating machine."""


def _plate_pattern(sidecode: str, mark: str) -> str:
    """A sidecode as a pattern, with the same separator between its parts."""
    first, second, third = (part.replace("X", "[a-z]").replace("9", r"\d") for part in sidecode.split("-"))
    return rf"{first}(?P<mark>{mark}){second}(?P=mark){third}"


def _plate_patterns(sidecodes: tuple[str, ...], mark: str, form: str = "{}") -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form.format(_plate_pattern(sidecode, mark))) for sidecode in sidecodes)


# Within a sentence, a form with spaces is often not a plate ("op 100 m"), so there it must be in capitals or without
# vowels, which the RDW no longer issues. Alone in a string it always counts.
_PLATE_ALONE = _plate_patterns(SIDECODES, rf"\s*(?:{_SEPARATOR}\s*)?", r"\W*{}\W*")
_PLATE_IN_TEXT = _plate_patterns(SIDECODES, rf"(?: ?{_SEPARATOR} ?)?", f"{_START}{{}}{_END}")
_PLATE_WITH_SPACES = _plate_patterns(SIDECODES, r"\s", f"{_START}{{}}{_END}")
_SPECIAL_PLATE = re.compile(rf"{_START}(?:aa{_SEPARATOR}?\d{{2}}|cdj{_SEPARATOR}?\d{{3}}){_END}")
_POSTCODE = re.compile(r"\d{4}\s[a-z]{2}")
_VOWELS = frozenset("aeiouyqc")
_UNITS = frozenset({"km", "mm", "kg", "kb", "mb", "gb", "kw", "wh", "m", "g", "h", "s", "v", "w", "nr", "st", "dr"})


def _contains_plate(text: str, lower: str) -> bool:
    if _SPECIAL_PLATE.search(lower) or any(form.search(lower) for form in _PLATE_IN_TEXT):
        return True
    if not _POSTCODE.fullmatch(lower) and any(form.fullmatch(lower) for form in _PLATE_ALONE):
        return True
    return any(
        _looks_issued(text[found.start() : found.end()])
        for form in _PLATE_WITH_SPACES
        for found in form.finditer(lower)
    )


def _looks_issued(spaced: str) -> bool:
    letters = [part for part in spaced.split() if part.isalpha()]
    if all(part.isupper() for part in letters):
        return True
    lower = {part.lower() for part in letters}
    return not lower & _UNITS and not _VOWELS & set("".join(lower))


_HEX = "[0-9a-f]"
_MAC = re.compile(
    rf"(?<!{_HEX})(?:"
    rf"{_HEX}{{12}}|{_HEX}{{16}}"
    rf"|{_HEX}{{2}}(?P<two>{_SEPARATOR}|\s){_HEX}{{2}}(?:(?P=two){_HEX}{{2}}){{4}}(?:(?P=two){_HEX}{{2}}){{0,2}}"
    rf"|{_HEX}{{4}}(?P<four>{_SEPARATOR}|\s){_HEX}{{4}}(?:(?P=four){_HEX}{{4}}){{1,2}}"
    rf"|{_HEX}{{6}}(?:{_SEPARATOR}|\s){_HEX}{{6}}"
    rf")(?!{_HEX})"
)
"""EUI-48 and EUI-64 (IEEE 802): bare, or in groups of two, four (Cisco) or half the digits."""


def _contains_mac(_: str, lower: str) -> bool:
    return _MAC.search(lower) is not None


_V4 = re.compile(r"(?<![\d.])\d{1,3}(?P<mark>\.|\[\.\])\d{1,3}(?:(?P=mark)\d{1,3}){2}(?!\d|\.\d)")
_V6 = re.compile(rf"{_START}[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*{_END}")


def _contains_ip(_: str, lower: str) -> bool:
    dotted = (found[0].replace("[.]", ".").split(".") for found in _V4.finditer(lower))
    return any(all(int(part) < 256 for part in parts) for parts in dotted) or any(
        _is_v6(found[0].rstrip(".")) for found in _V6.finditer(lower)
    )


def _is_v6(candidate: str) -> bool:
    """Also tries without a leading or trailing colon, which may be punctuation of the surrounding text."""
    for text in {candidate, candidate.removesuffix(":"), candidate.removeprefix(":")}:
        try:
            address = ip_address(text)
        except ValueError:
            continue
        if isinstance(address, IPv6Address) and int(address) > 0:
            return True
    return False


_EMAIL_CHARACTER = r"[^\s@<>\"'(),:;]"
_EMAIL = re.compile(rf"(?<!{_EMAIL_CHARACTER}){_EMAIL_CHARACTER}+\s?@\s?(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{{2,}}")


def _contains_email(_: str, lower: str) -> bool:
    return _EMAIL.search(lower) is not None


_PHONE_SEPARATOR = r"[-. /()]{0,3}"
_DATE = r"\d\d[-./ ]\d\d[-./ ]\d{4}"
_PHONE = re.compile(
    rf"(?<![\d.,+])(?!{_DATE})0[1-9](?:{_PHONE_SEPARATOR}\d){{8}}(?!\d)"
    rf"|(?<!\d)\+{_PHONE_SEPARATOR}[1-9](?:{_PHONE_SEPARATOR}\d){{7,14}}(?!\d)"
    rf"|(?<![\d.,+])00{_PHONE_SEPARATOR}[1-9](?:{_PHONE_SEPARATOR}\d){{8,13}}(?!\d)"
)
"""Ten-digit Dutch numbers, and international ones (ITU-T E.164) with ``+`` or ``00``."""


def _contains_phone(_: str, lower: str) -> bool:
    return _PHONE.search(lower) is not None


_DETECTORS: Mapping[PersonalDataMatch, Callable[[str, str], bool]] = MappingProxyType(
    {
        PersonalDataMatch.EMAIL: _contains_email,
        PersonalDataMatch.IP: _contains_ip,
        PersonalDataMatch.MAC: _contains_mac,
        PersonalDataMatch.PHONE: _contains_phone,
        PersonalDataMatch.PLATE: _contains_plate,
    }
)


_SURELY_NOTHING = re.compile(r"(?:(?![0-9@:]|[a-f]{2}[^0-9a-z]?[a-f]{2})[\x00-\x7f])*", re.IGNORECASE)
"""Fast path for most of our own texts: no digit, ``@`` or colon, nor the start of an all-letter MAC address."""


def find_personal_data(text: str) -> PersonalDataMatch | None:
    """The first kind of personal data detected; None if there is none."""
    if _SURELY_NOTHING.fullmatch(text):
        return None
    return next(kinds_in(*visible_text(text)), None)


_UNSEEN = frozenset({"Cf", "Mn", "Me"})
"""Categories of what has no place of its own: format characters, and what is drawn over another (accents, keycaps)."""
_BLANKS = dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3164\uffa0"), " ")
"""Letters and signs that look like a space."""
_CYRILLIC = str.maketrans("АВСЕНІЈКМОРЅТУХԚԜавсеніјкморѕтухԛԝ", "ABCEHIJKMOPSTYXQWabcehijkmopstyxqw")
_GREEK = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβεζηικμνορτυχ", "ABEZHIKMNOPTYXabezhikmnoptyx")
_LOOK_ALIKES = {**_CYRILLIC, **_GREEK}
"""Capitals of other scripts that look like Latin ones, and their small letters."""


def _digit(character: str) -> str:
    """The character, or the digit 0 to 9 that it stands for in another script or in a circle."""
    value = None if character.isascii() else unicodedata.digit(character, None)
    return character if value is None else str(value)


def visible_text(text: str) -> tuple[str, str]:
    """The text as a reader sees it, in plain Latin letters and digits where it looks like them, without accents and
    what is invisible; and the same in lower case, of the same length."""
    plain = unicodedata.normalize("NFKD", text.translate(_BLANKS)).translate(_LOOK_ALIKES)
    visible = "".join(_digit(character) for character in plain if unicodedata.category(character) not in _UNSEEN)
    lower = visible.lower()
    # A few letters of other scripts change length; plates contain none of them.
    return (visible, lower) if len(lower) == len(visible) else (lower, lower)


def kinds_in(visible: str, lower: str) -> Iterator[PersonalDataMatch]:
    """The kinds of personal data detected in a text made visible, as ``visible_text`` gives it."""
    visible, lower = _without_uuids(visible, lower)
    return (match for match, is_tripped in _DETECTORS.items() if is_tripped(visible, lower))


def redact_text(text: str) -> str:
    """The text itself, or a marker with the kind of personal data it contained."""
    match = find_personal_data(text)
    return text if match is None else f"[withheld: {match}]"


def _without_uuids(visible: str, lower: str) -> tuple[str, str]:
    for found in reversed(list(_UUID.finditer(lower))):
        visible, lower = (f"{text[: found.start()]};{text[found.end() :]}" for text in (visible, lower))
    return visible, lower
