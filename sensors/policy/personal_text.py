"""Detect personal data in sentences that people write: residents' reports, and answers that everyone can read.

Beside the forms of ``sensors.policy.personal_data`` and ``personal_numbers``: dates of birth, addresses, people at a
house number, names, coordinates, and the number plates of Belgium and Germany. Sentences are full of numbers that point
to nobody, so each rule asks for something around its number: a check digit, a word, a street; and for a name, a title
or a common first name. What was traded is told by a table of sentences (``tests/data/resident_sentences.tsv``, counted
in ``docs/reports.md``). Not detected: other names, numbers in words, anything encoded. Input may be hostile: each
repetition is bounded, so that time grows with length.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from sensors.policy import personal_numbers
from sensors.policy.personal_data import PersonalDataMatch, kinds_in, visible_text
from sensors.register.persons import FIRST_NAMES

WEAK_MATCHES = frozenset(
    {
        PersonalDataMatch.ADDRESS,
        PersonalDataMatch.PERSON_ADDRESS,
        PersonalDataMatch.COORDINATES,
        PersonalDataMatch.NAME,
    }
)
"""Kinds that may be what a report is about ("de lamp bij Kerkstraat 12"): its writer decides whether they stay."""


def find_in_sentences(text: str) -> tuple[PersonalDataMatch, ...]:
    """All kinds of personal data detected in what a person wrote, in the order of ``PersonalDataMatch``."""
    visible, lower = (_one_line(each) for each in visible_text(text))
    found: set[PersonalDataMatch] = set()
    for number, (match, spans) in enumerate(_SENTENCE_DETECTORS):
        places = list(spans(visible, lower))
        found.update(match for _ in places)
        visible, lower = (_blank(part, places) for part in (visible, lower))
        if number == 1:
            # RD coordinates look like a MAC address. Nothing else may hide a device or a plate: "Kerkstraat 12-AB-34".
            found.update(kinds_in(*(_POSTCODE.sub(";", each) for each in (visible, lower))))
    return tuple(match for match in PersonalDataMatch if match in found)


_SPACES = re.compile(r"\s+")
_AT = re.compile(r"\s?[\[({<]\s?(?:at|apenstaartje)\s?[\])}>]\s?", re.IGNORECASE)
_DOT = re.compile(r"\s?[\[({<]\s?(?:dot|punt)\s?[\])}>]\s?", re.IGNORECASE)
_WORDED_AT = re.compile(r"\sapenstaart(?:je)?\s", re.IGNORECASE)
_SPACED_DOMAIN = re.compile(r"@\s?([\w-]{1,63})(?:\s?\.\s?|\s(?:punt|dot)\s)(?=[a-z]{2,10}\b)", re.IGNORECASE)
_POSTCODE = re.compile(r"(?<![\w.:@+-])[1-9]\d{3}[a-z]{2}(?![\w:@+-]|\.\w)", re.IGNORECASE)
"""Written as one word, a postcode is like a number plate without its dashes."""


def _one_line(text: str) -> str:
    """The text with one space for all white space, and the signs of an e-mail address for their words."""
    signed = _WORDED_AT.sub("@", _DOT.sub(".", _AT.sub("@", _SPACES.sub(" ", text))))
    return _SPACED_DOMAIN.sub(r"@\1.", signed)


def _blank(text: str, places: Iterable[tuple[int, int]]) -> str:
    """The text without what one rule has explained, which is nothing to the next."""
    characters = list(text)
    for start, end in places:
        characters[start:end] = ";" * (end - start)
    return "".join(characters)


_Spans = Iterator[tuple[int, int]]


def _capitals_kept(*patterns: str) -> Callable[[str, str], _Spans]:
    """A detector for patterns that tell capitals from small letters."""
    return _detector(patterns, of_visible=True)


def _in_any_case(*patterns: str) -> Callable[[str, str], _Spans]:
    return _detector(patterns, of_visible=False)


def _detector(patterns: tuple[str, ...], *, of_visible: bool) -> Callable[[str, str], _Spans]:
    forms = tuple(re.compile(pattern) for pattern in patterns)

    def spans(visible: str, lower: str) -> _Spans:
        text = visible if of_visible else lower
        return (found.span() for form in forms for found in form.finditer(text))

    return spans


# Coordinates: more than two decimals are less than a kilometre. Only those of the Low Countries and around, so that
# amounts in thousands ("1.250") aren't any.
_LATITUDE, _LONGITUDE = r"(?:49|5[0-4])[.,]\d{3,15}", r"[2-8][.,]\d{3,15}"
_BETWEEN = r"\s?°?\s?[nsewo]?[\s,;/&]{0,3}(?:lon(?:gitude)?|lng|lat(?:itude)?|en|and)?[\s:=]{0,3}[nsewo]?\s?"
_ANGLE = r"\d{1,3}\s?[°º]\s?\d{1,2}(?:[.,]\d{1,9})?\s?['’′](?:\s?\d{1,2}(?:[.,]\d{1,9})?\s?(?:[\"”″]|''|’’|′′))?"
_RD_X, _RD_Y = r"(?:[12]?\d{2}[.]?\d{3}|\d{4,5})(?:[.,]\d{1,3})?", r"[2-6]\d{2}[.]?\d{3}(?:[.,]\d{1,3})?"
_COORDINATES = _in_any_case(
    rf"(?<![\d.,]){_LATITUDE}{_BETWEEN}{_LONGITUDE}(?!\d)",
    rf"(?<![\d.,]){_LONGITUDE}{_BETWEEN}{_LATITUDE}(?!\d)",
    rf"(?<!\d){_ANGLE}(?:\s?[nsewo](?![^\W_])|[\s,;/]{{0,3}}{_ANGLE})",
    rf"(?<![\d.,-]){_RD_X}(?:[,;/]\s?|\s|[\s,;]{{0,2}}y\s?[:=]\s?){_RD_Y}(?!\d|[.,]\d)",
)

_MONTH = (
    r"(?:jan(?:uar[iy])?|feb(?:ruar[iy])?|maart|mrt|mar(?:ch)?|apr(?:il)?|mei|may|june?|juni|july?|juli"
    r"|aug(?:ustus|ust)?|sept?(?:ember)?|o[kc]t(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![^\W_])"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th|e|ste|de)?(?![^\W_])"
_YEAR = r"['’]?(?:\d{4}|\d{2})(?!\d)"
_DATE = (
    rf"(?:\d{{4}}[-./]\d{{1,2}}[-./]\d{{1,2}}(?!\d)|\d{{1,2}}\s?[-./ ]\s?\d{{1,2}}\s?[-./ ]\s?{_YEAR}|\d{{8}}(?!\d)"
    rf"|{_DAY}\s(?:of\s)?{_MONTH}\.?(?:,?\s{_YEAR})?|{_MONTH}\.?\s{_DAY}(?:,?\s{_YEAR})?)"
)
_BIRTH = (
    r"(?<![^\W_])(?:geboren|geboortedatum|geb|birth\s?date|date\sof\sbirth|d\.?o\.?b"
    # Born is a village too: "in Born".
    r"|(?<!\bin\s)(?<!\bte\s)(?<!\buit\s)(?<!\bvan\s)(?<!\bbij\s)(?<!\bnaar\s)born)(?![^\W_])"
)
# At most four words between: "geboren in Helmond op 3 november", and not "geboren is, brandt de lamp sinds 3 november".
_BIRTH_DATE = _in_any_case(
    rf"{_BIRTH}[\s.:,(*]{{0,3}}(?:[^\W\d]{{1,20}}[\s,:]{{1,2}}){{0,4}}(?<!\d){_DATE}",
    rf"(?<!\d)(?<!\d[-./ ]){_DATE}[\s,)]{{1,2}}(?:[^\W\d]{{1,20}}[\s,]{{1,2}}){{0,3}}(?:geboren|born)(?![^\W_])",
)

_CAPITALISED = r"[^\W\d_a-zß-öø-ÿ][^\W\d_]{1,30}"
_NUMBER_WORD = r"(?:(?:huis)?(?:nummer|nr\.?)|(?:house\s)?(?:number|no\.)|\#)"
_ADDITION = r"(?:(?:\s?[-/]?\s?[a-zA-Z]|[ -](?:bis|hs|I{1,3}|IV))(?![^\W_])|-\d{1,3})?"
# Not a house number: an amount, a time, a day, a year.
_COUNTED = (
    r"(?:(?:m|km|cm|meter|euro|uur|jaar|keer|maal|procent|graden|palen|masten|weken|huizen|mensen|bomen|lampen|gezinnen"
    rf"|posts?|poles?|lamps|lights|times|people|houses|broken|donkere|kapotte|defecte|{_MONTH})(?![^\W\d_])"
    r"|(?:lantaarn|camera|sensor|teller|kastje|maand|week|dag|nacht|minu|second|auto|fiets|bus|woning|verdieping|straten"
    r"|car|bike|hour|year|day|night|month|metre))"
)
_HOUSE = (
    rf"(?:,?\s{_NUMBER_WORD})?\s(?!(?:19|20)\d\d(?!\d))[1-9]\d{{0,3}}{_ADDITION}(?!\d|[:.,]\d|\s?%|e\b)"
    rf"(?!\s(?i:{_COUNTED}))"
)
_SUFFIX = (
    r"(?:straat|str\.|laan|weg|plein|hof|dijk|kade|singel|gracht|steeg|pad|dreef|park|markt|baan|plantsoen|wal|hoek"
    r"|veld|akker|burg|kamp|horst|ring|allee|boulevard)"
)
_NO_STREET = (
    r"(?:fietspad|voetpad|wandelpad|zandpad|rijbaan|busbaan|fietsstraat|zijstraat|snelweg|autoweg|ventweg|landweg|omweg"
    r"|onderweg|supermarkt|rommelmarkt|schoolplein|speelplein|straathoek|invalsweg|zebrapad)\b"
)
_OUTSIDE = r"(?:bij|voor|tegenover|naast|achter|outside|opposite|near|at)"
_NO_NAME = (
    r"(?:Lamp|Lantaarn|Paal|Mast|Sensor|Teller|Camera|Melding|Bus|Lijn|Rijbaan|Kruispunt|Report|Article|Artikel)\b"
)
_ADDRESS = _capitals_kept(
    rf"\b(?!(?i:{_NO_STREET}))(?i:[^\W\d_]{{2,30}}{_SUFFIX}){_HOUSE}",
    rf"\b(?:Markt|Plein|Brink|Dijk|Kade|Singel|Laan|Dorp|Heuvel|Wal|Hof|Dreef){_HOUSE}",
    # Streets of other names, after a word that says where: "woon aan De Veste 44", "bij Oude Aa 17".
    rf"\b(?i:woont?|wonen|woonachtig|adres|address|lives?|living|{_OUTSIDE}):?\s(?:[a-z:]{{1,10}}\s){{0,3}}"
    rf"(?!{_NO_NAME})(?:{_CAPITALISED}\s){{0,3}}{_CAPITALISED}{_HOUSE}",
    rf"\b(?i:woont?|wonen|woonachtig|adres|address|lives?|living):?\s(?:[a-z:]{{1,10}}\s){{0,3}}{_NUMBER_WORD}\s\d{{1,4}}\b",
    r"\b(?i:huisnummer|house\snumber)\s\d{1,4}\b",
    rf"\b[1-9]\d{{3}}\s?[A-Z]{{2}}\b[\s,]{{1,2}}(?:{_NUMBER_WORD}\s)?[1-9]\d{{0,3}}(?!\d|[:.,]\d)",
    r"(?<![^\W_])[1-9]\d{3}[A-Z]{2}[1-9]\d{0,3}(?![^\W_])",
    rf"\b[1-9]\d{{0,3}}[a-z]?,?\s(?:{_CAPITALISED}\s){{1,3}}"
    r"(?:Street|Road|Avenue|Lane|Square|Drive|Close|Court|St|Rd|Ave)\b",
)

_TITLE = (
    r"(?:mevrouw|mevr\.?|mw\.?|meneer|mijnheer|de\sheer|dhr\.?|familie|fam\.?|buurman|buurvrouw|mrs?\.?|ms\.?|miss"
    r"|neighbou?r|family)"
)
_PARTICLES = r"(?:(?i:van|de|den|der|ter|ten|te)\s){0,3}"
_NAME = rf"{_PARTICLES}{_CAPITALISED}(?:[\s-]{_PARTICLES}{_CAPITALISED}){{0,2}}"
_TITLED_PERSON = _capitals_kept(
    rf"\b(?i:{_TITLE})\s{_NAME}[\s,(]{{1,2}}(?:(?:van|op|bij|at|of|from|in|on)(?:\s{_NUMBER_WORD})?|{_NUMBER_WORD})"
    rf"\s\d{{1,4}}[a-z]?(?!\d|[:.,]\d)(?!\s(?i:{_COUNTED}))",
)
_PERSON = _capitals_kept(
    rf"\b{_CAPITALISED}\s{_PARTICLES}{_CAPITALISED}[\s,(]{{1,2}}(?:(?:van|op|at|of|from)\s)?"
    rf"{_NUMBER_WORD}\s\d{{1,4}}\b",
)

# A title or a common first name, then a surname: of a person, unless a street, school or company is named after them.
_ANY_TITLE = (
    r"(?:mevrouw|mevr|mw|mej|meneer|mijnheer|heer|dhr|drs|dr|ir|ing|mr|mrs|ms|prof|familie|fam|buurman|buurvrouw)\.?"
)
_NAMED_AFTER = (
    r"(?!thuis\b)[^\W\d_]{0,30}(?:straat|laan|weg|plein|kade|singel|gracht|steeg|pad|dreef|park|markt|plantsoen|boulevard|allee"
    r"|school|college|lyceum|gymnasium|huis|museum|kerk|kapel|brug|tunnel|stichting|ziekenhuis|arena|stadion|centrum"
    r"|instituut|universiteit|street|road|avenue|house)\b|b\.?v\b|n\.?v\b"
)
_SURNAME = (
    rf"{_PARTICLES}(?!(?i:{_NAMED_AFTER})){_CAPITALISED}(?![^\W\d_]|\s?-?(?:{_CAPITALISED}\s)?(?i:{_NAMED_AFTER}))"
)
_FIRST_NAME = rf"(?:{'|'.join(sorted(name.capitalize() for name in FIRST_NAMES))})"
_NAMED_PERSON = _capitals_kept(
    rf"(?<![^\W_])(?i:{_ANY_TITLE})\s(?:(?i:{_ANY_TITLE})\s){{0,2}}(?:[A-Z]\.\s?){{0,4}}(?:{_FIRST_NAME}\s)?{_SURNAME}",
    rf"(?<![^\W_]){_FIRST_NAME}\s(?:[A-Z]\.\s?){{0,3}}{_SURNAME}",
)

# Number plates of Belgium (since 2010; before, and of special vehicles, like codes of our own: only after a word for
# plates) and Germany. SON-T 70 is a lamp.
_PLATE_WORD = (
    r"(?i:kentekens?|nummerplaat|nummerplaten|plaat|platen|plates?|registration)\W{1,3}(?:\w{1,15}\W{1,3}){0,2}?"
)
_LAMP_TYPE = r"(?:TL|PL|SON|SOX|HPL|CDM|CDO|CPO|SDW|QL|HQL|HQI|NAV)-"
_BELGIAN_BEFORE = r"(?:[A-Z]{3}[-. ]?\d{3}|\d{3}[-. ]?[A-Z]{3}|[A-Z]-[A-Z]{3}-\d{3})"
_FOREIGN_PLATE = _capitals_kept(
    r"(?<![^\W_])(?:[1-9](?P<mark>[-.]?)(?i:[a-z]{3})(?P=mark)\d{3}|[1-9]\s[A-Z]{3}\s\d{3})(?![^\W_])",
    rf"(?<![^\W_]){_PLATE_WORD}{_BELGIAN_BEFORE}(?![^\W_])",
    rf"(?<![^\W_])(?<!-)(?!{_LAMP_TYPE})[A-ZÄÖÜ]{{1,3}}-[A-Z]{{1,2}}\s?[1-9]\d{{0,3}}[EH]?(?![^\W_])(?!-)",
    rf"(?<![^\W_]){_PLATE_WORD}(?:[A-ZÄÖÜ]{{1,3}}[-:\s]?[A-Z]{{1,2}}[-\s]?|(?i:[a-zäöü]{{1,3}}[-:][a-z]{{1,2}}[-\s]))"
    rf"[1-9]\d{{0,3}}[EHeh]?(?![^\W_])",
)


def _in_numbers(spans: Callable[[str], _Spans]) -> Callable[[str, str], _Spans]:
    return lambda _, lower: spans(lower)


_SENTENCE_DETECTORS: tuple[tuple[PersonalDataMatch, Callable[[str, str], _Spans]], ...] = (
    (PersonalDataMatch.IBAN, _in_numbers(personal_numbers.iban_spans)),
    (PersonalDataMatch.COORDINATES, _COORDINATES),
    (PersonalDataMatch.PLATE, _FOREIGN_PLATE),
    (PersonalDataMatch.PLATE, _in_numbers(personal_numbers.announced_plate_spans)),
    (PersonalDataMatch.BSN, _in_numbers(personal_numbers.bsn_spans)),
    (PersonalDataMatch.PHONE, _in_numbers(personal_numbers.phone_spans)),
    (PersonalDataMatch.BIRTH_DATE, _BIRTH_DATE),
    (PersonalDataMatch.PERSON_ADDRESS, _TITLED_PERSON),
    (PersonalDataMatch.ADDRESS, _ADDRESS),
    (PersonalDataMatch.PERSON_ADDRESS, _PERSON),
    (PersonalDataMatch.NAME, _NAMED_PERSON),
)
"""In this order: "Kerkstraat nummer 12" is no person, and "familie Bakker, huisnummer 12" is."""
