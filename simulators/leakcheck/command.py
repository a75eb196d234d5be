"""The command ``lantaarn leakcheck``: progress on standard error, tables on standard output, signals that clean up."""

import signal
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from simulators.leakcheck import report
from simulators.leakcheck.run import check

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOPPED = 130
"""The exit code of a program that Ctrl-C ended."""


def run(canaries: int, seed: int, *, keep: bool) -> int:
    """The exit code. Whatever ends it, everything that it started is stopped, and what it wrote is removed."""
    for each in SIGNALS:
        signal.signal(each, _stop)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=Console(stderr=True)) as progress:
            result = check(canaries, seed, progress, keep=keep)
    except KeyboardInterrupt:
        return STOPPED
    console = Console()
    for part in report.parts(result):
        console.print(part)
    return report.exit_code(result)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """Once: a second Ctrl-C may not break the cleaning up."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt
