"""The rules of the privacy code, each with the change that disables it and the tests that must fail."""

from dataclasses import dataclass
from pathlib import Path

TRIP_WINDOW_TESTS = ("tests/unit/ingest/test_trip_windows.py",)
TRAVEL_TIME_TESTS = ("tests/unit/ingest/test_travel_time.py", "tests/unit/ingest/test_identifiers.py")
PRESENCE_TESTS = ("tests/unit/ingest/test_presence.py",)
RATIO_TESTS = ("tests/db/ingest/test_ratios.py", "tests/attacks/test_ratios.py")
COUNT_TESTS = ("tests/db/ingest/test_count_cells.py", "tests/attacks/test_counters.py")
MOVEMENT_NOISE_TESTS = ("tests/unit/ingest/test_movement_noise.py", "tests/attacks/test_movement.py")
REFUSAL_TESTS = ("tests/unit/ingest/test_refusals.py", "tests/attacks/test_books.py")
WINDOW_BOOK_TESTS = ("tests/unit/ingest/test_window_book.py", "tests/db/ingest/test_event_books.py")
MOVEMENT_TESTS = ("tests/db/ingest/test_movement.py", "tests/db/ingest/test_aggregates.py")
EVENT_TESTS = (
    "tests/unit/sensors/test_event_decoder.py",
    "tests/unit/ingest/test_event_pipeline.py",
    "tests/end_to_end/ingest/test_events.py",
)
POLICY_TESTS = ("tests/unit/sensors/test_policy.py",)
PIPELINE_TESTS = (
    "tests/unit/ingest/test_pipeline.py",
    "tests/unit/ingest/test_periods.py",
    "tests/unit/sensors/test_native_decoder.py",
)
RECEIPT_TESTS = ("tests/unit/ingest/test_receipt.py", "tests/unit/ingest/test_backlog.py")
VALUE_TESTS = ("tests/unit/sensors/test_stated_units.py", "tests/unit/sensors/test_false_values.py")
QUALITY_FLAG_TESTS = ("tests/unit/ingest/test_quality_flags.py",)
CONFLICT_TESTS = ("tests/unit/ingest/test_conflicts.py", "tests/db/ingest/test_conflicts.py")
PAYLOAD_KEY_TESTS = ("tests/unit/ingest/test_payload_keys.py",)
LOG_TESTS = ("tests/unit/sensors/test_logs.py",)
PERSONAL_DATA_TESTS = ("tests/unit/sensors/test_personal_data.py",)
READER_TESTS = ("tests/attacks/test_readers.py",)
PUBLIC_DATA_TESTS = ("tests/db/ingest/test_public_numbers.py", "tests/db/api/test_open.py")
DETECTORS = ("email", "ip", "mac", "phone", "plate")
TOTALS_TESTS = ("tests/db/ingest/test_hourly_totals.py", "tests/db/ingest/test_reaggregation.py")
LATE_TESTS = ("tests/db/ingest/test_late.py",)
QUALITY_TESTS = ("tests/db/api/test_quality.py",)
LOCATION_TESTS = ("tests/db/api/test_areas.py", "tests/db/sensors/test_register.py")

