"""After any fault, everything the broker acknowledged is stored exactly once, and the ledger balances.

Each fault a few times; ``make soak`` goes on for half an hour.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from ingest.flow_control.crash_recovery import MAX_ATTEMPTS, MAX_CRASHES
from ingest.flow_control.queue import MAX_QUEUED_BYTES
from ingest.mqtt.framing import READ_SIZE_BYTES
from ingest.worker import WINDOW_BATCHES
from sensors.db.server import PostgresInstallation
from tests.faults.disruptions import (
    MAX_READINGS_BEFORE,
    crash_database,
    cut_mid_packet,
    fill_disk,
    kill_database,
    kill_ingest,
    lose_acknowledgements,
    make_read_only,
    shut_down_database,
    stop_broker,
)
from tests.faults.fatal_ingest import FATAL
from tests.faults.numbered_messages import count_readings, sensor_reference
from tests.faults.rig import (
    BATCH_SIZE,
    MAX_MEMORY_BYTES,
    QUERIES,
    RECOVERY_TIMEOUT_SECONDS,
    DurableServer,
    Rig,
    is_worker,
    make_template,
    running_rig,
)
from tests.support.installed import needs_mosquitto
from tests.support.waiting import wait_for

pytestmark = needs_mosquitto

MIN_PUBLICATION_BYTES = 60
"""Lower bound on the size of our PUBLISH packets."""
MESSAGES_PER_SECOND = 4000
"""Message rate during disruptions."""


@pytest.fixture(scope="module")
def server(
    postgres_installation: PostgresInstallation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DurableServer]:
    """One PostgreSQL for this module, whose tests stop and restart it."""
    running = DurableServer(tmp_path_factory.mktemp("faults"))
    try:
        running.start()
        make_template(running)
        yield running
    finally:
        running.close()


@pytest.fixture
def rig(server: DurableServer, tmp_path: Path) -> Iterator[Rig]:
    with running_rig(server, tmp_path) as made:
        yield made


def test_ingest_is_killed_eight_times(rig: Rig) -> None:
    random = Random(1)
    rig.start()
    with rig.under_load(MESSAGES_PER_SECOND, 20_000):
        for _ in range(8):
            kill_ingest(rig, random)
    rig.drain_and_verify()


def test_one_of_two_workers_is_killed_three_times_and_another_takes_its_place(rig: Rig) -> None:
    random = Random(7)
    rig.ingest.workers = 2
    rig.start()
    with rig.under_load(MESSAGES_PER_SECOND, 12_000):
        for _ in range(3):
            wait_for(lambda: len(rig.ingest.worker_pids()) == 2, RECOVERY_TIMEOUT_SECONDS)
            rig.wait_for_readings(random.randint(1, MAX_READINGS_BEFORE))
            os.kill(random.choice(rig.ingest.worker_pids()), signal.SIGKILL)
    rig.drain_and_verify()


def test_workers_do_not_outlive_the_process_that_started_them(rig: Rig) -> None:
    rig.ingest.workers = 2
    rig.start()
    crew = rig.ingest.worker_pids()
    rig.ingest.kill()
    try:
        wait_for(lambda: not any(map(is_worker, crew)), 10)
    finally:
        for pid in filter(is_worker, crew):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_message_that_kills_ingest_is_quarantined_and_the_others_are_stored(rig: Rig, workers: int) -> None:
    fatal, messages, starts = 250, range(1000), 1
    rig.ingest.module, rig.ingest.workers = "tests.faults.fatal_ingest", workers
    rig.start()
    rig.send(messages, replaced={fatal: FATAL})
    lost = count_readings([fatal])

    def drained() -> bool:
        nonlocal starts
        if rig.ingest.has_exited:
            rig.ingest.start()
            starts += 1
        return rig.count_stored() == count_readings(messages) - lost

    wait_for(drained, RECOVERY_TIMEOUT_SECONDS)
    wait_for(lambda: rig.query(QUERIES["quarantined"]), RECOVERY_TIMEOUT_SECONDS)
    books = rig.drain_and_verify(refused=lost)
    assert (books.quarantined, starts) == (1, 1 + MAX_CRASHES + MAX_ATTEMPTS if workers == 1 else 1)
    (row,) = rig.query(QUERIES["quarantined"])
    assert (row["reference"], row["reason"], row["size"]) == (sensor_reference(fatal), "crashed", len(FATAL))
    assert FATAL.decode() not in rig.ingest.log_file.read_text().replace("fatal_ingest", "")


def test_an_innocent_message_survives_any_number_of_crashes(rig: Rig) -> None:
    rig.start()
    rig.send(range(500))
    for _ in range(6):
        rig.ingest.kill()
        rig.send(range(rig.messages, rig.messages + 500))
        rig.ingest.start()
    assert rig.drain_and_verify().quarantined == 0


def test_the_database_stops_in_three_ways(rig: Rig) -> None:
    random = Random(2)
    rig.start()
    with rig.under_load(MESSAGES_PER_SECOND, 20_000):
        for stop in (shut_down_database, kill_database, crash_database):
            stop(rig, random)
    rig.drain_and_verify()


def test_the_broker_stops_three_times(rig: Rig) -> None:
    random = Random(3)
    rig.start()
    with rig.under_load(MESSAGES_PER_SECOND, 20_000):
        for _ in range(3):
            stop_broker(rig, random)
    rig.drain_and_verify()


def test_the_connection_is_cut_in_a_packet_and_between_commit_and_acknowledgement(rig: Rig) -> None:
    random = Random(4)
    rig.start()
    with rig.under_load(MESSAGES_PER_SECOND, 30_000):
        for _ in range(3):
            cut_mid_packet(rig, random)
            lose_acknowledgements(rig, random)
    assert rig.drain_and_verify().duplicate > 0


def test_a_full_disk_and_a_read_only_database_hold_everything_up_and_refuse_nothing(rig: Rig) -> None:
    random = Random(5)
    rig.start()
    with rig.under_load(MESSAGES_PER_SECOND, 20_000):
        fill_disk(rig, random)
        make_read_only(rig, random)
    assert rig.drain_and_verify().quarantined == 0


def test_duplicates_and_disorder_change_nothing(rig: Rig) -> None:
    random = Random(6)
    numbers = [*range(15_000), *random.sample(range(15_000), 5_000)]
    random.shuffle(numbers)
    rig.start()
    rig.send(numbers)
    rig.wait_until_received(count_readings(numbers))
    assert rig.drain_and_verify().duplicate == count_readings(numbers) - count_readings(range(15_000))


def test_a_row_that_the_database_refuses_is_in_quarantine_once_and_stops_no_other(rig: Rig) -> None:
    rig.query(QUERIES["add_refusing_constraint"])
    rig.start()
    rig.send(range(10_000))
    # The first value of messages 1300, 4300 and 7300; these carry another value too, which is stored.
    assert rig.drain_and_verify(refused=3).quarantined == 3
    rows = rig.query(QUERIES["quarantined"])
    assert [(row["reference"], row["reason"], row["topic_template"]) for row in rows] == [
        ("F0", "refused_by_database", "+/air_quality/+/json")
    ] * 3
    assert "no2" not in rig.ingest.log_file.read_text()
    assert "Failing row" not in rig.server.embedded.log_file.read_text()


def test_a_backlog_waits_at_the_broker_and_not_in_memory(rig: Rig) -> None:
    backlog = range(50_000)
    rig.start()
    rig.ingest.stop()
    rig.send(backlog)
    rig.ingest.start()
    in_flight: list[int] = []

    def drained() -> bool:
        in_flight.append(rig.ingest.count_in_flight())
        return rig.count_stored() == count_readings(backlog)

    wait_for(drained, RECOVERY_TIMEOUT_SECONDS)
    assert rig.ingest.peak_memory_bytes() < MAX_MEMORY_BYTES
    rig.drain_and_verify()
    # The queue, one more network read, and the current batch. Not every broker honours the Receive Maximum (Mosquitto
    # 2.0.11 does not).
    assert max(in_flight) <= (WINDOW_BATCHES + 1) * BATCH_SIZE + READ_SIZE_BYTES // MIN_PUBLICATION_BYTES


def test_a_broker_that_comes_and_goes_while_the_database_is_away_costs_no_memory(rig: Rig) -> None:
    rig.start()
    rig.server.stop()
    before = rig.proxy.bytes_delivered
    rig.send(range(2 * BATCH_SIZE), padding=60_000)
    for _ in range(8):
        # Less than fills the queue: then its reader only notices the broken connection after a while.
        enough = before + MAX_QUEUED_BYTES * 3 // 4
        wait_for(lambda enough=enough: rig.proxy.bytes_delivered > enough, RECOVERY_TIMEOUT_SECONDS)
        before = rig.proxy.bytes_delivered
        rig.proxy.cut()
    memory = rig.ingest.peak_memory_bytes()
    rig.server.start()
    rig.drain_and_verify()
    assert memory < MAX_MEMORY_BYTES
