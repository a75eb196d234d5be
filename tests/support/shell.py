"""Running the commands of a page of the documentation, as a reader would."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]


def shell_blocks(page: str) -> list[str]:
    """The blocks of commands on a page, which are marked ``sh``, in order."""
    return re.findall(r"^```sh\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def link_project(folder: Path) -> None:
    """Make a folder the project's, without what is only in the real one: its data and what a user writes there."""
    for each in ROOT.iterdir():
        if each.name != ".lantaarn":
            (folder / each.name).symlink_to(each)


def run_shell(
    folder: Path, commands: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run commands in a folder; the first that fails is the last one."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )
