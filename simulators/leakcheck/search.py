"""Multi-pattern search for millions of needles: look up the 8 (or 6) octets at every offset in a bit set.

Candidates are compared with the whole needle. ``docs/leakcheck.md`` computes the odds of a chance hit.
"""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from simulators.leakcheck.canaries import Canary, IdentifierKind
from simulators.leakcheck.encodings import needle, needles

WindowKeys = NDArray[np.uint64]
NeedleNumbers = NDArray[np.uint32]
WIDE_WINDOW_BYTES, NARROW_WINDOW_BYTES = 8, 6
"""Window widths; the narrow window is for needles shorter than the wide one."""
MAX_NEEDLE_BYTES = 1024
"""Upper bound on the length of a needle."""
CHUNK_BYTES = 1 << 18
"""Octets processed at a time, so that they stay in the CPU cache."""
PAGE_BYTES = 8192
"""PostgreSQL's page size."""
NEEDLE_NUMBERS_PER_CANARY = 1 << 10
"""A needle's number is canary index × this + form index."""
BITSET_INDEX_BITS = 27
_COMPRESSED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
"""How data in the formats zlib (RFC 1950) and gzip (RFC 1952) begins."""
MAX_INFLATED_BYTES = 1 << 20
"""So much is inflated of what may be compressed data: identifiers are short."""
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Hit:
    """A needle that was found: the indexes of its canary and its form."""

    canary_index: int
    form_index: int


class WindowIndex:
    """An index of the first ``width`` octets of needles."""

    def __init__(self, width: int, beginnings: bytes, numbers: NeedleNumbers) -> None:
        """Index ``beginnings``, zero-padded to 8 octets each, of the needles in ``numbers``."""
        keys = np.frombuffer(beginnings, "<u8").astype(np.uint64)
        order = np.argsort(keys, kind="stable")
        self._keys: WindowKeys = keys[order]
        self._numbers: NeedleNumbers = numbers[order]
        self._mask = np.uint64((1 << 8 * width) - 1)
        self._bits = np.zeros(1 << (BITSET_INDEX_BITS - 3), np.uint8)
        places = _bit_positions(self._keys)
        np.bitwise_or.at(self._bits, _byte_index(places), np.left_shift(np.uint8(1), _bit_index(places)))

    def candidates(self, data: bytes, start: int, stop: int) -> Iterator[tuple[int, NeedleNumbers]]:
        """Yield offsets in [``start``, ``stop``) where needles may begin, with the numbers of those needles."""
        if not len(self._keys):
            return
        # An unaligned strided view: the 8 octets at every offset as one integer. Only the mask makes a copy.
        windows: WindowKeys = np.ndarray((stop - start,), "<u8", data, start, (1,)) & self._mask
        places = _bit_positions(windows)
        likely = np.flatnonzero(np.right_shift(self._bits[_byte_index(places)], _bit_index(places)) & np.uint8(1))
        found = windows[likely]
        first = np.searchsorted(self._keys, found, "left")
        last = np.searchsorted(self._keys, found, "right")
        for one in np.flatnonzero(first < last):
            yield start + int(likely[one]), self._numbers[first[one] : last[one]]


def _bit_positions(keys: WindowKeys) -> WindowKeys:
    return (keys * _MIX) >> np.uint64(64 - BITSET_INDEX_BITS)


def _byte_index(places: WindowKeys) -> NDArray[np.intp]:
    return (places >> np.uint64(3)).astype(np.intp)


def _bit_index(places: WindowKeys) -> NDArray[np.uint8]:
    return (places & np.uint64(7)).astype(np.uint8)


