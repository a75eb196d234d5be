"""Movement counted by groups of lamps: the windows, their floors, and the noise of a walk."""

from tests.mutants.mutant import Mutant, mutants_in

PRESENCE_TESTS = ("tests/unit/ingest/test_presence.py",)
MOVEMENT_NOISE_TESTS = ("tests/unit/ingest/test_movement_noise.py", "tests/attacks/test_movement.py")
MOVEMENT_TESTS = ("tests/db/ingest/test_movement.py", "tests/db/ingest/test_aggregates.py")

MUTANTS: tuple[Mutant, ...] = (
    *mutants_in(
        "ingest/events/presence.py",
        PRESENCE_TESTS,
        ("a group of too few lamps", "if len(self.rule.lamps) < self.rule.minimum_lamps:", "if False:"),
        (
            "the floor under the lamps",
            "max(MIN_MOVEMENT_LAMPS, *(each.minimum_sensors for each in members))",
            "max(each.minimum_sensors for each in members)",
        ),
        (
            "the shortest window",
            "max(MIN_COUNT_WINDOW, *(each.window for each in members))",
            "max(each.window for each in members)",
        ),
        ("a count not covered completely", "elif not self.coverage.covers(*window):", "elif False:"),
        ("no noise in a count", "count=add_noise(counted, noise),", "count=counted,"),
        (
            "the noise of a smaller group",
            "deviation = noise_deviation(len(self.lamps))",
            "deviation = noise_deviation(1)",
        ),
        (
            "doubled nights",
            "return 2 * deviation if self.has_doubled_nights",
            "return deviation if self.has_doubled_nights",
        ),
        (
            "rows only when a lamp was heard",
            "            self.due_from = window[1]\n",
            "            self.due_from = window[1]\n            if window not in self._windows: continue\n",
        ),
        ("drawn twice", "            self.due_from = window[1]\n", "            pass\n"),
        ("every movement counts", "sum(thin_movements(times, spacing) for", "sum(len(list(times)) for"),
        (
            "a movement that is too late",
            "if window[0] < self.due_from or window[1] + WINDOW_GRACE_PERIOD <= now:",
            "if False:",
        ),
        ("a change of lamps begins anew", "if held is not None and held.rule == rule:", "if held is not None:"),
    ),
    *mutants_in(
        "ingest/events/movement_noise.py",
        MOVEMENT_NOISE_TESTS,
        ("thinning", "        if time - last >= spacing:\n", "        if True:\n"),
        (
            "the longest stay",
            "return max(MIN_MOVEMENT_SPACING.total_seconds(), window_seconds / most_counted)",
            "return 30.0",
        ),
        ("noise that is too small", "return sqrt(NOISE_VARIANCE_PER_LAMP * lamps)", "return sqrt(lamps)"),
        (
            "the noise of any one walk",
            "2 * MAX_WALK_PASSES / MAX_MOVEMENT_SHIFT**2",
            "MAX_WALK_PASSES / MAX_MOVEMENT_SHIFT**2",
        ),
    ),
    *mutants_in(
        "ingest/noise.py",
        MOVEMENT_NOISE_TESTS,
        ("a seeded generator", "_RANDOM = SystemRandom()", "_RANDOM = __import__('random')"),
        (
            "counts cut off at zero",
            "return count + round(_RANDOM.normalvariate(0, deviation))",
            "return max(0, count + round(_RANDOM.normalvariate(0, deviation)))",
        ),
    ),
    *mutants_in(
        "ingest/events/windows.py",
        PRESENCE_TESTS,
        (
            "the night is one window",
            "_clock(day, NIGHT_START), _clock(day + timedelta(days=1), DAY_START)",
            "_clock(day, NIGHT_START), _clock(day + timedelta(days=1), time.min)",
        ),
        ("the night until the morning", "    if local.time() < DAY_START:\n", "    if False:\n"),
    ),
    *mutants_in(
        "sensors/db/migrations/030_movement.sql",
        MOVEMENT_TESTS,
        ("a count with too little noise", "check (noise * noise >= 5119.99 * sensors)", "check (true)"),
        ("a count of too few lamps", "check (sensors >= 12)", "check (true)"),
        ("half of the windows", "having count(*) * 2 >= placed.due", "having true"),
        ("a mean is published at noon", "time '12:00'", "time '00:00'"),
        ("movement that is not public", "where declared.published;", "where true;"),
    ),
)
