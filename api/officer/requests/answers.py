"""What is done with what is held: show where it is, hand it out, erase it."""

import csv
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

from api.officer.requests.held import QUERIES, Held, HeldReport
from api.officer.requests.letter import DATA_FILE, READINGS_FILE, access_letter
from api.reports import desk
from api.reports.desk import ReportNumber
from ingest.lifecycle import erasure
from ingest.lifecycle.erasure import ErasureRequest
from ingest.lifecycle.register.erased_entry import delete_mails_about
from sensors.db import Connection, Database
from sensors.erasures.mail_spool import delete_spooled_mails_about
from sensors.register.repository import versions_of_entry
from sensors.staff.log import Act, logged
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

LETTER_FILE = "brief.txt"
"""The letter, in a folder with what it is about."""


@dataclass(frozen=True, slots=True)
class ErasureOrder:
    """How to erase. ``reason`` and ``editor`` are recorded; ``tombstones``: the list outside the database."""

    reason: str
    tombstones: Path
    mail_spool: Path
    with_answer: bool = False
    """The text of an answer goes too."""
    editor: str | None = None


def summary(held: Held) -> Iterator[str]:
    """What is held where, a line for each, without its content."""
    for report in held.reports:
        yield from _report_lines(report)
    if held.sensor is not None:
        yield f"sensor {held.sensor.entry.reference}, {held.sensor.entry.status}"
        yield from (f"  {table}: {rows:,}" for table, rows in held.sensor.counts.items() if rows)
    for number in held.mentions:
        yield f"report {number} of someone else: the address stands in it (lantaarn reports show {number})"
    for reference, version in held.versions:
        yield f"sensor {reference}, version {version}: the address stands in it, which is not erased here"
    for each in held.nearby:
        until = f" to {each.active_until}" if each.active_until else ""
        yield f"sensor {each.reference}: {each.name}, from {each.active_from}{until}"
    if held.is_empty:
        yield "nothing is held"


def _report_lines(report: HeldReport) -> Iterator[str]:
    held = report.held
    yield f"report {report.number} about {held['reference']}, received {held['received_at']:%Y-%m-%d}, {held['status']}"
    for what in ("words", "email"):
        if held[what] is not None:
            yield f"  {what}: held until {held[f'{what}_until']:%Y-%m-%d}"
    if held["answer"] is not None:
        yield "  answer: public, kept"
    waiting = {"mails in the queue": len(held["mails"]), "mails in the spool": report.spooled}
    waiting["decisions of the desk"] = len(held["decisions"])
    yield from (f"  {what}: {rows}" for what, rows in waiting.items() if rows)


def write_export(db: Connection, held: Held, folder: Path, now: datetime) -> Iterator[Path]:
    """Write letter, data and readings to a new folder, for its owner only; returns what was written."""
    folder.mkdir(mode=0o700, parents=True)
    yield write_private(folder / LETTER_FILE, access_letter(held, now.astimezone(LOCAL_TIME_ZONE).date()))
    data = json.dumps(_data(db, held), default=_plain, ensure_ascii=False, indent=2)
    yield write_private(folder / DATA_FILE, data + "\n")
    if held.sensor is not None:
        wanted = {"entry_id": held.sensor.version.entry_id, **held.asked.period(now)}
        yield _write_readings(db, wanted, folder / READINGS_FILE)


def _data(db: Database, held: Held) -> Mapping[str, Any]:
    found: dict[str, Any] = {"reports": [report.held for report in held.reports]}
    if held.sensor is not None:
        entry_id = held.sensor.version.entry_id
        place = db.execute(QUERIES["exact_place"], {"entry_id": entry_id}).fetchone()
        found["sensor"] = {
            "reference": held.sensor.entry.reference,
            "exact_place": place["geometry"] if place else None,
            "rows": held.sensor.counts,
            "versions": [
                {"version": each.version, "valid_from": each.valid_from, "entry": each.document}
                for each in versions_of_entry(db, entry_id)
            ],
        }
    found["stands_in"] = [{"reference": reference, "version": version} for reference, version in held.versions]
    return found


def _write_readings(db: Connection, wanted: Mapping[str, Any], path: Path) -> Path:
    """Single values as CSV, read row by row: there may be millions."""
    write_private(path, "")
    with path.open("w", newline="", encoding="utf-8") as file, db.transaction(), db.cursor("readings") as cursor:
        table = csv.writer(file)
        table.writerow(("time", "property", "unit", "value", "quality"))
        table.writerows(row.values() for row in cursor.execute(QUERIES["readings"], wanted))
    return path


def write_private(path: Path, text: str) -> Path:
    """Write a new file that only its owner can read. Raises ``FileExistsError``."""
    with open_private(path) as file:
        file.write(text)
    return path


def open_private(path: Path) -> TextIO:
    """Open a new file that only its owner can read. Raises ``OSError``."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def erase_held(db: Database, held: Held, order: ErasureOrder, now: datetime) -> int:
    """Erase the reports and the sensor that were found. Returns how many rows of measurements and entries went.

    Raises ``DeskError``, ``ErasureError`` and ``TombstoneError``.
    """
    for report in held.reports:
        number = ReportNumber(held.asked.municipality, report.number)
        with logged(db, Act("request erase", f"report {report.number}", order.editor, order.reason)):
            erased = desk.plan_report_erasure(db, number, now, with_answer=order.with_answer)
            desk.erase_report(db, erased, order.reason, order.tombstones)
        delete_spooled_mails_about(order.mail_spool, report.number)
    return _erase_sensor(db, held, order, now) if held.sensor is not None else 0


def _erase_sensor(db: Database, held: Held, order: ErasureOrder, now: datetime) -> int:
    asked = held.asked
    whole = asked.first_day is None and asked.last_day is None
    period = asked.period(now)
    wanted = ErasureRequest(
        asked.municipality,
        asked.reference or "",
        order.reason,
        since=period["from"] if asked.first_day else None,
        until=period["until"] if asked.last_day else None,
        whole_entry=whole,
    )
    tombstone = erasure.plan_erasure(db, wanted, now)
    act = Act("request erase", wanted.reference, order.editor, order.reason)
    done = erasure.erase(db, tombstone, order.tombstones, act)
    if whole:
        delete_mails_about(db, tombstone.entry_id, order.mail_spool)
    return sum(each.deleted_rows for each in done.deletions)
