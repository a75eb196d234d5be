"""A part of the example city with a few days of data, for tests of the dashboards' queries.

Simulated devices send through ingest's pipeline; other data (travel times, reports, results of scheduled jobs) is
inserted directly.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from ingest import pipeline
from ingest.heartbeat import Heartbeat, write_heartbeat
from ingest.hourly_totals import update_hourly_totals
from ingest.lifecycle.daily_totals import update_daily_totals
from ingest.lifecycle.retention import enforce_retention
from ingest.lifecycle.verification import record_verification, verify_retention
from ingest.quality_flags import QualityChecker
from ingest.writer import commit_batch, load_register
from sensors.db import Database
from sensors.register.entry import Entry
from sensors.register.repository import load_areas, publish
from sensors.vocabulary.measurement import Aggregation
from simulators.city import example_register as city_register
from simulators.city.example_register import EXAMPLE_SEED
from simulators.devices.device import device_of_entry
from simulators.devices.messages import DeviceMessage, Sample, device_topic, pack_samples
from tests.support.sample_data import insert_event_books, insert_movement, publish_cells

DAYS_OF_DATA = 3
STEP_HOURS = 8
"""Hours of messages per batch."""
REFERENCE_PREFIXES = ("lantaarn-01", "lucht-gemeente-01", "lucht-gemeente-02", "verkeer-fiets-01", "verkeer-lus-01")
"""Prefixes of the references of its devices: a street of ten lamps, air sensors, counters."""
CAMERA_PREFIX = "HD-ANPR"
FAULTY_REFERENCE = "lantaarn-0103"
JUMPING_REFERENCE = "lantaarn-0105"
"""A lamp with a meter that jumped once."""


def fill_database(db: Database, now: datetime) -> None:
    """Insert data for every panel, up to ``now``."""
    load_areas(db)
    entries = [
        _with_meter(each) if each.reference == JUMPING_REFERENCE else each
        for each in city_register.example_entries(EXAMPLE_SEED)
        if each.reference.startswith((*REFERENCE_PREFIXES, CAMERA_PREFIX))
    ]
    for entry in entries:
        publish(db, entry, editor="test", reason="test", valid_from=now - timedelta(days=20))
    # Backdate the findings, which start at publication: a new sensor is not considered silent yet.
    db.execute("update lantaarn.finding set known_since = %(at)s", {"at": now - timedelta(days=20)})
    hours = [now - timedelta(hours=number) for number in range(24 * DAYS_OF_DATA, -1, -STEP_HOURS)]
    _ingest_messages(db, [each for entry in entries for each in _messages(entry, now)], hours)
    _insert_other_data(db, now)
    publish_cells(db, now)
    _run_scheduled_jobs(db, now)
    first_day = (now - timedelta(days=DAYS_OF_DATA)).date()
    insert_event_books(db, days_ago=1)
    insert_movement(db, "kasteelpark", first_day, DAYS_OF_DATA, by_hour={8: 240, 12: 700})


def _messages(entry: Entry, now: datetime) -> Iterator[DeviceMessage]:
    device = device_of_entry(entry, EXAMPLE_SEED)
    if device is None or entry.kind is None:
        return
    # Every sample of lamps and counters, because they add up; every third one of other kinds.
    samples = list(device.samples(now - timedelta(days=DAYS_OF_DATA), now))[:: 3 if entry.kind == "air_quality" else 1]
    if entry.reference == FAULTY_REFERENCE:
        samples = [_with_fault(each, now) for each in samples]
    if entry.reference == JUMPING_REFERENCE:
        samples = list(_with_jump(samples, now))
    yield from pack_samples(device_topic(entry.municipality, entry.kind, entry.reference), samples, now)


IN_THE_MIDDLE = timedelta(days=2, hours=12)
"""Ago: the days before and after are published by now, also at midnight."""


def _with_fault(sample: Sample, now: datetime) -> Sample:
    broken = now - sample.time > IN_THE_MIDDLE
    return Sample(sample.time, {**sample.values, "fault_code": 3.0 if broken else 0.0})


def _with_meter(entry: Entry) -> Entry:
    counter = {"aggregation": Aggregation.COUNTER}
    streams = [
        each.model_copy(update=counter if each.observed_property == "energy" else {}) for each in entry.datastreams
    ]
    return entry.model_copy(update={"datastreams": tuple(streams)})


def _with_jump(samples: list[Sample], now: datetime) -> Iterator[Sample]:
    """What a meter shows of them: once far too much."""
    shown = list(accumulate(each.values["energy"] for each in samples))
    spike = next(at for at, each in enumerate(samples) if now - each.time < IN_THE_MIDDLE)
    for at, (sample, total) in enumerate(zip(samples, shown, strict=True)):
        yield Sample(sample.time, {**sample.values, "energy": round(total + 20 * (at == spike), 5)})


def _ingest_messages(db: Database, messages: list[DeviceMessage], hours: list[datetime]) -> None:
    """Ingest the messages batch by batch, so that the ledger has hours too; adds two invalid messages per batch."""
    known, memory = load_register(db), QualityChecker()
    for hour in hours:
        received = [each for each in messages if hour - timedelta(hours=STEP_HOURS) < each.sent_at <= hour]
        invalid = [
            pipeline.IncomingMessage("helmond/air_quality/nobody/json", b'{"time": "2026-01-01T00:00:00Z", "no2": 1}'),
            pipeline.IncomingMessage(
                "helmond/air_quality/lucht-gemeente-01/json",
                f'{{"time": "{hour.isoformat()}", "no2": "veel", "mac": "x"}}'.encode(),
            ),
        ]
        valid = [pipeline.IncomingMessage(each.topic, each.payload) for each in received]
        outcomes = [pipeline.process_message(each, known, memory, hour) for each in [*valid, *invalid]]
        for start in range(0, len(outcomes), 200):
            commit_batch(db, outcomes[start : start + 200], hour)
    update_hourly_totals(db)


def _insert_other_data(db: Database, now: datetime) -> None:
    db.execute(
        "insert into lantaarn.travel_time "
        "select stream.id, quarter, 15, 'car', 130, 190, sensor.revision "
        "from lantaarn.datastream as stream join lantaarn.sensor as sensor on sensor.id = stream.sensor_id "
        "cross join generate_series(date_trunc('hour', %(now)s::timestamptz) - interval '2 days', %(now)s, "
        "interval '15 minutes') as quarter where stream.public = 'hour' and stream.rule ? 'to'",
        {"now": now},
    )
    for number in range(3):
        db.execute(
            "select open.file_report(gen_random_uuid(), 'helmond', 'lucht-gemeente-01', 'question', 'Wat meet dit?', "
            "null, current_date + 14)"
        )
        if number:
            db.execute(
                "update lantaarn.report set status = 'answered', answer = 'Lucht.', settled_at = now(), "
                "received_at = now() - interval '2 days' where id = (select max(id) from lantaarn.report)"
            )
    # An expired chunk, so that there is something to delete.
    db.execute(
        "insert into lantaarn.observation_31d select 1, %(now)s::timestamptz - interval '40 days', 1, 0", {"now": now}
    )


def _run_scheduled_jobs(db: Database, now: datetime) -> None:
    enforce_retention(db, now)
    update_daily_totals(db, now)
    record_verification(db, verify_retention(db, now), now)
    pulse = Heartbeat()
    for minutes in range(90, -1, -1):
        if done := pulse.take_finished_minute(now - timedelta(minutes=minutes)):
            write_heartbeat(db, done | {"messages": 40, "batches": 2, "lag": 1.5, "commit": 0.2})


def current_second() -> datetime:
    """The current time in UTC, truncated to the second."""
    return datetime.now(UTC).replace(microsecond=0)
