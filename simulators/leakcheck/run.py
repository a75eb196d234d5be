"""A leak check from beginning to end: plant, let things go wrong, put the controls, search every surface."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from rich.progress import Progress

from sensors.db import connect
from sensors.db.server import home_of
from simulators.leakcheck import surfaces
from simulators.leakcheck.canaries import Canary, canaries
from simulators.leakcheck.controls import QUERIES, Controls, answering, crash_with, put_in_database
from simulators.leakcheck.encodings import needle, recipes
from simulators.leakcheck.ordeal import Ordeal
from simulators.leakcheck.plant import EVENT_WAYS, Device, Sent, ways
from simulators.leakcheck.programs import Programs
from simulators.leakcheck.search import Hit, Index, pieces
from simulators.leakcheck.targets import register, targets

BY_DATABASE = (surfaces.TABLES, surfaces.DATA, surfaces.BACKUP)
BY_BROKER = (surfaces.BROKER_STORE, surfaces.BROKER_STORE_AWAY)

FEWEST_PAGES = 100
"""Public addresses that are asked, of each sort alike many; a large check asks all of them."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one surface held. ``controls``: how many were found, and how many were put there."""

    surface: str
    searched: int
    """Octets."""
    canaries: int
    """Those searched for, and of them found."""
    found: int
    leaks: Mapping[tuple[str, str], int]
    """How many of them in which form, by the way in which they came."""
    controls: tuple[int, int]


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of the messages, in readings of the ledger: so it shows that they were not just lost."""

    received: int
    stored: int
    refused: int
    aggregated: int
    dropped: int
    """Fields that the register does not declare."""


@dataclass(frozen=True, slots=True)
class Result:
    """The whole of a leak check."""

    taken_in: TakenIn
    found: tuple[Found, ...]


def check(number: int, seed: int, progress: Progress, *, keep: bool = False) -> Result:
    """Plant so many canaries and search everything. Raises ProcessError when a program does not start or stop."""
    folder = Path(tempfile.mkdtemp(prefix="lantaarn-leakcheck-"))
    try:
        return Check(number, seed, progress).run(folder, keep=keep)
    finally:
        if keep:
            progress.console.print(f"Everything is kept, in {folder} and {home_of(folder)}.")
        else:
            shutil.rmtree(folder, ignore_errors=True)


class Meter:
    """A stream that counts its octets on the way."""

    def __init__(self, stream: Iterable[bytes]) -> None:
        self.octets = 0
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            self.octets += len(part)
            yield part


def _hits(index: Index, stream: Iterable[bytes]) -> Iterator[Hit]:
    for piece in pieces(stream):
        yield from index.find(piece)


class Check:
    """One leak check: what is planted, how, and what must be found."""

    def __init__(self, number: int, seed: int, progress: Progress) -> None:
        more = canaries(seed)
        self._canaries: list[Canary] = list(islice(more, number))
        self._ways: list[str] = list(islice(ways(), number))
        self._pages = max(FEWEST_PAGES, number // 16)
        self._by_chance: set[int] = set()
        self._controls = Controls(self._canaries, more)
        self._put = {surface: self._controls.octets(surface) for surface in surfaces.BINARY}
        self._put |= {surface: self._controls.text(surface).encode() for surface in surfaces.TEXTUAL}
        self._progress = progress

    def run(self, folder: Path, *, keep: bool) -> Result:
        """Everything, in a folder of its own."""
        index = self._index()
        entries = register()
        planting = self._progress.add_task("planting identifiers", total=len(self._ways))
        with Programs(folder, entries, keep=keep) as programs:
            self._put_in_broker(programs)
            self._by_chance |= {hit.canary for hit in _hits(index, surfaces.beginning(programs, self._pages))}
            ordeal = Ordeal(programs, targets(entries), lambda more: self._progress.advance(planting, more))
            ordeal.undergo([(self._canaries[place], self._ways[place]) for place in self._planted()])
            with connect(programs.server.url) as database:
                taken_in = TakenIn(**database.execute(QUERIES["taken_in"]).fetchall()[0])
                self._put_controls(programs, database)
                with answering(b"\n".join(self._put[surface] for surface in surfaces.ANSWERED)) as port:
                    streams = surfaces.streams(programs, ordeal, database, port, self._pages)
                    return Result(taken_in, tuple(self._search(index, streams)))

    def _planted(self) -> Sequence[int]:
        """The canaries that are sent: not the controls, and none that was there before."""
        return [place for place in range(len(self._ways)) if place not in self._by_chance]

    def _index(self) -> Index:
        making = self._progress.add_task("writing them in every way", total=len(self._canaries))
        return Index(self._canaries, lambda: self._progress.advance(making))

    def _put_in_broker(self, programs: Programs) -> None:
        """Retained messages rest in the store. The embedded broker has none: then it is a file in its folder."""
        if programs.broker.process is None:
            (programs.broker.folder / "control").write_bytes(b"\n".join(self._put[one] for one in BY_BROKER))
            return
        with Device(programs.broker.devices) as device:
            for number, surface in enumerate(BY_BROKER):
                device.send([Sent(f"leakcheck/{number}", self._put[surface])], retain=True)

    def _put_controls(self, programs: Programs, database: psycopg.Connection[dict[str, Any]]) -> None:
        put = self._put
        put_in_database(database, [put[surface] for surface in BY_DATABASE], put[surfaces.DATABASE_LOG])
        database.execute(QUERIES["put_quarantine"], {"content": put[surfaces.QUARANTINE].decode()})
        database.execute(QUERIES["put_log"], {"octets": put[surfaces.WAL]})
        database.execute(QUERIES["write_all"])
        logs = {
            surfaces.INGEST_LOG: programs.ingest.log,
            surfaces.SERVE_LOG: programs.serve.log,
            surfaces.BROKER_LOG: programs.broker.log,
        }
        for surface, path in logs.items():
            with path.open("ab") as log:
                log.write(put[surface] + b"\n")
        crash_with(put[surfaces.CORES], programs.folder / "crash")
        (programs.temporary / "control").write_bytes(put[surfaces.TEMPORARY])

    def _search(self, index: Index, streams: Mapping[str, Iterable[bytes]]) -> Iterator[Found]:
        searching = self._progress.add_task("searching", total=len(streams))
        for surface, stream in streams.items():
            meter = Meter(stream)
            hits = set(_hits(index, meter))
            yield self._judge(surface, meter.octets, hits)
            self._progress.advance(searching)

    def _judge(self, surface: str, searched: int, hits: set[Hit]) -> Found:
        """What waits for ingest at the broker lies in its store by design, but never what came on event topics."""
        concerned = EVENT_WAYS if surface == surfaces.BROKER_STORE_AWAY else set(self._ways)
        searched_for = {place for place in self._planted() if self._ways[place] in concerned}
        leaked = [hit for hit in hits if hit.canary in searched_for]
        expected = self._controls.expected[surface]
        return Found(
            surface=surface,
            searched=searched,
            canaries=len(searched_for),
            found=len({hit.canary for hit in leaked}),
            leaks=Counter((self._form(hit), self._ways[hit.canary]) for hit in self._different(leaked)),
            controls=(len(expected & {hit.canary for hit in hits}), len(expected)),
        )

    def _form(self, hit: Hit) -> str:
        return recipes(self._canaries[hit.canary].kind)[hit.recipe].name

    def _different(self, hits: Iterable[Hit]) -> Iterable[Hit]:
        """One hit for each needle: some encodings change nothing of some identifiers."""
        needles = {
            (hit.canary, needle(self._canaries[hit.canary], hit.recipe)): hit
            for hit in sorted(hits, key=lambda hit: hit.recipe, reverse=True)
        }
        return needles.values()
