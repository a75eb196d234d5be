"""Detect a person's numbers in sentences, however they are spaced: BSN, IBAN, phone, and a plate after its word.

Whoever writes may put anything between the characters of a number: line breaks, commas, dashes. So up to three marks
that are no letter or digit may stand between two of them. That joins numbers that have nothing to do with each other
("palen 101, 102, 103"), so that each rule asks for a check digit, a fixed beginning or a word. Texts are in lower case
and as ``personal_text`` makes them readable; each function gives the spans of what it found, in linear time.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sensors.policy.personal_data import SIDECODES

_Spans = Iterator[tuple[int, int]]
_BETWEEN = r"[\W_]{0,3}"

# A chain: groups of digits, with at most three other marks between two groups.
_CHAIN = re.compile(r"\d+(?:[\W_]{1,3}\d+)*")
_GROUP = re.compile(r"\d+")
_BSN_WORD = re.compile(
    r"(?:bsn|burger\s?service\s?(?:nummer|nr)|sofi\s?(?:nummer|nr)|citizen\sservice\snumber)"
    r"[\W_]{0,5}(?:[^\W\d_]{1,20}[\W_]{1,5}){0,4}(?=\d)"
)
_BSN_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_DATE = r"(?:\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d\d|(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2})(?!\d)"
_DATED = re.compile(_DATE)


def bsn_spans(lower: str) -> _Spans:
    """Citizen service numbers: nine digits that pass the eleven test; after their word, also without a first zero."""
    after_word = {found.end() for found in _BSN_WORD.finditer(lower)}
    for chain in _CHAIN.finditer(lower):
        groups = list(_GROUP.finditer(lower, *chain.span()))
        is_announced = chain.start() in after_word
        for first, last, digits in _runs_of_digits(groups):
            number = digits.zfill(9) if is_announced else digits
            if is_bsn(number) and (is_announced or _stands_alone(lower, groups, first, last)):
                yield groups[first].start(), groups[last].end()


def is_bsn(digits: str) -> bool:
    """Whether nine digits pass the eleven test of citizen service numbers (BSN). One in eleven does by chance."""
    weighted = sum(weight * int(digit) for weight, digit in zip(_BSN_WEIGHTS, digits, strict=False))
    return len(digits) == len(_BSN_WEIGHTS) and weighted % 11 == 0 and digits.strip("0") != ""


def _runs_of_digits(groups: Sequence[re.Match[str]]) -> Iterator[tuple[int, int, str]]:
    """Groups that follow each other and have eight or nine digits together: the first, the last and the digits."""
    for first in range(len(groups)):
        digits = ""
        for last in range(first, len(groups)):
            digits += groups[last][0][:10]
            if len(digits) > 9:
                break
            if len(digits) >= 8:
                yield first, last, digits


def _stands_alone(lower: str, groups: Sequence[re.Match[str]], first: int, last: int) -> bool:
    """Whether groups are a number of their own: all of a chain, one group, or those with the same mark between them."""
    before, *marks, after = _marks_around(lower, groups, first, last)
    if before.endswith("+"):
        return False
    if first == last:
        return before not in (".", ",") and after not in (".", ",")
    if last - first == len(groups) - 1:
        return _DATED.match(lower, groups[first].start()) is None
    return len(set(marks)) == 1 and marks[0] not in (before, after)


def _marks_around(lower: str, groups: Sequence[re.Match[str]], first: int, last: int) -> list[str]:
    """What stands before the first group, between two groups, and after the last if a group follows."""
    begin = groups[first].start()
    before = lower[groups[first - 1].end() : begin] if first else lower[max(begin - 1, 0) : begin].strip(".,")
    ends = groups[first : last + 2]
    between = [lower[one.end() : next_one.start()] for one, next_one in pairwise(ends)]
    return [before, *between] if last + 1 < len(groups) else [before, *between, ""]


_IBAN = re.compile(
    rf"(?<![^\W_])(?:n{_BETWEEN}l(?:{_BETWEEN}\d){{2}}(?:{_BETWEEN}[a-z]){{4}}(?:{_BETWEEN}\d){{10}}"
    rf"|b{_BETWEEN}e(?:{_BETWEEN}\d){{14}}|d{_BETWEEN}e(?:{_BETWEEN}\d){{20}})(?![^\W_])"
)


def iban_spans(lower: str) -> _Spans:
    """Numbers of bank accounts (IBAN, ISO 13616) in the Netherlands, Belgium and Germany."""
    return (found.span() for found in _IBAN.finditer(lower))


# Not the times of a day ("01:30, 02:45, 03:15"), nor a list ("01, 02, 03, 04, 05").
_LISTED = r"(?:\d\d:\d\d[^\w:]{1,3}\d\d:\d\d|0\d[\W_]{1,3}0\d[\W_])"
_PHONE = re.compile(
    rf"(?<!\d)(?<!\d[-.,/: ])(?<!\+)(?!{_DATE}|{_LISTED})0(?![.,]\d){_BETWEEN}[1-9](?:{_BETWEEN}\d){{8}}(?!\d)"
    rf"|(?:\+|(?<!\d)0{_BETWEEN}0){_BETWEEN}(?:3{_BETWEEN}[12]|4{_BETWEEN}9)(?:{_BETWEEN}\d){{8,11}}(?!\d)"
)


def phone_spans(lower: str) -> _Spans:
    """Ten-digit Dutch numbers, and those with the country code of the Netherlands, Belgium or Germany."""
    return (found.span() for found in _PHONE.finditer(lower))


_PLATE_WORD = re.compile(r"(?:kentekens?|nummerpla(?:at|ten)|plates?|registration)(?![^\W_])")
_WORD_START = re.compile(r"(?<![^\W_])[^\W_]")
_PLATE = tuple(re.compile(rf"[a-z\d](?:{_BETWEEN}[a-z\d]){{{more}}}(?![^\W_])") for more in (5, 6))
_PLATE_SHAPES = frozenset(code.replace("-", "") for code in SIDECODES) | {"XXX999", "999XXX", "9XXX999"}
"""The Netherlands, and Belgium."""
_SHAPE_OF = str.maketrans({**dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "X"), **dict.fromkeys("0123456789", "9")})
_NO_PART = re.compile(
    r"(?<![^\W_])(?:op|om|na|in|de|is|en|te|of|al|at|to|on|by|per|van|met|een|the|and|for|max|km|cm|mm|m)(?![^\W_])"
)
_PLATE_WITHIN = 5
"""Words after the word for a plate in which it must begin."""


def announced_plate_spans(lower: str) -> _Spans:
    """Plates after a word for them, with anything between their characters: "kenteken g b 1 2 3 x"."""
    for word in _PLATE_WORD.finditer(lower):
        starts = _WORD_START.finditer(lower, word.end(), word.end() + 80)
        for start, _ in zip(starts, range(_PLATE_WITHIN), strict=False):
            for form in _PLATE:
                found = form.match(lower, start.start())
                if found and _is_plate(found[0]):
                    yield found.span()


def _is_plate(written: str) -> bool:
    shape = "".join(filter(str.isalnum, written)).translate(_SHAPE_OF)
    return shape in _PLATE_SHAPES and _NO_PART.search(written) is None
