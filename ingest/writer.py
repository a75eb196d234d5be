"""Commit a batch atomically: observations, totals, ledger and quarantine in one transaction."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from msgspec.structs import replace as change

from ingest.conflicts import Met, compare_with_stored, lock_revisions, not_inserted, replace_revised
from ingest.database_errors import ErrorAction, action_for
from ingest.pipeline import (
    EventDatastream,
    IngestSensor,
    MessageOutcome,
    Observation,
    Rejection,
    SensorsByTopic,
    StoredDatastream,
)
from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.formats.model import PayloadRules
from sensors.kinds import KINDS, Kind
from sensors.policy.cells import CellRule
from sensors.policy.compiler import rule_from_document
from sensors.policy.personal_data import redact_text
from sensors.policy.retention_classes import substitute_table
from sensors.vocabulary.codes import Public, Status
from sensors.vocabulary.measurement import Aggregation, SameTime, Stamp
from sensors.vocabulary.rejection_reasons import RejectionReason

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


@cache
def _statement(table: str) -> LiteralString:
    """The insert statement for one retention class's table, built once."""
    return substitute_table(QUERIES["insert_observations"], table)


def register_revision(db: Database) -> int:
    """Return a number that grows with every register version and every erasure."""
    row = db.execute(QUERIES["register_revision"]).fetchone()
    return row["revision"] if row else 0


def publish_cells(db: Database, now: datetime) -> None:
    """Publish the hourly and daily cells that are complete at ``now``, except counts. Idempotent."""
    db.execute(QUERIES["publish_cells"], {"at": now})


def load_register(db: Database) -> SensorsByTopic:
    """Load every registered sensor of a known kind, with its allow-list."""
    sensors: dict[tuple[str, str, str], IngestSensor] = {}
    for row in db.execute(QUERIES["registered_sensors"]).fetchall():
        kind = KINDS.get(row["kind"])
        if kind is None:
            continue
        key = (row["municipality"], row["kind"], row["reference"])
        sensors[key] = _with_datastream(sensors.get(key) or _without_datastreams(kind, row), row)
    return sensors


def _without_datastreams(kind: Kind, row: dict[str, Any]) -> IngestSensor:
    return IngestSensor(
        row["sensor_id"],
        kind.for_device(row["make_and_model"]),
        Status(row["status"]),
        {},
        revision=row["revision"],
        erased_periods=tuple((since, until) for since, until in row["erased"]),
        payload_rules=_payload_rules(row["payload"] or {}),
        is_about_people=row["is_about_people"],
    )


def _payload_rules(declared: dict[str, Any]) -> PayloadRules:
    # A device without a clock has no time until its message says when it arrived.
    receipt_time = RejectionReason.NO_TIME if declared.get("time") == "on_receipt" else None
    return PayloadRules(declared.get("numbers_as_text", False), receipt_time)


def _with_datastream(sensor: IngestSensor, row: dict[str, Any]) -> IngestSensor:
    """Add the row's datastream, if it has one, to the sensor's allow-list."""
    number, code = row["datastream_id"], row["property"]
    if number is None:
        return sensor
    if row["rule"] is not None:
        rule = rule_from_document(row["rule"])
        stream = EventDatastream(number, sensor.kind.properties[code], rule, _cell_rule(row))
        return replace(sensor, event_datastreams={**sensor.event_datastreams, code: stream})
    aggregation = Aggregation(row["aggregation"])
    stored = StoredDatastream(
        number,
        row["table_name"],
        row["term"],
        sensor.kind.property_read_as(code, aggregation),
        aggregation=aggregation,
        stamp=Stamp(row["stamp"]),
        interval=row["measurement_interval"],
        same_time=SameTime(row["same_time"]),
        is_additive=row["is_additive"],
    )
    return replace(sensor, datastreams={**sensor.datastreams, code: stored})


def _cell_rule(row: dict[str, Any]) -> CellRule | None:
    if row["sum_minutes"] is None:
        return None
    return CellRule(Public(row["public"]), row["cell_noise"], row["sum_minutes"], row["one_night"])


@dataclass(frozen=True, slots=True)
class BatchTotals:
    """A batch as recorded in the ledger, in readings."""

    stored: int = 0
    duplicate: int = 0
    conflict: int = 0
    aggregated: int = 0
    rejected: Counter[RejectionReason] = field(default_factory=Counter[RejectionReason])
    fields_dropped: int = 0
    repeated_by_sensor: Counter[int | None] = field(default_factory=Counter[int | None])
    """Duplicates and conflicts: readings for an instant that already had a value."""
    has_late: bool = False
    """Whether hours that may have been published are due for completion (``ingest.hourly_totals``)."""

    def __add__(self, other: "BatchTotals") -> "BatchTotals":
        return BatchTotals(
            self.stored + other.stored,
            self.duplicate + other.duplicate,
            self.conflict + other.conflict,
            self.aggregated + other.aggregated,
            self.rejected + other.rejected,
            self.fields_dropped + other.fields_dropped,
            self.repeated_by_sensor + other.repeated_by_sensor,
            self.has_late or other.has_late,
        )


