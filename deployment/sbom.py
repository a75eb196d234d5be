"""``make sbom``: write Lantaarn's software bill of materials as two reproducible CycloneDX files.

``cyclonedx-py`` reads the installed packages and their declared licences, and npm the lock file of the web assets.
Development dependencies are left out: they are never deployed.
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
"""Licences of packages that declare none, from their licence files."""


def main(folder: Path) -> None:
    """Write both files to ``folder``. Exits with a message if the installed packages don't match the pins."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in (("lantaarn-python", python_sbom()), ("lantaarn-web", web_sbom())):
        path = folder / f"{name}.cdx.json"
        path.write_text(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
        sys.stdout.write(f"{path}: {len(document['components'])} components\n")


def python_sbom() -> Sbom:
    """The SBOM of the packages pinned in ``requirements/runtime.txt``, as installed."""
    options = ["--output-reproducible", "--no-validate", "--of", "JSON", "--pyproject", "pyproject.toml"]
    document = _run_json([sys.executable, "-m", "cyclonedx_py", "environment", *options, sys.executable])
    pins = PIN_PATTERN.findall((ROOT / "requirements" / "runtime.txt").read_text())
    pinned = {(_normalised_name(name), version) for name, version, _ in pins}
    # Packages with an environment marker may be for other platforms.
    needed = {_normalised_name(name) for name, _, marker in pins if not marker}
    document["components"] = [each for each in document["components"] if _name_and_version(each) in pinned]
    missing = needed - {name for name, _ in map(_name_and_version, document["components"])}
    if missing:
        sys.exit(f"Not installed as pinned: {', '.join(sorted(missing))}. Run make install.")
    for each in document["components"]:
        # Drop home pages and the like: the purl identifies the package, and 400 URLs are a lot to verify.
        each.pop("externalReferences", None)
        if each["name"] in UNDECLARED_LICENCES:
            each.setdefault("licenses", [{"license": {"id": UNDECLARED_LICENCES[each["name"]]}}])
    _prune_dependencies(document)
    return document


def web_sbom() -> Sbom:
    """The SBOM of the browser assets: the packages in ``package-lock.json``, without dev dependencies."""
    options = ["--sbom-format", "cyclonedx", "--omit", "dev", "--package-lock-only"]
    document = _run_json([sys.executable, "-m", "simulators.embedded.npm", "sbom", *options])
    # For reproducibility: the serial number and timestamp differ each run, and npm names it after the folder.
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
    """Normalise a package name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _prune_dependencies(document: Sbom) -> None:
    """Drop dependency edges to and from components that were left out."""
    known = {each["bom-ref"] for each in (*document["components"], document["metadata"]["component"])}
    document["dependencies"] = [
        {**each, "dependsOn": [ref for ref in each.get("dependsOn", []) if ref in known]}
        for each in document["dependencies"]
        if each["ref"] in known
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
