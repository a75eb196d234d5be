"""However the database and the broker fail, what was acknowledged is stored exactly once, and the ledger balances."""

from random import Random

from ingest.flow_control.queue import MAX_QUEUED_BYTES
from ingest.mqtt.framing import READ_SIZE_BYTES
from ingest.worker import WINDOW_BATCHES
from tests.faults.disruptions import (
    crash_database,
    cut_mid_packet,
    fill_disk,
    kill_database,
    lose_acknowledgements,
    make_read_only,
    shut_down_database,
    stop_broker,
)
from tests.faults.numbered_messages import count_readings
from tests.faults.rig import (
    BATCH_SIZE,
    MAX_MEMORY_BYTES,
    QUERIES,
    RECOVERY_TIMEOUT_SECONDS,
    Rig,
)
from tests.support.installed import needs_mosquitto
from tests.support.waiting import wait_for

pytestmark = needs_mosquitto

MIN_PUBLICATION_BYTES = 60
"""Lower bound on the size of our PUBLISH packets."""


def test_the_database_stops_in_three_ways(rig: Rig) -> None:
    random = Random(2)
    rig.start()
    with rig.under_load(20_000):
        for stop in (shut_down_database, kill_database, crash_database):
            stop(rig, random)
    rig.drain_and_verify()


def test_the_broker_stops_three_times(rig: Rig) -> None:
    random = Random(3)
    rig.start()
    with rig.under_load(20_000):
        for _ in range(3):
            stop_broker(rig, random)
    rig.drain_and_verify()


def test_the_connection_is_cut_in_a_packet_and_between_commit_and_acknowledgement(rig: Rig) -> None:
    random = Random(4)
    rig.start()
    with rig.under_load(30_000):
        for _ in range(3):
            cut_mid_packet(rig, random)
            lose_acknowledgements(rig, random)
    assert rig.drain_and_verify().duplicate > 0


def test_a_full_disk_and_a_read_only_database_hold_everything_up_and_refuse_nothing(rig: Rig) -> None:
    random = Random(5)
    rig.start()
    with rig.under_load(20_000):
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
