"""Readings: which are stored, from when they are, and how many of one sensor."""

from tests.mutants.mutant import Mutant, mutants_in

PIPELINE_TESTS = (
    "tests/unit/ingest/test_pipeline.py",
    "tests/unit/ingest/test_periods.py",
    "tests/unit/sensors/test_native_decoder.py",
)
RECEIPT_TESTS = ("tests/unit/ingest/test_receipt.py", "tests/unit/ingest/test_backlog.py")
QUALITY_FLAG_TESTS = ("tests/unit/ingest/test_quality_flags.py",)
CONFLICT_TESTS = ("tests/unit/ingest/test_conflicts.py", "tests/db/ingest/test_conflicts.py")

MUTANTS: tuple[Mutant, ...] = (
    *mutants_in(
        "sensors/vocabulary/time_zone.py",
        PIPELINE_TESTS,
        ("days of the local calendar", "if duration.seconds or duration.microseconds:", "if True:"),
    ),
    *mutants_in(
        "ingest/pipeline.py",
        PIPELINE_TESTS,
        ("only active sensors", "if sensor.status is not Status.ACTIVE:", "if False:"),
        (
            "personal values on an ordinary topic",
            "state.rejections.append(Rejection(RejectionReason.NOT_HERE, reading.property))",
            "pass",
        ),
        (
            "what was erased stays erased",
            "elif erased and any(since <= start < until for since, until in erased):",
            "elif False:",
        ),
        (
            "digits in the time of a revision",
            "return max(reading.revised.replace(microsecond=0), time)",
            "return reading.revised",
        ),
        ("a revision in the future", "if reading.revised - received_at > CLOCK_SKEW_TOLERANCE:", "if False:"),
        ("parts of one value", "if datastream.same_time is not first:", "if False:"),
        ("an implausible part", "if min(added) < low:", "if False:"),
        (
            "a payload that is too large",
            "if state.message.payload_bytes > MAX_PAYLOAD_BYTES else None",
            "if False else None",
        ),
    ),
    *mutants_in(
        "ingest/times/receipt.py",
        RECEIPT_TESTS,
        ("retained without a clock", "if message.is_retained or message.is_redelivered", "if message.is_redelivered"),
        ("redelivered without a clock", "if message.is_retained or message.is_redelivered", "if message.is_retained"),
        ("an unknown wait", "or self.kept_since_monotonic == -inf:", "or False:"),
        ("a wait that is too long", "waited_seconds > interval.total_seconds()", "False"),
        ("fractions of a second of receipt", "(self.now - age).replace(microsecond=0)", "self.now - age"),
    ),
    *mutants_in(
        "ingest/times/backlog.py",
        RECEIPT_TESTS,
        ("a burst is no calm", "unacknowledged >= max(FEW_MESSAGES, self._most_unacknowledged // 2)", "False"),
        ("a second of calm", "at - self._calm_since >= CALM_SECONDS", "True"),
        ("a worker that was held up", "if was_away or", "if"),
    ),
    *mutants_in(
        "ingest/times/periods.py",
        PIPELINE_TESTS,
        (
            "fractions of a second",
            "return start.replace(microsecond=0) if start.microsecond else start",
            "return start",
        ),
        (
            "the start of a period",
            "start = add_duration(start, self.back)",
            "pass",
        ),
        (
            "a clock that is ahead",
            "if received_at - reading.time < -CLOCK_SKEW_TOLERANCE:",
            "if False:",
        ),
        (
            "a period that is too long",
            "return RejectionReason.BAD_TIME if reading.time - reading.start > longest else None",
            "return None",
        ),
        (
            "an end alone",
            "if self.is_at_end or reading.is_end:",
            "if self.is_at_end:",
        ),
        ("a clock that is a little early", "if 0 < missing <= self.early_seconds:", "if False:"),
        ("a clock that is too early", "if 0 < missing <= self.early_seconds:", "if 0 < missing <= 60:"),
    ),
    *mutants_in(
        "ingest/quality_flags.py",
        QUALITY_FLAG_TESTS,
        (
            "zeros of a fine sensor",
            "        and track.finest_step >= COARSE_STEPS * observed_property.resolution\n",
            "",
        ),
    ),
    *mutants_in(
        "ingest/quality_flags.py",
        ("tests/unit/ingest/test_quality_flags.py",),
        (
            "digits beyond the resolution",
            "rounded = round(value * steps_per_unit) / steps_per_unit",
            "rounded = value",
        ),
        (
            "digits of an implausible value",
            "return QualityFlag.IMPLAUSIBLE, float(low if value < low else high)",
            "return QualityFlag.IMPLAUSIBLE, value",
        ),
        (
            "digits in memory",
            "_update_state(track, time, rounded, quality)",
            "_update_state(track, time, value, quality)",
        ),
    ),
    *mutants_in(
        "ingest/flow_control/rate_limits.py",
        ("tests/unit/ingest/test_rate_limits.py",),
        ("readings too close together", "self.in_hour <= self.limit.readings_per_hour and not self.is_fast", "True"),
        ("a sensor that repeats itself", "if self.fruitless > self.limit.max_fruitless:", "if False:"),
        ("too many readings of one sensor", "if self.arrived > self.limit.max_arriving:", "if False:"),
        ("redelivery is forgiven", "forgiven.add(outcome.sensor_id)", "pass"),
        ("what others wait for", "if self.is_pressed and max(", "if False and max("),
    ),
    *mutants_in(
        "ingest/flow_control/queue.py",
        ("tests/unit/ingest/test_queue.py",),
        ("the share of a topic", "used[topic] + size <= MAX_TOPIC_BYTES", "True"),
        ("what is refused unread takes no share", "elif not self._is_unread(topic):", "else:"),
        ("large messages take turns", "= not self._is_turn_of_oldest", "= True"),
    ),
    *mutants_in(
        "ingest/flow_control/crash_recovery.py",
        ("tests/db/ingest/test_crash_recovery.py",),
        ("a large message is silence too", "elif at - self._silent_since >= LONGEST_SILENCE_SECONDS:", "else:"),
        (
            "a message breaks the silence",
            "        self._silent_connection = None\n        self._left",
            "        self._left",
        ),
        (
            "silence on one connection",
            "if connection_number != self._silent_connection:",
            "if not self._silent_connection:",
        ),
    ),
    *mutants_in(
        "ingest/worker.py",
        ("tests/db/ingest/test_crash_recovery.py",),
        ("all that comes again is suspect", "client_id, window)", "client_id, 2 * settings.batch_size)"),
        ("what is never acknowledged", " + sum(not each.packet_id for each in completed)", ""),
    ),
    *mutants_in(
        "ingest/conflicts.py",
        CONFLICT_TESTS,
        ("the latest revision", "(given.revised, given.value) > (present.revised, present.value)", "True"),
        ("an error is no revision", "given.is_plausible != present.is_plausible", "False"),
        ("revisions with one time", "(given.revised, given.value) > (", "(given.revised, 0) > ("),
        ("a revision that met another value", "Met(one, one.value != present.value)", "Met(one, False)"),
        ("another value than the stored one", "!= one.value)", "is None)"),
        ("the first of a batch", "keys.remove(key)", "pass"),
    ),
    *mutants_in(
        "ingest/writer.py",
        CONFLICT_TESTS,
        ("parts that met a value", "book[4] -= observation.readings - 1", "pass"),
        ("a refused sum is several readings", "* observations[0].readings", "* 1"),
        ("workers take turns with revisions", "        lock_revisions(db)\n        for table", "        for table"),
    ),
    *mutants_in(
        "ingest/writer.sql",
        CONFLICT_TESTS,
        ("the first received is stored", "order by datastream_id, time desc, position", "order by position desc"),
    ),
    *mutants_in(
        "sensors/db/migrations/041_implausible_revisions.sql",
        CONFLICT_TESTS,
        ("no error destroys a value", "(excluded.quality <> 1, excluded", "(true, excluded"),
        (
            "only values that may be revised",
            "stream.same_time = ''last''\n         order by",
            "true\n         order by",
        ),
        ("hours that lost a value", "perform lantaarn.lose_good_values(lost_ids, lost_times);", "null;"),
    ),
)
