"""Canaries: identifiers of nobody, made so that none turns up anywhere by chance (see ``docs/leakcheck.md``)."""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from sensors.policy.personal_data import SIDECODES

PLATE_LETTERS = "BDFGHJKLNPRSTVXZ"
"""Those of Dutch plates: no vowels, and none that look like a digit."""
NON_HEX_LETTERS = "GHJKLTVXZ"
"""Every plate has one of these, so that no hexadecimal text (an id, a digest) holds it, nor its ROT13."""
DIGITS = "0123456789"


class IdentifierKind(StrEnum):
    """What sort of identifier it is."""

    PLATE = "plate"
    MAC = "mac"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Canary:
    """One identifier, as a device or a visitor would write it."""

    kind: IdentifierKind
    identifier: str


def _plate(dice: Random) -> str:
    series = dice.choice(SIDECODES)
    first = series.index("X")
    known = {"-": "-", "9": DIGITS, "X": PLATE_LETTERS}
    return "".join(dice.choice(NON_HEX_LETTERS if place == first else known[sort]) for place, sort in enumerate(series))


def _mac(dice: Random) -> str:
    """An EUI-48 of one device: neither a group address nor one that the device made up (IEEE 802, 8.2)."""
    octets = dice.randbytes(6)
    return ":".join(f"{octet:02X}" for octet in (octets[0] & 0xFC, *octets[1:]))


def _email(dice: Random) -> str:
    return "".join(dice.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=12)) + "@post.example"


def _phone(dice: Random) -> str:
    return f"06-{dice.randrange(10**8):08}"


GENERATORS: dict[IdentifierKind, Callable[[Random], str]] = {
    IdentifierKind.PLATE: _plate,
    IdentifierKind.MAC: _mac,
    IdentifierKind.EMAIL: _email,
    IdentifierKind.PHONE: _phone,
}
KIND_WEIGHTS = {IdentifierKind.PLATE: 8, IdentifierKind.MAC: 6, IdentifierKind.EMAIL: 3, IdentifierKind.PHONE: 3}


def generate_canaries(seed: int) -> Iterator[Canary]:
    """Canaries without end, all different; the same seed gives the same ones.

    None is another one written backwards or in ROT13: that would look like a leak of both.
    """
    dice = Random(f"{seed}/leakcheck")  # noqa: S311 - they must be repeatable, and are no secrets
    seen: set[str] = set()
    while True:
        kind = dice.choices(list(KIND_WEIGHTS), weights=list(KIND_WEIGHTS.values()))[0]
        text = GENERATORS[kind](dice)
        forms = {text, text[::-1], codecs.encode(text, "rot13")}
        if seen.isdisjoint(forms):
            seen |= forms
            yield Canary(kind, text)
