"""The ``doctor`` command."""

import sys
from pathlib import Path

import click


@click.command(epilog="Example: lantaarn doctor")
def doctor() -> None:
    """Check the database, the broker and the web assets. Exit code 1 if something is missing, with how to fix it."""
    from sensors.doctor import checks  # noqa: PLC0415 - a command imports what it needs only when it runs

    sys.exit(not checks.print_findings(checks.run_checks(Path.cwd())))
