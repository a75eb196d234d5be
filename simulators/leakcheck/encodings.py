"""All the needles to search for: the ways to write and encode an identifier.

A canary has several notations (case, separators); each is encoded in every encoding and hashed with every common
unkeyed function. For one kind of canary, the needles always have the same order and lengths.
"""

import codecs
import hashlib
import struct
from base64 import a85encode, b32encode, b64encode, b85encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from simulators.leakcheck.canaries import Canary, IdentifierKind

Encoder = Callable[[bytes], bytes]
BASE58_ALPHABET = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
"""The alphabet of Bitcoin and IPFS: without 0, O, I and l."""


def _base64_at(offset: int) -> Encoder:
    """The base64 characters that do not depend on the surrounding text, with ``offset`` octets before it (mod 3)."""
    first = -(-8 * offset // 6)

    def encode(text: bytes) -> bytes:
        return b64encode(bytes(offset) + text)[first : 8 * (offset + len(text)) // 6]

    return encode


def base58(text: bytes) -> bytes:
    """The text as one number in base 58; each zero octet at its beginning is a 1 (draft-msporny-base58)."""
    number, digits = int.from_bytes(text), bytearray()
    while number:
        number, digit = divmod(number, len(BASE58_ALPHABET))
        digits.append(BASE58_ALPHABET[digit])
    zeros = len(text) - len(text.lstrip(b"\0"))
    return BASE58_ALPHABET[:1] * zeros + bytes(reversed(digits))


def _quoted(text: bytes) -> bytes:
    return quote(text, safe="").encode()


def _encode_each(form: str) -> Encoder:
    written = [form.format(octet).encode() for octet in range(256)]
    return lambda text: b"".join([written[octet] for octet in text])


ENCODINGS: dict[str, Encoder] = {
    "plain": bytes,
    "UTF-16 LE": lambda text: text.decode().encode("utf-16-le"),
    "UTF-16 BE": lambda text: text.decode().encode("utf-16-be"),
    "hex": lambda text: text.hex().encode(),
    "hex, upper case": lambda text: text.hex().upper().encode(),
    "base64, first alignment": _base64_at(0),
    "base64, second alignment": _base64_at(1),
    "base64, third alignment": _base64_at(2),
    "base32": lambda text: b32encode(text)[: 8 * len(text) // 5],
    "base58": base58,
    "base85": b85encode,
    "Ascii85": a85encode,
    "quoted-printable": _encode_each("={:02X}"),
    "URL": _quoted,
    "URL, twice": lambda text: _quoted(_quoted(text)),
    "URL, every octet": _encode_each("%{:02X}"),
    "URL, every octet, lower case": _encode_each("%{:02x}"),
    "JSON escapes": _encode_each("\\u{:04x}"),
    "JSON escapes, doubled": _encode_each("\\\\u{:04x}"),
    "HTML decimal": _encode_each("&#{};"),
    "HTML hex": _encode_each("&#x{:x};"),
    "octal escapes": _encode_each("\\{:03o}"),
    "reversed": lambda text: text[::-1],
    "ROT13": lambda text: codecs.encode(text.decode(), "rot13").encode(),
    "hex, twice": lambda text: text.hex().encode().hex().encode(),
    "base64, twice": lambda text: _base64_at(0)(_base64_at(0)(text)),
    "base64 of hex": lambda text: _base64_at(0)(text.hex().encode()),
    "base64 of UTF-16 LE": lambda text: _base64_at(0)(text.decode().encode("utf-16-le")),
}
BINARY_ENCODINGS = ("plain", *(name for name in ENCODINGS if name.startswith(("hex", "base64, ", "base85", "Ascii85"))))
"""Encodings that accept arbitrary octets."""
HASH_FUNCTIONS = (
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sha3_256",
    "sha3_512",
    "blake2b",
    "blake2s",
)
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
DIGEST_ENCODINGS: dict[str, Encoder] = {
    "octets": lambda digest: digest[:8],
    "hex": lambda digest: digest[:6].hex().encode(),
    "upper hex": lambda digest: digest[:6].hex().upper().encode(),
    "base64": lambda digest: b64encode(digest)[:10],
    "URL-safe base64": lambda digest: b64encode(digest)[:10].translate(_URL_SAFE),
}
"""A digest is found by its prefix, also when truncated: down to 8 octets, 12 hex or 10 base64 characters."""


def _cased(*texts: str) -> tuple[bytes, ...]:
    return tuple(written.encode() for text in texts for written in (text, text.lower()))


def _plate_notations(sent: str) -> tuple[bytes, ...]:
    return _cased(sent, sent.replace("-", ""), sent.replace("-", " "))


def _mac_notations(sent: str) -> tuple[bytes, ...]:
    """As text, as octets, and as the EUI-64 of an IPv6 address (RFC 4291, appendix A)."""
    plain = sent.replace(":", "")
    raw = bytes.fromhex(plain)
    long = raw[:3] + b"\xff\xfe" + raw[3:]
    dotted = ".".join(plain[at : at + 4] for at in (0, 4, 8))
    texts = _cased(sent, plain, sent.replace(":", "-"), dotted)
    return *texts, raw, raw[::-1], long, bytes([long[0] ^ 2]) + long[1:]


def _email_notations(sent: str) -> tuple[bytes, ...]:
    return _cased(sent.upper())


def _phone_notations(sent: str) -> tuple[bytes, ...]:
    number = sent.removeprefix("06-")
    return tuple(text.encode() for text in (sent, f"06{number}", f"316{number}", f"+31 6 {number}"))


def _number_notations(sent: str) -> tuple[bytes, ...]:
    """As digits, whole, cut off, and with an exponent; as a fraction and as a whole number, in octets."""
    fraction, count = float(f"1.{sent}"), int(sent)
    kept = (("d", fraction), ("d", float(count)), ("q", count))
    return (
        *(sent.encode(), sent[:NUMBER_PREFIX_DIGITS].encode(), f"{sent[0]}.{sent[1:NUMBER_PREFIX_DIGITS]}".encode()),
        *(struct.pack(order + form, number) for form, number in kept for order in "><"),
    )


NUMBER_PREFIX_DIGITS = 12
"""So many digits of a number are still found, so that one rounded somewhere beyond them is as well."""
NOTATION_FUNCTIONS: dict[IdentifierKind, Callable[[str], tuple[bytes, ...]]] = {
    IdentifierKind.PLATE: _plate_notations,
    IdentifierKind.MAC: _mac_notations,
    IdentifierKind.EMAIL: _email_notations,
    IdentifierKind.PHONE: _phone_notations,
    IdentifierKind.NUMBER: _number_notations,
}


@dataclass(frozen=True, slots=True)
class Notation:
    """A way to write a canary. ``is_hashed``: whether its digests are searched for too."""

    name: str
    is_binary: bool = False
    is_hashed: bool = True


def _texts(*names: str, hashed: int = 4) -> tuple[Notation, ...]:
    return tuple(Notation(name, is_hashed=place < hashed) for place, name in enumerate(names))


def _octets(*names: str, hashed: int = 0) -> tuple[Notation, ...]:
    return tuple(Notation(name, is_binary=True, is_hashed=place < hashed) for place, name in enumerate(names))


NOTATIONS: dict[IdentifierKind, tuple[Notation, ...]] = {
    IdentifierKind.PLATE: _texts("AB-12-CD", "ab-12-cd", "AB12CD", "ab12cd", "AB 12 CD", "ab 12 cd"),
    IdentifierKind.MAC: (
        *_texts("A0:A0", "a0:a0", "A0A0", "a0a0", "A0-A0", "a0-a0", "A0A0.A0A0", "a0a0.a0a0"),
        *_octets("octets", "octets reversed", "EUI-64", "modified EUI-64", hashed=1),
    ),
    IdentifierKind.EMAIL: _texts("upper case", "lower case"),
    IdentifierKind.PHONE: _texts("06-…", "06…", "316…", "+31 6 …"),
    IdentifierKind.NUMBER: (
        *_texts("15 digits", "first 12 digits", "1.23…e+14", hashed=1),
        *_octets("fraction, big-endian", "fraction, little-endian", "double, big-endian", "double, little-endian"),
        *_octets("integer, big-endian", "integer, little-endian"),
    ),
}
"""With and without separators, in both cases, and as octets are hashed; other notations are not."""


@lru_cache(maxsize=64)
def _digest(function: str, text: bytes) -> bytes:
    return hashlib.new(function, text, usedforsecurity=False).digest()


@dataclass(frozen=True, slots=True)
class NeedleForm:
    """How to derive one needle: the notation of the canary and its encoder."""

    name: str
    notation: int
    encode: Encoder


@lru_cache
def needle_forms(kind: IdentifierKind) -> tuple[NeedleForm, ...]:
    """All needle forms for this kind of canary, in a fixed order."""
    return tuple(form for place, notation in enumerate(NOTATIONS[kind]) for form in _forms_of_notation(place, notation))


def _forms_of_notation(place: int, notation: Notation) -> Iterator[NeedleForm]:
    for name, encode in ENCODINGS.items():
        if not notation.is_binary or name in BINARY_ENCODINGS:
            yield NeedleForm(f"{name} ({notation.name})", place, encode)
    for function in HASH_FUNCTIONS if notation.is_hashed else ():
        for form, write in DIGEST_ENCODINGS.items():
            yield NeedleForm(f"{function} as {form} ({notation.name})", place, _hashed(function, write))


def _hashed(function: str, write: Encoder) -> Encoder:
    return lambda text: write(_digest(function, text))


@lru_cache(maxsize=4096)
def _notations_of(canary: Canary) -> tuple[bytes, ...]:
    return NOTATION_FUNCTIONS[canary.kind](canary.identifier)


def needle(canary: Canary, form_index: int) -> bytes:
    """One needle of a canary, by index in ``needle_forms``."""
    form = needle_forms(canary.kind)[form_index]
    return form.encode(_notations_of(canary)[form.notation])


def needles(canary: Canary) -> list[bytes]:
    """All needles of a canary, in the order of ``needle_forms``."""
    written = _notations_of(canary)
    return [form.encode(written[form.notation]) for form in needle_forms(canary.kind)]
