"""Benchmark ingest, from a device's message to a committed value, against two baselines of the same run.

Limit: psycopg's binary COPY of the same rows into the same indexed table, and nothing else.
Plain: a callback that inserts value by value, each in its own transaction, as in a naive implementation.
Ours: the real program, broker and schema; acknowledging after commit, with rollups and ledger.
"""

import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from sensors.db import connect
from tests.bench.baselines import measure_copy, measure_in_process, measure_privacy_steps, running_plain_program
from tests.bench.dashboards import measure_dashboards
from tests.bench.measure import Latency, Throughput, measure_drain, measure_latency, measure_sustained
from tests.bench.messages import PROPERTIES, NumberedTraffic
from tests.bench.report import DRAIN, LIMIT, PLAIN, SUSTAINED, BenchPlan, BenchReport, print_report
from tests.bench.storage import measure_storage
from tests.bench.testbed import (
    MOSQUITTO_PATH,
    BenchBroker,
    BenchDatabase,
    Testbed,
    embedded_database,
    publish_sensors,
    running_embedded_broker,
    running_ingest,
    running_mosquitto,
    temporary_database,
)

MAX_MESSAGES_PER_SECOND = 50_000
"""Upper bound on the sustained rate, which determines how many messages are generated beforehand."""
PLAIN_MAX_QUEUED = 1_000
PRIVACY_SAMPLE_MESSAGES = 20_000
"""Messages for measuring the privacy steps."""
EMBEDDED_BATCH_SIZE = 50
QUICK_PLAN = {"sensors": 1_000, "messages": 20_000, "seconds": 4.0, "repeat": 1}


class MessageNumbers:
    """Allocates unused message numbers, so that time only moves forward for each sensor."""

    def __init__(self) -> None:
        self._next = 0

    def take(self, count: float) -> range:
        """Allocate the next ``count`` numbers."""
        start, self._next = self._next, self._next + int(count)
        return range(start, self._next)


@click.command()
@click.option("--sensors", default=10_000, show_default=True, help="Number of sensors.")
@click.option("--messages", default=100_000, show_default=True, help="Messages in a full queue, of three values each.")
@click.option("--seconds", default=10.0, show_default=True, help="Duration of each live load.")
@click.option("--workers", default=1, show_default=True, help="Worker processes of ingest.")
@click.option("--batch", default=500, show_default=True, help="Maximum messages per transaction.")
@click.option("--repeat", default=3, show_default=True, help="Repetitions for the limit and the full queue.")
@click.option("--broker", type=click.Choice(["mosquitto", "embedded"]), help="Default: Mosquitto if installed.")
@click.option("--quick", is_flag=True, help="Finish within a minute, less accurately.")
@click.option("--storage", "storage_only", is_flag=True, help="Benchmark storage instead: size and query times.")
@click.option(
    "--dashboards", "dashboards_only", is_flag=True, help="Benchmark the dashboards' queries over a year instead."
)
@click.option(
    "--scale",
    default=1.0,
    show_default=True,
    help="Fraction of the datastreams (--storage) or of the year (--dashboards).",
)
@click.option(
    "--json", "target", type=click.Path(path_type=Path, dir_okay=False), help="Also write the figures to this file."
)
def main(
    *,
    broker: str | None,
    quick: bool,
    storage_only: bool,
    dashboards_only: bool,
    scale: float,
    target: Path | None,
    **plan: float,
) -> None:
    """Measure and print tables, on the embedded database and on the server at TIMESCALE_URL if set."""
    if storage_only:
        measure_storage(scale)
        return
    if dashboards_only:
        measure_dashboards(scale)
    chosen = msgspec.convert(plan | (QUICK_PLAN if quick else {}), BenchPlan)
    embedded = broker == "embedded" or (broker is None and MOSQUITTO_PATH is None)
    if embedded:
        chosen = replace(chosen, batch=min(chosen.batch, EMBEDDED_BATCH_SIZE))
    reports: list[BenchReport] = []
    for url in (None, os.environ.get("TIMESCALE_URL")):
        if url is None and reports:
            break
        with running_servers(url, embedded) as (folder, store, running):
            reports.append(measure_all(chosen, folder, store, running))
        print_report(reports[-1], Console())
    if target is not None:
        target.write_bytes(msgspec.json.format(msgspec.json.encode(reports)))


