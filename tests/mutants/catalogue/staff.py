"""What staff did is logged and stays as it was, and all else that is kept, by term or for good, is verified."""

from tests.mutants.mutant import Mutant, mutants_in

TESTS = ("tests/db/sensors/test_staff_log.py",)
TERM_TESTS = ("tests/db/ingest/test_terms_of_the_rest.py",)

MUTANTS: tuple[Mutant, ...] = (
    *mutants_in(
        "sensors/db/migrations/061_staff_log.sql",
        TESTS,
        ("who shares a login is named", "if coalesce(log_staff.editor, '') = ''", "if false"),
        ("a shared login is known", "where login.rolname = session_user", "where login.rolname = 'nobody'"),
        (
            "the staff log keeps its rows",
            "'lantaarn.expiring', true), '') <> 'staff_log'",
            "'lantaarn.expiring', true), '') = 'all'",
        ),
        (
            "the staff log changes no row",
            "before update or truncate on lantaarn.staff_log",
            "before truncate on lantaarn.staff_log",
        ),
        (
            "an act is bound to its editor",
            "entry.login, entry.editor, entry.command, entry.subject, entry.reason\n    )::text",
            "entry.login, entry.command, entry.subject, entry.reason\n    )::text",
        ),
        (
            "a changed term is logged",
            "    is distinct from (new.retention_class,",
            "    is distinct from (old.retention_class,",
        ),
    ),
    *mutants_in(
        "sensors/staff/log.py",
        TESTS,
        ("an act is logged with what is done", '        db.execute(QUERIES["log_staff"], asdict(act))', "        pass"),
        ("nobody acts unnamed", "    if not editor and row is not None", "    if False and row is not None"),
    ),
    *mutants_in(
        "sensors/db/hash_chain.py",
        TESTS,
        ("a row follows from the one before", "link.previous_hash != previous or ", ""),
        ("a row is as it was written", " or link.hash != next_hash(previous, link.content)", ""),
    ),
    *mutants_in(
        "ingest/lifecycle/retention.sql",
        TERM_TESTS,
        ("old acts go", "kept where kept.acted_at >=", "kept where true or kept.acted_at >="),
    ),
    *mutants_in(
        "ingest/lifecycle/audit.py",
        TERM_TESTS,
        ("a changed log is audited", '    "altered_logs": "a log', '    # "a log'),
    ),
    *mutants_in(
        "ingest/lifecycle/retention.py",
        TERM_TESTS,
        ("the chain of acts goes on", 'rule = f"term; the chain', 'rule = None and f"term; the chain'),
    ),
    *mutants_in(
        "ingest/lifecycle/verification.py",
        TERM_TESTS,
        (
            "the chain of acts is verified",
            "first_broken_deletion_id(db), first_broken_act_id(db))",
            "first_broken_deletion_id(db))",
        ),
        ("mail in a folder is verified", '    "mail_spool",\n    "permanent"', '    "permanent"'),
        ("what is permanent is verified", '    "permanent",\n    "orphans"', '    "orphans"'),
        ("orphans are verified", '    "orphans",\n)', ")"),
    ),
    *mutants_in(
        "ingest/lifecycle/verification.sql",
        TERM_TESTS,
        ("old acts are verified", "(select min(acted_at) from lantaarn.staff_log)", "null"),
        ("no version is missing", "min(version) <> 1 or max(version) <> count(*)", "false"),
        ("the current version is there", "where entry.revision = sensor.revision)", "where true)"),
        ("no tombstone is missing", "log.rule ~ '^(tombstone|removal) [0-9a-f-]{36}$'", "false"),
        (
            "mail is there until someone looks again",
            "min(noted.oldest) >= %(now)s::timestamptz",
            "min(noted.oldest) >= max(noted.checked_at)",
        ),
    ),
    *mutants_in(
        "ingest/lifecycle/audit.py",
        TERM_TESTS,
        ("orphans are audited", '    "orphans": "a total', '    # "orphans": "a total'),
    ),
    *mutants_in(
        "sensors/db/migrations/062_terms_of_the_rest.sql",
        TERM_TESTS,
        (
            "totals of nothing are orphans",
            "where present.id is not null and not exists (select from lantaarn.%3$I",
            "where false and not exists (select from lantaarn.%3$I",
        ),
        (
            "totals of what was erased are orphans",
            "                not erased.resend\n",
            "                false and not erased.resend\n",
        ),
    ),
    *mutants_in(
        "api/reports/mailer.py",
        ("tests/unit/api/test_mailer.py",),
        ("old mails go from the folder", "if path.stat().st_mtime < older_than.timestamp():", "if False:"),
        (
            "one mail keeps no other",
            '        except OSError as error:\n            log.warning("spooled',
            '        except KeyError as error:\n            log.warning("spooled',
        ),
        (
            "the oldest mail counts",
            "datetime.fromtimestamp(min(written), UTC)",
            "datetime.fromtimestamp(max(written), UTC)",
        ),
    ),
    *mutants_in(
        "sensors/staff/options.py",
        TESTS,
        ("an editor is no person", "if points_to_a_person(editor):", "if False:"),
    ),
)
