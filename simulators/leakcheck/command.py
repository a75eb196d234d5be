"""Run ``lantaarn leakcheck``: progress on stderr, tables on stdout, clean-up on signals."""

import signal
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from simulators.embedded.services import STOP_SIGNALS
from simulators.leakcheck import report
from simulators.leakcheck.check import run_check

EXIT_INTERRUPTED = 130
"""The conventional exit code after Ctrl-C."""


def run_leakcheck(canary_count: int, seed: int, *, keep: bool) -> int:
    """Run the check and return the exit code. However it ends, its servers are stopped and its files removed."""
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
    """Interrupt once: a second Ctrl-C must not interrupt the clean-up."""
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt
