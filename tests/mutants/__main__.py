"""``make mutants``: disable the rules of the privacy code one at a time, and check that a test fails.

Works on copies of the files under version control, never on the working tree. A surviving mutant is a gap in the tests;
one whose tests hung or could not begin proves nothing. Either makes the exit code 1. Each verdict is told as it comes.
"""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import Mutant

ROOT = Path(__file__).parents[2]
TESTS_TIMEOUT_SECONDS = 3600.0
"""For what hangs outside a test, such as an import or the end of the program.

Within one, pytest-timeout finds it. So there is no shorter limit for the tests of a mutant together: it would measure
how busy the machine is, and turn mutants that a test kills into mutants that timed out.
"""
STOP_TIMEOUT_SECONDS = 30.0


class Verdict(StrEnum):
    """How the tests of a mutant ended."""

    KILLED = "killed"
    SURVIVED = "survived"
    TIMED_OUT = "timed out"
    NOT_TESTED = "not tested"
    """Its tests could not begin: the change breaks more than the rule."""


Tell = Callable[[Mutant, Verdict, str], None]
"""Receives each verdict as it comes, and the test that failed or hung ("" if none did)."""


def verdict_of(exit_code: int, output: str) -> tuple[Verdict, str]:
    """What pytest said of a mutant, and by which test."""
    if exit_code == 0:
        return Verdict.SURVIVED, ""
    failed = re.search(r"^FAILED (\S+)", output, re.MULTILINE)
    hung = "Timeout (>" in output
    test = failed[1] if failed else ""
    return (Verdict.TIMED_OUT if hung else Verdict.KILLED if failed else Verdict.NOT_TESTED), test


def choose(patterns: Iterable[str]) -> list[Mutant]:
    """The mutants whose name or file contains one of the patterns; all if there is none."""
    wanted = [f"*{pattern}*" for pattern in patterns] or ["*"]
    return [
        mutant
        for mutant in MUTANTS
        if any(fnmatchcase(text, each) for each in wanted for text in (mutant.name, mutant.path))
    ]


def copy_project(target: Path) -> None:
    """Copy the project's files, and link the web assets but nothing else that is installed or built."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    for name in listed:
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    for built in ("node_modules", "api/web/static/vendor"):
        if (ROOT / built).exists() and not (target / built).exists():
            (target / built).symlink_to(ROOT / built)


async def run_tests(tree: Path, tests: Sequence[str]) -> tuple[int, str]:
    """Run tests in a tree until the first fails: pytest's exit code and output. Raises TimeoutError."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", *tests]
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree)},  # programs that a test starts elsewhere have the change too
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C ends the tests once, and not as if they had failed
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), TESTS_TIMEOUT_SECONDS)
    except (TimeoutError, asyncio.CancelledError):
        await _stop(process)
        raise
    return process.returncode or 0, output.decode(errors="replace")


async def _stop(process: asyncio.subprocess.Process) -> None:
    """End pytest: first so that it stops its servers."""
    process.send_signal(signal.SIGINT)
    try:
        await asyncio.wait_for(process.communicate(), STOP_TIMEOUT_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


async def judge(mutant: Mutant) -> tuple[Verdict, str]:
    """Run the mutant's tests, of which one should fail."""
    with tempfile.TemporaryDirectory(prefix="lantaarn-mutant-") as folder:
        tree = Path(folder)
        copy_project(tree)
        mutant.apply(tree)
        try:
            return verdict_of(*await run_tests(tree, mutant.tests))
        except TimeoutError:
            return Verdict.TIMED_OUT, ""


async def judge_all(chosen: Sequence[Mutant], jobs: int, tell: Tell) -> None:
    """Judge some at a time, and tell each verdict. Raises ClickException if a test that killed one fails anyway."""
    turn = asyncio.Semaphore(jobs)
    deciding: set[str] = set()

    async def judge_in_turn(mutant: Mutant) -> None:
        async with turn:
            verdict, test = await judge(mutant)
        deciding.add(test.partition("[")[0])
        tell(mutant, verdict, test)

    async with asyncio.TaskGroup() as group:
        for mutant in chosen:
            group.create_task(judge_in_turn(mutant))
    # Last: a gap is known at once, and of most tests nothing needs to run.
    exit_code, output = await run_tests(ROOT, sorted(deciding - {""}))
    if exit_code:
        raise click.ClickException(f"these kill nothing, as they fail on the unmodified code:\n{output}")


@click.command()
@click.option(
    "--only", multiple=True, help="Only mutants with this in their name or file; may be a pattern, and repeated."
)
@click.option("--jobs", default=2, show_default=True, help="Mutants to run in parallel.")
def main(only: tuple[str, ...], jobs: int) -> None:
    """Disable each rule of the privacy code in turn; a test must fail for each."""
    chosen = choose(only)
    if not chosen:
        raise click.UsageError("no mutant has such a name or file")
    console = Console(soft_wrap=True, highlight=False)
    verdicts: Counter[Verdict] = Counter()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("mutants", total=len(chosen))

        def tell(mutant: Mutant, verdict: Verdict, test: str) -> None:
            verdicts[verdict] += 1
            style = "dim" if verdict is Verdict.KILLED else "bold red"
            console.print(f"{verdict}: {mutant.name} ({mutant.path}) {test}", style=style, markup=False)
            left = verdicts.total() < len(chosen)
            progress.update(task, advance=1, description="mutants" if left else "unmodified code")

        try:
            asyncio.run(judge_all(chosen, jobs, tell))
        except KeyboardInterrupt:
            console.print("stopped")
    found = ", ".join(f"{number} {verdict}" for verdict, number in verdicts.items())
    console.print(f"of {len(chosen)}: {found or 'none judged'}")
    sys.exit(130 if verdicts.total() < len(chosen) else int(verdicts[Verdict.KILLED] < len(chosen)))


if __name__ == "__main__":
    main()
