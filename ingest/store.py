"""Storing a batch: one transaction for observations, totals, ledger and quarantine. All of it, or nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from ingest.pipeline import Datastream, Observation, Outcome, Refused, Register, Sensor
from ingest.troubles import Trouble, blame
from sensors.codes import Status
from sensors.db import Database
from sensors.db.queries import load
from sensors.kinds import KINDS
from sensors.reasons import Reason

QUERIES = load(Path(__file__).with_name("queries.sql"))
TABLES: tuple[LiteralString, ...] = (
    "observation_1d",
    "observation_31d",
    "observation_1y",
    "observation_5y",
    "observation_10y",
)
STORE: Mapping[str, LiteralString] = {table: QUERIES["store"].replace("{table}", table) for table in TABLES}
"""The statement of each retention class's table."""


def revision(db: Database) -> int:
    """The newest revision of the register."""
    row = db.execute(QUERIES["revision"]).fetchone()
    return row["revision"] if row else 0


def load_register(db: Database) -> Register:
    """Every registered sensor of a kind we know, with its allow-list."""
    sensors: dict[tuple[str, str, str], Sensor] = {}
    for row in db.execute(QUERIES["sensors"]).fetchall():
        kind = KINDS.get(row["kind"])
        if kind is None:
            continue
        key = (row["municipality"], row["kind"], row["reference"])
        sensor = sensors.setdefault(key, Sensor(row["sensor_id"], kind, Status(row["status"]), {}))
        if row["datastream_id"] is not None:
            allowed = {**sensor.datastreams, row["property"]: _datastream(row, sensor)}
            sensors[key] = replace(sensor, datastreams=allowed)
    return sensors


def _datastream(row: dict[str, Any], sensor: Sensor) -> Datastream:
    return Datastream(row["datastream_id"], row["table_name"], row["term"], sensor.kind.properties[row["property"]])


@dataclass(frozen=True, slots=True)
class Booked:
    """What a batch came to, in readings, as it stands in the ledger now."""

    stored: int = 0
    duplicate: int = 0
    refused: Counter[Reason] = field(default_factory=Counter[Reason])
    fields_dropped: int = 0

    def __add__(self, other: "Booked") -> "Booked":
        return Booked(
            self.stored + other.stored,
            self.duplicate + other.duplicate,
            self.refused + other.refused,
            self.fields_dropped + other.fields_dropped,
        )


def commit(db: Database, outcomes: Sequence[Outcome], received_at: datetime) -> Booked:
    """Write a batch in one transaction.

    A row that the database refuses is found by halving the batch, and quarantined in the same transaction, so that
    it never holds up its neighbours. Raises psycopg.Error when the server is to blame: nothing is stored then.
    """
    try:
        with db.transaction():
            return _write(db, outcomes, received_at)
    except psycopg.Error as error:
        if blame(error) is not Trouble.ROW:
            raise
    # Seldom, so that the savepoints that this takes are not paid for by every batch.
    with db.transaction():
        return _write_halves(db, outcomes, received_at)


def _write_halves(db: Database, outcomes: Sequence[Outcome], received_at: datetime) -> Booked:
    booked = Booked()
    for half in _halves(outcomes):
        try:
            with db.transaction():
                booked += _write(db, half, received_at)
        except psycopg.Error as error:
            if blame(error) is not Trouble.ROW or not any(outcome.observations for outcome in half):
                raise
            booked += _write_halves(db, half, received_at)
    return booked


def _write(db: Database, outcomes: Sequence[Outcome], received_at: datetime) -> Booked:
    stored = _store(db, outcomes)
    _book(db, outcomes, stored, received_at)
    return Booked(
        stored=stored.total(),
        duplicate=sum(len(outcome.observations) for outcome in outcomes) - stored.total(),
        refused=_quarantine(db, outcomes, received_at),
        fields_dropped=sum(outcome.fields_dropped for outcome in outcomes),
    )


def _halves(outcomes: Sequence[Outcome]) -> Sequence[Sequence[Outcome]]:
    """A refused batch in smaller pieces, down to one observation; the one refused alone becomes a refused reading."""
    if len(outcomes) > 1:
        middle = len(outcomes) // 2
        return outcomes[:middle], outcomes[middle:]
    outcome, observations = outcomes[0], outcomes[0].observations
    if len(observations) > 1:
        middle = len(observations) // 2
        first = replace(outcome, observations=observations[:middle])
        return [first], [replace(outcome, observations=observations[middle:], refused=(), fields_dropped=0)]
    if observations:
        poison = Refused(Reason.REFUSED_BY_DATABASE, "")
        return ([replace(outcome, observations=(), refused=(*outcome.refused, poison))],)
    return ([outcome],)


