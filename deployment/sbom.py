"""``make sbom``: what Lantaarn is made of, as two CycloneDX files. The same versions give the same files, to the byte.

``cyclonedx-py`` reads the packages that are installed here, with the licences that they declare, and npm the lock of
the web assets. What is only for development is left out: it is on no machine of a municipality.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PIN_PATTERN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)(\s*;)?", re.MULTILINE)

Sbom = dict[str, Any]

UNDECLARED_LICENCES = {"verlib2": "BSD-2-Clause"}
"""What stands in the licence file of packages that declare none."""


def main(folder: Path) -> None:
    """Write both files into ``folder``. Exits with a sentence when what is installed is not what is pinned."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in (("lantaarn-python", python_sbom()), ("lantaarn-web", web_sbom())):
        path = folder / f"{name}.cdx.json"
        path.write_text(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
        sys.stdout.write(f"{path}: {len(document['components'])} components\n")


def python_sbom() -> Sbom:
    """What ``requirements/runtime.txt`` pins, as it is installed here."""
    options = ["--output-reproducible", "--no-validate", "--of", "JSON", "--pyproject", "pyproject.toml"]
    document = _run_json([sys.executable, "-m", "cyclonedx_py", "environment", *options, sys.executable])
    pins = PIN_PATTERN.findall((ROOT / "requirements" / "runtime.txt").read_text())
    pinned = {(_normalised_name(name), version) for name, version, _ in pins}
    # A package with a marker behind it may be for other machines.
    needed = {_normalised_name(name) for name, _, marker in pins if not marker}
    document["components"] = [each for each in document["components"] if _name_and_version(each) in pinned]
    missing = needed - {name for name, _ in map(_name_and_version, document["components"])}
    if missing:
        sys.exit(f"Not installed as pinned: {', '.join(sorted(missing))}. Run make install.")
    for each in document["components"]:
        # Home pages and the like: purl names the package, and to check 400 addresses takes longer than all the rest.
        each.pop("externalReferences", None)
        if each["name"] in UNDECLARED_LICENCES:
            each.setdefault("licenses", [{"license": {"id": UNDECLARED_LICENCES[each["name"]]}}])
    _prune_dependencies(document)
    return document


def web_sbom() -> Sbom:
    """What the browser gets: the packages of ``package-lock.json`` but those of the tests."""
    options = ["--sbom-format", "cyclonedx", "--omit", "dev", "--package-lock-only"]
    document = _run_json([sys.executable, "-m", "simulators.embedded.npm", "sbom", *options])
    # A number and a time of making would differ each time; npm takes the name from the folder.
    del document["serialNumber"], document["metadata"]["timestamp"]
    document["metadata"]["component"]["name"] = "lantaarn-web"
    return document


def _run_json(command: list[str]) -> Sbom:
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def _name_and_version(component: Sbom) -> tuple[str, str]:
    return _normalised_name(component["name"]), component["version"]


def _normalised_name(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _prune_dependencies(document: Sbom) -> None:
    """Leave out the links to and from what is left out."""
    known = {each["bom-ref"] for each in (*document["components"], document["metadata"]["component"])}
    document["dependencies"] = [
        {**each, "dependsOn": [ref for ref in each.get("dependsOn", []) if ref in known]}
        for each in document["dependencies"]
        if each["ref"] in known
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
