"""How fast ingest writes, against two baselines in the same run and the same database.

The limit: psycopg's binary COPY of the same rows into the same indexed table, with nothing else done.
The plain way: one INSERT per value in autocommit, as a first program does it.
Ours: decoding, checks, observations, hourly and daily totals and ledger, in batches of one transaction; no broker.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
import psycopg
from rich.console import Console
from rich.progress import track
from rich.table import Table

from ingest.pipeline import Message, Register, process
from ingest.store import commit, load_register
from sensors.db import connect
from sensors.db.migrate import migrate
from sensors.db.server import EmbeddedServer
from sensors.entry import Entry
from sensors.register import publish
from tests.entries import datastream, example

Connection = psycopg.Connection[dict[str, Any]]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROPERTIES = ("no2", "pm10", "pm2_5")
TABLE = "observation_1y"


@click.command()
@click.option("--sensors", default=200, show_default=True, help="How many sensors send.")
@click.option("--messages", default=10_000, show_default=True, help="How many messages of three values each.")
@click.option("--batch", default=[50, 500], multiple=True, show_default=True, help="Messages in one transaction.")
def main(sensors: int, messages: int, batch: tuple[int, ...]) -> None:
    """Measure and print a table."""
    folder = Path(tempfile.mkdtemp(prefix="lantaarn-bench-"))
    with EmbeddedServer(folder) as server, connect(server.url) as db:
        migrate(db)
        for number in track(range(sensors), "registering", transient=True):
            streams = [datastream(name) for name in PROPERTIES]
            document = example(reference=f"S{number}", id=str(uuid4()), datastreams=streams)
            publish(db, Entry.model_validate(document), editor="bench", reason="bench", at=NOW)
        known = load_register(db)
        traffic = list(generate(messages, sensors))
        rows = list(values(traffic, known))
        plain = timed(db, lambda: insert_each(db, rows[:3000])) * len(rows) / 3000
        results = [
            ("COPY, the limit", timed(db, lambda: copy(db, rows))),
            ("one INSERT per value", plain),
            *(
                (f"Lantaarn, batches of {size}", timed(db, lambda size=size: ours(db, known, traffic, size)))
                for size in batch
            ),
        ]
    report(results, len(rows))


def generate(messages: int, sensors: int) -> Iterator[Message]:
    """Messages of three values, one after the other from every sensor."""
    for number in range(messages):
        at = NOW - timedelta(seconds=60 * (number // sensors))
        content = {"time": at.isoformat(), **dict.fromkeys(PROPERTIES, 10 + number % 7)}
        yield Message(f"helmond/air_quality/S{number % sensors}/json", json.dumps(content).encode())


def values(traffic: list[Message], known: Register) -> Iterator[tuple[int, datetime, float, int]]:
    """The rows that the messages come to."""
    for message in traffic:
        for each in process(message, known, NOW).observations:
            yield each.datastream_id, each.time, each.value, int(each.quality)


def timed(db: Connection, work: Callable[[], None]) -> float:
    """Seconds of ``work`` on empty tables."""
    db.execute(f"truncate lantaarn.{TABLE}, lantaarn.rollup_hour, lantaarn.rollup_day, lantaarn.ledger")
    db.execute("checkpoint")
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def copy(db: Connection, rows: list[tuple[int, datetime, float, int]]) -> None:
    """The limit: nothing but the rows."""
    statement = f"copy lantaarn.{TABLE} (datastream_id, time, value, quality) from stdin (format binary)"
    with db.cursor() as cursor, cursor.copy(statement) as writer:
        writer.set_types(["int4", "timestamptz", "float8", "int2"])
        for row in rows:
            writer.write_row(row)


def insert_each(db: Connection, rows: list[tuple[int, datetime, float, int]]) -> None:
    """The plain way."""
    for row in rows:
        db.execute(f"insert into lantaarn.{TABLE} values (%s, %s, %s, %s)", row)


def ours(db: Connection, known: Register, traffic: list[Message], size: int) -> None:
    """What ingest does between broker and acknowledgement."""
    for start in range(0, len(traffic), size):
        commit(db, [process(message, known, NOW) for message in traffic[start : start + size]], NOW)


def report(results: list[tuple[str, float]], rows: int) -> None:
    """Print seconds, rows per second and the ratio to the limit."""
    limit = results[0][1]
    table = Table("way", "seconds", "values/s", "of the limit", title=f"{rows} values")
    for name, seconds in results:
        table.add_row(name, f"{seconds:.2f}", f"{rows / seconds:,.0f}", f"{limit / seconds:.3f}")
    Console().print(table)


if __name__ == "__main__":
    main()
