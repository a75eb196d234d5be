"""Register entries: what a policy permits, for how long, and the place that is published."""

from tests.mutants.mutant import Mutant, mutants_in

POLICY_TESTS = ("tests/unit/sensors/test_policy.py",)
LOCATION_TESTS = ("tests/db/api/test_areas.py", "tests/db/sensors/test_register.py")
COUNTED_IN_MEMORY = ("is_not_counted_by_the_hour", "averages_the_counted", "has_terms_of_sums")
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
    *COUNTED_IN_MEMORY,
)

REDACTION_TESTS = ("tests/db/ingest/test_redaction.py", "tests/db/ingest/test_erasure.py")
ERASURE_TESTS = ("tests/db/ingest/test_erasure.py", "tests/unit/ingest/lifecycle/test_redaction.py")

MUTANTS: tuple[Mutant, ...] = (
    *mutants_in(
        "ingest/lifecycle/register/erased_entry.py",
        ERASURE_TESTS,
        ("an erased sensor has no name", '"name": _words(ERASED_NAME),', ""),
        ("an erased sensor has no summary", '"summary": _words(REMOVED_TEXT),', ""),
        ("an erased sensor has no project", 'if name != "project"}', "}"),
        ("an erased sensor has no explanations", 'if name != "description"}', "}"),
        ("an erased sensor has no recipients", '[] if name == "access_parties" else value', "value"),
        ("no version tells an erased sensor's desk", "any(desk.lower() in told", "any(False and desk.lower() in told"),
        ("an erased sensor's desk is told no more", "if gone else dict(document)", "if False else dict(document)"),
        (
            "what ended is derived again",
            "_end_entry(db, without_desks(current, desks), at) if current else 0",
            "0",
        ),
    ),
    *mutants_in(
        "sensors/register/repository.py",
        ERASURE_TESTS,
        ("an erased sensor is published again", "if _public_document(entry) != documents[entry.id]:", "if False:"),
        ("an erased name has no page", "return derived.forget_unnamed_slugs(db)", "return 0"),
    ),
    *mutants_in(
        "sensors/register/derived.py",
        ERASURE_TESTS,
        (
            "the index follows an erasure",
            '("upsert_search_index", ',
            "(",
        ),
    ),
    *mutants_in(
        "sensors/db/migrations/064_desks_of_the_erased.sql",
        ERASURE_TESTS,
        ("the name of an erased sensor", "new.document -> 'name' is distinct from", "false and '1' <>"),
        ("the summary of an erased sensor", "or new.document -> 'summary' is distinct from removed\n", ""),
        ("no project comes with an erasure", "        or new.document ? 'project'\n", ""),
        ("no explanation comes with an erasure", "exists(@.description) || ", ""),
        (
            "an erasure changes nothing that is measured",
            "        or lantaarn.measured(new.document) is distinct from lantaarn.measured(old.document)\n",
            "",
        ),
        ("an erasure names no editor", "        or new.editor not in (old.editor, removed ->> 'nl')\n", ""),
        ("an erasure gives no reason", "        or new.reason not in (old.reason, removed ->> 'nl')\n", ""),
        (
            "an erasure keeps no desk",
            "where left_over.document - lantaarn.erasable() <> lantaarn",
            "where null <> lantaarn",
        ),
    ),
    *mutants_in(
        "sensors/db/migrations/056_complete_erasure.sql",
        ERASURE_TESTS,
        ("a name in use keeps its page", "<> 'slugs' or exists", "<> 'slugs' and exists"),
        (
            "programs notice an erasure",
            "    + (select count(*) from lantaarn.redaction) as revision",
            "    as revision",
        ),
    ),
    *mutants_in(
        "ingest/lifecycle/erasure.py",
        REDACTION_TESTS,
        (
            "no entry of the municipality's own is erased",
            "if request.whole_entry and not is_at_a_home(",
            "if False and not is_at_a_home(",
        ),
        ("a report of after an erasure", "replace(tombstone, register=False)", "tombstone"),
        (
            "removals come back with a backup",
            "            return remove_field(db, listed, now)",
            "            return _erase(db, Tombstone(listed.id, listed.id, None, now, False, False, '', now), now)",
        ),
    ),
    *mutants_in(
        "ingest/lifecycle/register/redacted_field.py",
        REDACTION_TESTS,
        (
            "a removal is derived",
            "        repository.record_redacted_versions(db, current",
            "        (lambda *_: 0)(db, current",
        ),
        ("a removal is logged", "for deletion in removal.deletions:", "for deletion in ():"),
        (
            "a removal keeps what the entry needs",
            '            check_field(row["document"], request.field, classes)\n',
            "            pass\n",
        ),
        ("a removal is of the versions that it names", 'if row["version"] in numbers and', "if"),
    ),
    *mutants_in(
        "sensors/register/redaction.py",
        ("tests/unit/sensors/test_redaction.py",),
        ("what the register goes by", "if _KEPT.fullmatch(field):", "if False:"),
        ("an entry is valid without it", "broken = _violations(left) - _violations(document)", "broken = set[Any]()"),
        ("nothing is taken out of a list", "if isinstance(field_path(field)[-1], int):", "if False:"),
        ("parts of a list stay", "if isinstance(value, list) or is_listed_part:", "if False:"),
    ),
    *mutants_in(
        "sensors/register/slugs.py",
        ("tests/db/ingest/test_redaction.py",),
        ("a removed name has no page", " if owner[2] != REMOVED_TEXT.nl]", "]"),
    ),
    *mutants_in(
        "sensors/db/migrations/057_redacted_fields.sql",
        ("tests/db/ingest/test_redaction.py",),
        (
            "only a removal that is recorded",
            "if not coalesce(is_done, false) or not exists (",
            "if not coalesce(is_done, false) or false and not exists (",
        ),
        ("only removable fields", "is_done := lantaarn.is_removable(removing)\n", "is_done := true\n"),
        ("only a field that is there", "            and old.document #> path is not null\n", ""),
        ("only the document", "            and (to_jsonb(new) - 'document') = (to_jsonb(old) - 'document')\n", ""),
        (
            "only the column",
            "is_done := to_jsonb(new) = jsonb_set(to_jsonb(old), path, removed -> 'nl');",
            "is_done := true;",
        ),
        ("lists stay as long as they are", " and path[cardinality(path)] !~ '^[0-9]+$'", ""),
        (
            "a removed field is told",
            "array_agg(distinct redaction.field) filter (where redaction.field is not null)",
            "null",
        ),
    ),
    *mutants_in(
        "ingest/lifecycle/register/erased_entry.sql",
        ("tests/end_to_end/test_backup.py",),
        ("words about an erased sensor", "    words = null,\n", ""),
        (
            "answers about an erased sensor",
            "case when answer is not null then lantaarn.removed_words() ->> 'nl' end",
            "answer",
        ),
    ),
    *mutants_in(
        "ingest/lifecycle/register/versions.sql",
        ("tests/end_to_end/test_backup.py",),
        ("samples of erased values", "select lantaarn.sample_again()", "select 1"),
    ),
    *mutants_in(
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
    *mutants_in(
        "sensors/register/derived.py",
        ("tests/db/sensors/test_capped_terms.py", "tests/db/sensors/test_outdated_entries.py"),
        ("entries from before a rule are listed", '"delete_violations", "insert_violations")', '"delete_violations")'),
    ),
    *mutants_in(
        "sensors/db/migrations/050_entry_violations.sql",
        ("tests/db/sensors/test_outdated_entries.py",),
        ("an ended sensor has nothing to comply with", "where sensor.status <> 'ended';", ";"),
    ),
    *mutants_in(
        "sensors/db/migrations/031_travel_time.sql",
        ("tests/db/sensors/test_outdated_entries.py", "tests/db/sensors/test_promises.py"),
        ("exact travel times are deleted", "truncate lantaarn.travel_time, lantaarn.travel_hour;", ""),
        ("windows that are no longer allowed are listed", "::integer not in (900, 3600);", "::integer < 0;"),
    ),
    *mutants_in(
        "sensors/db/migrations/053_signs_of_life.sql",
        ("tests/db/ingest/test_passers_by.py",),
        ("a sign of life too seldom tells nothing", "alive.measurement_interval <= interval '15 minutes'", "true"),
    ),
    *mutants_in(
        "sensors/register/validation/rules/personal_data.py",
        ("tests/unit/sensors/test_validation.py",),
        ("a DPIA that is not done", "dpia.status is not DpiaStatus.DONE", "False"),
        ("a paused sensor has the law too", "(Status.ACTIVE, Status.PAUSED)", "(Status.ACTIVE,)"),
        ("a processor without an agreement", "organisation.agreement is None", "False"),
    ),
    *mutants_in(
        "sensors/register/validation/rules/location.py",
        ("tests/unit/sensors/test_validation.py", "tests/unit/sensors/test_homes.py"),
        ("the floor of a home", "entry.location.height_m is not None", "False"),
        ("what a home sensor hangs on", "entry.location.host_object is not None", "False"),
        ("a cell with few homes", "homes < MIN_HOMES", "False"),
    ),
    *mutants_in(
        "sensors/register/free_text.py",
        ("tests/unit/sensors/test_validation.py", "tests/unit/sensors/test_free_text.py"),
        ("the house number of a home", "() if at_a_home else", "() if False else"),
        (
            "a name in a text of an entry",
            "if not (places | _allowed_in_field(path, at_a_home=at_a_home)).issuperset(_found_in_entry(text))",
            "if False",
        ),
        ("a number in a spelling of sentences", "found if find_personal_data(text) is None else", ""),
        (
            "who lives where a reference says",
            "if at_a_home and points_to_a_person(",
            "if False and points_to_a_person(",
        ),
        ("who gets the data", '    (Datastream, frozenset({"access_parties"})),\n', ""),
        ("the maker at a home", "or not at_a_home\n", "or True\n"),
        ("a name in a reason", "find_in_sentences(text) != ()", "False"),
        ("a name of an editor", "is_personal_name(text) or", ""),
    ),
    *mutants_in(
        "sensors/policy/personal_text.py",
        ("tests/unit/sensors/test_personal_text.py",),
        ("a first name and a surname", r"{_FIRST_NAME}\s(?:[A-Z]", r"(?!)\s(?:[A-Z]"),
        ("streets named after people", "(?!(?i:{_NAMED_AFTER}))", ""),
    ),
    *mutants_in(
        "sensors/register/validation/rules/deidentification.py",
        ("tests/unit/sensors/test_validation.py",),
        ("no new entry with a window from before", "rule.window not in TRAVEL_TIME_WINDOWS", "False"),
        (
            "no new counter without a sign of life",
            '"privacy_rules", lambda entry, datastream, _: has_no_sign_of_life(entry, datastream)',
            '"privacy_rules", lambda *_: False',
        ),
    ),
    *mutants_in(
        "sensors/policy/compiler.py",
        POLICY_TESTS,
        ("a datastream without retention", "if retention is None:", "if False:"),
    ),
    *mutants_in(
        "sensors/policy/compiler.py",
        POLICY_TESTS,
        (
            "what an entry declares is about people",
            "definition.about_people or datastream.personal_data is not PersonalData.NONE",
            "definition.about_people",
        ),
    ),
    *mutants_in(
        "sensors/db/migrations/043_invalid.sql",
        ("tests/db/api/test_invalid_sensors.py",),
        (
            "goodness only of what the clock sends",
            "        and (stream.counts_people or not stream.about_people)\n        and hourly.hour >= judged.since",
            "        and hourly.hour >= judged.since",
        ),
        ("goodness not of sensors of events", "event.rule is not null", "false"),
        ("goodness only of completed weeks", "else watch.week_until end", "else timestamptz 'infinity' end"),
    ),
    *mutants_in(
        "sensors/register/repository.py",
        LOCATION_TESTS,
        (
            "history is coarsened",
            "        _coarsen_history(db, batch)\n",
            "",
        ),
        ("what tells the house is removed too", "if name not in TELLS_THE_HOME", "if True"),
        ("old addresses are removed too", '    kept.pop("address", None)\n', ""),
        (
            "only the cell is published",
            (
                "location = entry.location.model_copy("
                "update=_public_location(entry.location.geometry, entry.location.precision))"
            ),
            "location = entry.location",
        ),
    ),
    *(
        Mutant(
            f"constraint: {name}",
            f"sensors/policy/{'counted_in_memory' if name in COUNTED_IN_MEMORY else 'constraints'}.py",
            f"        {name},\n    ),",
            "        lambda *_: False,\n    ),",
            POLICY_TESTS,
        )
        for name in CONSTRAINTS
    ),
)
