"""The commands in the README and in CONTRIBUTING.md work as described, in a folder like a user's."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import httpx
import pytest

from sensors.db.server import data_folder_of
from tests.support.installed import needs_mosquitto_pub
from tests.support.shell import ROOT, link_project, run_shell, shell_blocks
from tests.support.waiting import wait_for

START, BESIDE, PUBLISH, DEVELOP = shell_blocks("README.md")
_, QUERY_DATABASE, FOLLOW_MESSAGES = shell_blocks("CONTRIBUTING.md")
PAGE = "/sensors/lucht-gemeente-01"


@pytest.fixture(scope="module")
def folder(made_installation: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The project's folder without what is only here, with the demo of the README running in it."""
    here = tmp_path_factory.mktemp("lantaarn")
    link_project(here)
    command = START.strip() + ' ARGS="--days 1"'
    with (here / "output.txt").open("w") as output:
        demo = subprocess.Popen(command, cwd=here, shell=True, stdout=output, stderr=output, process_group=0)  # noqa: S602
    try:
        wait_for(lambda: (here / ".lantaarn" / "demo.json").exists() or demo.poll() is not None, 120)
        assert demo.poll() is None, (here / "output.txt").read_text()
        yield here
    finally:
        if (here / ".lantaarn" / "demo.json").exists():
            subprocess.run(["kill", "-INT", str(known(here)["pid"])], check=True)
        demo.wait(60)
        if os.geteuid() == 0:
            shutil.rmtree(data_folder_of(here), ignore_errors=True)


def known(folder: Path) -> dict[str, str]:
    return json.loads((folder / ".lantaarn" / "demo.json").read_text())


def test_the_commands_beside_a_running_demo_work(folder: Path) -> None:
    done = run_shell(folder, BESIDE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len((folder / ".lantaarn" / "export.jsonl").read_text().splitlines()) > 300
    assert "0 problems" in done.stdout


@needs_mosquitto_pub
def test_what_any_client_publishes_is_soon_on_the_page(folder: Path) -> None:
    # Not timed here, where other tests run beside it: `make bench` measures the two seconds of the README.
    page = known(folder)["http_url"] + PAGE
    assert "412 µg/m³" not in httpx.get(page).text
    published = run_shell(folder, BESIDE.splitlines()[0] + "\n" + PUBLISH.replace("12.3", "412"))
    assert published.returncode == 0, published.stderr
    wait_for(lambda: "412 µg/m³" in httpx.get(page).text, 20)


@needs_mosquitto_pub
def test_what_an_unknown_sensor_publishes_is_only_counted(folder: Path) -> None:
    quarantined = "lantaarn_ingest_refused_total"
    assert (
        run_shell(folder, BESIDE.splitlines()[0] + "\n" + PUBLISH.replace("lucht-gemeente-01", "nobody")).returncode
        == 0
    )
    port = json.loads((folder / ".lantaarn" / "ports.json").read_text())["metrics"]
    wait_for(lambda: f'{quarantined}{{reason="unregistered"}}' in httpx.get(f"http://127.0.0.1:{port}/metrics").text, 5)


def test_a_contributor_can_look_into_the_database(folder: Path) -> None:
    done = run_shell(folder, QUERY_DATABASE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "reference" in done.stdout
    assert "What comes in?" in done.stdout


@needs_mosquitto_pub
def test_a_contributor_can_follow_the_messages(folder: Path) -> None:
    done = run_shell(folder, BESIDE.splitlines()[0] + "\n" + FOLLOW_MESSAGES)
    assert done.returncode == 0, done.stderr
    assert [line.partition("helmond/")[0] for line in done.stdout.splitlines()] == ["", "", "", "event/"]


def test_the_commands_for_developers_exist() -> None:
    for command in DEVELOP.strip().splitlines():
        done = subprocess.run([*command.split(), "-n"], cwd=ROOT, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    named = {re.split("[^a-z-]", each, maxsplit=1)[0] for each in wanted}
    table = (ROOT / "README.md").read_text().partition("## Dependencies")[2]
    stubs = {"pandas-stubs", "types-jsonschema", "types-psutil", "types-pyyaml", "types-reportlab", "types-shapely"}
    assert {name for name in named if name not in table} <= stubs