def _store(db: Database, outcomes: Iterable[Outcome]) -> Counter[int]:
    """Insert the observations, class by class. Returns how many were new, by datastream."""
    by_table: defaultdict[str, list[Observation]] = defaultdict(list)
    for outcome in outcomes:
        for observation in outcome.observations:
            by_table[observation.table].append(observation)
    stored: Counter[int] = Counter()
    for table, observations in sorted(by_table.items()):
        row = db.execute(STORE[table], _columns(observations)).fetchone()
        stored.update(row["datastream_ids"] if row else ())
    return stored


def _columns(observations: Sequence[Observation]) -> dict[str, str]:
    """The four columns as PostgreSQL array literals: psycopg's own lists cost a third more for the whole statement.

    Safe because they hold our own numbers and instants, never text from a message.
    """
    return {
        "datastream_ids": _literal(str(one.datastream_id) for one in observations),
        "times": _literal(one.time.isoformat() for one in observations),
        "values": _literal(repr(one.value) for one in observations),
        "qualities": _literal(str(int(one.quality)) for one in observations),
    }


def _literal(items: Iterable[str]) -> str:
    return "{" + ",".join(items) + "}"


def _book(db: Database, outcomes: Sequence[Outcome], stored: Counter[int], received_at: datetime) -> None:
    """The ledger. A reading that was given and is not new is a duplicate."""
    given: Counter[int | None] = Counter()
    new: Counter[int | None] = Counter()
    quarantined: Counter[int | None] = Counter()
    dropped: Counter[int | None] = Counter()
    sensor_of: dict[int, int | None] = {}
    for outcome in outcomes:
        given[outcome.sensor_id] += len(outcome.observations)
        quarantined[outcome.sensor_id] += len(outcome.refused)
        dropped[outcome.sensor_id] += outcome.fields_dropped
        sensor_of.update({one.datastream_id: outcome.sensor_id for one in outcome.observations})
    for datastream_id, count in stored.items():
        new[sensor_of[datastream_id]] += count
    sensors = list(given)
    db.execute(
        QUERIES["book"],
        {
            "received_at": received_at,
            "sensor_ids": _literal("null" if sensor is None else str(sensor) for sensor in sensors),
            "stored": _literal(str(new[sensor]) for sensor in sensors),
            "duplicate": _literal(str(given[sensor] - new[sensor]) for sensor in sensors),
            "quarantined": _literal(str(quarantined[sensor]) for sensor in sensors),
            "fields_dropped": _literal(str(dropped[sensor]) for sensor in sensors),
        },
    )


def _quarantine(db: Database, outcomes: Sequence[Outcome], received_at: datetime) -> Counter[Reason]:
    """Why readings were refused: counted for each sensor and reason, and told for each message and reason."""
    reasons = Counter((outcome.sensor_id, one.reason) for outcome in outcomes for one in outcome.refused)
    if not reasons:
        return Counter()
    db.execute(
        QUERIES["book_reasons"],
        {
            "received_at": received_at,
            "sensor_ids": [sensor_id for sensor_id, _ in reasons],
            "reasons": [reason.value for _, reason in reasons],
            "readings": list(reasons.values()),
        },
    )
    refusals = [(outcome, reason, fields) for outcome in outcomes for reason, fields in _fields(outcome).items()]
    db.execute(
        QUERIES["quarantine"],
        {
            "received_at": received_at,
            "sensor_ids": [outcome.sensor_id for outcome, _, _ in refusals],
            "topic_templates": [outcome.topic_template for outcome, _, _ in refusals],
            "reasons": [reason.value for _, reason, _ in refusals],
            "fields": [" ".join(sorted(fields)) for _, _, fields in refusals],
            "sizes": [outcome.size for outcome, _, _ in refusals],
        },
    )
    return sum((Counter({reason: count}) for (_, reason), count in reasons.items()), Counter[Reason]())


def _fields(outcome: Outcome) -> Mapping[Reason, set[str]]:
    fields: defaultdict[Reason, set[str]] = defaultdict(set)
    for one in outcome.refused:
        fields[one.reason].add(one.field)
    return fields
