"""Searching for millions of needles at once: windows of 8 (or 6) octets at every place, looked up in a bit set.

A window of the data that begins a needle is compared with the whole needle. What is left to chance is computed in
``docs/leakcheck.md``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from simulators.leakcheck.canaries import Canary, IdentifierKind
from simulators.leakcheck.encodings import needle, needles

WindowKeys = NDArray[np.uint64]
NeedleNumbers = NDArray[np.uint32]
WIDE_WINDOW_BYTES, NARROW_WINDOW_BYTES = 8, 6
"""Octets in a window: the narrow one is for needles that are shorter than the wide one."""
MAX_NEEDLE_BYTES = 1024
"""Octets in the longest needle, at most."""
CHUNK_BYTES = 1 << 18
"""Octets that are looked at together, so that they stay in the processor's cache."""
PAGE_BYTES = 8192
"""Octets in a page of PostgreSQL's files."""
NEEDLE_NUMBERS_PER_CANARY = 1 << 10
"""A needle's number is its canary's place times this, plus its own place."""
BITSET_INDEX_BITS = 27
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Hit:
    """One needle that was found: the places of its canary and its recipe."""

    canary_index: int
    form_index: int


class WindowIndex:
    """The beginnings of needles, of ``width`` octets each, to be found at any place."""

    def __init__(self, width: int, beginnings: bytes, numbers: NeedleNumbers) -> None:
        """``beginnings``: filled up with zeros to 8 octets each; ``numbers``: of the same needles."""
        keys = np.frombuffer(beginnings, "<u8").astype(np.uint64)
        order = np.argsort(keys, kind="stable")
        self._keys: WindowKeys = keys[order]
        self._numbers: NeedleNumbers = numbers[order]
        self._mask = np.uint64((1 << 8 * width) - 1)
        self._bits = np.zeros(1 << (BITSET_INDEX_BITS - 3), np.uint8)
        places = _bit_positions(self._keys)
        np.bitwise_or.at(self._bits, _byte_index(places), np.left_shift(np.uint8(1), _bit_index(places)))

    def candidates(self, data: bytes, start: int, stop: int) -> Iterator[tuple[int, NeedleNumbers]]:
        """Places from ``start`` up to ``stop`` where needles may begin, with the numbers of those."""
        if not len(self._keys):
            return
        # A copy only because of the mask: at every place the 8 octets from there on, as one number.
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
    """All needles of all canaries."""

    def __init__(self, canaries: Sequence[Canary], on_indexed: Callable[[], object] = bool) -> None:
        """``made`` is called once for every canary: the work takes a while for many."""
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
        """Every needle in the data, the same one as often as it is there."""
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
    """Which needles have which window: all canaries of a kind have needles of the same lengths."""
    return {
        WIDE_WINDOW_BYTES: [place for place, needle in enumerate(first) if len(needle) >= WIDE_WINDOW_BYTES],
        NARROW_WINDOW_BYTES: [
            place for place, needle in enumerate(first) if NARROW_WINDOW_BYTES <= len(needle) < WIDE_WINDOW_BYTES
        ],
    }


def _without_empty_pages(data: bytes) -> bytes:
    """Most of a new log file of PostgreSQL is zeros, and no needle is."""
    whole = len(data) // PAGE_BYTES * PAGE_BYTES
    pages = np.frombuffer(data, np.uint8, whole).reshape(-1, PAGE_BYTES)
    full = pages.any(axis=1)
    return data if bool(full.all()) else pages[full].tobytes() + data[whole:]


def overlapping_pieces(parts: Iterable[bytes], size: int = 1 << 24) -> Iterator[bytes]:
    """The same octets in larger pieces; each begins with the end of the one before, so that no needle is cut."""
    waiting = bytearray()
    for part in parts:
        waiting += part
        if len(waiting) >= size:
            yield bytes(waiting)
            del waiting[:-MAX_NEEDLE_BYTES]
    yield bytes(waiting)
