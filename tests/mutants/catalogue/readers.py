"""What readers are shown, and what their queries may not find out."""

from tests.mutants.mutant import Mutant, mutants_in

READER_TESTS = ("tests/attacks/test_readers.py",)
PUBLIC_DATA_TESTS = ("tests/db/ingest/test_public_numbers.py", "tests/db/api/test_open.py")
QUALITY_TESTS = ("tests/db/api/test_quality.py",)

MUTANTS: tuple[Mutant, ...] = (
    *mutants_in(
        "sensors/db/migrations/025_signs_of_life.sql",
        ("tests/db/api/test_signs_of_life.py",),
        (
            "times to the interval",
            "open.public_time(newest.time, datastream.measurement_interval) as time",
            "newest.time",
        ),
        (
            "silent by rejected messages",
            "watch.day_since\n            and ledger.received > ledger.quarantined + ledger.aggregated",
            "watch.day_since",
        ),
    ),
    *mutants_in(
        "sensors/db/migrations/052_last_heard.sql",
        ("tests/db/api/test_signs_of_life.py",),
        (
            "rejected messages as a sign of life",
            "week.start end\n        and ledger.received > ledger.quarantined + ledger.aggregated",
            "week.start end",
        ),
        (
            "events as a sign of life",
            "select ledger.received - ledger.quarantined - ledger.aggregated as readings\n        from",
            "select ledger.received - ledger.quarantined as readings\n        from",
        ),
        (
            "last heard in this week",
            "then 'infinity' else week.start end",
            "then 'infinity' else now() end",
        ),
    ),
    *mutants_in(
        "sensors/db/migrations/043_invalid.sql",
        ("tests/db/api/test_signs_of_life.py",),
        (
            "silent by the number of events",
            "where stored.sensor_id = finding.sensor_id and stored.active and stored.rule is null",
            "where stored.sensor_id = finding.sensor_id and stored.active",
        ),
    ),
    *mutants_in(
        "sensors/db/migrations/009_public.sql",
        PUBLIC_DATA_TESTS,
        (
            "daily ledger only of live sensors",
            "having bool_and(public = 'live' and not counts_people and rule is null);",
            ";",
        ),
    ),
    *mutants_in(
        "sensors/db/migrations/040_barriers.sql",
        READER_TESTS,
        ("a reader's condition is asked of shown rows only", "alter view open.latest set (security_barrier);\n", ""),
        ("nor of a reader's hidden hours", "open.hour with (security_barrier) as", "open.hour as"),
        ("a reader's union is a barrier too", "as select * from (%s) as told'", "as %s'"),
        ("no plan tells a reader a number", "case datastream.public when 'live' then total.count end", "total.count"),
        ("a reader makes no functions", "execute format('revoke temporary", "perform format('revoke temporary"),
        ("no true sum for readers of statistics", "    alter column sum set statistics 0,\n", ""),
    ),
    *mutants_in(
        "sensors/db/migrations/037_counts.sql",
        PUBLIC_DATA_TESTS,
        (
            "an hour is complete before it is public",
            "(at - interval '1 hour') at time zone stream.zone) - stream.step;",
            "(at - interval '1 hour') at time zone stream.zone);",
        ),
    ),
    *mutants_in(
        "sensors/db/migrations/039_ratios.sql",
        PUBLIC_DATA_TESTS,
        (
            "energy is rounded",
            "when stream.summed then round(seen.value::numeric, 1)",
            "when stream.summed then seen.value",
        ),
        ("no mean about people", "and (not stream.about_people or stream.summed", "and (true or stream.summed"),
    ),
    *mutants_in(
        "sensors/db/migrations/023_conflict.sql",
        PUBLIC_DATA_TESTS,
        (
            "ledger only of completed weeks",
            "at time zone 'Europe/Amsterdam'\ngroup by 1, 2\nhaving",
            "at time zone 'Europe/Amsterdam' + interval '7 days'\ngroup by 1, 2\nhaving",
        ),
    ),
    *mutants_in(
        "sensors/db/migrations/023_conflict.sql",
        QUALITY_TESTS,
        (
            "weekly rejections only of completed weeks",
            "        and ledger.hour < watch.week_until\n    group by",
            "    group by",
        ),
        ("weekly rejections in bands", "open.band(trouble.refused) as refused", "trouble.refused::bigint as refused"),
    ),
    *mutants_in(
        "sensors/db/migrations/039_ratios.sql",
        QUALITY_TESTS,
        (
            "due dates only of live sensors",
            "        finding.live\n        and finding.status = 'active'",
            "        finding.status = 'active'",
        ),
    ),
    *mutants_in(
        "sensors/db/migrations/043_invalid.sql",
        QUALITY_TESTS,
        (
            "daily rejections only of live sensors",
            "sum(trouble.refused) filter (where finding.live)",
            "sum(trouble.refused)",
        ),
    ),
    *mutants_in(
        "sensors/db/migrations/017_quality.sql",
        QUALITY_TESTS,
        ("daily reasons only of live sensors", "= refused.sensor_id and finding.live", "= refused.sensor_id"),
        ("unregistered only of completed weeks", " and refused.hour < watch.week_until", ""),
        (
            "the threshold of unregistered readings",
            "having sum(refused.readings) >= 15",
            "having sum(refused.readings) >= 1",
        ),
    ),
)
