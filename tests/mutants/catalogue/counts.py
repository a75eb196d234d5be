"""Published counts and ratios of people and vehicles: the noise in them, drawn once."""

from tests.mutants.mutant import Mutant, mutants_in

RATIO_TESTS = ("tests/db/ingest/test_ratios.py", "tests/attacks/test_ratios.py")
COUNT_TESTS = ("tests/db/ingest/test_count_cells.py", "tests/attacks/test_counters.py")

MUTANTS: tuple[Mutant, ...] = (
    *mutants_in(
        "sensors/policy/cells.py",
        ("tests/unit/sensors/test_cells.py", "tests/unit/sensors/test_terms.py"),
        ("the noise of a count", "return least * sqrt(", "return sqrt("),
        ("the noise of a day", "DAY_NOISE if period is Public.DAY else HOUR_NOISE", "HOUR_NOISE"),
        ("more noise where a pass is in more numbers", "sqrt(max(1.0, cells / CELLS_PER_PASS))", "1.0"),
        ("the class of road users that is in most numbers", "return max((sum(", "return min((sum("),
        ("a total is one more number", "if passed in each.passes)", "if each.passes == of.passes)"),
        ("a mean is about counts in the same form", "and each.passes <= definition.passes", ""),
        ("a ratio is two numbers", "else 2 if definition.clip is not None else 0", "else 1"),
        (
            "a mean without a clip is not published",
            "is_mean = definition.averages_people and",
            "is_mean = False and",
        ),
        ("what lamps that react use together", "is_sum = definition.adds_up_devices and", "is_sum = False and"),
    ),
    *mutants_in(
        "sensors/register/people.py",
        ("tests/unit/sensors/test_entry.py",),
        ("counters are about people", "if is_of_people and declared", "if False and declared"),
    ),
    *mutants_in(
        "sensors/register/shared_places.py",
        ("tests/unit/sensors/test_cells.py",),
        ("sensors at one place", "distance=SAME_PLACE_METRES", "distance=0"),
        ("sensors on one pole", "first = first_on.setdefault(each.host, number)", "first = number"),
        ("a place that sensors in between make", "waiting += left & links[number]", "pass"),
        ("a cell links nothing", "_connected(exact, near)", "_connected(set(range(len(published))), near)"),
        ("a sensor that shows a cell is at one of its places", "near[number] - exact", "near[number]"),
        ("cells side by side", "yield {number}, near[number] - exact", "yield {number}, {number}"),
        ("the most noise of the places of a sensor", "max(noise.get(key, 0.0), ", "min(noise.get(key, 1e9), "),
    ),
    *mutants_in(
        "sensors/register/derived.sql",
        ("tests/db/sensors/test_noise.py",),
        (
            "neighbours of a while ago",
            "then needed.noise else greatest(needed.noise, held.cell_noise)",
            "then needed.noise else needed.noise",
        ),
        (
            "every neighbour of a while ago",
            "when computed.noise < held.needed_noise then",
            "when computed.noise < held.needed_noise and held.noise_held_until is null then",
        ),
        ("noise falls in the end", "and held.noise_held_until > %(at)s then", "then"),
        ("a count that is public again", "greatest(declared.cell_noise, held.needed_noise)", "declared.cell_noise"),
        ("that a sensor shows a cell", "'exact') <> 'exact' as shows_cell", "'exact') is null as shows_cell"),
        ("what a sensor hangs on", "lower(version.document #>> '{location,host_reference}')", "null"),
    ),
    *mutants_in(
        "sensors/register/derived.py",
        ("tests/db/sensors/test_noise.py",),
        ("the noise of neighbours of a new sensor", " + _update_noise(db)", ""),
    ),
    *mutants_in(
        "ingest/cells/count_cells.py",
        COUNT_TESTS,
        ("no noise in a cell", "add_noise(round(total), noise)", "round(total)"),
        ("too little noise in a cell", "add_noise(round(total), noise)", "add_noise(round(total), 1)"),
        ("a copy draws too", 'if row is None or not row["is_original"]:', "if row is None:"),
        ("what was not heard is nought", 'yield {**cell, "sum": None}', 'yield {**cell, "sum": 0}'),
    ),
    *mutants_in(
        "ingest/cells/count_cells.sql",
        COUNT_TESTS,
        ("cells from before a restoration", "due.start >= due.since\n    and coalesce(", "coalesce("),
        (
            "late counts from before a restoration",
            "when period.is_ours\n            then",
            "when true\n            then",
        ),
        (
            "a series of a silent counter starts at its first pass",
            "where told.has_cells or told.interval is null or first.start is not null",
            "where first.start is not null",
        ),
        ("cells from before they were public", "            declared.cells_since,\n", ""),
        (
            "only what came fills a gap of a silent counter",
            "cell.is_missing and cell.may_come and coalesce(",
            "cell.is_missing and came.id is not null and coalesce(",
        ),
        ("an hour with a gap waits", "cell.intervals >= cell.expected\n", "true\n"),
        ("what is in a cell is not late", "set published = total.sum", "set published = null"),
        (
            "days begin where hours ended",
            "else greatest(lantaarn.cell_end('hour', newest.hour), lantaarn.cell_end('night', newest.night))",
            "else null",
        ),
    ),
    *mutants_in(
        "ingest/cells/count_cells.sql",
        ("tests/db/ingest/test_passers_by.py",),
        (
            "what was counted in memory comes late",
            "        and cell.may_come\n        and changed.hour >= cell.start\n",
            "        and changed.hour >= cell.start\n",
        ),
    ),
    *mutants_in(
        "sensors/db/migrations/055_intervals_heard.sql",
        COUNT_TESTS,
        (
            "whether a class was heard is asked of it alone",
            "                sent.datastream_id = intervals_heard.datastream\n",
            "                sent.datastream_id = intervals_heard.datastream and sent.beside_id = sent.datastream_id\n",
        ),
        ("an hour is heard as its night", "intervals_heard.period = 'day'\n", "true\n"),
    ),
    *mutants_in(
        "ingest/events/aggregates.sql",
        ("tests/db/ingest/test_passers_by.py",),
        ("no count of a counter that is dead", "case when alive.is_heard then given.count end", "given.count"),
        ("signs of life all at once", "count(distinct floor(", "count(floor("),
        ("a sign that it does not work", "        and one.quality = 0\n    group by sign", "    group by sign"),
    ),
    *mutants_in(
        "sensors/register/derived.sql",
        ("tests/db/ingest/test_passers_by.py",),
        ("sums of before a count in memory", "when held.rule is distinct from declared.rule\n", "when false\n"),
    ),
    *mutants_in(
        "ingest/lifecycle/restore.sql",
        COUNT_TESTS,
        ("restoring draws a line", "set since = %(now)s, system_identifier", "set system_identifier"),
    ),
    *mutants_in(
        "sensors/db/migrations/037_counts.sql",
        COUNT_TESTS,
        ("no cell is exact", "check (not counted or coalesce(noise, 0) >= 11.99)", "check (true)"),
        ("a cell is written once", "when (old.counted or new.counted) execute", "when (false) execute"),
        (
            "a night is one",
            "when one_night and extract(hour from at at time zone",
            "when false and extract(hour from at at time zone",
        ),
    ),
    *mutants_in(
        "sensors/db/migrations/046_sent_together.sql",
        COUNT_TESTS,
        ("a series of a silent counter starts at the oldest sum beside it", "\nwhere stream.sends_zeros;", ";"),
    ),
    *mutants_in(
        "sensors/db/migrations/039_ratios.sql",
        RATIO_TESTS,
        (
            "means of before are deleted",
            "and stream.property in ('mean_speed', 'occupancy');\n\ndelete",
            "and false;\n\ndelete",
        ),
        ("a ratio of few", "when denominator >= 6.8 * denominator_noise", "when true"),
        ("the margin of what it is divided by", "(numerator / nullif(denominator, 0) * denominator_noise) ^ 2", "0"),
    ),
    *mutants_in(
        "ingest/cells/count_cells.sql",
        RATIO_TESTS,
        ("no noise for a clip", "due.noise * due.clip * (", "due.noise * ("),
        ("no noise for rounded means", "(1 + due.passed / %(clip_steps)s)", "1"),
        (
            "an implausible mean takes out its message",
            "and one.time < due.until\n        order by one.time",
            "and one.time < due.until and one.quality = 0\n        order by one.time",
        ),
        ("no clip", "greatest(-due.clip, least(due.clip, mean.value - due.reference))", "(mean.value - due.reference)"),
        ("a ratio is drawn once", "and held.start < lantaarn.cell_end(written.period, written.start)", "and false"),
        (
            "ratios from before a restoration",
            "case when due.is_known and due.start >= floor.since then coalesce(passed.numerator, 0) end",
            "case when due.is_known then coalesce(passed.numerator, 0) end",
        ),
    ),
    *mutants_in(
        "sensors/kinds/__init__.py",
        ("tests/unit/sensors/test_kinds.py",),
        (
            "means over people are about people",
            "self.counts_people or self.averages_people or",
            "self.counts_people or",
        ),
    ),
)
