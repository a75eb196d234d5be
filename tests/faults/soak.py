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

from tests.faults.broker import PROGRAM
from tests.faults.events import EVENTS
from tests.faults.load import readings
from tests.faults.rig import MOST_MEMORY, ROOT, Books, Rig, Server, make_template, rigged

ROUND = 20
"""Events in a round."""
HOUR = 3600.0


@click.command(epilog='Example: make soak ARGS="--minutes 5 --backlog 100000"')
@click.option("--minutes", default=30.0, show_default=True, help="How long things go wrong, after the backlog.")
@click.option("--backlog", default=1_000_000, show_default=True, help="Messages that wait when ingest starts.")
@click.option("--rate", default=4000, show_default=True, help="Messages per second while things go wrong.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same events.")
@click.option("--canaries", default=100_000, show_default=True, help="Identifiers of the leak check.")
def main(minutes: float, backlog: int, rate: int, seed: int, canaries: int) -> None:
    """Let everything go wrong for a while, and prove that nothing is lost and nothing is there twice."""
    if PROGRAM is None:
        raise click.ClickException("Mosquitto is not installed. On Debian: apt-get install mosquitto")
    random = Random(seed)
    with tempfile.TemporaryDirectory(prefix="lantaarn-soak-") as name:
        folder = Path(name)
        server = Server(folder)
        try:
            server.start()
            make_template(server)
            with rigged(server, folder / "backlog") as rig:
                drain(rig, backlog)
            until = time.monotonic() + 60 * minutes
            number = 0
            while time.monotonic() < until:
                number += 1
                with rigged(server, folder / f"round-{number}") as rig:
                    one_round(rig, random, rate, number)
        finally:
            server.close()
    search_leaks(canaries)


def search_leaks(canaries: int) -> None:
    """``lantaarn leakcheck``, which tells what it finds. Raises click's error when it finds anything, or is blind."""
    command = [sys.executable, "-m", "lantaarn", "leakcheck", "--canaries", str(canaries)]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise click.ClickException("The leak check failed.")


def drain(rig: Rig, messages: int) -> None:
    """Let messages wait at the broker, start ingest, and look at its memory while it catches up."""
    rig.begin()
    rig.ingest.stop()
    rig.send(range(messages))
    start = time.monotonic()
    rig.ingest.start()
    rig.wait_for_more(readings(range(messages)), HOUR)
    seconds, memory = time.monotonic() - start, rig.ingest.peak_memory()
    report("backlog", rig, rig.settle(), f"{messages / seconds:,.0f} messages/s, {memory / 2**20:.0f} MB")
    assert memory < MOST_MEMORY, "ingest took too much memory"


def one_round(rig: Rig, random: Random, rate: int, number: int) -> None:
    """Some events under load, and the reckoning."""
    start = time.monotonic()
    events = random.choices(EVENTS, k=ROUND)
    rig.begin()
    with rig.under_load(rate, 0):
        for event in events:
            event(rig, random)
    books = rig.settle(seconds=HOUR)
    report(f"round {number}", rig, books, f"{ROUND} events in {time.monotonic() - start:.0f} s")


def report(what: str, rig: Rig, books: Books, figures: str) -> None:
    """One line: what was sent, and what became of it."""
    click.echo(
        f"{what}: {rig.messages:,} messages, {books.stored:,} readings stored, {books.lost} lost, "
        f"{books.double} double, {books.duplicate:,} came again; {figures}"
    )


if __name__ == "__main__":
    main()