@contextmanager
def running_servers(url: str | None, embedded: bool) -> Generator[tuple[Path, BenchDatabase, BenchBroker]]:
    """Run a database (embedded if ``url`` is None) and a broker in a temporary folder, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="lantaarn-bench-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        store = stack.enter_context(temporary_database(url) if url else embedded_database(folder))
        running = stack.enter_context(running_embedded_broker(folder) if embedded else running_mosquitto(folder))
        yield folder, store, running


def measure_all(plan: BenchPlan, folder: Path, store: BenchDatabase, broker: BenchBroker) -> BenchReport:
    """Run all measurements sequentially."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, transient=True) as progress, connect(store.url) as db:
        task = progress.add_task("registering the sensors")

        def tell(what: str) -> None:
            progress.update(task, description=what)

        # Not so long ago that values are late: their hours are completed after each batch, which is another path.
        start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1, minutes=30)
        bed = Testbed(
            folder, store, broker, db, NumberedTraffic(plan.sensors, start), publish_sensors(db, folder, plan.sensors)
        )
        supply = MessageNumbers()
        rates, work = _measure_in_turn(bed, plan, supply, tell)
        rates |= _measure_in_process(bed, plan, supply, tell)
        tell("the privacy steps")
        checked = measure_privacy_steps(bed, supply.take(PRIVACY_SAMPLE_MESSAGES))
        work[SUSTAINED], latencies = _measure_live(bed, plan, supply, tell)
        rates[SUSTAINED] = [work[SUSTAINED].values_per_second]
    return BenchReport(
        datetime.now(UTC), _machine_label(), store.name, broker.name, plan, rates, work, latencies, checked
    )


def _measure_in_turn(
    bed: Testbed, plan: BenchPlan, supply: MessageNumbers, tell: Callable[[str], None]
) -> tuple[dict[str, list[float]], dict[str, Throughput]]:
    """Alternate between both baselines and the full queue, so that load on a shared machine affects all alike."""
    rates: dict[str, list[float]] = {LIMIT: [], PLAIN: [], DRAIN: []}
    work: dict[str, Throughput] = {}
    for turn in range(plan.repeat):
        numbers = supply.take(plan.messages)
        tell(f"COPY, {turn + 1} of {plan.repeat}")
        rates[LIMIT].append(measure_copy(bed, numbers))
        tell(f"draining a full queue, {turn + 1} of {plan.repeat}")
        work[DRAIN] = measure_drain(bed, numbers, plan.batch, plan.workers)
        tell(f"INSERT per value, {turn + 1} of {plan.repeat}")
        with running_plain_program(bed) as program:
            seconds = plan.seconds / plan.repeat
            work[PLAIN] = measure_sustained(
                bed, supply.take(MAX_MESSAGES_PER_SECOND / 5 * seconds), seconds, program, max_queued=PLAIN_MAX_QUEUED
            )
        for name, done in work.items():
            rates[name].append(done.values_per_second)
    return rates, work


def _measure_in_process(
    bed: Testbed, plan: BenchPlan, supply: MessageNumbers, tell: Callable[[str], None]
) -> dict[str, list[float]]:
    """Measure without broker and network thread: the cost of the pipeline steps and SQL statements."""
    rates: dict[str, list[float]] = {}
    for size in sorted({EMBEDDED_BATCH_SIZE, plan.batch}):
        tell(f"in one process, batches of {size}")
        numbers = supply.take(plan.messages / 4)
        rates[f"no broker, batches of {size}"] = [measure_in_process(bed, numbers, size, with_ledger=True)]
    name = f"no broker, only COPY, {plan.batch}"
    return rates | {name: [measure_in_process(bed, supply.take(plan.messages / 4), plan.batch, with_ledger=False)]}


def _measure_live(
    bed: Testbed, plan: BenchPlan, supply: MessageNumbers, tell: Callable[[str], None]
) -> tuple[Throughput, dict[str, Latency]]:
    """Measure the maximum throughput, and the latency at a quarter of it and at 2,000 messages/s."""
    tell("sustained live load")
    with running_ingest(bed, plan.batch, plan.workers) as program:
        most = measure_sustained(bed, supply.take(MAX_MESSAGES_PER_SECOND * plan.seconds), plan.seconds, program)
        rates = {"at 25 % of live load": most.values_per_second / len(PROPERTIES) / 4, "at 2,000 messages/s": 2_000}
        latencies: dict[str, Latency] = {}
        for name, rate in rates.items():
            tell(f"latency {name}")
            latencies[name] = measure_latency(bed, supply.take(rate * plan.seconds), rate)
    return most, latencies


def _machine_label() -> str:
    return f"{os.cpu_count()} processors ({platform.machine()}), Python {platform.python_version()}"


if __name__ == "__main__":
    main()
