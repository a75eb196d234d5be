"""What can go wrong, each as one thing that happens to a rig under load and is over when the function returns."""

import signal
from collections.abc import Callable
from random import Random

from tests.faults.rig import PATIENCE, QUERIES, Rig
from tests.support.waiting import wait_for

Event = Callable[[Rig, Random], None]

SOME = 600
"""Readings, at most, that are stored before something goes wrong, so that it never happens at the same place."""


def kill_ingest(rig: Rig, random: Random) -> None:
    """``kill -9`` at any moment or, every other time, in the middle of a transaction; and start it again."""
    rig.wait_for_more(random.randint(1, SOME))
    if random.random() < 0.5:
        wait_for(lambda: rig.ask(QUERIES["writing"]), PATIENCE)
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
    rig.wait_for_more(random.randint(1, SOME))
    rig.server.stop(by)
    wait_for(lambda: not rig.ingest.is_ready(), PATIENCE)
    rig.server.start()
    rig.wait_for_more()


def stop_broker(rig: Rig, random: Random) -> None:
    """Stop the broker while ingest reads, and start it again once ingest has noticed."""
    rig.wait_for_more(random.randint(1, SOME))
    rig.broker.stop()
    wait_for(lambda: not rig.ingest.is_ready(), PATIENCE)
    rig.broker.start()
    rig.wait_for_more()


def cut_in_a_packet(rig: Rig, random: Random) -> None:
    """Break the connection somewhere in a message."""
    rig.wait_for_more()
    broken = rig.proxy.broken
    rig.proxy.cut_after(random.randint(1, 20_000))
    # Not the number of open connections: ingest may be back before anyone looks.
    wait_for(lambda: rig.proxy.broken > broken, PATIENCE)
    # The connection for events carries nothing here, so it would never break in a packet.
    rig.proxy.cut()
    rig.wait_for_more()


def lose_acknowledgements(rig: Rig, random: Random) -> None:
    """Lose what ingest acknowledges after a commit, and then the connection: the broker sends all that again."""
    rig.wait_for_more(random.randint(1, SOME))
    rig.proxy.lose_answers()
    rig.wait_for_more()
    rig.proxy.cut()
    rig.wait_for_more()


def fill_disk(rig: Rig, random: Random) -> None:
    """Let the database say that its disk is full, until ingest has noticed."""
    rig.wait_for_more(random.randint(1, SOME))
    rig.ask(QUERIES["fill_disk"])
    wait_for(lambda: not rig.ingest.is_ready(), PATIENCE)
    rig.ask(QUERIES["empty_disk"])
    rig.wait_for_more()


def make_read_only(rig: Rig, random: Random) -> None:
    """Let the database be read-only, with its connections open, until ingest has noticed."""
    rig.wait_for_more(random.randint(1, SOME))
    try:
        rig.ask(QUERIES["read_only"])
        rig.ask(QUERIES["reload"])
        wait_for(lambda: not rig.ingest.is_ready(), PATIENCE)
    finally:
        rig.ask(QUERIES["writable"])
        rig.ask(QUERIES["reload"])
    rig.wait_for_more()


EVENTS: tuple[Event, ...] = (
    kill_ingest,
    shut_down_database,
    crash_database,
    kill_database,
    stop_broker,
    cut_in_a_packet,
    lose_acknowledgements,
    fill_disk,
    make_read_only,
)
