"""``make sbom``: valid, the same each time, and of all that a municipality runs."""

import json
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deployment import sbom

NAMES = ("lantaarn-python", "lantaarn-web")


@pytest.fixture(scope="module")
def made(node_wheel: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sbom")
    sbom.main(folder)
    return folder


def read(folder: Path, name: str) -> sbom.Sbom:
    return json.loads((folder / f"{name}.cdx.json").read_text())


@pytest.mark.parametrize("name", NAMES)
def test_it_is_valid_cyclonedx(made: Path, name: str) -> None:
    text = (made / f"{name}.cdx.json").read_text()
    version = SchemaVersion.from_version(json.loads(text)["specVersion"])
    assert JsonStrictValidator(version).validate_str(text) is None


def test_the_same_versions_give_the_same_files(made: Path, tmp_path: Path) -> None:
    sbom.main(tmp_path)
    for name in NAMES:
        assert (tmp_path / f"{name}.cdx.json").read_bytes() == (made / f"{name}.cdx.json").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_every_component_has_a_version_and_a_licence(made: Path, name: str) -> None:
    components = read(made, name)["components"]
    assert components
    assert [each["name"] for each in components if not (each.get("version") and each.get("licenses"))] == []


def test_what_the_programs_need_is_in_it_and_what_only_developers_need_is_not(made: Path) -> None:
    names = {each["name"].lower().replace("_", "-") for each in read(made, "lantaarn-python")["components"]}
    project = tomllib.loads((sbom.ROOT / "pyproject.toml").read_text())["project"]
    wanted = chain(project["dependencies"], project["optional-dependencies"]["embedded"])
    assert {re.split("[^a-z0-9-]", each, maxsplit=1)[0] for each in wanted} <= names
    assert not names & {"pytest", "ruff", "cyclonedx-bom"}
    assert {"leaflet", "@utrecht/component-library-css"} <= {
        each["name"] for each in read(made, "lantaarn-web")["components"]
    }
    assert "axe-core" not in {each["name"] for each in read(made, "lantaarn-web")["components"]}
