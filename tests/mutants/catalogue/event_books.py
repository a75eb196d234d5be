"""The books of what came on event topics, which may tell of no single passage."""

from tests.mutants.catalogue.movement import MOVEMENT_TESTS
from tests.mutants.mutant import Mutant, mutants_in

REFUSAL_TESTS = ("tests/unit/ingest/test_refusals.py", "tests/attacks/test_books.py")
WINDOW_BOOK_TESTS = ("tests/unit/ingest/test_window_book.py", "tests/db/ingest/test_event_books.py")

QUIET_BOOK_TESTS = ("tests/unit/ingest/test_heartbeat.py", "tests/attacks/test_books.py")

MUTANTS: tuple[Mutant, ...] = (
    *mutants_in(
        "ingest/heartbeat.py",
        QUIET_BOOK_TESTS,
        ("messages about people by the minute", "if not outcome.is_about_people]", "]"),
    ),
    *mutants_in(
        "ingest/lifecycle/daily_totals.sql",
        QUIET_BOOK_TESTS,
        ("values about people by the day", "counting.sensor_id = ledger.sensor_id", "false"),
        ("refused values about people by the day", "counting.sensor_id = refused.sensor_id", "false"),
    ),
    *mutants_in(
        "sensors/db/migrations/047_quiet_books.sql",
        QUIET_BOOK_TESTS,
        ("values about people by the hour", "counting.sensor_id = ledger.sensor_id", "false"),
    ),
    *mutants_in(
        "ingest/events/refusals.py",
        REFUSAL_TESTS,
        (
            "exact refusals",
            "events=add_noise(self._counts[kind, reason], REFUSAL_NOISE),",
            "events=self._counts[kind, reason],",
        ),
        (
            "every refused message counts",
            "if latest is None or not timedelta(0) <= now - latest < MIN_MOVEMENT_SPACING:",
            "if True:",
        ),
        (
            "numbers only of what was refused",
            "            for reason in REASONS_COUNTED\n",
            "            for reason in REASONS_COUNTED\n            if self._counts[kind, reason]\n",
        ),
        ("the noise of a single passage", "= MAX_WALK_PASSES / MAX_MOVEMENT_SHIFT", "= 1 / MAX_MOVEMENT_SHIFT"),
    ),
    *mutants_in(
        "ingest/events/pipeline.py",
        WINDOW_BOOK_TESTS,
        ("windows of a standstill", "self._resume_from = booked_until", "pass"),
    ),
    *mutants_in(
        "ingest/events/travel_time.py",
        WINDOW_BOOK_TESTS,
        ("windows before a change", "due.get(segment.datastream_id, due_from or now)", "due_from or now"),
        (
            "windows before a clock was set back",
            "_SegmentState(each, now, held.due_from)",
            "_SegmentState(each, now, now)",
        ),
    ),
    *mutants_in(
        "ingest/events/aggregates.sql",
        MOVEMENT_TESTS,
        ("windows booked twice", "and held.day = given.day and held.until > given.since", "and false"),
    ),
    *mutants_in(
        "ingest/lifecycle/daily_totals.sql",
        WINDOW_BOOK_TESTS,
        (
            "what was due when the register changed",
            "where coalesce(subject.changed_at <= open.day_start(day.day), true)",
            "where true",
        ),
    ),
    *mutants_in(
        "ingest/lifecycle/audit.sql",
        WINDOW_BOOK_TESTS,
        ("windows that are missing", "due.due <> coalesce(booked.explained, 0)", "false"),
        ("windows that were not released", "where stored.windows > booked.released", "where false"),
    ),
    *mutants_in(
        "sensors/db/migrations/032_event_books.sql",
        ("tests/db/sensors/test_scrubbed_books.py",),
        ("sizes and seconds of events", "    refused.topic_template like 'event/%'\n    or exists", "    exists"),
    ),
)
