"""Adding a kind or a format is adding one folder: proven in a copy of the package, by a program of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ADDED = Path(__file__).with_name("one_folder")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with a copy of ``sensors``, which a program started there imports instead of ours."""
    shutil.copytree(ROOT / "sensors", tmp_path / "sensors", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "payloads.md", tmp_path / "docs")
    return tmp_path


def run_checks(copy: Path, name: str) -> None:
    """Run a module of checks in the copy, which fails with the message of the check."""
    path = os.pathsep.join(map(str, (copy, ROOT)))
    done = subprocess.run(
        [sys.executable, "-m", f"{__package__}.one_folder.{name}"],
        capture_output=True,
        text=True,
        check=False,
        cwd=copy,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_kind_is_one_folder(copy: Path) -> None:
    shutil.copytree(ADDED / "noise", copy / "sensors/kinds/noise")
    run_checks(copy, "kind_checks")


@pytest.mark.slow
def test_a_format_is_one_folder(copy: Path) -> None:
    shutil.copytree(ADDED / "noise", copy / "sensors/kinds/noise")
    shutil.copytree(ADDED / "csv", copy / "sensors/formats/csv")
    run_checks(copy, "format_checks")


@pytest.mark.slow
def test_without_its_folder_the_checks_fail(copy: Path) -> None:
    with pytest.raises(AssertionError, match="KeyError: 'noise'"):
        run_checks(copy, "kind_checks")