class NeedleIndex:
    """An index of all needles of all canaries."""

    def __init__(self, canaries: Sequence[Canary], on_indexed: Callable[[], object] = bool) -> None:
        """Build the index, which takes a while; ``on_indexed`` is called after each canary."""
        self.canaries = canaries
        beginnings = {WIDE_WINDOW_BYTES: bytearray(), NARROW_WINDOW_BYTES: bytearray()}
        numbers: dict[int, list[NeedleNumbers]] = {WIDE_WINDOW_BYTES: [], NARROW_WINDOW_BYTES: []}
        for places in _by_kind(canaries):
            chosen = _needles_by_width(needles(canaries[places[0]]))
            for place in places:
                own = needles(canaries[place])
                for width, which in chosen.items():
                    beginnings[width] += b"".join([own[one][:width].ljust(WIDE_WINDOW_BYTES, b"\0") for one in which])
                on_indexed()
            firsts = np.array(places, np.uint32)[:, None] * np.uint32(NEEDLE_NUMBERS_PER_CANARY)
            for width, which in chosen.items():
                numbers[width].append((firsts + np.array(which, np.uint32)[None, :]).ravel())
        self._windows = [
            WindowIndex(width, bytes(beginnings[width]), np.concatenate(numbers[width]))
            for width in (WIDE_WINDOW_BYTES, NARROW_WINDOW_BYTES)
        ]

    def find(self, data: bytes) -> Iterator[Hit]:
        """Yield a hit for every occurrence of a needle."""
        octets = _without_empty_pages(data) + bytes(WIDE_WINDOW_BYTES)
        for start in range(0, len(octets) - WIDE_WINDOW_BYTES, CHUNK_BYTES):
            stop = min(start + CHUNK_BYTES, len(octets) - WIDE_WINDOW_BYTES)
            for windows in self._windows:
                for at, numbers in windows.candidates(octets, start, stop):
                    yield from self._verify(octets, at, numbers)

    def _verify(self, data: bytes, at: int, numbers: NeedleNumbers) -> Iterator[Hit]:
        for number in map(int, numbers):
            canary, place = divmod(number, NEEDLE_NUMBERS_PER_CANARY)
            if data.startswith(needle(self.canaries[canary], place), at):
                yield Hit(canary, place)


def _by_kind(canaries: Sequence[Canary]) -> Iterator[list[int]]:
    def kind(place: int) -> IdentifierKind:
        return canaries[place].kind

    for _, places in groupby(sorted(range(len(canaries)), key=kind), kind):
        yield list(places)


def _needles_by_width(first: Sequence[bytes]) -> dict[int, list[int]]:
    """Assign needle forms to windows by length, which is equal for all canaries of a kind."""
    return {
        WIDE_WINDOW_BYTES: [place for place, needle in enumerate(first) if len(needle) >= WIDE_WINDOW_BYTES],
        NARROW_WINDOW_BYTES: [
            place for place, needle in enumerate(first) if NARROW_WINDOW_BYTES <= len(needle) < WIDE_WINDOW_BYTES
        ],
    }


def _without_empty_pages(data: bytes) -> bytes:
    """Drop all-zero pages: most of a new WAL segment is zeros, and no needle is."""
    whole = len(data) // PAGE_BYTES * PAGE_BYTES
    pages = np.frombuffer(data, np.uint8, whole).reshape(-1, PAGE_BYTES)
    full = pages.any(axis=1)
    return data if bool(full.all()) else pages[full].tobytes() + data[whole:]


def overlapping_pieces(parts: Iterable[bytes], size: int = 1 << 24) -> Iterator[bytes]:
    """Regroup a stream into pieces of about ``size`` octets that overlap, so that no needle is split."""
    waiting = bytearray()
    for part in parts:
        waiting += part
        if len(waiting) >= size:
            yield bytes(waiting)
            del waiting[:-MAX_NEEDLE_BYTES]
    yield bytes(waiting)


def inflate(data: bytes) -> Iterator[bytes]:
    """Yield what is in the compressed data within ``data``, as far as it is whole."""
    octets = memoryview(data)  # a slice of it is no copy, but zlib makes one of what it leaves unread
    for beginning in _COMPRESSED.finditer(data):
        compressed = octets[beginning.start() : beginning.start() + MAX_INFLATED_BYTES]
        with suppress(zlib.error):
            yield zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(compressed, MAX_INFLATED_BYTES)
