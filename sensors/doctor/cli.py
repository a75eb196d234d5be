"""The sub-command ``doctor``."""

import sys
from pathlib import Path

import click


@click.command(epilog="Example: lantaarn doctor")
def doctor() -> None:
    """Tell what is there of database, broker and web assets, what is missing and what to do: exit code 1."""
    from sensors.doctor import checks  # noqa: PLC0415 - the command loads only when it runs what it needs

    sys.exit(not checks.print_findings(checks.run_checks(Path.cwd())))
