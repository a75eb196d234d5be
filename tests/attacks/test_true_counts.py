"""A true count of persons, movements, vehicles or refusals is written nowhere: not before there is noise in it.

The count of each window is replaced by one that can't be mistaken, and everything that is written is searched for it.
Each search is repeated without the noise, and has to find it.
"""

import struct
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from prometheus_client import Gauge, generate_latest
from psycopg import sql
from structlog.testing import capture_logs

from ingest.cells import count_cells
from ingest.cells.count_cells import publish_counts
from ingest.events import listener, presence, refusals
from ingest.metrics import Metrics
from sensors.db import Connection, connect
from sensors.db.server import EmbeddedPostgres
from simulators.leakcheck.surfaces import dump_tables, read_database_files, read_write_ahead_log
from tests.attacks.test_books import MOVEMENT, START, everything, live
from tests.db.ingest.test_count_cells import MONDAY, counter, pass_by
from tests.support import person_sensors, sample_data
from tests.support.sample_data import DAY, HOUR

TRUE_COUNT, CONTROL = 483_920_174_650_283, 591_736_208_415_937
"""Fifteen digits: as many as a double keeps. Even if the 10⁸ octets of a server were all random digits, such a number
would occur by chance once in 10⁷ runs. There are two, because WAL keeps what another test wrote."""
NOISE = 1000
"""Not drawn: noise is zero once in 600 draws, and then what is written is the true count by right."""
SENT = [replace(MOVEMENT, minutes=minute, ahead=timedelta(minutes=ahead)) for minute in (65, 74) for ahead in (0, 2)]
"""Movements, of which some are refused: the clock of the lamp is ahead."""
STORES = {"tables", "data directory", "write-ahead log", "backup"}


def tells(octets: bytes, count: int) -> bool:
    """Whether the count is in there: as digits, with an exponent as in metrics, as an integer or a double."""
    digits = str(count)
    binary = [struct.pack(order + form, count) for form in "qd" for order in "<>"]
    return any(form in octets for form in (digits.encode(), f"{digits[0]}.{digits[1:]}".encode(), *binary))


@pytest.fixture
def db(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        lamps = [person_sensors.lamp_in_group_entry(f"lamp-{number}", "straat") for number in range(12)]
        person_sensors.publish_documents(connection, *lamps, at=START - HOUR)
        yield connection


def set_counts(monkeypatch: pytest.MonkeyPatch, count: int, noise: int) -> None:
    """Whatever is counted, the count is this one, and so is the noise."""

    class Multitude(Counter[object]):
        def __getitem__(self, key: object) -> int:
            return count

    def thin_movements(times: object, spacing: object) -> int:
        return count

    def add_noise(counted: int, deviation: object) -> int:
        return counted + noise

    monkeypatch.setattr(presence, "thin_movements", thin_movements)
    monkeypatch.setattr(refusals, "Counter", Multitude)
    for module in (presence, refusals, count_cells):
        monkeypatch.setattr(module, "add_noise", add_noise)
    monkeypatch.setattr(listener, "MIN_TAKE_INTERVAL_SECONDS", 0.0)


def stores(db: Connection, server: EmbeddedPostgres) -> Mapping[str, bytes]:
    db.execute("checkpoint")
    command = [server.installation.bin_folder / "pg_dump", "--dbname", server.url_of(db.info.dbname)]
    return {
        "tables": b"".join(dump_tables(db)),
        "data directory": b"".join(read_database_files(server)),
        "write-ahead log": b"".join(read_write_ahead_log(server)),
        "backup": subprocess.run(command, capture_output=True, check=True).stdout,
    }


@pytest.mark.parametrize(("count", "noise", "found"), [(TRUE_COUNT, NOISE, set[str]()), (CONTROL, 0, STORES)])
def test_a_true_count_of_movements_or_refusals_is_written_nowhere(
    db: Connection,
    pg_server: EmbeddedPostgres,
    monkeypatch: pytest.MonkeyPatch,
    *,
    count: int,
    noise: int,
    found: set[str],
) -> None:
    set_counts(monkeypatch, count, noise)
    metrics = Metrics()
    with capture_logs() as logged:
        live(db, metrics, SENT)
    written = {
        **stores(db, pg_server),
        "PostgreSQL log": pg_server.log_file.read_bytes(),
        "log": str(logged).encode(),
        "metrics": generate_latest(metrics.registry),
    }
    assert {name for name, octets in written.items() if tells(octets, count)} == found
    for counts in (
        "select count as number from lantaarn.window_count",
        "select events as number from lantaarn.event_refusal",
    ):
        assert count + noise in {row["number"] for row in db.execute(counts).fetchall()}


def test_a_true_count_would_be_found_in_logs_and_metrics(db: Connection, pg_server: EmbeddedPostgres) -> None:
    metrics = Metrics()
    with capture_logs() as logged:
        structlog.get_logger().info("window_closed", count=CONTROL)
    Gauge("true_count", "A control.", registry=metrics.registry).set(CONTROL)
    db.execute(sql.SQL("do $$ begin raise log '%', {}; end $$").format(CONTROL))
    for octets in (str(logged).encode(), generate_latest(metrics.registry), pg_server.log_file.read_bytes()):
        assert tells(octets, CONTROL)


@pytest.mark.parametrize("code", ["count_car", "count_bicycle"])
def test_the_true_sum_of_a_counter_is_in_the_true_totals_alone(
    database: str, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def places() -> set[str]:
        return {name for name, rows in everything(db).items() if tells("\n".join(rows).encode(), TRUE_COUNT)}

    with connect(database) as db:
        sample_data.publish_documents(db, counter(code))
        pass_by(db, MONDAY, *[TRUE_COUNT] * 24)
        for noise, public in ((NOISE, set[str]()), (0, {"lantaarn.public_cell", "lantaarn.told_cell", "open.hour"})):
            set_counts(monkeypatch, TRUE_COUNT, noise)
            with db.transaction(force_rollback=True):
                publish_counts(db, MONDAY + 2 * DAY)
                assert places() == {"lantaarn.rollup_hour"} | public
