"""``lantaarn doctor``: what is there, what is missing, and what to do about it."""

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
from sensors.register.location import areas
from sensors.settings import DoctorSettings
from sensors.settings.base import SettingsError

ASSETS = Path(__file__).parents[2] / "api" / "web" / "static" / "vendor" / "leaflet" / "leaflet.js"


def examine(folder: Path) -> Iterator[Finding]:
    """Look at everything, in order. Without addresses in the environment, at the demo that runs in ``folder``."""
    demo = _running_demo(folder)
    try:
        settings = DoctorSettings.load()
    except SettingsError as error:
        yield Finding("settings", str(error), "correct this, then run lantaarn doctor again")
        return
    yield Finding("settings", "".join(f"\n    {name} = {value}" for name, value in sorted(settings.shown())))
    yield from database_findings(settings.database_url or demo.get("database_url"), settings.pg_bin)
    yield from broker_findings(settings, settings.mqtt_url or demo.get("mqtt_url"))
    yield from access_findings(settings)
    yield from machine_findings()
    yield _outlines(settings.municipality)
    yield _weaknesses(settings.security_until)
    yield _assets()


def show(findings: Iterator[Finding]) -> bool:
    """Print each finding as soon as it is known; whether nothing needed is missing."""
    well = True
    for finding in findings:
        click.echo(f"{'✗' if finding.todo else '✓'} {finding.subject}: {finding.found}")
        if finding.todo:
            click.echo(f"  → {finding.todo}")
            well = False
    return well


def _running_demo(folder: Path) -> dict[str, SecretStr]:
    """The addresses of the demo that runs in this folder, if one does."""
    try:
        known: dict[str, str | int] = json.loads((folder / ".lantaarn" / "demo.json").read_text())
    except (OSError, ValueError):
        return {}
    if not Path(f"/proc/{known.get('pid')}").exists():
        return {}
    return {name: SecretStr(str(value)) for name, value in known.items()}


def _outlines(municipality: str) -> Finding:
    """Whether we know where the neighbourhoods are."""
    known = [area for area in areas() if area.municipality == municipality]
    if known:
        return Finding("neighbourhoods", f"{sum(area.level == 'neighbourhood' for area in known)} in {municipality}")
    return Finding(
        "neighbourhoods",
        f"none known of {municipality}: its sensors are in no neighbourhood",
        "put their outlines in a folder and name it in LANTAARN_AREAS: see docs/operations/municipality.md",
    )


def _weaknesses(until: date | None) -> Finding:
    """Whether who finds a weakness can tell us, a month from now too."""
    if until is None:
        return Finding("security.txt", "not there: set LANTAARN_SECURITY_UNTIL for a register that others can reach")
    if until < datetime.now(UTC).date() + timedelta(days=30):
        return Finding(
            "security.txt",
            f"ends on {until}, and is not there from then on",
            "see that LANTAARN_CONTACT is read, then set LANTAARN_SECURITY_UNTIL to a later day",
        )
    return Finding("security.txt", f"until {until}")


def _assets() -> Finding:
    if ASSETS.exists():
        return Finding("web assets", "built")
    return Finding("web assets", "not built: the register works, its map does not", "run make demo once")
