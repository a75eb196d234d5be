"""Nothing of a payload reaches the log, whatever is passed to it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensors import logs
from sensors.vocabulary.codes import Status

ROOT = Path(__file__).parents[3]
PLATE = "XX-12-YZ"
PROGRAM = """
import logging, threading, warnings
from sensors import logs
logs.configure_logging()
warnings.warn("{plate}")
logging.getLogger("psycopg.pool").warning("error connecting: %s", "{plate}")
try:
    raise ValueError("{plate}")
except ValueError:
    logging.getLogger("uvicorn.error").exception("{plate}")
thread = threading.Thread(target=lambda: int("{plate}"))
thread.start()
thread.join()
raise RuntimeError("{plate}")
"""


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Log something; what comes out, as text and as an object."""
    before = structlog.get_config()
    processors = [structlog.processors.add_log_level, logs.redact_event, structlog.processors.JSONRenderer()]
    structlog.configure(processors=processors, logger_factory=structlog.PrintLoggerFactory())

    def say(event: Any, *args: Any, **values: Any) -> str:
        structlog.get_logger().warning(event, *args, **values)
        return capsys.readouterr().out

    yield say
    structlog.configure(**before)


def test_numbers_times_and_names_of_ours_are_logged(said: Any) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    line = said(
        "database_unavailable",
        sqlstate="08006",
        sensors=3,
        took=0.5,
        resumed=True,
        at=["/a/b.py:12"],
        status=Status.ACTIVE,
        now=now,
        classes=["P1D", "PT12H", "none", "P31D and more", "12-AB-34"],
        tables=["observation_31d", "report_address", "Kerkstraat 12"],
    )
    assert json.loads(line) == {
        "event": "database_unavailable",
        "level": "warning",
        "sqlstate": "08006",
        "sensors": 3,
        "took": 0.5,
        "resumed": True,
        "at": ["/a/b.py:12"],
        "status": "active",
        "now": "2026-11-22T12:00:00+00:00",
        "classes": ["P1D", "PT12H", "none", "[withheld]", "[withheld: plate]"],
        "tables": ["observation_31d", "report_address", "[withheld]"],
    }


@pytest.mark.parametrize("key", ["value", *logs.TEXT_PATTERNS])
@pytest.mark.parametrize(
    "value",
    [PLATE, b'{"plate":"XX-12-YZ"}', {"plate": PLATE}, [PLATE], (PLATE, 1), ValueError(PLATE), "aa:bb:cc:dd:ee:ff"],
)
def test_no_field_takes_a_payload(said: Any, key: str, value: object) -> None:
    line = said(value) if key == "event" else said("event", **{key: value})
    assert PLATE not in line


def test_what_trips_says_what_it_was(said: Any) -> None:
    assert json.loads(said("event", reason=PLATE))["reason"] == "[withheld: plate]"


def test_keys_and_arguments_of_a_message_are_withheld_too(said: Any) -> None:
    line = said("event", **{"plate XX-12-YZ": 1, "aabbccddeeff": 2})
    assert json.loads(line) == {"event": "event", "level": "warning", "redacted": 2}
    assert PLATE not in said("refused %s", PLATE)
    assert PLATE not in said(f"refused {PLATE}")


def test_an_exception_is_its_name_and_place(said: Any) -> None:
    lines: list[str] = []
    try:
        int(PLATE)
    except ValueError as error:
        lines = [said("failed", exc_info=given) for given in (True, error, (ValueError, error, None))]
    for line in lines:
        assert json.loads(line)["error"] == "ValueError"
        assert "test_logs.py:" in json.loads(line)["at"][0]
        assert PLATE not in line


_values = st.one_of(
    st.text(min_size=1), st.binary(min_size=1), st.lists(st.text()), st.dictionaries(st.text(), st.text())
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_values)
def test_a_field_that_is_not_declared_takes_no_text_at_all(said: Any, value: object) -> None:
    assert json.loads(said("event", value=value))["value"].startswith("[withheld")


def test_libraries_warnings_and_crashes_tell_where_and_not_what(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(plate=PLATE)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.returncode == 1
    assert PLATE not in done.stdout + done.stderr
    assert [line.get("library") for line in lines] == ["py.warnings", "psycopg.pool", "uvicorn.error", None, None]
    assert [line.get("error") for line in lines] == [None, None, "ValueError", "ValueError", "RuntimeError"]
