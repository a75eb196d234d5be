"""Chains of hashes: each row of a log holds the hash of the one before, so that none is changed or removed unseen.

What is missing at the end of a chain can't be told from the chain itself.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

FIRST_HASH = bytes(32)
"""What the first row of a log refers to."""


@dataclass(frozen=True, slots=True)
class Link:
    """A row of a log as it was read. ``content``: all of it but its id and hashes, always in the same form."""

    id: int
    content: bytes
    previous_hash: bytes
    hash: bytes


def next_hash(previous: bytes, content: bytes) -> bytes:
    """The hash of a row: SHA-256 of the one before and its content."""
    return hashlib.sha256(previous + content).digest()


def first_broken_link(links: Iterable[Link], start: bytes = FIRST_HASH) -> int | None:
    """Verify a chain from ``start`` on. Returns the id of the first row that doesn't follow from the rows before it."""
    previous = start
    for link in links:
        if link.previous_hash != previous or link.hash != next_hash(previous, link.content):
            return link.id
        previous = link.hash
    return None
