"""The two databases that dashboards are drawn from: that of the demo, and a year with gaps."""

import hashlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from rich.progress import Progress

from sensors.db import connect
from sensors.db.migrate import migrate
from sensors.db.server import EmbeddedPostgres
from sensors.processes import ProcessError, start_process, stop_process, with_parent_death_signal
from tests.preview.year import fill_year, run_jobs
from tests.support.installed import ROOT

MIGRATIONS_FOLDER = ROOT / "sensors" / "db" / "migrations"
DEMO_TIMEOUT_SECONDS = 600.0
POLL_SECONDS = 2.0
MAX_LAG_SECONDS = 60.0
"""The history of the demo has been stored when what is stored now was measured less than this ago."""
CAUGHT_UP = (
    "select coalesce(max(minute) filter (where lag < %(longest)s) > now() - interval '3 minutes', false) as is_done "
    "from lantaarn.pulse"
)


@contextmanager
def year_database(folder: Path, progress: Progress) -> Generator[str]:
    """The owner's URL of a database with a year. Kept for two hours, unless a migration or the year changes."""
    folder.mkdir(parents=True, exist_ok=True)
    server = EmbeddedPostgres(folder, durable=False)
    stamp = server.data_folder / "filled"
    if not _is_fresh(stamp):
        shutil.rmtree(server.data_folder, ignore_errors=True)
    with server:
        if not stamp.exists():
            with connect(server.url) as db:
                migrate(db)
                until = fill_year(db, progress)
            stamp.write_text(f"{until.isoformat()} {_year_digest()}")
        yield server.url


def _is_fresh(stamp: Path) -> bool:
    if not stamp.exists():
        return False
    until, _, digest = stamp.read_text().partition(" ")
    return digest == _year_digest() and datetime.now(UTC) < datetime.fromisoformat(until) - timedelta(hours=1)


def _year_digest() -> str:
    """A digest of the files that make the year."""
    files = [*sorted(MIGRATIONS_FOLDER.glob("*.sql")), *sorted(Path(__file__).parent.glob("year.*"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


@contextmanager
def demo_database(folder: Path, progress: Progress) -> Generator[str]:
    """The owner's URL of the database of a demo that runs in ``folder``, once its history has been stored.

    Raises ProcessError if the demo stops, or does not get there in ten minutes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log, addresses = folder / "demo.log", folder / ".lantaarn" / "demo.json"
    addresses.unlink(missing_ok=True)
    command = with_parent_death_signal([sys.executable, "-m", "lantaarn", "demo"], signal.SIGTERM)
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    process = start_process(command, log, cwd=folder, extra_environment={"PYTHONPATH": path})
    task = progress.add_task("history of the demo", total=None)
    try:
        _wait(addresses.exists, lambda: process.poll() is None, log)
        url: str = msgspec.json.decode(addresses.read_bytes())["database_url"]
        with connect(url) as db:
            _wait(
                lambda: (db.execute(CAUGHT_UP, {"longest": MAX_LAG_SECONDS}).fetchone() or {})["is_done"],
                lambda: process.poll() is None,
                log,
            )
            run_jobs(db)
        progress.remove_task(task)
        yield url
    finally:
        stop_process(process)


def _wait(is_done: Callable[[], bool], is_alive: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + DEMO_TIMEOUT_SECONDS
    while not is_done():
        if not is_alive() or time.monotonic() > deadline:
            raise ProcessError(f"The demo did not get ready; see its log, {log}")
        time.sleep(POLL_SECONDS)


DATABASES: Mapping[str, Callable[[Path, Progress], AbstractContextManager[str]]] = {
    "demo": demo_database,
    "year": year_database,
}
"""What can be drawn from, by name."""
