"""The rules for Prometheus: valid, tried on series, about metrics that exist, and told in the handbook."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.middleware import HttpMetrics
from ingest.metrics import Metrics
from tests.support.installed import needs_promtool

FOLDER = Path(__file__).parents[3] / "deployment" / "prometheus"
SIGNALS = (FOLDER.parents[1] / "docs" / "operations" / "signals.md").read_text()
GROUPS: list[dict[str, Any]] = yaml.safe_load((FOLDER / "lantaarn.rules.yml").read_text())["groups"]
RULES: list[dict[str, Any]] = [rule for group in GROUPS for rule in group["rules"]]


@needs_promtool
@pytest.mark.parametrize("command", ["check config prometheus.yml", "test rules lantaarn.test.yml"])
def test_promtool_finds_nothing(command: str) -> None:
    done = subprocess.run(["promtool", *command.split()], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_metric_in_a_rule_is_one_of_ours() -> None:
    registries = (Metrics().registry, HttpMetrics().registry)
    known = {family.name for registry in registries for family in registry.collect()}
    asked = set(re.findall(r"\blantaarn_\w+", " ".join(rule["expr"] for rule in RULES)))
    assert asked
    assert {re.sub(r"_(total|bucket)$", "", name) for name in asked} <= known


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_rule_says_what_is_wrong_what_to_do_and_is_in_the_handbook(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("urgent", "attention")
    assert rule["annotations"].keys() == {"summary", "description"}
    assert f"`{rule['alert']}`" in SIGNALS


def test_a_refusal_is_an_increase_from_the_first_one() -> None:
    families = {family.name: family for family in Metrics().registry.collect()}
    totals = {each.value for each in families["lantaarn_ingest_refused"].samples if each.name.endswith("_total")}
    assert totals == {0}
