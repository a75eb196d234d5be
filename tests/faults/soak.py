"""The long run: a large backlog, and then one thing after the other goes wrong, at random by a seed.

Every round has a fresh database, twenty events, and the whole reckoning at its end, which must come out. Last comes
the leak check, with many identifiers.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import click

from tests.faults.disruptions import DISRUPTIONS
from tests.faults.mosquitto import MOSQUITTO_PATH
from tests.faults.numbered_messages import count_readings
from tests.faults.rig import MAX_MEMORY_BYTES, ROOT, DurableServer, Reconciliation, Rig, make_template, running_rig

DISRUPTIONS_PER_ROUND = 20
"""Events in a round."""
HOUR_SECONDS = 3600.0


@click.command(epilog='Example: make soak ARGS="--minutes 5 --backlog 100000"')
@click.option("--minutes", default=30.0, show_default=True, help="How long things go wrong, after the backlog.")
@click.option("--backlog", default=1_000_000, show_default=True, help="Messages that wait when ingest starts.")
@click.option("--rate", default=4000, show_default=True, help="Messages per second while things go wrong.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same events.")
@click.option("--canaries", default=100_000, show_default=True, help="Identifiers of the leak check.")
def main(minutes: float, backlog: int, rate: int, seed: int, canaries: int) -> None:
    """Let everything go wrong for a while, and prove that nothing is lost and nothing is there twice."""
    if MOSQUITTO_PATH is None:
        raise click.ClickException("Mosquitto is not installed. On Debian: apt-get install mosquitto")
    random = Random(seed)
    with tempfile.TemporaryDirectory(prefix="lantaarn-soak-") as name:
        folder = Path(name)
        server = DurableServer(folder)
        try:
            server.start()
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
    """``lantaarn leakcheck``, which tells what it finds. Raises click's error when it finds anything, or is blind."""
    command = [sys.executable, "-m", "lantaarn", "leakcheck", "--canaries", str(canaries)]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise click.ClickException("The leak check failed.")


def drain_backlog(rig: Rig, messages: int) -> None:
    """Let messages wait at the broker, start ingest, and look at its memory while it catches up."""
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
    assert memory < MAX_MEMORY_BYTES, "ingest took too much memory"


def run_round(rig: Rig, random: Random, rate: int, number: int) -> None:
    """Some events under load, and the reckoning."""
    start = time.monotonic()
    events = random.choices(DISRUPTIONS, k=DISRUPTIONS_PER_ROUND)
    rig.start()
    with rig.under_load(rate, 0):
        for event in events:
            event(rig, random)
    books = rig.drain_and_verify(seconds=HOUR_SECONDS)
    print_outcome(f"round {number}", rig, books, f"{DISRUPTIONS_PER_ROUND} events in {time.monotonic() - start:.0f} s")


def print_outcome(title: str, rig: Rig, books: Reconciliation, figures: str) -> None:
    """One line: what was sent, and what became of it."""
    click.echo(
        f"{title}: {rig.messages:,} messages, {books.stored:,} readings stored, {books.lost} lost, "
        f"{books.stored_twice} double, {books.duplicate:,} came again; {figures}"
    )


if __name__ == "__main__":
    main()
