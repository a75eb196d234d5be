"""``lantaarn doctor``: check the environment, report what is missing and how to fix it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
from pydantic import SecretStr

from sensors.doctor.access import access_findings
from sensors.doctor.broker import broker_findings
from sensors.doctor.database import database_findings
from sensors.doctor.finding import Finding
from sensors.doctor.machine import machine_findings
from sensors.register.location import known_areas
from sensors.settings.base import SettingsError
from sensors.settings.doctor import DoctorSettings

BUILT_ASSET = Path(__file__).parents[2] / "api" / "web" / "static" / "vendor" / "leaflet" / "leaflet.js"


def run_checks(folder: Path) -> Iterator[Finding]:
    """Run all checks in order. Without addresses in the environment, check the demo running in ``folder``."""
    demo = _running_demo(folder)
    try:
        settings = DoctorSettings.load()
    except SettingsError as error:
        yield Finding("settings", str(error), "correct this, then run lantaarn doctor again")
        return
    yield Finding("settings", "".join(f"\n    {name} = {value}" for name, value in sorted(settings.display_values())))
    yield from database_findings(settings.database_url or demo.get("database_url"), settings.pg_bin)
    yield from broker_findings(settings, settings.mqtt_url or demo.get("mqtt_url"))
    yield from access_findings(settings)
    yield from machine_findings()
    yield _areas(settings.municipality)
    yield _security_txt(settings.security_until)
    yield _assets()


def print_findings(findings: Iterator[Finding]) -> bool:
    """Print findings as they arrive; returns whether nothing required is missing."""
    is_healthy = True
    for finding in findings:
        click.echo(f"{'✗' if finding.remedy else '✓'} {finding.subject}: {finding.result}")
        if finding.remedy:
            click.echo(f"  → {finding.remedy}")
            is_healthy = False
    return is_healthy


def _running_demo(folder: Path) -> dict[str, SecretStr]:
    """The addresses of the demo running in this folder, if any."""
    try:
        known: dict[str, str | int] = json.loads((folder / ".lantaarn" / "demo.json").read_text())
    except (OSError, ValueError):
        return {}
    if not Path(f"/proc/{known.get('pid')}").exists():
        return {}
    return {name: SecretStr(str(value)) for name, value in known.items()}


def _areas(municipality: str) -> Finding:
    """Whether the outlines of the neighbourhoods are known."""
    known = [area for area in known_areas() if area.municipality == municipality]
    if known:
        return Finding("neighbourhoods", f"{sum(area.level == 'neighbourhood' for area in known)} in {municipality}")
    return Finding(
        "neighbourhoods",
        f"none known of {municipality}: its sensors are in no neighbourhood",
        "put their outlines in a folder and set LANTAARN_AREAS to it: see docs/operations/municipality.md",
    )


def _security_txt(until: date | None) -> Finding:
    """Whether security.txt gives a contact for vulnerabilities, now and for at least a month."""
    if until is None:
        return Finding("security.txt", "missing: set LANTAARN_SECURITY_UNTIL for a register that others can reach")
    if until < datetime.now(UTC).date() + timedelta(days=30):
        return Finding(
            "security.txt",
            f"expires on {until}, and is not served after that",
            "make sure LANTAARN_CONTACT is read, then set LANTAARN_SECURITY_UNTIL to a later date",
        )
    return Finding("security.txt", f"until {until}")


def _assets() -> Finding:
    if BUILT_ASSET.exists():
        return Finding("web assets", "built")
    return Finding("web assets", "not built: the register works, its map does not", "run make demo once")
