"""Canaries: fictitious identifiers, unlikely to occur anywhere by chance (see ``docs/leakcheck.md``)."""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from sensors.policy.personal_data import SIDECODES

PLATE_LETTERS = "BDFGHJKLNPRSTVXZ"
"""The letters of Dutch plates: no vowels, and none that resemble a digit."""
NON_HEX_LETTERS = "GHJKLTVXZ"
"""Every plate contains one of these, so that neither it nor its ROT13 occurs in hexadecimal text (an id, a digest)."""
DIGITS = "0123456789"


class IdentifierKind(StrEnum):
    """The kind of identifier."""

    PLATE = "plate"
    MAC = "mac"
    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    """Digits that a value or a count could carry, and so an identifier, or how many people passed."""


@dataclass(frozen=True, slots=True)
class Canary:
    """One identifier, as a device or a visitor would write it."""

    kind: IdentifierKind
    identifier: str


def _plate(rng: Random) -> str:
    series = rng.choice(SIDECODES)
    first = series.index("X")
    known = {"-": "-", "9": DIGITS, "X": PLATE_LETTERS}
    return "".join(rng.choice(NON_HEX_LETTERS if place == first else known[sort]) for place, sort in enumerate(series))


def _mac(rng: Random) -> str:
    """A universally administered unicast EUI-48 (IEEE 802, 8.2)."""
    octets = rng.randbytes(6)
    return ":".join(f"{octet:02X}" for octet in (octets[0] & 0xFC, *octets[1:]))


def _email(rng: Random) -> str:
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=12)) + "@post.example"


def _phone(rng: Random) -> str:
    return f"06-{rng.randrange(10**8):08}"


def _number(rng: Random) -> str:
    """15 digits: as many as a double holds exactly, also behind ``1.``; zeros at the ends would get lost."""
    return "".join([rng.choice(DIGITS[1:]), *rng.choices(DIGITS, k=13), rng.choice(DIGITS[1:])])


GENERATORS: dict[IdentifierKind, Callable[[Random], str]] = {
    IdentifierKind.PLATE: _plate,
    IdentifierKind.MAC: _mac,
    IdentifierKind.EMAIL: _email,
    IdentifierKind.PHONE: _phone,
    IdentifierKind.NUMBER: _number,
}
KIND_WEIGHTS = {
    IdentifierKind.PLATE: 8,
    IdentifierKind.MAC: 6,
    IdentifierKind.EMAIL: 3,
    IdentifierKind.PHONE: 3,
    IdentifierKind.NUMBER: 2,
}


def generate_canaries(seed: int) -> Iterator[Canary]:
    """Yield distinct canaries, endlessly and reproducibly for a seed.

    None is another one reversed or in ROT13: a hit would count as a leak of both.
    """
    rng = Random(f"{seed}/leakcheck")  # noqa: S311 - reproducible test data, no secrets
    seen: set[str] = set()
    while True:
        kind = rng.choices(list(KIND_WEIGHTS), weights=list(KIND_WEIGHTS.values()))[0]
        text = GENERATORS[kind](rng)
        forms = {text, text[::-1], codecs.encode(text, "rot13")}
        if seen.isdisjoint(forms):
            seen |= forms
            yield Canary(kind, text)
