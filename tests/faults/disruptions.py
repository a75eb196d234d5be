"""Disruptions of a rig under load, each over when the function returns."""

import signal
from collections.abc import Callable
from random import Random

from tests.faults.rig import QUERIES, RECOVERY_TIMEOUT_SECONDS, Rig
from tests.support.waiting import wait_for

Disruption = Callable[[Rig, Random], None]

MAX_READINGS_BEFORE = 600
"""Upper bound on the random number of readings stored before a disruption."""


def kill_ingest(rig: Rig, rng: Random) -> None:
    """Kill ingest with SIGKILL, half of the time in the middle of a transaction, and restart it."""
    rig.wait_for_readings(rng.randint(1, MAX_READINGS_BEFORE))
    if rng.random() < 0.5:
        wait_for(lambda: rig.query(QUERIES["open_transactions"]), RECOVERY_TIMEOUT_SECONDS)
    rig.ingest.kill()
    rig.ingest.start()


def shut_down_database(rig: Rig, random: Random) -> None:
    """Fast shutdown: sessions are terminated and everything is written."""
    _stop_database(rig, random, signal.SIGINT)


def crash_database(rig: Rig, random: Random) -> None:
    """Immediate shutdown: nothing is written, and the next start recovers from WAL."""
    _stop_database(rig, random, signal.SIGQUIT)


def kill_database(rig: Rig, random: Random) -> None:
    """SIGKILL of the postmaster only: its children have to notice on their own."""
    _stop_database(rig, random, signal.SIGKILL)


def _stop_database(rig: Rig, random: Random, by: signal.Signals) -> None:
    rig.wait_for_readings(random.randint(1, MAX_READINGS_BEFORE))
    rig.server.stop(by)
    wait_for(lambda: not rig.ingest.is_ready(), RECOVERY_TIMEOUT_SECONDS)
    rig.server.start()
    rig.wait_for_readings()


def stop_broker(rig: Rig, random: Random) -> None:
    """Stop the broker while ingest is reading, and restart it once ingest has noticed."""
    rig.wait_for_readings(random.randint(1, MAX_READINGS_BEFORE))
    rig.broker.stop()
    wait_for(lambda: not rig.ingest.is_ready(), RECOVERY_TIMEOUT_SECONDS)
    rig.broker.start()
    rig.wait_for_readings()


def cut_mid_packet(rig: Rig, random: Random) -> None:
    """Break the connection in the middle of a packet."""
    rig.wait_for_readings()
    broken = rig.proxy.cut_count
    rig.proxy.cut_after(random.randint(1, 20_000))
    # Don't poll the number of open connections: ingest may have reconnected already.
    wait_for(lambda: rig.proxy.cut_count > broken, RECOVERY_TIMEOUT_SECONDS)
    # The connection for events is idle here, so it would never be cut.
    rig.proxy.cut()
    rig.wait_for_readings()


def lose_acknowledgements(rig: Rig, random: Random) -> None:
    """Drop ingest's acknowledgements after a commit, then the connection, so that the broker redelivers."""
    rig.wait_for_readings(random.randint(1, MAX_READINGS_BEFORE))
    rig.proxy.drop_upstream()
    rig.wait_for_readings()
    rig.proxy.cut()
    rig.wait_for_readings()


def fill_disk(rig: Rig, random: Random) -> None:
    """Make inserts fail with disk_full until ingest has noticed."""
    rig.wait_for_readings(random.randint(1, MAX_READINGS_BEFORE))
    rig.query(QUERIES["fill_disk"])
    wait_for(lambda: not rig.ingest.is_ready(), RECOVERY_TIMEOUT_SECONDS)
    rig.query(QUERIES["free_disk"])
    rig.wait_for_readings()


def make_read_only(rig: Rig, random: Random) -> None:
    """Make the database read-only, without closing connections, until ingest has noticed."""
    rig.wait_for_readings(random.randint(1, MAX_READINGS_BEFORE))
    try:
        rig.query(QUERIES["set_read_only"])
        rig.query(QUERIES["reload_settings"])
        wait_for(lambda: not rig.ingest.is_ready(), RECOVERY_TIMEOUT_SECONDS)
    finally:
        rig.query(QUERIES["set_writable"])
        rig.query(QUERIES["reload_settings"])
    rig.wait_for_readings()


DISRUPTIONS: tuple[Disruption, ...] = (
    kill_ingest,
    shut_down_database,
    crash_database,
    kill_database,
    stop_broker,
    cut_mid_packet,
    lose_acknowledgements,
    fill_disk,
    make_read_only,
)
