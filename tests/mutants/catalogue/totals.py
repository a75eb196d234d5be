"""Totals of hours and days: of meters, of late values, and of another aggregation."""

from tests.mutants.mutant import Mutant, mutants_in

TOTALS_TESTS = ("tests/db/ingest/test_hourly_totals.py", "tests/db/ingest/test_reaggregation.py")
LATE_TESTS = ("tests/db/ingest/test_late.py",)

MUTANTS: tuple[Mutant, ...] = (
    *mutants_in(
        "sensors/db/migrations/040_barriers.sql",
        TOTALS_TESTS,
        (
            "hours of another aggregation are not shown",
            " and hourly.hour >= datastream.totals_since\n    ) as total",
            "\n    ) as total",
        ),
    ),
    *mutants_in(
        "sensors/db/migrations/035_meters.sql",
        TOTALS_TESTS,
        (
            "no step larger than possible",
            "<= max_rate_per_hour * (extract(epoch from elapsed)::double precision / 3600 + 1)",
            "<= 'infinity'::double precision",
        ),
        (
            "a fall of a meter is a reset",
            "then case when after < before then after else after - before end\nend",
            "then after - before\nend",
        ),
        ("a small fall is no reset", "after > before * 0.9::double precision", "false"),
    ),
    *mutants_in(
        "sensors/db/migrations/035_meters.sql",
        ("tests/db/api/test_sensor_queries.py",),
        (
            "failures of devices that count people are not public",
            "stream.aggregation = 'counter' and not stream.about_people and within.jumps > 0",
            "stream.aggregation = 'counter' and within.jumps > 0",
        ),
    ),
    *mutants_in(
        "sensors/db/migrations/037_counts.sql",
        TOTALS_TESTS,
        ("each instant counts once", "select distinct on (one.time) one.time, one.value", "select one.time, one.value"),
        (
            "a spike of a meter is left out",
            "is_counter and coalesce(value > next and next >= previous, false)",
            "false",
        ),
        (
            "a dip of a meter is left out",
            "is_counter and coalesce(value < previous and previous <= next, false)",
            "false",
        ),
        ("after a spike nothing dips", "(is_dip and not lag(is_spike) over in_time)", "is_dip"),
        ("the base of a meter is no value", "when counted.base_time is not null then coalesce", "else coalesce"),
        ("a dip that is gone is no base", "filter (where counted.keeps_last and not counted.is_stray))[2]", ")[2]"),
        ("no spike without the next reading", "and one.time >= until_hour", "and one.time >= 'infinity'"),
    ),
    *mutants_in(
        "sensors/db/migrations/039_ratios.sql",
        TOTALS_TESTS,
        (
            "hours of another aggregation are not published",
            "hourly.hour >= greatest(due.start, stream.totals_since)",
            "hourly.hour >= due.start",
        ),
    ),
    *mutants_in(
        "sensors/db/migrations/029_late.sql",
        LATE_TESTS,
        (
            "cells about people stay as published",
            "where not stream.about_people and stream.totals_since < 'infinity'",
            "where stream.totals_since < 'infinity'",
        ),
        (
            "an hour completed before it was published",
            "and changed.hour between published.first_start and published.last_start",
            "",
        ),
        (
            "a cell that changed says so",
            "completed_at = coalesce(excluded.completed_at, held.completed_at)",
            "completed_at = held.completed_at",
        ),
        (
            "a cell completed before it was published",
            "is_late and due.start between published.first_start and published.last_start",
            "is_late",
        ),
    ),
    *mutants_in(
        "ingest/lifecycle/erasure.py",
        LATE_TESTS,
        ("an erasure completes nothing", "recompute_changed_hours(db, is_late=False)", "recompute_changed_hours(db)"),
    ),
    *mutants_in(
        "ingest/hourly_totals.sql",
        TOTALS_TESTS,
        (
            "the next hour of a meter",
            "and one.time >= lantaarn.total_end(changed.hour, stream.sum_minutes, stream.one_night)",
            "and one.time < '-infinity'",
        ),
        ("the hour before of a meter", "and one.time < changed.hour", "and one.time < '-infinity'"),
        ("hours of which values are gone", "total.count <= excluded.count\n        and (", "("),
    ),
    *mutants_in(
        "ingest/lifecycle/erasure.sql",
        TOTALS_TESTS,
        (
            "the hour before what was erased of a meter",
            "hourly.datastream_id = stream.id and hourly.hour < %(from)s::timestamptz",
            "hourly.datastream_id = stream.id and hourly.hour < '-infinity'",
        ),
    ),
    *mutants_in(
        "ingest/lifecycle/reaggregation.sql",
        TOTALS_TESTS,
        (
            "hours before all values are there are not shown",
            "coalesce(change.incomplete_until + interval '1 hour', '-infinity')",
            "'-infinity'",
        ),
        (
            "old hours of meters stay",
            "when change.from_aggregation = change.to_aggregation then",
            "when false then",
        ),
    ),
)
