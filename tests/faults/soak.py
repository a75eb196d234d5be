"""The soak test: a flood, then a large backlog, then rounds of seeded random disruptions, then a large leak check.

Each round uses a fresh database and twenty disruptions, and ends with a full reconciliation.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import click

from tests.faults.disruptions import DISRUPTIONS
from tests.faults.flood import run_flood
from tests.faults.numbered_messages import count_readings
from tests.faults.rig import MAX_MEMORY_BYTES, ROOT, DurableServer, Reconciliation, Rig, make_template, running_rig
from tests.support.installed import MOSQUITTO_PATH

DISRUPTIONS_PER_ROUND = 20
"""Disruptions per round."""
HOUR_SECONDS = 3600.0


@click.command(epilog='Example: make soak ARGS="--minutes 5 --backlog 100000", or ARGS=--flood')
@click.option("--minutes", default=30.0, show_default=True, help="Duration of the disruptions, after the backlog.")
@click.option("--backlog", default=1_000_000, show_default=True, help="Messages queued before ingest starts.")
@click.option("--rate", default=4000, show_default=True, help="Messages per second during disruptions.")
@click.option("--seed", default=1, show_default=True, help="Seed of the disruptions.")
@click.option("--canaries", default=100_000, show_default=True, help="Identifiers for the leak check.")
@click.option("--flood", is_flag=True, help="Run the flood only, which takes two minutes.")
def main(minutes: float, backlog: int, rate: int, seed: int, canaries: int, *, flood: bool) -> None:
    """Disrupt everything for a while, and verify that nothing is lost or stored twice."""
    if MOSQUITTO_PATH is None:
        raise click.ClickException("Mosquitto is not installed. On Debian: apt-get install mosquitto")
    random = Random(seed)
    with tempfile.TemporaryDirectory(prefix="lantaarn-soak-") as name:
        folder = Path(name)
        server = DurableServer(folder)
        try:
            server.start()
            run_flood(server, folder / "flood")
            if flood:
                return
            make_template(server)
            with running_rig(server, folder / "backlog") as rig:
                drain_backlog(rig, backlog)
            until = time.monotonic() + 60 * minutes
            number = 0
            while time.monotonic() < until:
                number += 1
                with running_rig(server, folder / f"round-{number}") as rig:
                    run_round(rig, random, rate, number)
        finally:
            server.close()
    check_for_leaks(canaries)


def check_for_leaks(canaries: int) -> None:
    """Run ``lantaarn leakcheck``. Raises ClickException if it finds a leak or misses a control."""
    command = [sys.executable, "-m", "lantaarn", "leakcheck", "--canaries", str(canaries)]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise click.ClickException("The leak check failed.")


def drain_backlog(rig: Rig, messages: int) -> None:
    """Queue messages at the broker, start ingest, and check its peak memory once it has caught up."""
    rig.start()
    rig.ingest.stop()
    rig.send(range(messages))
    start = time.monotonic()
    rig.ingest.start()
    rig.wait_for_readings(count_readings(range(messages)), HOUR_SECONDS)
    seconds, memory = time.monotonic() - start, rig.ingest.peak_memory_bytes()
    print_outcome(
        "backlog", rig, rig.drain_and_verify(), f"{messages / seconds:,.0f} messages/s, {memory / 2**20:.0f} MB"
    )
    assert memory < MAX_MEMORY_BYTES, "ingest used too much memory"


def run_round(rig: Rig, random: Random, rate: int, number: int) -> None:
    """Run random disruptions under load, and reconcile."""
    start = time.monotonic()
    events = random.choices(DISRUPTIONS, k=DISRUPTIONS_PER_ROUND)
    rig.start()
    with rig.under_load(0, rate):
        for event in events:
            event(rig, random)
    books = rig.drain_and_verify(seconds=HOUR_SECONDS)
    print_outcome(f"round {number}", rig, books, f"{DISRUPTIONS_PER_ROUND} events in {time.monotonic() - start:.0f} s")


def print_outcome(title: str, rig: Rig, books: Reconciliation, figures: str) -> None:
    """Print one line with what was sent and what became of it."""
    click.echo(
        f"{title}: {rig.messages:,} messages, {books.stored:,} readings stored, {books.lost} lost, "
        f"{books.stored_twice} stored twice, {books.duplicate:,} redelivered; {figures}"
    )


if __name__ == "__main__":
    main()
