"""What is handed to officers and to who asks: nobody else's data, unseen, and no formulas."""

from tests.mutants.mutant import Mutant, mutants_in

EXPORT_TESTS = ("tests/unit/api/officer/test_exports.py",)
REQUEST_TESTS = ("tests/db/api/test_officer.py",)

MUTANTS: tuple[Mutant, ...] = (
    *mutants_in(
        "api/officer/exports/document.py",
        EXPORT_TESTS,
        ("no cell is a formula", "if cell.startswith(_FORMULA_STARTS)", "if False"),
        ("a page escapes what entries say", "autoescape=True", "autoescape=False"),
    ),
    *mutants_in(
        "api/officer/exports/facts.py",
        EXPORT_TESTS,
        (
            "what events are made of is named",
            "return _OF_EVENTS[rule]",
            "return _LEVELS[level]",
        ),
        ("a sensor at a home is about its resident", "or is_of_resident(entry)", ""),
    ),
    *mutants_in(
        "api/officer/requests/cli.py",
        REQUEST_TESTS,
        ("an address is typed unseen", "hide_input=True", "hide_input=False"),
    ),
    *mutants_in(
        "api/officer/requests/held.py",
        REQUEST_TESTS,
        ("only a resident's sensor is about who asks", "if not is_at_a_home(", "if False and is_at_a_home("),
    ),
    *mutants_in(
        "api/officer/requests/held.sql",
        REQUEST_TESTS,
        ("an address finds its own reports", "and lower(address.email) = lower(%(email)s)", ""),
        ("only the readings of the period", "    and one.time < %(until)s::timestamptz\n", ""),
    ),
    *mutants_in(
        "api/officer/requests/answers.py",
        REQUEST_TESTS,
        ("what is handed out is for one pair of eyes", "0o600", "0o644"),
    ),
    *mutants_in(
        "api/officer/requests/letter.py",
        ("tests/unit/api/officer/test_letters.py",),
        (
            "a letter about an erasure repeats nothing",
            "yield localize(_ERASED_REPORT).format(number=report.number)",
            "yield from _report_paragraphs(report)",
        ),
    ),
)
"""These mutants."""
