"""``make mutants``: disable the rules of the privacy code one at a time, and check that a test fails.

Works on copies of the files under version control, never on the working tree. A surviving mutant is a gap in the tests:
it is listed, and the exit code is 1. So is one whose tests took too long: on a busy machine that proves nothing.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import Mutant

ROOT = Path(__file__).parents[2]
MUTANT_TIMEOUT_SECONDS = 300.0
"""For the tests of one mutant."""
WHOLE_TIMEOUT_SECONDS = 3600.0
"""For the tests of all mutants, on the unmodified code."""


class Verdict(StrEnum):
    """How the tests of a mutant ended."""

    KILLED = "killed"
    SURVIVED = "survived"
    TIMED_OUT = "timed out"


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


def judge(mutant: Mutant) -> Verdict:
    """Run the mutant's tests, which should fail."""
    with tempfile.TemporaryDirectory(prefix="lantaarn-mutant-") as folder:
        tree = Path(folder)
        copy_project(tree)
        mutant.apply(tree)
        try:
            survived = tests_pass(tree, mutant.tests, MUTANT_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            return Verdict.TIMED_OUT
    return Verdict.SURVIVED if survived else Verdict.KILLED


def tests_pass(tree: Path, tests: Sequence[str], timeout_seconds: float) -> bool:
    """Whether the tests pass in a tree. Raises subprocess.TimeoutExpired."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", *tests]
    ended = subprocess.run(command, cwd=tree, capture_output=True, timeout=timeout_seconds, check=False)
    return ended.returncode == 0


@click.command()
@click.option("--only", default="", help="Run only mutants whose name contains this.")
@click.option("--jobs", default=2, show_default=True, help="Mutants to run in parallel.")
def main(only: str, jobs: int) -> None:
    """Disable each rule of the privacy code in turn; a test must fail for each."""
    chosen = [mutant for mutant in MUTANTS if only in mutant.name]
    every_test = sorted({test for mutant in chosen for test in mutant.tests})
    console = Console()
    with Progress(console=console) as progress:
        task = progress.add_task("unmodified code", total=len(chosen) + 1)
        if not tests_pass(ROOT, every_test, WHOLE_TIMEOUT_SECONDS):
            raise click.ClickException("the tests fail on the unmodified code")
        progress.update(task, advance=1, description="mutants")
        with ThreadPoolExecutor(jobs) as pool:
            verdicts: list[Verdict] = []
            for verdict in pool.map(judge, chosen):
                verdicts.append(verdict)
                progress.advance(task)
    table = Table("mutant", "file", "verdict")
    for mutant, verdict in zip(chosen, verdicts, strict=True):
        table.add_row(mutant.name, mutant.path, verdict if verdict is Verdict.KILLED else f"[bold red]{verdict}[/]")
    console.print(table)
    killed = verdicts.count(Verdict.KILLED)
    console.print(f"{killed} of {len(chosen)} killed")
    sys.exit(0 if killed == len(chosen) else 1)


if __name__ == "__main__":
    main()
