"""Run the commands on a documentation page, as a reader would."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]


def shell_blocks(page: str) -> list[str]:
    """The ``sh`` code blocks on a page, in order."""
    return re.findall(r"^```sh\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def link_project(folder: Path) -> None:
    """Link the project's files into a folder, except its data in .lantaarn."""
    for each in ROOT.iterdir():
        if each.name != ".lantaarn":
            (folder / each.name).symlink_to(each)


def run_shell(
    folder: Path, commands: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run commands in a folder with bash, stopping at the first failure."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )
