"""Positive controls: on every surface canaries are put on purpose, in several encodings, and all of them must be found.

Without them a search that finds nothing proves nothing.
"""

import http.server
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from sensors.db.queries import load
from sensors.processes import HOST
from simulators.leakcheck.canaries import Canary, Kind
from simulators.leakcheck.encodings import needle, recipes
from simulators.leakcheck.programs import dumping

QUERIES = load(Path(__file__).with_name("leakcheck.sql"))
TEXTS = (
    (Kind.PLATE, "plain (AB-12-CD)"),
    (Kind.PLATE, "plain (ab12cd)"),
    (Kind.PLATE, "hex (AB12CD)"),
    (Kind.PLATE, "base64, second alignment (AB-12-CD)"),
    (Kind.PLATE, "URL, every octet (AB12CD)"),
    (Kind.PLATE, "sha256 as hex (AB12CD)"),
    (Kind.PLATE, "HTML decimal (AB-12-CD)"),
    (Kind.MAC, "plain (a0:a0)"),
    (Kind.MAC, "base64, third alignment (A0A0)"),
    (Kind.MAC, "md5 as base64 (octets)"),
    (Kind.EMAIL, "ROT13 (lower case)"),
    (Kind.PHONE, "reversed (316…)"),
)
OCTETS = (
    (Kind.PLATE, "UTF-16 LE (AB-12-CD)"),
    (Kind.PLATE, "sha1 as octets (ab12cd)"),
    (Kind.MAC, "plain (octets)"),
    (Kind.MAC, "plain (modified EUI-64)"),
)


class Controls:
    """Canaries to be found, and on which surface. ``canaries`` grows after those that are planted."""

    def __init__(self, canaries: list[Canary], more: Iterator[Canary]) -> None:
        self.expected: defaultdict[str, set[int]] = defaultdict(set)
        self._canaries = canaries
        self._more = more

    def text(self, surface: str) -> str:
        """A text for this surface, of canaries in encodings that are texts."""
        return b" ".join(self._take(surface, kind, name) for kind, name in TEXTS).decode()

    def octets(self, surface: str) -> bytes:
        """The same for a surface that holds any octets."""
        return self.text(surface).encode() + b" ".join(self._take(surface, kind, name) for kind, name in OCTETS)

    def _take(self, surface: str, kind: Kind, name: str) -> bytes:
        canary = next(one for one in self._more if one.kind is kind)
        self.expected[surface].add(len(self._canaries))
        self._canaries.append(canary)
        place = next(place for place, recipe in enumerate(recipes(kind)) if recipe.name == name)
        return needle(canary, place)


def put_in_database(database: psycopg.Connection[Any], rows: Iterable[bytes], log: bytes) -> None:
    """Rows of a table of our own, and a line in the server's log."""
    database.execute(QUERIES["make_control"])
    for octets in rows:
        database.execute(QUERIES["put_control"], {"content": octets.decode(), "octets": octets})
    database.execute(sql.SQL("do $$ begin raise log '%', {}; end $$").format(sql.Literal(log.decode())))


@contextmanager
def answering(content: bytes) -> Generator[int]:
    """The port of a web server that repeats this, in its answer to anything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is the standard library's
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the standard library
            """Nothing."""

    with http.server.ThreadingHTTPServer((HOST, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


CRASH = "import os, sys; kept = sys.stdin.buffer.read(); os.abort()"


def crash_with(content: bytes, folder: Path) -> None:
    """A process that holds this in memory crashes here. Where the system makes no core file, we write one."""
    folder.mkdir()
    command = dumping([sys.executable, "-c", CRASH])
    subprocess.run(command, cwd=folder, input=content, capture_output=True, check=False)
    if not any(is_core(path) for path in folder.iterdir()):
        (folder / "core.control").write_bytes(content)


def is_core(path: Path) -> bool:
    """Whether this may be a core file: the usual names, with a process number in some place (core(5))."""
    return "core" in path.name.split(".")
