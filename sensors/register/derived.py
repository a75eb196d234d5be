"""All that the database derives from the current versions of entries. Nothing else may hold anything of an entry.

Publishing, erasing and restoring all come through ``derive``, so what one of them changes in an entry is changed
everywhere. The state of each version and what is asked of an entry's quality follow by triggers of the database.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from sensors.db import Database, queries
from sensors.policy.cells import CellRule, RatioRule
from sensors.policy.compiler import compile_policy, rule_to_document
from sensors.register import search_index, slugs
from sensors.register.entry import Entry
from sensors.register.shared_places import PASS_PROPERTIES, PublishedDatastream, noise_of_counts
from sensors.register.validation.validator import find_rule_violations, find_violations
from sensors.vocabulary.codes import Public

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))
BATCH_SIZE = 500
CELLS_DRAWN_WITHIN = timedelta(days=36)
"""How long after an hour the last number with a pass of that hour in it is published: what came late is, with that of
four weeks, a week after those."""

_T = TypeVar("_T")


def derive(db: Database, documents: Sequence[dict[str, Any]], classes: Collection[str]) -> int:
    """Derive everything from these current versions, with these retention classes; returns how many datastreams
    changed. Requires a transaction that holds the register lock."""
    return sum(_derive_rows(db, batch, classes) for batch in in_batches(documents)) + _update_noise(db)


def forget_unnamed_slugs(db: Database) -> int:
    """Withdraw the slugs of names that are in no version of any entry; returns how many. Only erasing and redacting
    take a name out of every version."""
    return db.execute(QUERIES["forget_unnamed_slugs"]).rowcount


def in_batches(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Parts of at most ``BATCH_SIZE`` items."""
    return (items[start : start + BATCH_SIZE] for start in range(0, len(items), BATCH_SIZE))


def _derive_rows(db: Database, documents: Sequence[dict[str, Any]], classes: Collection[str]) -> int:
    """Update the datastreams of these entries from their policies, and their search index; returns how many
    datastreams changed."""
    entries = [(document, _readable(document)) for document in documents]
    batch = {
        "entries": [document["id"] for document in documents],
        "datastreams": [row for _, entry in entries for row in _datastream_rows(entry, classes)],
        "places": [search_index.index_row(document) for document in documents],
        "violations": [row for document, entry in entries for row in _violation_rows(document, entry, classes)],
    }
    steps = ("deactivate_datastreams", "update_datastreams", "insert_datastreams")
    changed = sum(db.execute(QUERIES[step], {"batch": batch}).rowcount for step in steps)
    for step in ("upsert_search_index", "delete_violations", "insert_violations"):
        db.execute(QUERIES[step], {"batch": batch})
    _assign_slugs(db, documents)
    return changed


def _assign_slugs(db: Database, documents: Sequence[dict[str, Any]]) -> None:
    """Assign slugs to new organisations and projects."""
    owners = slugs.slug_owners(documents)
    asked = {"municipalities": list({municipality for municipality, _, _ in owners})}
    existing = db.execute(QUERIES["slugs_of_municipalities"], {"batch": asked}).fetchall()
    known = {(row["municipality"], row["sort"], row["name"]) for row in existing}
    taken = {(row["municipality"], row["sort"], row["slug"]) for row in existing}
    new_slugs: list[dict[str, str]] = []
    for municipality, sort, name in (each for each in owners if each not in known):
        taken_slugs = {slug for where, what, slug in taken if (where, what) == (municipality, sort)}
        slug = slugs.unique_slug(slugs.slugify(name, slugs.FALLBACK_SLUGS[sort]), taken_slugs)
        taken.add((municipality, sort, slug))
        new_slugs.append({"municipality": municipality, "sort": sort, "slug": slug, "name": name})
    if new_slugs:
        db.execute(QUERIES["insert_slugs"], {"batch": {"names": new_slugs}})


def _readable(document: dict[str, Any]) -> Entry | None:
    """The published entry; None if it is of an older schema and no longer valid."""
    try:
        return Entry.model_validate(document)
    except ValidationError:
        return None


def _violation_rows(
    document: dict[str, Any], entry: Entry | None, classes: Collection[str]
) -> Iterator[dict[str, Any]]:
    """What an entry, published before a rule or under an older schema, does not comply with."""
    found = find_violations(document) if entry is None else find_rule_violations(entry, classes)
    for rule, path in sorted({(each.rule_id, each.path) for each in found}):
        yield {"entry_id": document["id"], "rule": rule, "path": path}


def _datastream_rows(entry: Entry | None, classes: Collection[str]) -> list[dict[str, Any]]:
    if entry is None:  # Ingest nothing until someone reviews it.
        return []
    policy = compile_policy(entry, classes)
    return [
        {
            "entry_id": str(entry.id),
            **asdict(datastream),
            "rule": rule_to_document(datastream.rule) if datastream.rule else None,
            **_cell_columns(datastream.cells),
            **_ratio_columns(datastream.ratio),
        }
        for datastream in policy.datastreams
    ]


def _cell_columns(cells: CellRule | None) -> dict[str, Any]:
    if cells is None:
        return {"sum_minutes": None, "one_night": False, "cell_noise": None}
    return {"sum_minutes": cells.sums_minutes, "one_night": cells.has_night, "cell_noise": cells.noise}


def _ratio_columns(ratio: RatioRule | None) -> dict[str, Any]:
    if ratio is None:
        return {"ratio_reference": None, "ratio_clip": None, "ratio_of": None}
    return {"ratio_reference": ratio.reference, "ratio_clip": ratio.clip, "ratio_of": ratio.of}


def _update_noise(db: Database) -> int:
    """Set the noise of every published count, which depends on what else is published at its place; returns how many
    changed.

    It falls only when the register has not asked for less for a while: until the last hours of a neighbour that was
    changed or ended are published, the noise of no other may be less than when both were there.
    """
    properties = [{"kind": kind, "property": each} for kind, codes in PASS_PROPERTIES.items() for each in codes]
    rows = db.execute(QUERIES["published_datastreams"], {"batch": {"properties": properties}}).fetchall()
    noise = noise_of_counts([PublishedDatastream(period=Public(row.pop("period")), **row) for row in rows])
    computed = [{"sensor_id": sensor, "property": name, "noise": each} for (sensor, name), each in noise.items()]
    parameters = {"batch": {"noise": computed}, "at": datetime.now(UTC), "held": CELLS_DRAWN_WITHIN}
    return db.execute(QUERIES["update_noise"], parameters).rowcount
