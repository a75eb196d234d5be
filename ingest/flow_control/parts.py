"""Split a batch into transactions of a bounded number of readings, decoding a message only when its turn comes.

A payload becomes up to twenty times as large when it is decoded, so octets alone don't bound memory.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from ingest.mqtt.framing import Publication
from ingest.pipeline import IncomingMessage, MessageOutcome, Observation

MAX_TRANSACTION_READINGS = 5_000
"""A transaction is closed before it holds more readings than this, rejected ones included."""


@dataclass(slots=True)
class Part:
    """What one transaction stores."""

    outcomes: list[MessageOutcome] = field(default_factory=list[MessageOutcome])
    completed: list[Publication] = field(default_factory=list[Publication])
    """The messages of which nothing is left to store afterwards, in order of receipt."""


def split_into_parts(
    publications: Iterable[Publication], process: Callable[[IncomingMessage], MessageOutcome]
) -> Iterator[Part]:
    """Process messages one by one, yielding a part whenever it is full. A large message is spread over several parts.

    If a process dies between the parts of a message, the message is redelivered, and what had been stored of it counts
    as duplicate. Its rejections are in its last part, so they are counted once.
    """
    part, room = Part(), MAX_TRANSACTION_READINGS
    for publication in publications:
        outcome = process(publication.message)
        room -= len(outcome.observations) + len(outcome.rejections)
        if room < 0:
            if part.outcomes:
                yield part
            *pieces, outcome = _pieces(outcome)
            for piece in pieces:
                yield Part([piece])
            part, room = Part(), MAX_TRANSACTION_READINGS - len(outcome.observations) - len(outcome.rejections)
        part.outcomes.append(outcome)
        part.completed.append(publication)
    if part.outcomes:
        yield part


def _pieces(outcome: MessageOutcome) -> list[MessageOutcome]:
    """Split an outcome. The last piece has everything but the observations of the others."""
    if len(outcome.observations) <= MAX_TRANSACTION_READINGS:
        return [outcome]
    *first, last = _groups(outcome.observations)
    bare = replace(outcome, rejections=(), fields_dropped=0)
    return [*(replace(bare, observations=tuple(group)) for group in first), replace(outcome, observations=tuple(last))]


def _groups(observations: Iterable[Observation]) -> list[list[Observation]]:
    """Keep observations of one datastream and instant together: one transaction decides which of them counts."""
    by_instant: dict[tuple[int, object], list[Observation]] = {}
    for one in observations:
        by_instant.setdefault((one.datastream_id, one.time), []).append(one)
    groups: list[list[Observation]] = [[]]
    for same in by_instant.values():
        if groups[-1] and len(groups[-1]) + len(same) > MAX_TRANSACTION_READINGS:
            groups.append([])
        groups[-1].extend(same)
    return groups