def commit_batch(db: Database, outcomes: Sequence[MessageOutcome], received_at: datetime) -> BatchTotals:
    """Write a batch in one transaction.

    A row that the database rejects is isolated by halving the batch, and quarantined in the same transaction, so that
    it never holds up its neighbours. Raises psycopg.Error if the server is at fault; nothing is stored then.
    """
    try:
        with db.transaction():
            return _write(db, outcomes, received_at)
    except psycopg.Error as error:
        if action_for(error) is not ErrorAction.REJECT_ROW:
            raise
    # Rare, so ordinary batches don't pay for these savepoints.
    with db.transaction():
        lock_revisions(db)
        return _write_halves(db, outcomes, received_at)


def _write_halves(db: Database, outcomes: Sequence[MessageOutcome], received_at: datetime) -> BatchTotals:
    totals = BatchTotals()
    for half in _halves(outcomes):
        try:
            with db.transaction():
                totals += _write(db, half, received_at)
        except psycopg.Error as error:
            if action_for(error) is not ErrorAction.REJECT_ROW or not any(outcome.observations for outcome in half):
                raise
            totals += _write_halves(db, half, received_at)
    return totals


def _write(db: Database, outcomes: Sequence[MessageOutcome], received_at: datetime) -> BatchTotals:
    met, has_late = _insert_observations(db, outcomes)
    ledger_rows = _ledger_rows(outcomes, met)
    if not ledger_rows:
        return BatchTotals()
    columns = list(zip(*ledger_rows.values(), strict=True))
    _add_to_ledger(db, list(ledger_rows), columns, received_at)
    stored, duplicate, conflict, _, aggregated, fields_dropped = map(sum, columns)
    rejected = _quarantine(db, outcomes, received_at)
    repeated = {sensor_id: row[1] + row[2] for sensor_id, row in ledger_rows.items()} if duplicate + conflict else {}
    return BatchTotals(stored, duplicate, conflict, aggregated, rejected, fields_dropped, Counter(repeated), has_late)


def _halves(outcomes: Sequence[MessageOutcome]) -> Sequence[Sequence[MessageOutcome]]:
    """Split a rejected batch, down to single observations. One rejected on its own becomes a rejected reading."""
    if len(outcomes) > 1:
        middle = len(outcomes) // 2
        return outcomes[:middle], outcomes[middle:]
    outcome, observations = outcomes[0], outcomes[0].observations
    if len(observations) > 1:
        middle = len(observations) // 2
        first = change(outcome, observations=observations[:middle])
        left = {"rejections": (), "fields_dropped": 0}
        rest = change(outcome, observations=observations[middle:], **left)
        return [first], [rest]
    if observations:
        refused = (Rejection(RejectionReason.REFUSED_BY_DATABASE, ""),) * observations[0].readings
        return ([change(outcome, observations=(), rejections=(*outcome.rejections, *refused))],)
    return ([outcome],)


def _insert_observations(db: Database, outcomes: Iterable[MessageOutcome]) -> tuple[Sequence[Met], bool]:
    """Insert the observations table by table. Returns those that met a stored value, and whether any came late."""
    by_table: defaultdict[str, list[Observation]] = defaultdict(list)
    revisable: defaultdict[str, list[Observation]] = defaultdict(list)
    for outcome in outcomes:
        for observation in outcome.observations:
            (revisable if observation.is_revisable else by_table)[observation.table].append(observation)
    met: list[Met] = []
    has_late = False
    if revisable:
        lock_revisions(db)
        for table, observations in sorted(revisable.items()):
            settlement = replace_revised(db, table, observations)
            by_table[table] += settlement.new.values()
            met += settlement.met
    for table, observations in sorted(by_table.items()):
        row = db.execute(_statement(table), _columns(observations)).fetchone()
        if row is None:
            continue
        has_late = has_late or row["has_late"]
        # Usually all rows are new, and the server then returns no keys.
        if row["stored"] < len(observations):
            inserted = zip(row["datastream_ids"] or (), row["times"] or (), strict=True)
            met += compare_with_stored(db, table, not_inserted(observations, inserted))
    return met, has_late


