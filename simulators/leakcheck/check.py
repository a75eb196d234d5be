"""The whole leak check: plant canaries, disrupt the programs, place the controls, search every surface."""

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
from sensors.db.server import data_folder_of
from simulators.leakcheck import surfaces
from simulators.leakcheck.canaries import Canary, generate_canaries
from simulators.leakcheck.controls import (
    QUERIES,
    PositiveControls,
    crash_with,
    echo_server,
    insert_controls,
    process_with,
)
from simulators.leakcheck.disruption import DisruptionRun
from simulators.leakcheck.encodings import needle, needle_forms
from simulators.leakcheck.programs import TestedPrograms
from simulators.leakcheck.search import Hit, NeedleIndex, inflate, overlapping_pieces
from simulators.leakcheck.targets import cycle_targets, spare_target, target_entries
from simulators.leakcheck.vectors import EVENT_VECTORS, CanaryPublisher, OutgoingMessage, plan_vectors

DATABASE_CONTROL_SURFACES = (surfaces.TABLES, surfaces.DATA_DIRECTORY, surfaces.BACKUP)
BROKER_CONTROL_SURFACES = (surfaces.BROKER_STORE, surfaces.BROKER_STORE_DURING_OUTAGE)

MIN_PAGES = 100
"""Public pages to crawl at least, spread evenly over the page types; a large check crawls all."""


@dataclass(frozen=True, slots=True)
class SurfaceResult:
    """What was found on one surface. ``control_counts``: positive controls found, and placed."""

    surface: str
    bytes_searched: int
    canaries_searched: int
    canaries_found: int
    leaks: Mapping[tuple[str, str], int]
    """Number of canaries by (form, vector)."""
    control_counts: tuple[int, int]


@dataclass(frozen=True, slots=True)
class IngestTotals:
    """What became of the messages on ordinary topics, in readings from the ledger: they were not simply lost.

    Of messages on event topics ingest keeps no number.
    """

    received: int
    stored: int
    refused: int
    fields_dropped: int
    """Fields not declared in the register."""


@dataclass(frozen=True, slots=True)
class LeakCheckResult:
    """The result of a leak check."""

    ingested: IngestTotals
    sent_as_events: int
    """Canaries sent on event topics, while ingest was listening."""
    surfaces: tuple[SurfaceResult, ...]


def run_check(canary_count: int, seed: int, progress: Progress, *, keep_files: bool = False) -> LeakCheckResult:
    """Plant canaries and search everything. Raises ProcessError if a program fails to start or stop."""
    folder = Path(tempfile.mkdtemp(prefix="lantaarn-leakcheck-"))
    try:
        return LeakCheck(canary_count, seed, progress).run(folder, keep=keep_files)
    finally:
        if keep_files:
            progress.console.print(f"Files kept in {folder} and {data_folder_of(folder)}.")
        else:
            shutil.rmtree(folder, ignore_errors=True)


class ByteCounter:
    """Passes a stream through and counts its octets."""

    def __init__(self, stream: Iterable[bytes]) -> None:
        self.byte_count = 0
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            self.byte_count += len(part)
            yield part


def _hits(index: NeedleIndex, stream: Iterable[bytes]) -> Iterator[Hit]:
    for piece in overlapping_pieces(stream):
        for octets in (piece, *inflate(piece)):
            yield from index.find(octets)


