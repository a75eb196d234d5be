"""The log of what staff did: everyone is in it, also where a login is shared, and nothing in it changes unseen."""

from tests.mutants.mutant import Mutant, mutants_in

TESTS = ("tests/db/sensors/test_staff_log.py",)

MUTANTS: tuple[Mutant, ...] = (
    *mutants_in(
        "sensors/db/migrations/066_staff_log.sql",
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
        "sensors/staff/options.py",
        TESTS,
        ("an editor is no person", "if points_to_a_person(editor):", "if False:"),
    ),
)
