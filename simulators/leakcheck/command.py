"""The command ``lantaarn leakcheck``: progress on standard error, tables on standard output, signals that clean up."""

import signal
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from simulators.leakcheck import report
from simulators.leakcheck.check import run_check

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EXIT_INTERRUPTED = 130
"""The exit code of a program that Ctrl-C ended."""


def run_leakcheck(canary_count: int, seed: int, *, keep: bool) -> int:
    """The exit code. Whatever ends it, everything that it started is stopped, and what it wrote is removed."""
    for each in STOP_SIGNALS:
        signal.signal(each, _stop)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=Console(stderr=True)) as progress:
            result = run_check(canary_count, seed, progress, keep_files=keep)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    console = Console()
    for part in report.render_report(result):
        console.print(part)
    return report.exit_code(result)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """Once: a second Ctrl-C may not break the cleaning up."""
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt
