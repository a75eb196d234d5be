"""Erase a resident's entry: where it is, whose it is and all words about it leave every version, and the entry ends.

Its last version is without how the desk was reached too, so that what is exported of it may be imported again. What is
derived from the entry is derived again by ``sensors.register.derived``, in the same transaction.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from ingest.lifecycle.register.versions import VersionRow, forget_samples, replace_versions, version_rows
from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.erasures.mail_spool import delete_spooled_mails_about
from sensors.policy.constraints import RESIDENT_NAME
from sensors.register import repository
from sensors.register.location import neighbourhood_and_district, snap_to_cell
from sensors.register.reasons import ERASURE_REASON
from sensors.register.redaction import ERASED_NAME, REMOVED_TEXT
from sensors.vocabulary.codes import Precision, Role, Status
from sensors.vocabulary.localized_text import LocalizedText

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
_CONTROLLER = LocalizedText("de gemeente", "the municipality")
ERASING_EDITOR = "lantaarn erase"
"""The editor of the version that ends an erased entry."""


def erase_entry(db: Database, entry_id: UUID, at: datetime) -> Mapping[str, int]:
    """Erase an entry and what residents wrote about it; returns the rows changed or deleted, by table. Idempotent.

    Requires a transaction that holds the register lock.
    """
    entry = {"entry_id": entry_id}
    location = db.execute(QUERIES["erase_location"], entry).rowcount
    rows = version_rows(db, entry_id)
    desks = _desks(rows)
    versions, current = _redact_versions(db, rows, desks)
    counts = {
        "location": location,
        "register_entry": versions,
        "slug": _end_entry(db, without_desks(current, desks), at) if current else 0,
        "report_mail": db.execute(QUERIES["erase_report_mails"], entry).rowcount,
        "report": db.execute(QUERIES["erase_report_texts"], entry).rowcount,
    }
    forget_samples(db)
    return counts


def delete_mails_about(db: Database, entry_id: UUID, spool: Path) -> None:
    """Delete the mails about a sensor's reports that were written to a folder for want of a mail server."""
    for row in db.execute(QUERIES["report_numbers"], {"entry_id": entry_id}).fetchall():
        delete_spooled_mails_about(spool, row["number"])


def _redact_versions(
    db: Database, rows: Sequence[VersionRow], desks: Collection[str]
) -> tuple[int, dict[str, Any] | None]:
    """Redact every version. Returns how many changed, and what may follow the current one, if there is one."""
    left = [_redacted_version(row, desks) for row in rows]
    changed = [new for new, old in zip(left, rows, strict=True) if new != old]
    replace_versions(db, changed)
    return len(changed), redacted_document(rows[-1]["document"]) if rows else None


def _redacted_version(row: VersionRow, desks: Collection[str]) -> VersionRow:
    is_ours = (row["editor"], row["reason"]) == (ERASING_EDITOR, ERASURE_REASON)
    said = {} if is_ours else {"editor": REMOVED_TEXT.nl, "reason": REMOVED_TEXT.nl}
    left = redacted_document(row["document"])
    return {**row, **said, "document": _without_texts(left, _without_officer(left, desks))}


def _without_texts(part: Any, desks: Collection[str]) -> Any:
    """A part of an entry, with the words that say so in place of each text that tells how one of these is reached."""
    if isinstance(part, list):
        return [_without_texts(each, desks) for each in cast(list[Any], part)]
    if not isinstance(part, Mapping):
        return part
    fields = cast(Mapping[str, Any], part)
    told = " ".join(str(fields.get(language) or "") for language in ("nl", "en")).lower()
    if "nl" in fields and any(desk.lower() in told for desk in desks):
        return _words(REMOVED_TEXT)
    return {name: _without_texts(value, desks) for name, value in fields.items()}


def _end_entry(db: Database, current: dict[str, Any], at: datetime) -> int:
    """End an entry unless it has ended, and derive everything again. Returns how many slugs went."""
    last_day = max(current["active_from"], at.date().isoformat())
    is_ended = current["status"] == Status.ENDED
    ended = current if is_ended else {**current, "status": Status.ENDED, "active_until": last_day}
    return repository.record_redacted_versions(db, ended, ERASING_EDITOR, ERASURE_REASON, at)


def redacted_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry version without location, contact, owner, name, summary, project and descriptions.

    What is measured and why stays, as do controllers. The location becomes a 1 km cell, without height or address.
    Idempotent.
    """
    controllers = [each["name"] for each in document["organisations"] if each["role"] == Role.CONTROLLER]
    redacted = {
        **{name: value for name, value in document.items() if name != "project"},
        "name": _words(ERASED_NAME),
        "summary": _words(REMOVED_TEXT),
        "location": _coarsest_location(document),
        "contact": {"name": next(iter(controllers), RESIDENT_NAME)},
        "organisations": [
            each if each["name"] in controllers else {"role": each["role"], "name": RESIDENT_NAME}
            for each in document["organisations"]
        ],
    }
    if "datastreams" in document:
        redacted["datastreams"] = _without_words(document["datastreams"])
    return redacted


def _desks(rows: Sequence[VersionRow]) -> frozenset[str]:
    """How the desks of these versions were reached."""
    contacts = [row["document"]["contact"] for row in rows]
    return frozenset(each[way].rstrip("/") for each in contacts for way in ("email", "phone", "url") if each.get(way))


def without_desks(document: Mapping[str, Any], desks: Collection[str]) -> dict[str, Any]:
    """Put the controller's name in the texts of an erased document in place of these addresses and numbers.

    Only its last version becomes this: the database lets no text of those before be rewritten. The data protection
    officer's own, which an entry keeps, stay.
    """
    gone = sorted(_without_officer(document, desks), key=len, reverse=True)
    name = document["contact"]["name"]
    instead = _words(_CONTROLLER) if name == RESIDENT_NAME else {"nl": name, "en": name}
    pattern = re.compile("(?:" + "|".join(map(re.escape, gone)) + r")/?(?![\w/])", re.IGNORECASE)
    return _replaced(document, pattern, instead) if gone else dict(document)


def _without_officer(document: Mapping[str, Any], desks: Collection[str]) -> set[str]:
    officer: Mapping[str, str] = document.get("legal", {}).get("officer") or {}
    own = {each.lower() for each in officer.values()}
    return {desk for desk in desks if desk.lower() not in own}


def _replaced(part: Any, pattern: re.Pattern[str], instead: Mapping[str, str]) -> Any:
    if isinstance(part, list):
        return [_replaced(each, pattern, instead) for each in cast(list[Any], part)]
    if not isinstance(part, Mapping):
        return part
    return {
        name: pattern.sub(lambda _, name=name: instead[name], value)
        if name in instead and isinstance(value, str)
        else _replaced(value, pattern, instead)
        for name, value in cast(Mapping[str, Any], part).items()
    }


def _words(text: LocalizedText) -> dict[str, str]:
    return {"nl": text.nl, "en": text.en}


def _coarsest_location(document: Mapping[str, Any]) -> dict[str, Any]:
    cell = snap_to_cell(document["location"]["geometry"], Precision.CELL_1KM)
    neighbourhood, district = neighbourhood_and_district(cell)
    place = {"kind": "fixed", "geometry": cell, "precision": Precision.CELL_1KM}
    codes = {"neighbourhood": neighbourhood, "district": district}
    return place | {name: code for name, code in codes.items() if code is not None}


def _without_words(datastreams: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What is measured, without what is told of it and which parties get it."""
    return [
        {name: [] if name == "access_parties" else value for name, value in each.items() if name != "description"}
        for each in datastreams
    ]