CONSTRAINTS = (
    "is_declared_twice",
    "has_wrong_unit",
    "adds_up_otherwise",
    "has_wrong_same_time",
    "is_not_by_the_clock",
    "has_unknown_wait",
    "exposes_resident_location",
    "is_identifiable",
    "denies_personal_data",
    "lacks_required_rule",
    "has_rule_of_other_property",
    "has_duplicate_rule",
    "is_matched_with_itself",
    "reads_dropped_field",
    "retains_personal_values",
    "has_no_built_in_retention_class",
    "stores_undeclared_fields",
    "exceeds_finest_public",
    "publishes_small_counts",
    "has_unsupported_threshold",
    "is_total_beside_its_parts",
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One disabled rule: replaces ``old``, which must occur exactly once in the file at ``path``, by ``new``."""

    name: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]

    def apply(self, tree: Path) -> None:
        """Apply the change to a copy of the project. Raises LookupError if ``old`` does not occur exactly once."""
        file = tree / self.path
        text = file.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise LookupError(f"{self.name}: text not found exactly once in {self.path}")
        file.write_text(text.replace(self.old, self.new), encoding="utf-8")


def _mutants_in(path: str, tests: tuple[str, ...], *changes: tuple[str, str, str]) -> tuple[Mutant, ...]:
    return tuple(Mutant(name, path, old, new, tests) for name, old, new in changes)


MUTANTS: tuple[Mutant, ...] = (
    *_mutants_in(
        "ingest/events/travel_time.py",
        TRAVEL_TIME_TESTS,
        (
            "a window not covered completely",
            "if not self.coverage.covers(*window):",
            "if False:",
        ),
        ("the expiry of a token", "(each + 1) * _BUCKET_SECONDS + self._term <= now", "False"),
        (
            "a token is dropped when matched",
            "self._departures.drop(vehicle.tokens)\n            return self._add_trip(vehicle.identifier, left",
            "return self._add_trip(vehicle.identifier, left",
        ),
        ("a passage that is too old", "if passage.time < now - MAX_TRAVEL_TIME:", "if False:"),
        ("a passage in the future", "if passage.time > now + CLOCK_SKEW_TOLERANCE:", "if False:"),
        ("the longest trip", "0 < arrived[0] - left[0] <= _MAX_TRAVEL_SECONDS", "0 < arrived[0] - left[0]"),
        ("a key per epoch", "return int(now.timestamp() // KEY_EPOCH.total_seconds())", "return 0"),
        (
            "old keys are dropped",
            "for epoch in [each for each in self._live if each < oldest]:",
            "for epoch in list[int]():",
        ),
        ("a random key", "bytearray(os.urandom(32))", "bytearray(32)"),
        ("a token per segment", "key=key, person=person)", "key=key)"),
        ("the limit on tokens", "while live and live + tokens > self._most_tokens:", "while False:"),
        (
            "a segment that was removed",
            "self._replace_tracks({each: held.get(each) or new(each) for each in segments})",
            "self._replace_tracks({**held, **{each: held.get(each) or new(each) for each in segments}})",
        ),
        ("a clock set back", "if self._clock - now > _MAX_CLOCK_STEP_BACK:", "if False:"),
        (
            "windows of a segment that was removed",
            "            if track is not tracks.get(segment):\n                track.forget_windows()\n",
            "            pass\n",
        ),
        (
            "windows without trips are counted too",
            "            elif not rows:\n",
            "            elif not trips:\n                continue\n            elif not rows:\n",
        ),
    ),
    *_mutants_in(
        "ingest/events/trip_windows.py",
        TRIP_WINDOW_TESTS,
        ("a sample of the vehicles", "self._sampled_below = _TAGS // one_in", "self._sampled_below = _TAGS"),
        (
            "a key for each window",
            "bytearray(os.urandom(_KEY_BYTES))",
            'bytearray(b"always the same.")',
        ),
        ("a key is overwritten with its window", "self._key[:] = bytes(len(self._key))", "pass"),
        ("tags go with their window", "self._tags.clear()", "pass"),
        ("a vehicle counts once", " or tag in self._tags or", " or"),
        ("the limit on a window", " or len(self._tags) >= MAX_SAMPLED:", ":"),
        (
            "the class that both ends saw",
            "start if start == end else VehicleClass.OTHER, array",
            "end, array",
        ),
        ("a window of too few vehicles", "if number < max(minimum, MIN_SAMPLED_VEHICLES):", "if number < minimum:"),
        ("a larger minimum of the entry", "max(minimum, MIN_SAMPLED_VEHICLES)", "MIN_SAMPLED_VEHICLES"),
        ("an 85th percentile of too few", "if number >= MIN_SAMPLED_FOR_P85 else None", "if number else None"),
        (
            "rounded times",
            "TRAVEL_TIME_ROUNDING_SECONDS * round(seconds / TRAVEL_TIME_ROUNDING_SECONDS)",
            "round(seconds)",
        ),
    ),
    *_mutants_in(
        "ingest/events/pipeline.py",
        ("tests/unit/ingest/test_event_pipeline.py",),
        (
            "a smaller sample where segments adjoin",
            "SAMPLE_ONE_IN_ADJOINING if adjoins else SAMPLE_ONE_IN",
            "SAMPLE_ONE_IN",
        ),
        ("windows that are no longer allowed", " or not rule.gives_travel_times:", ":"),
    ),
    *_mutants_in(
        "sensors/policy/cells.py",
        ("tests/unit/sensors/test_cells.py",),
        ("the noise of a count", "return least * sqrt(", "return sqrt("),
        ("the noise of a day", "DAY_NOISE if period is Public.DAY else HOUR_NOISE", "HOUR_NOISE"),
        ("more noise where a pass is in more numbers", "sqrt(max(1.0, cells / CELLS_PER_PASS))", "1.0"),
        ("the class of road users that is in most numbers", "return max((sum(", "return min((sum("),
        ("a mean is about counts in the same form", "and each.passes <= definition.passes", ""),
        ("a ratio is two numbers", "else 2 if definition.clip is not None else 0", "else 1"),
        (
            "a mean without a clip is not published",
            "Public.NONE if definition.averages_people and",
            "Public.NONE if False and",
        ),
    ),
    *_mutants_in(
        "sensors/policy/terms.py",
        ("tests/unit/sensors/test_terms.py", "tests/db/sensors/test_capped_terms.py"),
        ("the longest term of single values", "return MAX_RAW_TERM if tells_of_passers else None", "return None"),
        ("lamps that react to people", "return SensorType.PROXIMITY in", "return False and SensorType.PROXIMITY in"),
        ("lamps that report movement", 'each.required_privacy_rule == "window_count"', "False"),
        (
            "the longest term of true totals",
            "return MAX_TRUE_HOURS_TERM if definition.passes else",
            "return None if definition.passes else",
        ),
        (
            "the longest term of what is public",
            "return MAX_TRUE_HOURS_TERM if datastream.public is Public.NONE else MAX_CELLS_TERM",
            "return None",
        ),
        (
            "the shorter of two terms",
            "return limit if limit is not None and is_longer(term, limit)",
            "return limit if limit",
        ),
    ),
    *_mutants_in(
        "sensors/db/migrations/038_capped_terms.sql",
        ("tests/db/sensors/test_capped_terms.py",),
        ("entries with a longer term are listed", "and broken.is_broken;", "and not broken.is_broken;"),
    ),
    *_mutants_in(
        "sensors/register/shared_places.py",
        ("tests/unit/sensors/test_cells.py",),
        ("sensors at one place", "distance=SAME_PLACE_METRES", "distance=0"),
        ("a place that sensors in between make", "left.intersection(neighbours[number])", "set[int]()"),
        ("the most noise of the places of a sensor", "max(noise.get(key, 0.0), ", "min(noise.get(key, 1e9), "),
    ),
    *_mutants_in(
        "sensors/register/repository.sql",
        ("tests/db/sensors/test_noise.py",),
        ("neighbours of a while ago", "next.recorded_at > %(since)s", "false"),
        ("the exact place of a sensor", "coalesce(exact.geometry, version", "coalesce(null::jsonb, version"),
    ),
    *_mutants_in(
        "sensors/register/repository.py",
        ("tests/db/sensors/test_noise.py",),
        ("the noise of neighbours of a new sensor", "if any(each.changed for each in published):", "if False:"),
    ),
    *_mutants_in(
        "sensors/db/migrations/031_travel_time.sql",
        ("tests/db/sensors/test_outdated_entries.py", "tests/db/sensors/test_promises.py"),
        ("exact travel times are deleted", "truncate lantaarn.travel_time, lantaarn.travel_hour;", ""),
        ("windows that are no longer allowed are listed", "::integer not in (900, 3600);", "::integer < 0;"),
    ),
    *_mutants_in(
        "sensors/register/validation/rules/deidentification.py",
        ("tests/unit/sensors/test_validation.py",),
        ("no new entry with a window from before", "rule.window not in TRAVEL_TIME_WINDOWS", "False"),
    ),
    *_mutants_in(
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
    *_mutants_in(
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
    *_mutants_in(
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
    *_mutants_in(
        "ingest/events/pipeline.py",
        WINDOW_BOOK_TESTS,
        ("windows of a standstill", "self._resume_from = booked_until", "pass"),
    ),
    *_mutants_in(
        "ingest/events/travel_time.py",
        WINDOW_BOOK_TESTS,
        ("windows before a change", "due.get(segment.datastream_id, due_from or now)", "due_from or now"),
        (
            "windows before a clock was set back",
            "_SegmentState(each, now, held.due_from)",
            "_SegmentState(each, now, now)",
        ),
    ),
    *_mutants_in(
        "ingest/events/aggregates.sql",
        MOVEMENT_TESTS,
        ("windows booked twice", "and held.day = given.day and held.until > given.since", "and false"),
    ),
    *_mutants_in(
        "ingest/lifecycle/daily_totals.sql",
        WINDOW_BOOK_TESTS,
        (
            "what was due when the register changed",
            "where coalesce(subject.changed_at <= open.day_start(day.day), true)",
            "where true",
        ),
    ),
    *_mutants_in(
        "ingest/lifecycle/audit.sql",
        WINDOW_BOOK_TESTS,
        ("windows that are missing", "due.due <> coalesce(booked.explained, 0)", "false"),
        ("windows that were not released", "where stored.windows > booked.released", "where false"),
    ),
    *_mutants_in(
        "ingest/events/listener.py",
        ("tests/unit/ingest/test_event_listener.py",),
        ("a line in the log for each message", "if name not in self._failures:", "if True:"),
    ),
    *_mutants_in(
        "sensors/db/migrations/032_event_books.sql",
        ("tests/db/sensors/test_scrubbed_books.py",),
        ("sizes and seconds of events", "    refused.topic_template like 'event/%'\n    or exists", "    exists"),
    ),
    *_mutants_in(
        "ingest/noise.py",
        MOVEMENT_NOISE_TESTS,
        ("a seeded generator", "_RANDOM = SystemRandom()", "_RANDOM = __import__('random')"),
        (
            "counts cut off at zero",
            "return count + round(_RANDOM.normalvariate(0, deviation))",
            "return max(0, count + round(_RANDOM.normalvariate(0, deviation)))",
        ),
    ),
    *_mutants_in(
        "ingest/cells/count_cells.py",
        COUNT_TESTS,
        ("no noise in a cell", "add_noise(round(total), noise)", "round(total)"),
        ("too little noise in a cell", "add_noise(round(total), noise)", "add_noise(round(total), 1)"),
        ("a copy draws too", 'if row is None or not row["is_original"]:', "if row is None:"),
        ("what was not heard is nought", 'yield {**cell, "sum": None}', 'yield {**cell, "sum": 0}'),
    ),
    *_mutants_in(
        "ingest/cells/count_cells.sql",
        COUNT_TESTS,
        ("cells from before a restoration", "due.start >= due.since\n    and coalesce(", "coalesce("),
        (
            "late counts from before a restoration",
            "case when period.is_ours then coalesce(",
            "case when true then coalesce(",
        ),
        ("an hour with a gap waits", "cell.intervals >= cell.expected\n", "true\n"),
        ("what is in a cell is not late", "set published = total.sum", "set published = null"),
        (
            "days begin where hours ended",
            "else greatest(lantaarn.cell_end('hour', newest.hour), lantaarn.cell_end('night', newest.night))",
            "else null",
        ),
    ),
    *_mutants_in(
        "ingest/lifecycle/restore.sql",
        COUNT_TESTS,
        ("restoring draws a line", "set since = %(now)s, system_identifier", "set system_identifier"),
    ),
    *_mutants_in(
        "ingest/events/windows.py",
        PRESENCE_TESTS,
        ("the night is one window", "    if local.time() >= NIGHT_START:\n", "    if False:\n"),
        ("the night until the morning", "    if local.time() < DAY_START:\n", "    if False:\n"),
    ),
    *_mutants_in(
        "ingest/events/pipeline.py",
        EVENT_TESTS,
        (
            "a retained message",
            "return RejectionReason.NOT_HERE if state.is_retained else None",
            "return None",
        ),
        (
            "only declared properties",
            "frozenset(sensor.event_datastreams), AS_DOCUMENTED",
            "frozenset(sensor.kind.properties), AS_DOCUMENTED",
        ),
        ("only active sensors' events", "if sensor.status is Status.ACTIVE}", "}"),
        (
            "both ends declare the rule",
            (
                "if end is not None and any(\n                isinstance(other.privacy_rule, MatchingRule) "
                "for other in end.event_datastreams.values()\n            ):"
            ),
            "if end is not None:",
        ),
    ),
    *_mutants_in(
        "sensors/formats/model.py",
        EVENT_TESTS,
        ("an identifier hidden in repr", "identifier: str = field(repr=False)", "identifier: str"),
    ),
    *_mutants_in(
        "sensors/formats/collector.py",
        EVENT_TESTS,
        (
            "too many events",
            "if self.size > MAX_READINGS:\n            return RejectionReason",
            "if False:\n            return RejectionReason",
        ),
    ),
    *_mutants_in(
        "sensors/formats/collector.py",
        PIPELINE_TESTS,
        ("a message that says nothing", "if not self.size:", "if not (self.size or self.fields_dropped):"),
    ),
    *_mutants_in(
        "sensors/formats/stated_units.py",
        VALUE_TESTS,
        ("a unit that is not understood", "return agreed or RejectionReason.UNKNOWN_UNIT", "return agreed or IDENTITY"),
        ("units that disagree", " or (unit and agreed and unit != agreed)", ""),
        ("a unit of something else", "not in (None, IDENTITY) for each", "in () for each"),
    ),
    *_mutants_in(
        "sensors/formats/values.py",
        VALUE_TESTS,
        ("a known lie", "    if reason is not None:\n        return reason\n", ""),
    ),
    *_mutants_in(
        "sensors/formats/values.py",
        PAYLOAD_KEY_TESTS,
        ("keys of payloads are forgotten", "msgspec.json.decode(_OWN_KEYS)", "pass"),
    ),
    *_mutants_in(
        "ingest/payload_keys.py",
        PAYLOAD_KEY_TESTS,
        ("keys of payloads are forgotten in time", "thread.start()", "pass"),
    ),
    *_mutants_in(
        "sensors/formats/native/decoder.py",
        VALUE_TESTS,
        ("a lie on the short way", "definition.clear_range[0] < given < definition.clear_range[1]", "True"),
        ("a unit on the short way", "not (has_units or ", "not ("),
        ("an implausible temperature of a volume ratio", "and low <= value <= high else None", "else None"),
    ),
    *_mutants_in(
        "ingest/quality_flags.py",
        QUALITY_FLAG_TESTS,
        (
            "zeros of a fine sensor",
            "        and track.finest_step >= COARSE_STEPS * observed_property.resolution\n",
            "",
        ),
    ),
    *_mutants_in(
        "sensors/formats/event/decoder.py",
        EVENT_TESTS,
        (
            "fields that are not declared",
            'elif key != "time" and not (key == "vehicle_class" and self._reads_passages):',
            "elif False:",
        ),
        ("an identifier that is too long", "or len(given) > MAX_IDENTIFIER_LENGTH:", "or False:"),
    ),
    *_mutants_in(
        "sensors/policy/compiler.py",
        POLICY_TESTS,
        ("a datastream without retention", "if retention is None:", "if False:"),
    ),
    *_mutants_in(
        "sensors/formats/native/decoder.py",
        PIPELINE_TESTS,
        ("only declared values", "if key in self._declared_codes else None", "if True else None"),
        ("dropped fields are counted", "self.fields_dropped += key not in self._time_fields", "pass"),
    ),
    *_mutants_in(
        "sensors/vocabulary/time_zone.py",
        PIPELINE_TESTS,
        ("days of the local calendar", "if duration.seconds or duration.microseconds:", "if True:"),
    ),
    *_mutants_in(
        "sensors/formats/values.py",
        PIPELINE_TESTS,
        ("a period that ends before it starts", "if start < end else RejectionReason.BAD_TIME", "if True else start"),
        ("a fraction that would round up", 'given = _BEYOND_MICROSECONDS.sub("", given)', "pass"),
        ("only numbers as JSON writes them", "if _JSON_NUMBER.fullmatch(given) else None", "if given else None"),
    ),
    *_mutants_in(
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
        ("an implausible part", "if max(added) > high:", "if False:"),
        (
            "a payload that is too large",
            "if state.message.payload_bytes > MAX_PAYLOAD_BYTES else None",
            "if False else None",
        ),
    ),
    *_mutants_in(
        "ingest/times/receipt.py",
        RECEIPT_TESTS,
        ("retained without a clock", "if message.is_retained or message.is_redelivered", "if message.is_redelivered"),
        ("redelivered without a clock", "if message.is_retained or message.is_redelivered", "if message.is_retained"),
        ("an unknown wait", "or self.kept_since_monotonic == -inf:", "or False:"),
        ("a wait that is too long", "waited_seconds > interval.total_seconds()", "False"),
        ("fractions of a second of receipt", "(self.now - age).replace(microsecond=0)", "self.now - age"),
    ),
    *_mutants_in(
        "ingest/times/backlog.py",
        RECEIPT_TESTS,
        ("a burst is no calm", "unacknowledged >= max(FEW_MESSAGES, self._most_unacknowledged // 2)", "False"),
        ("a second of calm", "at - self._calm_since >= CALM_SECONDS", "True"),
        ("a worker that was held up", "if was_away or", "if"),
    ),
    *_mutants_in(
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
    *_mutants_in(
        "ingest/flow_control/rate_limits.py",
        ("tests/unit/ingest/test_rate_limits.py",),
        ("readings too close together", "self.in_hour <= self.limit.readings_per_hour and not self.is_fast", "True"),
        ("a sensor that repeats itself", "if self.fruitless > self.limit.max_fruitless:", "if False:"),
        ("too many readings of one sensor", "if self.arrived > self.limit.max_arriving:", "if False:"),
        ("redelivery is forgiven", "forgiven.add(outcome.sensor_id)", "pass"),
        ("what others wait for", "if self.is_pressed and max(", "if False and max("),
    ),
    *_mutants_in(
        "ingest/flow_control/queue.py",
        ("tests/unit/ingest/test_queue.py",),
        ("the share of a topic", "used[topic] + size <= MAX_TOPIC_BYTES", "True"),
        ("what is refused unread takes no share", "elif not self._is_unread(topic):", "else:"),
        ("large messages take turns", "= not self._is_turn_of_oldest", "= True"),
    ),
    *_mutants_in(
        "ingest/conflicts.py",
        CONFLICT_TESTS,
        ("the latest revision", "(given.revised, given.value) > (present.revised, present.value)", "True"),
        ("revisions with one time", "(given.revised, given.value) > (", "(given.revised, 0) > ("),
        ("a revision that met another value", "Met(one, one.value != present.value)", "Met(one, False)"),
        ("another value than the stored one", "!= one.value)", "is None)"),
        ("the first of a batch", "keys.remove(key)", "pass"),
    ),
    *_mutants_in(
        "ingest/writer.py",
        CONFLICT_TESTS,
        ("parts that met a value", "book[4] -= observation.readings - 1", "pass"),
        ("a refused sum is several readings", "* observations[0].readings", "* 1"),
        ("workers take turns with revisions", "        lock_revisions(db)\n        for table", "        for table"),
    ),
    *_mutants_in(
        "ingest/writer.sql",
        CONFLICT_TESTS,
        ("the first received is stored", "order by datastream_id, time desc, position", "order by position desc"),
    ),
    *_mutants_in(
        "sensors/db/migrations/028_revision.sql",
        CONFLICT_TESTS,
        (
            "only values that may be revised",
            "stream.same_time = ''last''\n         order by",
            "true\n         order by",
        ),
        ("hours that lost a value", "perform lantaarn.lose_good_values(lost_ids, lost_times);", "null;"),
    ),
    *_mutants_in(
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
    *_mutants_in(
        "sensors/db/migrations/025_signs_of_life.sql",
        ("tests/db/api/test_signs_of_life.py",),
        (
            "times to the interval",
            "open.public_time(newest.time, datastream.measurement_interval) as time",
            "newest.time",
        ),
        (
            "rejected messages as a sign of life",
            "week.start)\n        and ledger.received > ledger.quarantined + ledger.aggregated",
            "week.start)",
        ),
        (
            "events as a sign of life",
            "select ledger.received - ledger.quarantined - ledger.aggregated as readings\n        from",
            "select ledger.received - ledger.quarantined as readings\n        from",
        ),
        (
            "silent by rejected messages",
            "watch.day_since\n            and ledger.received > ledger.quarantined + ledger.aggregated",
            "watch.day_since",
        ),
        (
            "silent by the number of events",
            "where stored.sensor_id = finding.sensor_id and stored.active and stored.rule is null",
            "where stored.sensor_id = finding.sensor_id and stored.active",
        ),
    ),
    *_mutants_in(
        "sensors/db/migrations/009_public.sql",
        PUBLIC_DATA_TESTS,
        (
            "ledger only of completed weeks",
            "at time zone 'Europe/Amsterdam'\ngroup by 1, 2\nhaving",
            "at time zone 'Europe/Amsterdam' + interval '7 days'\ngroup by 1, 2\nhaving",
        ),
        (
            "daily ledger only of live sensors",
            "having bool_and(public = 'live' and not counts_people and rule is null);",
            ";",
        ),
    ),
    *_mutants_in(
        "sensors/db/migrations/030_movement.sql",
        MOVEMENT_TESTS,
        ("a count with too little noise", "check (noise * noise >= 5119.99 * sensors)", "check (true)"),
        ("a count of too few lamps", "check (sensors >= 12)", "check (true)"),
        ("half of the windows", "having count(*) * 2 >= placed.due", "having true"),
        ("a mean is published at noon", "time '12:00'", "time '00:00'"),
        ("movement that is not public", "where declared.published;", "where true;"),
    ),
    *_mutants_in(
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
    *_mutants_in(
        "sensors/db/migrations/040_barriers.sql",
        TOTALS_TESTS,
        (
            "hours of another aggregation are not shown",
            " and hourly.hour >= datastream.totals_since\n    ) as total",
            "\n    ) as total",
        ),
    ),
    *_mutants_in(
        "sensors/db/migrations/040_barriers.sql",
        READER_TESTS,
        ("a reader's condition is asked of shown rows only", "alter view open.latest set (security_barrier);\n", ""),
        ("nor of a reader's hidden hours", "open.hour with (security_barrier) as", "open.hour as"),
        ("a reader's union is a barrier too", "as select * from (%s) as told'", "as %s'"),
        ("no plan tells a reader a number", "case datastream.public when 'live' then total.count end", "total.count"),
        ("a reader makes no functions", "execute format('revoke temporary", "perform format('revoke temporary"),
        ("no true sum for readers of statistics", "    alter column sum set statistics 0,\n", ""),
    ),
    *_mutants_in(
        "sensors/db/migrations/037_counts.sql",
        PUBLIC_DATA_TESTS,
        (
            "an hour is complete before it is public",
            "(at - interval '1 hour') at time zone stream.zone) - stream.step;",
            "(at - interval '1 hour') at time zone stream.zone);",
        ),
    ),
    *_mutants_in(
        "sensors/db/migrations/039_ratios.sql",
        PUBLIC_DATA_TESTS,
        (
            "energy is rounded",
            "when stream.summed then round(seen.value::numeric, 1)",
            "when stream.summed then seen.value",
        ),
        ("no mean about people", "and (not stream.about_people or stream.summed", "and (true or stream.summed"),
    ),
    *_mutants_in(
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
    *_mutants_in(
        "ingest/cells/count_cells.sql",
        RATIO_TESTS,
        ("no noise for a clip", "due.noise * due.clip as noise", "due.noise as noise"),
        ("no clip", "greatest(-due.clip, least(due.clip, mean.value - due.reference))", "(mean.value - due.reference)"),
        ("a ratio is drawn once", "and held.start < lantaarn.cell_end(written.period, written.start)", "and false"),
        (
            "ratios from before a restoration",
            "case when due.is_known and due.start >= floor.since then coalesce(passed.numerator, 0) end",
            "case when due.is_known then coalesce(passed.numerator, 0) end",
        ),
    ),
    *_mutants_in(
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
    *_mutants_in(
        "sensors/db/migrations/035_meters.sql",
        ("tests/db/api/test_sensor_queries.py",),
        (
            "failures of devices that count people are not public",
            "stream.aggregation = 'counter' and not stream.about_people and within.jumps > 0",
            "stream.aggregation = 'counter' and within.jumps > 0",
        ),
    ),
    *_mutants_in(
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
        (
            "nothing is published while it is recomputed",
            "where totals_since < 'infinity' and not counts_people",
            "where not counts_people",
        ),
    ),
    *_mutants_in(
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
    *_mutants_in(
        "ingest/lifecycle/erasure.py",
        LATE_TESTS,
        ("an erasure completes nothing", "recompute_changed_hours(db, is_late=False)", "recompute_changed_hours(db)"),
    ),
    *_mutants_in(
        "sensors/kinds/__init__.py",
        ("tests/unit/sensors/test_kinds.py",),
        (
            "means over people are about people",
            "self.counts_people or self.averages_people or",
            "self.counts_people or",
        ),
    ),
    *_mutants_in(
        "sensors/policy/compiler.py",
        POLICY_TESTS,
        (
            "what an entry declares is about people",
            "definition.about_people or datastream.personal_data is not PersonalData.NONE",
            "definition.about_people",
        ),
    ),
    *_mutants_in(
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
    *_mutants_in(
        "ingest/lifecycle/erasure.sql",
        TOTALS_TESTS,
        (
            "the hour before what was erased of a meter",
            "hourly.datastream_id = stream.id and hourly.hour < %(from)s::timestamptz",
            "hourly.datastream_id = stream.id and hourly.hour < '-infinity'",
        ),
    ),
    *_mutants_in(
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
    *_mutants_in(
        "sensors/db/migrations/017_quality.sql",
        QUALITY_TESTS,
        (
            "daily rejections only of live sensors",
            "sum(trouble.refused) filter (where finding.live)",
            "sum(trouble.refused)",
        ),
        ("daily reasons only of live sensors", "= refused.sensor_id and finding.live", "= refused.sensor_id"),
        (
            "due dates only of live sensors",
            "        finding.live\n        and finding.status = 'active'",
            "        finding.status = 'active'",
        ),
        (
            "weekly rejections only of completed weeks",
            "        and ledger.hour < watch.week_until\n    group by",
            "    group by",
        ),
        ("weekly rejections in bands", "open.band(trouble.refused) as refused", "trouble.refused::bigint as refused"),
        ("unregistered only of completed weeks", " and refused.hour < watch.week_until", ""),
        (
            "the threshold of unregistered readings",
            "having sum(refused.readings) >= 15",
            "having sum(refused.readings) >= 1",
        ),
    ),
    *_mutants_in(
        "sensors/register/repository.py",
        LOCATION_TESTS,
        (
            "history is coarsened",
            "        _store_exact_locations(db, batch, documents)\n        _coarsen_history(db, documents)\n",
            "        _store_exact_locations(db, batch, documents)\n",
        ),
        ("old addresses are removed too", 'if name not in ("address", "observed_area")', "if True"),
        (
            "only the cell is published",
            (
                "location = entry.location.model_copy("
                "update=_public_location(entry.location.geometry, entry.location.precision))"
            ),
            "location = entry.location",
        ),
    ),
    *_mutants_in(
        "sensors/logs.py",
        LOG_TESTS,
        ("only declared texts in the log", "(form is not None and form.fullmatch(value))", "True"),
        ("the tripwire in the log", 'shown = value if key == "at" else redact_text(value)', "shown = value"),
        ("only our own keys in the log", "if _is_declared_key(key)}", "}"),
        (
            "no exception's text in the log",
            '    error = _exception(said.pop("exc_info", None))\n',
            "    error = None\n",
        ),
    ),
    *_mutants_in(
        "sensors/policy/personal_data.py",
        PERSONAL_DATA_TESTS,
        *(
            (
                f"the tripwire for {wire}",
                f"PersonalDataMatch.{wire.upper()}: _contains_{wire}",
                f"PersonalDataMatch.{wire.upper()}: lambda *_: False",
            )
            for wire in DETECTORS
        ),
    ),
    *(
        Mutant(
            f"constraint: {name}",
            "sensors/policy/constraints.py",
            f"        {name},\n    ),",
            "        lambda *_: False,\n    ),",
            POLICY_TESTS,
        )
        for name in CONSTRAINTS
    ),
)
"""All mutants."""