def _columns(observations: Sequence[Observation]) -> dict[str, str]:
    """Format the columns as PostgreSQL array literals: with psycopg's lists the statement costs a third more.

    Safe because they contain our own numbers and instants, never text from a message.
    """
    texts: list[str] = []
    time, text = None, ""
    for one in observations:
        # Observations of one message usually share their time: format it once.
        if one.time is not time:
            time, text = one.time, one.time.isoformat()
        texts.append(text)
    return {
        "datastream_ids": _literal([one.datastream_id for one in observations]),
        "times": "{" + ",".join(texts) + "}",
        "values": _literal([one.value for one in observations]),
        "qualities": _literal([int(one.quality) for one in observations]),
        "apart_ids": _literal(list({one.datastream_id for one in observations if not one.is_additive})),
        "revised": _revision_times(observations),
    }


def _revision_times(observations: Sequence[Observation]) -> str:
    """An array literal that is empty if none has one, which stands for as many nulls."""
    revised = [one.revised for one in observations]
    if not any(revised):
        return "{}"
    return "{" + ",".join(each.isoformat() if each else "null" for each in revised) + "}"


def _literal(numbers: Sequence[float | None]) -> str:
    """Format an array by way of ``str(list)``, the fastest way to convert many numbers to text."""
    return "{" + str(numbers)[1:-1].replace("None", "null") + "}"


_LEDGER_COLUMNS = ("stored", "duplicate", "conflict", "quarantined", "aggregated", "fields_dropped")


def _add_to_ledger(
    db: Database, sensor_ids: Sequence[int | None], columns: Sequence[Sequence[int]], received_at: datetime
) -> None:
    """Add the batch to the ledger, by sensor and hour of receipt. ``columns``: those of ``_LEDGER_COLUMNS``."""
    counts = dict(zip(_LEDGER_COLUMNS, map(_literal, map(list, columns)), strict=True))
    parameters = {"received_at": received_at, "sensor_ids": _literal(list(sensor_ids)), **counts}
    db.execute(QUERIES["add_to_ledger"], parameters)


def _ledger_rows(outcomes: Sequence[MessageOutcome], met: Sequence[Met]) -> Mapping[int | None, Sequence[int]]:
    """Count readings by sensor, in the order of ``_LEDGER_COLUMNS``; *stored* counts rows."""
    ledger_rows: defaultdict[int | None, list[int]] = defaultdict(lambda: [0] * len(_LEDGER_COLUMNS))
    for outcome in outcomes:
        book = ledger_rows[outcome.sensor_id]
        rows, added_up = len(outcome.observations), sum([one.readings for one in outcome.observations])
        book[0] += rows
        book[3] += len(outcome.rejections)
        book[4] += added_up - rows
        book[5] += outcome.fields_dropped
    if met:
        sensor_of = {one.datastream_id: outcome.sensor_id for outcome in outcomes for one in outcome.observations}
        for observation, is_conflict in met:
            book = ledger_rows[sensor_of[observation.datastream_id]]
            book[0] -= 1
            book[2 if is_conflict else 1] += observation.readings
            book[4] -= observation.readings - 1
    return ledger_rows


def _quarantine(db: Database, outcomes: Sequence[MessageOutcome], received_at: datetime) -> Counter[RejectionReason]:
    """Record rejections: counts by sensor and reason, details by message and reason. Returns the counts by reason.

    Repeats are counted without details.
    """
    reasons = Counter((outcome.sensor_id, one.reason) for outcome in outcomes for one in outcome.rejections)
    if not reasons:
        return Counter()
    db.execute(
        QUERIES["add_to_ledger_reason"],
        {
            "received_at": received_at,
            "sensor_ids": [sensor_id for sensor_id, _ in reasons],
            "reasons": [reason.value for _, reason in reasons],
            "readings": list(reasons.values()),
        },
    )
    refusals = [
        (outcome, reason, fields)
        for outcome in outcomes
        if not outcome.is_repeat
        for reason, fields in _fields_by_reason(outcome).items()
    ]
    if refusals:
        db.execute(
            QUERIES["add_to_quarantine"],
            {
                "received_at": received_at,
                "sensor_ids": [outcome.sensor_id for outcome, _, _ in refusals],
                "topic_templates": [redact_text(outcome.topic_template) for outcome, _, _ in refusals],
                "reasons": [reason.value for _, reason, _ in refusals],
                "fields": [" ".join(sorted(fields)) for _, _, fields in refusals],
                "sizes": [outcome.payload_bytes for outcome, _, _ in refusals],
            },
        )
    return sum((Counter({reason: count}) for (_, reason), count in reasons.items()), Counter[RejectionReason]())


def _fields_by_reason(outcome: MessageOutcome) -> Mapping[RejectionReason, set[str]]:
    """Paths of the rejected fields. They are our own names, so redaction should never find anything."""
    fields: defaultdict[RejectionReason, set[str]] = defaultdict(set)
    for one in outcome.rejections:
        fields[one.reason].add(redact_text(one.path))
    return fields
