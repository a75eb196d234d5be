"""However often ingest is killed, what the broker acknowledged is stored exactly once, and the ledger balances.

Each fault a few times; ``make soak`` goes on for half an hour.
"""

import os
import signal
from random import Random

import pytest

from ingest.flow_control.crash_recovery import MAX_ATTEMPTS, MAX_CRASHES
from tests.faults.disruptions import (
    MAX_READINGS_BEFORE,
    kill_ingest,
)
from tests.faults.fatal_ingest import FATAL
from tests.faults.numbered_messages import count_readings, sensor_reference
from tests.faults.rig import (
    QUERIES,
    RECOVERY_TIMEOUT_SECONDS,
    Rig,
    is_worker,
)
from tests.support.installed import needs_mosquitto
from tests.support.waiting import wait_for

pytestmark = needs_mosquitto


def test_ingest_is_killed_twice(rig: Rig) -> None:
    random = Random(1)
    rig.start()
    with rig.under_load(8_000):
        for _ in range(2):
            kill_ingest(rig, random)
    rig.drain_and_verify()


def test_one_of_two_workers_is_killed_three_times_and_another_takes_its_place(rig: Rig) -> None:
    random = Random(7)
    rig.ingest.workers = 2
    rig.start()
    with rig.under_load(12_000):
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
