"""Messages about single vehicles or persons: what is read of them, and the windows that forget them."""

from tests.mutants.mutant import Mutant, mutants_in

TRIP_WINDOW_TESTS = ("tests/unit/ingest/test_trip_windows.py",)
TRAVEL_TIME_TESTS = ("tests/unit/ingest/test_travel_time.py", "tests/unit/ingest/test_identifiers.py")
EVENT_TESTS = (
    "tests/unit/sensors/test_event_decoder.py",
    "tests/unit/ingest/test_event_pipeline.py",
    "tests/end_to_end/ingest/test_events.py",
)

MUTANTS: tuple[Mutant, ...] = (
    *mutants_in(
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
        (
            "a passage that is too old",
            "check_time(passage.time, now, MAX_TRAVEL_TIME)",
            "check_time(passage.time, now)",
        ),
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
    *mutants_in(
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
    *mutants_in(
        "ingest/events/pipeline.py",
        ("tests/unit/ingest/test_event_pipeline.py",),
        (
            "a smaller sample where segments adjoin",
            "SAMPLE_ONE_IN_ADJOINING if adjoins else SAMPLE_ONE_IN",
            "SAMPLE_ONE_IN",
        ),
        ("windows that are no longer allowed", " or not rule.gives_travel_times:", ":"),
    ),
    *mutants_in(
        "ingest/events/windows.py",
        ("tests/unit/ingest/test_passers_by.py", "tests/unit/ingest/test_event_pipeline.py"),
        ("an event in the future", "if time > now + CLOCK_SKEW_TOLERANCE:", "if False:"),
        ("an event of the year 1", "RejectionReason.TOO_LATE if time < now - max_age else None", "None"),
    ),
    *mutants_in(
        "ingest/events/passers_by.py",
        ("tests/unit/ingest/test_passers_by.py",),
        ("no noise in a count of passers-by", "count = add_noise(passed, noise) if", "count = passed if"),
        (
            "an hour that was not heard in full",
            "add_noise(passed, noise) if is_known else None",
            "add_noise(passed, noise)",
        ),
        ("who is reported after the hour", "covers(start, cell[1] + WINDOW_GRACE_PERIOD)", "covers(start, cell[1])"),
        ("passers-by who come late", "start < self.due_from or end", "end"),
        ("the night is one cell", "    if has_night:\n", "    if False:\n"),
        ("noise that a neighbour adds within the hour", "            cells.counter = each\n", ""),
    ),
    *mutants_in(
        "ingest/events/listener.py",
        ("tests/unit/ingest/test_event_listener.py",),
        ("a line in the log for each message", "if name not in self._failures:", "if True:"),
        ("windows of another municipality", " if key[0] == self._municipality}", "}"),
    ),
    *mutants_in(
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
    *mutants_in(
        "sensors/formats/model.py",
        EVENT_TESTS,
        ("an identifier hidden in repr", "identifier: str = field(repr=False)", "identifier: str"),
    ),
    *mutants_in(
        "sensors/formats/collector.py",
        EVENT_TESTS,
        (
            "too many events",
            "if self.size > MAX_READINGS:\n            return RejectionReason",
            "if False:\n            return RejectionReason",
        ),
    ),
    *mutants_in(
        "sensors/formats/event/decoder.py",
        EVENT_TESTS,
        (
            "fields that are not declared",
            'elif key != "time" and not (key == "vehicle_class" and self._reads_passages):',
            "elif False:",
        ),
        ("an identifier that is too long", "or len(given) > MAX_IDENTIFIER_LENGTH:", "or False:"),
    ),
)
