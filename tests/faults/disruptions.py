"""What can go wrong, each as one thing that happens to a rig under load and is over when the function returns."""

import signal
from collections.abc import Callable
from random import Random

from tests.faults.rig import QUERIES, RECOVERY_TIMEOUT_SECONDS, Rig
from tests.support.waiting import wait_for

Disruption = Callable[[Rig, Random], None]

MAX_READINGS_BEFORE = 600
"""Readings, at most, that are stored before something goes wrong, so that it never happens at the same place."""


def kill_ingest(rig: Rig, rng: Random) -> None:
    """``kill -9`` at any moment or, every other time, in the middle of a transaction; and start it again."""
    rig.wait_for_readings(rng.randint(1, MAX_READINGS_BEFORE))
    if rng.random() < 0.5:
        wait_for(lambda: rig.query(QUERIES["open_transactions"]), RECOVERY_TIMEOUT_SECONDS)
    rig.ingest.kill()
    rig.ingest.start()


def shut_down_database(rig: Rig, random: Random) -> None:
    """Sessions are ended, everything is written."""
    _stop_database(rig, random, signal.SIGINT)


def crash_database(rig: Rig, random: Random) -> None:
    """PostgreSQL's immediate shutdown: nothing is written, the next start recovers from the log."""
    _stop_database(rig, random, signal.SIGQUIT)


def kill_database(rig: Rig, random: Random) -> None:
    """``kill -9`` of the postmaster: its children find out by themselves."""
    _stop_database(rig, random, signal.SIGKILL)


def _stop_database(rig: Rig, random: Random, by: signal.Signals) -> None:
    rig.wait_for_readings(random.randint(1, MAX_READINGS_BEFORE))
    rig.server.stop(by)
    wait_for(lambda: not rig.ingest.is_ready(), RECOVERY_TIMEOUT_SECONDS)
    rig.server.start()
    rig.wait_for_readings()


def stop_broker(rig: Rig, random: Random) -> None:
    """Stop the broker while ingest reads, and start it again once ingest has noticed."""
    rig.wait_for_readings(random.randint(1, MAX_READINGS_BEFORE))
    rig.broker.stop()
    wait_for(lambda: not rig.ingest.is_ready(), RECOVERY_TIMEOUT_SECONDS)
    rig.broker.start()
    rig.wait_for_readings()


def cut_mid_packet(rig: Rig, random: Random) -> None:
    """Break the connection somewhere in a message."""
    rig.wait_for_readings()
    broken = rig.proxy.cut_count
    rig.proxy.cut_after(random.randint(1, 20_000))
    # Not the number of open connections: ingest may be back before anyone looks.
    wait_for(lambda: rig.proxy.cut_count > broken, RECOVERY_TIMEOUT_SECONDS)
    # The connection for events carries nothing here, so it would never break in a packet.
    rig.proxy.cut()
    rig.wait_for_readings()


def lose_acknowledgements(rig: Rig, random: Random) -> None:
    """Lose what ingest acknowledges after a commit, and then the connection: the broker sends all that again."""
    rig.wait_for_readings(random.randint(1, MAX_READINGS_BEFORE))
    rig.proxy.drop_upstream()
    rig.wait_for_readings()
    rig.proxy.cut()
    rig.wait_for_readings()


def fill_disk(rig: Rig, random: Random) -> None:
    """Let the database say that its disk is full, until ingest has noticed."""
    rig.wait_for_readings(random.randint(1, MAX_READINGS_BEFORE))
    rig.query(QUERIES["fill_disk"])
    wait_for(lambda: not rig.ingest.is_ready(), RECOVERY_TIMEOUT_SECONDS)
    rig.query(QUERIES["free_disk"])
    rig.wait_for_readings()


def make_read_only(rig: Rig, random: Random) -> None:
    """Let the database be read-only, with its connections open, until ingest has noticed."""
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
