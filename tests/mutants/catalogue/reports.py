"""Residents' reports: what is warned of, what may be public, and that it goes when it was promised."""

from tests.mutants.mutant import Mutant, mutants_in

TERM_TESTS = ("tests/db/ingest/test_report_terms.py",)
DESK_TESTS = ("tests/db/api/test_reports.py",)
WORDS_ARE_OLD = "where words is not null and"

MUTANTS: tuple[Mutant, ...] = (
    *mutants_in(
        "ingest/lifecycle/retention.sql",
        TERM_TESTS,
        ("old words go", f"{WORDS_ARE_OLD} received_at <", f"{WORDS_ARE_OLD} false and received_at <"),
        ("answered words go", f"{WORDS_ARE_OLD} settled_at <", f"{WORDS_ARE_OLD} false and settled_at <"),
        ("old addresses go", "report_id and report.received_at <", "report_id and false and report.received_at <"),
        ("answered addresses go", "report_id and report.settled_at <", "report_id and false and report.settled_at <"),
        ("old decisions go", "where decided_at <", "where false and decided_at <"),
        ("unsent mail goes", "lantaarn.report_mail where made_at <", "lantaarn.report_mail where false and made_at <"),
    ),
    *mutants_in(
        "ingest/lifecycle/verification.py",
        TERM_TESTS,
        ("reports are verified", '    "metadata",\n    "reports",\n', '    "metadata",\n'),
    ),
    *mutants_in(
        "ingest/lifecycle/verification.sql",
        TERM_TESTS,
        (
            "words are verified",
            "min(received_at) as oldest\n    from held where has_words",
            "null::timestamptz as oldest",
        ),
        ("answered words are verified", "min(settled_at) from held where has_words", "null"),
        ("addresses are verified", "min(received_at) from held where has_address", "null"),
        ("answered addresses are verified", "min(settled_at) from held where has_address", "null"),
        ("decisions are verified", "text, min(decided_at) from lantaarn.report_decision", "text, null"),
        ("unsent mail is verified", "text, min(made_at) from lantaarn.report_mail", "text, null"),
    ),
    *mutants_in(
        "ingest/lifecycle/audit.py",
        TERM_TESTS,
        ("reports are audited", '    "overdue_reports": "what', '    # "what'),
    ),
    *mutants_in(
        "api/reports/desk.py",
        DESK_TESTS,
        (
            "answers are screened",
            "    if not matches:\n        return PublicText(text)\n",
            "    return PublicText(text)\n",
        ),
        ("only a reason lets an answer pass", "    if anyway_reason is None:\n", "    if not matches:\n"),
        (
            "reasons are screened",
            '    if matches:\n        raise DeskError(f"The reason',
            '    if False:\n        raise DeskError(f"The reason',
        ),
        ("the reason is recorded", "    if answer.reason is not None:\n", "    if False:\n"),
        (
            "an erased report is in the list",
            "    append_tombstones(tombstone_file, [*read",
            "    print(tombstone_file, [*read",
        ),
    ),
    *mutants_in(
        "sensors/erasures/reports.py",
        DESK_TESTS,
        ("an address is erased", 'db.execute(QUERIES["erase_address"], number).rowcount', "0"),
        ("pending mail is erased", 'db.execute(QUERIES["erase_mail"], number).rowcount', "0"),
        ("an erasure is logged", "            log_deletion(db, deletion, now)\n", "            pass\n"),
    ),
    *mutants_in(
        "sensors/erasures/reports.sql",
        DESK_TESTS,
        ("words are erased", "    words = null,\n", ""),
        ("an answer is erased when asked", "case when not %(with_answer)s then report.answer end", "report.answer"),
        (
            "a form says which report it is",
            "where report.form_id = %(form_id)s and before",
            "where report.id = %(number)s and before",
        ),
    ),
    *mutants_in(
        "sensors/erasures/listed.py",
        ("tests/db/ingest/test_redaction.py", *DESK_TESTS),
        ("removals are in the list", "*removed_fields(db), ", ""),
        ("erased reports are in the list", ", *erased_reports(db)]", "]"),
    ),
    *mutants_in(
        "ingest/lifecycle/erasure.py",
        DESK_TESTS,
        (
            "erased reports don't come back with a backup",
            "            return erase_listed_report(db, listed, REPEATED_REASON, now)",
            "            return ReportErasure(listed, ())",
        ),
    ),
    *mutants_in(
        "api/reports/desk.sql",
        DESK_TESTS,
        (
            "reports of another municipality are not shown",
            "where report.municipality = %(municipality)s and report.id = %(number)s::bigint;",
            "where report.id = %(number)s::bigint;",
        ),
    ),
    *mutants_in(
        "api/reports/mails.py",
        ("tests/unit/api/test_reports.py",),
        ("a mailbox is told to delete", "Verwijder deze mail als er geantwoord is", "Bewaar deze mail"),
    ),
    *mutants_in(
        "api/reports/queries.py",
        ("tests/unit/api/test_reports.py",),
        ("a resident keeps only weak kinds", "not in WEAK_MATCHES & self.kept_matches", "not in self.kept_matches"),
        (
            "a tick counts for what was warned of",
            "WEAK_MATCHES & self.kept_matches]",
            "(WEAK_MATCHES if self.kept_matches else ())]",
        ),
    ),
)
