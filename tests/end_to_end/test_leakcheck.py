"""``lantaarn leakcheck`` as a user meets it: real programs, faults and crashes, and no identifier anywhere after."""

import os
import re
import signal
import subprocess
import sys
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.routing import Route

from api.app import PAGE_MODULES as ROUTES
from sensors.db.server import data_folder_of
from simulators.leakcheck import crawler
from simulators.leakcheck.canaries import generate_canaries
from simulators.leakcheck.vectors import TEXT_VECTORS
from tests.browser import city
from tests.support.installed import needs_embedded_servers
from tests.support.waiting import wait_for
from tests.support.web_server import running_web_server

ROOT = Path(__file__).parents[2]
SURFACES = 17


LEAKY = """
import base64, sys
if sys.orig_argv[-1] == "ingest":
    from ingest import quality_flags, worker
    process, assess = worker.run_steps, quality_flags.QualityChecker.assess
    def leak(work):
        sys.stderr.write(base64.b64encode(b"topic " + work.message.topic.encode()).decode() + chr(10))
        return process(work)
    worker.run_steps = leak
    quality_flags.QualityChecker.assess = lambda *known: (assess(*known)[0], known[-1])
"""
"""Makes ingest log every topic, in base64, and store values as they were sent."""


def started(folder: Path, number: int, modules: str = "") -> subprocess.Popen[str]:
    environment = os.environ | {"TMPDIR": str(folder), "COLUMNS": "120", "PYTHONPATH": modules}
    command = [sys.executable, "-m", "lantaarn", "leakcheck", "--canaries", str(number)]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def left_behind(folder: Path) -> list[str]:
    """What still works in the folder, or has it in its command line."""
    commands = [path.parent for path in Path("/proc").glob("[0-9]*/cmdline") if int(path.parts[2]) != os.getpid()]
    return [str(each) for each in commands if str(folder) in _text(each / "cmdline") + _text(each / "environ")]


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


@needs_embedded_servers
@pytest.mark.timeout(300)
def test_none_of_2000_identifiers_is_found_anywhere_and_every_control_is(tmp_path: Path) -> None:
    process = started(tmp_path, 2000)
    said, troubles = process.communicate(timeout=280)
    assert process.returncode == 0, said + troubles
    assert len(re.findall(r"│ 0 +│$", said, re.MULTILINE)) == SURFACES
    assert len(re.findall(r"\(100 %\)", said)) == SURFACES
    line = " ".join(said.split())
    books = re.search(r"received ([\d,]+) .* ([\d,]+) refused; and dropped ([\d,]+) fields. ([\d,]+) identifiers", line)
    assert books is not None, said
    received, refused, dropped, sent_as_events = (int(number.replace(",", "")) for number in books.groups())
    # What was planted did come in: a search for what was never there would prove nothing.
    assert received > 800
    assert refused > 600
    assert dropped > 200
    assert sent_as_events > 200
    assert list(tmp_path.iterdir()) == []


@needs_embedded_servers
def test_a_leak_is_found_and_told_without_the_identifier(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(LEAKY)
    process = started(tmp_path, 100, str(tmp_path))
    said, troubles = process.communicate(timeout=150)
    assert process.returncode == 1, said + troubles
    leaks = said[said.index("Leaks") :]
    found = [tuple(map(str.strip, line.split("│")[1:4])) for line in leaks.splitlines() if line.startswith("│")]
    assert {surface for surface, _, vector in found if vector in TEXT_VECTORS} == {"ingest log"}
    assert "reference level of a topic" in leaks
    stored = {"tables (all schemas)", "data directory", "write-ahead log", "backup"}
    assert {surface for surface, _, vector in found if vector.startswith("fraction of a value")} == stored
    assert {surface for surface, _, vector in found if vector == "count"} == stored
    topics = {canary.identifier for canary in islice(generate_canaries(1), 100)}
    assert not any(text in said for text in topics)


@needs_embedded_servers
def test_ctrl_c_stops_everything_and_leaves_nothing(tmp_path: Path) -> None:
    process = started(tmp_path, 300)
    wait_for(lambda: list(tmp_path.glob("*/log/serve.log")), 60)
    folder = next(tmp_path.iterdir())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert list(tmp_path.iterdir()) == []
    assert not data_folder_of(folder).exists()
    wait_for(lambda: left_behind(folder) == [], 20)


def test_of_the_public_addresses_every_sort_is_asked(
    city_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    def get(port: int, path: str) -> bytes:
        asked.append(path.partition("?")[0])
        return answered(port, path)

    answered = crawler.fetch
    monkeypatch.setattr(crawler, "fetch", get)
    with running_web_server(city_database, mail_spool=str(tmp_path)) as site:
        city.reported(site)
        assert len(list(crawler.crawl(urlsplit(site).port or 0, 300))) == 300
    routes = [route for module in ROUTES for route in module.router.routes if isinstance(route, Route)]
    never = {route.path for route in routes if not any(route.path_regex.match(path) for path in asked)}
    assert never == set()