class LeakCheck:
    """One leak check: the canaries, their vectors and the positive controls."""

    def __init__(self, canary_count: int, seed: int, progress: Progress) -> None:
        more = generate_canaries(seed)
        self._canaries: list[Canary] = list(islice(more, canary_count))
        self._vectors: list[str] = list(plan_vectors(self._canaries))
        self._pages = max(MIN_PAGES, canary_count // 16)
        self._present_before: set[int] = set()
        self._controls = PositiveControls(self._canaries, more)
        self._control_content = {surface: self._controls.bytes_for(surface) for surface in surfaces.BINARY_SURFACES}
        self._control_content |= {
            surface: self._controls.text_for(surface).encode() for surface in surfaces.TEXT_SURFACES
        }
        self._control_numbers = {surface: self._controls.number_for(surface) for surface in DATABASE_CONTROL_SURFACES}
        self._progress = progress

    def run(self, folder: Path, *, keep: bool) -> LeakCheckResult:
        """Run the check with all files below ``folder``."""
        index = self._index()
        entries = target_entries()
        planting = self._progress.add_task("planting identifiers", total=len(self._vectors))
        with TestedPrograms(folder, entries, keep_files=keep) as programs:
            self._place_broker_controls(programs)
            self._present_before |= {
                hit.canary_index for hit in _hits(index, surfaces.initial_content(programs, self._pages))
            }
            ordeal = DisruptionRun(
                programs,
                cycle_targets(entries),
                spare_target(entries),
                lambda more: self._progress.advance(planting, more),
            )
            ordeal.run([(self._canaries[place], self._vectors[place]) for place in self._planted_indexes()])
            with connect(programs.server.url) as database:
                taken_in = IngestTotals(**database.execute(QUERIES["ingest_totals"]).fetchall()[0])
                self._place_controls(programs, database)
                echoed = b"\n".join(self._control_content[surface] for surface in surfaces.HTTP_SURFACES)
                with process_with(self._control_content[surfaces.PROCESSES]), echo_server(echoed) as port:
                    streams = surfaces.surface_streams(programs, ordeal, database, port, self._pages)
                    return LeakCheckResult(taken_in, self._sent_as_events(), tuple(self._search(index, streams)))

    def _planted_indexes(self) -> Sequence[int]:
        """Indexes of the canaries to send: not the controls, and none that was already present."""
        return [place for place in range(len(self._vectors)) if place not in self._present_before]

    def _sent_as_events(self) -> int:
        return sum(self._vectors[place] in EVENT_VECTORS for place in self._planted_indexes())

    def _index(self) -> NeedleIndex:
        indexing = self._progress.add_task("encoding identifiers", total=len(self._canaries))
        return NeedleIndex(self._canaries, lambda: self._progress.advance(indexing))

    def _place_broker_controls(self, programs: TestedPrograms) -> None:
        """Publish retained messages, which end up in the store. The embedded broker has none: write a file instead."""
        if programs.broker.process is None:
            (programs.broker.folder / "control").write_bytes(
                b"\n".join(self._control_content[one] for one in BROKER_CONTROL_SURFACES)
            )
            return
        with CanaryPublisher(programs.broker.device_url) as device:
            for number, surface in enumerate(BROKER_CONTROL_SURFACES):
                device.send([OutgoingMessage(f"leakcheck/{number}", self._control_content[surface])], retain=True)

    def _place_controls(self, programs: TestedPrograms, database: psycopg.Connection[dict[str, Any]]) -> None:
        put = self._control_content
        rows = [(put[surface], self._control_numbers[surface]) for surface in DATABASE_CONTROL_SURFACES]
        insert_controls(database, rows, put[surfaces.DATABASE_LOG])
        database.execute(QUERIES["insert_quarantine_control"], {"content": put[surfaces.QUARANTINE].decode()})
        database.execute(QUERIES["emit_wal_control"], {"octets": put[surfaces.WAL]})
        database.execute(QUERIES["checkpoint"])
        logs = {
            surfaces.INGEST_LOG: programs.ingest.log_file,
            surfaces.SERVE_LOG: programs.serve.log_file,
            surfaces.BROKER_LOG: programs.broker.log_file,
        }
        for surface, path in logs.items():
            with path.open("ab") as log:
                log.write(put[surface] + b"\n")
        crash_with(put[surfaces.CORE_FILES], programs.folder / "crash")
        (programs.temporary_directory / "control").write_bytes(put[surfaces.TEMPORARY_FILES])

    def _search(self, index: NeedleIndex, streams: Mapping[str, Iterable[bytes]]) -> Iterator[SurfaceResult]:
        searching = self._progress.add_task("searching", total=len(streams))
        for surface, stream in streams.items():
            meter = ByteCounter(stream)
            hits = set(_hits(index, meter))
            yield self._surface_result(surface, meter.byte_count, hits)
            self._progress.advance(searching)

    def _surface_result(self, surface: str, searched: int, hits: set[Hit]) -> SurfaceResult:
        """Judge one surface.

        Ordinary messages wait in the broker's store by design while ingest is down, so only event vectors count there.
        """
        concerned = EVENT_VECTORS if surface == surfaces.BROKER_STORE_DURING_OUTAGE else set(self._vectors)
        searched_for = {place for place in self._planted_indexes() if self._vectors[place] in concerned}
        leaked = [hit for hit in hits if hit.canary_index in searched_for]
        expected = self._controls.expected[surface]
        return SurfaceResult(
            surface=surface,
            bytes_searched=searched,
            canaries_searched=len(searched_for),
            canaries_found=len({hit.canary_index for hit in leaked}),
            leaks=Counter((self._form(hit), self._vectors[hit.canary_index]) for hit in self._unique_hits(leaked)),
            control_counts=(len(expected & {hit.canary_index for hit in hits}), len(expected)),
        )

    def _form(self, hit: Hit) -> str:
        return needle_forms(self._canaries[hit.canary_index].kind)[hit.form_index].name

    def _unique_hits(self, hits: Iterable[Hit]) -> Iterable[Hit]:
        """One hit per distinct needle: some encodings leave some identifiers unchanged."""
        needles = {
            (hit.canary_index, needle(self._canaries[hit.canary_index], hit.form_index)): hit
            for hit in sorted(hits, key=lambda hit: hit.form_index, reverse=True)
        }
        return needles.values()
