"""Positive controls: canaries placed deliberately on every surface, in several encodings, all of which must be found.

Without them, finding nothing proves nothing.
"""

import http.server
import subprocess
import sys
import threading
import zlib
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from sensors.db.queries import load_queries
from sensors.processes import LOOPBACK_HOST
from simulators.leakcheck.canaries import Canary, IdentifierKind
from simulators.leakcheck.encodings import needle, needle_forms
from simulators.leakcheck.programs import with_core_dumps

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
TEXT_CONTROLS = (
    (IdentifierKind.PLATE, "plain (AB-12-CD)"),
    (IdentifierKind.PLATE, "plain (ab12cd)"),
    (IdentifierKind.PLATE, "hex (AB12CD)"),
    (IdentifierKind.PLATE, "base64, second alignment (AB-12-CD)"),
    (IdentifierKind.PLATE, "URL, every octet (AB12CD)"),
    (IdentifierKind.PLATE, "sha256 as hex (AB12CD)"),
    (IdentifierKind.PLATE, "HTML decimal (AB-12-CD)"),
    (IdentifierKind.MAC, "plain (a0:a0)"),
    (IdentifierKind.MAC, "base64, third alignment (A0A0)"),
    (IdentifierKind.MAC, "md5 as base64 (octets)"),
    (IdentifierKind.EMAIL, "ROT13 (lower case)"),
    (IdentifierKind.PHONE, "reversed (316…)"),
    (IdentifierKind.PLATE, "base58 (AB12CD)"),
    (IdentifierKind.PLATE, "base85 (AB-12-CD)"),
    (IdentifierKind.PHONE, "quoted-printable (06…)"),
    (IdentifierKind.NUMBER, "plain (15 digits)"),
    (IdentifierKind.NUMBER, "plain (first 12 digits)"),
    (IdentifierKind.NUMBER, "plain (1.23…e+14)"),
)
BINARY_CONTROLS = (
    (IdentifierKind.PLATE, "UTF-16 LE (AB-12-CD)"),
    (IdentifierKind.PLATE, "UTF-16 BE (AB12CD)"),
    (IdentifierKind.PLATE, "sha1 as octets (ab12cd)"),
    (IdentifierKind.MAC, "Ascii85 (a0a0)"),
    (IdentifierKind.MAC, "plain (octets)"),
    (IdentifierKind.MAC, "plain (modified EUI-64)"),
    (IdentifierKind.NUMBER, "plain (fraction, big-endian)"),
    (IdentifierKind.NUMBER, "plain (integer, little-endian)"),
)


class PositiveControls:
    """The canaries that must be found on each surface, appended to ``canaries`` after the planted ones."""

    def __init__(self, canaries: list[Canary], supply: Iterator[Canary]) -> None:
        self.expected: defaultdict[str, set[int]] = defaultdict(set)
        self._canaries = canaries
        self._more = supply

    def text_for(self, surface: str) -> str:
        """Controls for a text surface, in text encodings."""
        return b" ".join(self._take(surface, kind, name) for kind, name in TEXT_CONTROLS).decode()

    def bytes_for(self, surface: str) -> bytes:
        """Controls for a binary surface, in text and binary encodings, and one that is compressed."""
        compressed = zlib.compress(self._take(surface, IdentifierKind.EMAIL, "plain (lower case)"))
        others = (self._take(surface, kind, name) for kind, name in BINARY_CONTROLS)
        return b" ".join([self.text_for(surface).encode(), *others, compressed])

    def number_for(self, surface: str) -> str:
        """The digits of a control for a column of doubles."""
        return self._next(surface, IdentifierKind.NUMBER).identifier

    def _next(self, surface: str, kind: IdentifierKind) -> Canary:
        canary = next(one for one in self._more if one.kind is kind)
        self.expected[surface].add(len(self._canaries))
        self._canaries.append(canary)
        return canary

    def _take(self, surface: str, kind: IdentifierKind, name: str) -> bytes:
        canary = self._next(surface, kind)
        place = next(place for place, recipe in enumerate(needle_forms(kind)) if recipe.name == name)
        return needle(canary, place)


def insert_controls(database: psycopg.Connection[Any], rows: Iterable[tuple[bytes, str]], log: bytes) -> None:
    """Insert rows of text and digits into a table of our own, and write a line to the server log."""
    database.execute(QUERIES["create_control_table"])
    for octets, digits in rows:
        written = {"content": octets.decode(), "octets": octets, "fraction": float(f"1.{digits}")}
        database.execute(QUERIES["insert_control"], written)
    database.execute(sql.SQL("do $$ begin raise log '%', {}; end $$").format(sql.Literal(log.decode())))


@contextmanager
def echo_server(content: bytes) -> Generator[int]:
    """Run a web server that answers every request with ``content``; yields its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is the standard library's
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the standard library
            """Log nothing."""

    with http.server.ThreadingHTTPServer((LOOPBACK_HOST, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


WAITING_SCRIPT = "import sys; print(flush=True); sys.stdin.read()"


@contextmanager
def process_with(content: bytes) -> Generator[None]:
    """Run a process that has ``content`` in its environment."""
    command, pipe = [sys.executable, "-c", WAITING_SCRIPT], subprocess.PIPE
    with subprocess.Popen(command, env={"CONTROL": content.decode()}, stdin=pipe, stdout=pipe) as process:
        # It is running once it prints a line, or ends.
        _ = process.stdout and process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


CRASH_SCRIPT = "import os, sys; kept = sys.stdin.buffer.read(); os.abort()"


def crash_with(content: bytes, folder: Path) -> None:
    """Crash a process that holds ``content`` in memory. Write a core file ourselves if the system does not."""
    folder.mkdir()
    command = with_core_dumps([sys.executable, "-c", CRASH_SCRIPT])
    subprocess.run(command, cwd=folder, input=content, capture_output=True, check=False)
    if not any(is_core_file(path) for path in folder.iterdir()):
        (folder / "core.control").write_bytes(content)


def is_core_file(path: Path) -> bool:
    """Whether this looks like a core file: the usual names, with or without a process id (core(5))."""
    return "core" in path.name.split(".")
