"""The benchmark report: values for other programs, printed as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.bench.baselines import PrivacyStepCosts
from tests.bench.measure import Latency, Throughput

LIMIT = "binary COPY (the limit)"
PLAIN = "INSERT per value (plain)"
DRAIN = "ingest, a full queue"
SUSTAINED = "ingest, live load"


@dataclass(frozen=True, slots=True)
class BenchPlan:
    """The size of the measurements."""

    sensors: int
    messages: int
    seconds: float
    workers: int
    batch: int
    repeat: int


@dataclass(frozen=True, slots=True)
class BenchReport:
    """One run on one database. ``rates``: values per second of every repetition."""

    at: datetime
    machine: str
    database: str
    broker: str
    plan: BenchPlan
    rates: Mapping[str, Sequence[float]]
    work: Mapping[str, Throughput]
    latencies: Mapping[str, Latency]
    steps: PrivacyStepCosts


def print_report(report: BenchReport, console: Console) -> None:
    """Print the report as tables."""
    plan = report.plan
    console.print(
        f"\n[bold]{report.database}, {report.broker}[/bold], {report.at:%Y-%m-%d %H:%M} UTC\n{report.machine}\n"
        f"{plan.sensors:,} sensors, 3 values a message, {plan.messages:,} messages, "
        f"{plan.workers} worker(s), at most {plan.batch} messages in a batch"
    )
    for table in (_speeds(report), _processors(report), _latencies(report)):
        console.print(table)
    console.print(_privacy(report))
    peak = max(each.peak_memory for name, each in report.work.items() if name != PLAIN)
    console.print(f"Peak memory of an ingest process: {peak / 2**20:.0f} MiB")


def _speeds(report: BenchReport) -> Table:
    limit, plain = median(report.rates[LIMIT]), median(report.rates[PLAIN])
    table = _table("committed", "values/s", "min – max", "of the limit", "× plain")
    for name, rates in report.rates.items():
        middle = median(rates)
        spread = f"{min(rates):,.0f} – {max(rates):,.0f}" if len(rates) > 1 else ""
        table.add_row(name, f"{middle:,.0f}", spread, f"{middle / limit:.3f}", f"{middle / plain:.1f}")
    return table


def _processors(report: BenchReport) -> Table:
    programs = ("program", "database", "broker", "generator", "rest")
    table = _table("CPU seconds", "wall", *programs, "µs/value")
    for name, each in report.work.items():
        used = [f"{each.cpu_seconds[program]:.1f}" if program in each.cpu_seconds else "–" for program in programs]
        ours = sum(each.cpu_seconds.get(program, 0) for program in programs[:2])
        cost = ours / (each.values_per_second * each.seconds) * 1e6
        table.add_row(name, f"{each.seconds:.1f}", *used, f"{cost:.1f}")
    table.caption = "µs/value: program and database together; rest: other work on this machine"
    return table


def _privacy(report: BenchReport) -> str:
    """The cost of the privacy steps, as a share of the total CPU time of ingest and database per value."""
    steps, drained = report.steps, report.work[DRAIN]
    whole = sum(drained.cpu_seconds[each] for each in ("program", "database") if each in drained.cpu_seconds)
    each = whole / (drained.values_per_second * drained.seconds)
    extra = steps.checked - steps.unchecked
    return (
        f"Privacy steps: {steps.checked * 1e6:.2f} µs/value, without checks: {steps.unchecked * 1e6:.2f}; "
        f"the difference is {extra / each:.1%} of the {each * 1e6:.1f} µs of CPU time per value"
    )


def _latencies(report: BenchReport) -> Table:
    table = _table("publish → visible", "messages/s", "p50", "p99", "worst", "probes", "resolution")
    for name, each in report.latencies.items():
        times = (f"{1000 * part:.0f} ms" for part in (each.p50, each.p99, each.worst))
        resolution = f"{1000 * each.resolution:.0f} ms"
        table.add_row(name, f"{each.messages_per_second:,.0f}", *times, f"{each.probes:,}", resolution)
    return table


def _table(first: str, *numbers: str) -> Table:
    table = Table(first)
    for header in numbers:
        table.add_column(header, justify="right")
    return table
