"""Check the database: whether it is reachable and migrated, who may read what, and what it logs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from pydantic import SecretStr

from sensors.db import Database, connect
from sensors.db.capabilities import probe_capabilities
from sensors.db.migrate import MigrationError, pending_migrations
from sensors.db.queries import load_queries
from sensors.db.server import find_postgres
from sensors.doctor.finding import Finding
from sensors.hardening import MAX_CORE_DUMP_BYTES
from sensors.policy.counted_in_memory import MAX_COUNTER_ALIVE_MINUTES
from sensors.policy.promises import MAX_CELLS_TERM, MAX_RAW_TERM, MAX_TRUE_HOURS_TERM
from sensors.processes import ProcessError
from sensors.register.validation.rules import RULES_WITH_EFFECT, message_of
from sensors.settings.base import hide_password
from sensors.vocabulary.durations import describe_duration

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
PROGRAM_ROLES = ("lantaarn_ingest", "lantaarn_api", "lantaarn_dashboard")
SAFE_LOG_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "log_error_verbosity": ("terse",),
    "log_min_messages": ("log", "fatal", "panic"),
    "log_min_error_statement": ("panic", "fatal"),
    "log_statement": ("none", "ddl"),
    "log_min_duration_statement": ("-1",),
    "log_min_duration_sample": ("-1",),
    "log_transaction_sample_rate": ("0",),
    "log_parameter_max_length": ("0",),
    "log_parameter_max_length_on_error": ("0",),
    "debug_print_parse": ("off",),
    "debug_print_rewritten": ("off",),
    "debug_print_plan": ("off",),
}
"""The values of PostgreSQL settings that keep rows, parameters and statements out of its log, preferred one first."""

LIMIT_BY_RULE: Mapping[str, tuple[str, str]] = {
    "people_raw_term": (MAX_RAW_TERM, "raw"),
    "people_totals_term": (MAX_TRUE_HOURS_TERM, "aggregate"),
    "people_cells_term": (MAX_CELLS_TERM, "aggregate"),
}
"""The longest term that each rule allows, and the field of the entry that holds it."""
NAMED_SENSORS = 5
"""So many sensors of a finding are named."""


def database_findings(url: SecretStr | None, pg_bin: Path | None) -> Iterator[Finding]:
    """Findings about the database at ``url``, or without one about the server that the demo would run."""
    if url is None:
        yield _embedded_postgres(pg_bin)
        return
    shown = hide_password(url.get_secret_value())
    try:
        with connect(url.get_secret_value()) as db:
            found = probe_capabilities(db)
            version = f"TimescaleDB {found.timescale_version}" if found.timescale_version else "no TimescaleDB"
            yield Finding(
                "database", f"{shown}: PostgreSQL {found.server_version}, {version} (edition {found.edition})"
            )
            yield Finding(
                "can do",
                f"hypertables {_yes_or_no(found.has_hypertables)}, columnstore {_yes_or_no(found.has_columnstore)}",
            )
            yield _migrations(db)
            yield from travel_time_findings(db)
            yield from outdated_counter_findings(db)
            yield from term_findings(db)
            yield from entry_findings(db)
            yield from invalid_findings(db)
            yield from role_findings(db)
            yield from function_findings(db)
            yield from statement_timeout_findings(db)
            yield from group_findings(db)
            yield from event_findings(db)
            yield from log_findings(db)
            yield _core_dumps(db)
    except psycopg.OperationalError as error:
        yield Finding("database", f"{shown}: {str(error).strip()}", "start the database, or correct DATABASE_URL")


def _embedded_postgres(pg_bin: Path | None) -> Finding:
    try:
        found = find_postgres(pg_bin)
    except ProcessError as error:
        return Finding("database", "DATABASE_URL is not set", str(error))
    timescale = "with" if found.has_timescaledb else "without"
    return Finding(
        "database",
        f"DATABASE_URL is not set; lantaarn demo will run PostgreSQL {found.major_version} {timescale} TimescaleDB, "
        f"from {found.bin_folder}",
    )


def _yes_or_no(able: bool) -> str:
    return "yes" if able else "no"


def _migrations(db: Database) -> Finding:
    try:
        waiting = pending_migrations(db)
    except MigrationError as error:
        return Finding("schema", "does not match", str(error))
    if waiting:
        return Finding("schema", f"{len(waiting)} pending migrations: {', '.join(waiting)}", "run lantaarn migrate")
    return Finding("schema", "up to date")


def _may_read(db: Database, relation: str) -> bool:
    row = db.execute(QUERIES["may_read"], {"relation": relation}).fetchone()
    return row is not None and row["allowed"]


def travel_time_findings(db: Database) -> Iterator[Finding]:
    """Sensors whose entry, published before the rule, declares a window for which no travel times are computed."""
    if not _may_read(db, "open.outdated_segment"):
        return
    for row in db.execute(QUERIES["outdated_segments"]).fetchall():
        yield Finding(
            "travel times",
            f"{row['reference']} gives none: its window is {row['minutes']} minutes (rule travel_time_window)",
            'import a version with "window": "PT1H", or "PT15M" where 200 or more vehicles an hour pass',
        )


def outdated_counter_findings(db: Database) -> Iterator[Finding]:
    """Sensors that send a message for each passer-by, whose entry, published before the rule, has no sign of life."""
    if sensors := _outdated_entries(db).get("counted_while_alive"):
        yield Finding(
            "counters",
            f"{_counted(sensors)}: no hour has a number, because a broken one looks like an empty street (rule "
            f"counted_while_alive): {_named(sensors)}",
            f'import versions of them with "alive" at an "interval" of "PT{MAX_COUNTER_ALIVE_MINUTES}M" or shorter, '
            "and have them send it",
        )


def term_findings(db: Database) -> Iterator[Finding]:
    """Sensors whose entries, published before the rules, declare a longer term than is kept."""
    outdated = _outdated_entries(db)
    for rule, (longest, field) in LIMIT_BY_RULE.items():
        if sensors := outdated.get(rule):
            yield Finding(
                "terms",
                f"{_counted(sensors)}: a longer term is declared than {describe_duration(longest).en}, which now "
                f"applies (rule {rule}): {_named(sensors)}",
                f'import versions of them with "{field}": "{longest}" or shorter; the quality page lists them all',
            )


def entry_findings(db: Database) -> Iterator[Finding]:
    """Sensors whose entries, published before a rule, don't comply; not those of a rule with a finding of its own."""
    for rule, sensors in _outdated_entries(db).items():
        if rule not in RULES_WITH_EFFECT:
            yield Finding(
                "entries",
                f"{_counted(sensors)}: registered before the rule {rule}, which their next version must comply "
                f"with: {_named(sensors)}",
                f"{message_of(rule).en} The quality page lists them all",
            )


def _outdated_entries(db: Database) -> Mapping[str, list[str]]:
    """Sensors whose entries, published before a rule, don't comply with it, by rule; none for who may not read it."""
    if not _may_read(db, "open.entry_violation"):
        return {}
    return {row["rule"]: row["sensors"] for row in db.execute(QUERIES["outdated_entries"]).fetchall()}


def invalid_findings(db: Database) -> Iterator[Finding]:
    """Sensors of which values come, none of which is good: they would seem healthy."""
    if not _may_read(db, "open.deviation"):
        return
    sensors: list[str] = [row["reference"] for row in db.execute(QUERIES["invalid_sensors"]).fetchall()]
    if sensors:
        yield Finding(
            "readings",
            f"{_counted(sensors)}: every value is implausible, frozen or a jump: {_named(sensors)}",
            "repair them, or set their status to paused; the quality page lists them all",
        )


def _counted(sensors: Sequence[str]) -> str:
    return f"{len(sensors)} sensor{'s' if len(sensors) > 1 else ''}"


def _named(sensors: Sequence[str]) -> str:
    rest = f" and {len(sensors) - NAMED_SENSORS} more" if len(sensors) > NAMED_SENSORS else ""
    return f"{', '.join(sensors[:NAMED_SENSORS])}{rest}"


def role_findings(db: Database) -> Iterator[Finding]:
    """The privileges of each of our roles in a migrated database, and any they must not have."""
    rows = db.execute(QUERIES["role_privileges"], {"roles": list(PROGRAM_ROLES)}).fetchall()
    for role in PROGRAM_ROLES:
        may = [f"{row['schema']} ({_rights(row)})" for row in rows if row["role"] == role and _rights(row)]
        ours = all(row["ours"] for row in rows if row["role"] == role)
        if not may:
            yield Finding(role, "is missing or has no privileges", "run lantaarn migrate")
        elif not ours:
            yield Finding(
                role, ", ".join(may), f"ask an administrator to run: grant {role} to the user of DATABASE_URL"
            )
        else:
            yield Finding(role, ", ".join(may))
    for row in db.execute(QUERIES["forbidden_privileges"]).fetchall():
        yield Finding(
            row["role"],
            f"can read {row['schema']}: {row['relations']}",
            f"revoke what was granted to {row['role']}, to public, or to a role that it is a member of",
        )


def function_findings(db: Database) -> Iterator[Finding]:
    """Roles that may create functions, and so note down what a condition is asked of, hidden rows included."""
    for row in db.execute(QUERIES["may_make_functions"], {"roles": list(PROGRAM_ROLES)}).fetchall():
        yield Finding(
            row["role"],
            "may create functions of its own",
            f"ask an administrator to run: revoke temporary on database {row['database']} from public; "
            "revoke create on schema public from public",
        )


def _rights(row: Mapping[str, Any]) -> str:
    return " and ".join(right for right in ("reads", "writes") if row[right])


def group_findings(db: Database) -> Iterator[Finding]:
    """Groups of lamps that are too small, so that their movements are not counted."""
    if not _may_read(db, "open.movement_group"):
        return
    for row in db.execute(QUERIES["small_groups"]).fetchall():
        yield Finding(
            "movement",
            f"the group {row['group_name']} of {row['municipality']} has {row['lamps']} lamps, and is not counted: a "
            f"group has at least {row['minimum']}",
            "join it with another group, or register more lamps in it: rule group_large_enough in docs/register.md",
        )


def event_findings(db: Database) -> Iterator[Finding]:
    """Kinds of sensors of which more events were refused last week, or had undeclared fields, than noise explains.

    Which sensors it were is known to nobody: ``ingest.events.refusals``.
    """
    if not _may_read(db, "open.event_refusal"):
        return
    for row in db.execute(QUERIES["event_refusals"]).fetchall():
        yield Finding(
            "events",
            f"{row['kind']}: about {row['events']:,} refused since {row['since']:%d-%m-%Y}, give or take "
            f"{row['margin']:,}: {row['reason']}",
            "look at the other readings of these sensors, and ask their supplier: docs/payloads.md has the reasons",
        )


def statement_timeout_findings(db: Database) -> Iterator[Finding]:
    """Whether dashboard queries have a time limit: any Grafana user could run one that takes hours."""
    row = db.execute(QUERIES["has_statement_timeout"]).fetchone()
    if row is not None and not row["limited"]:
        yield Finding(
            "lantaarn_dashboard",
            "its queries have no time limit",
            "ask an administrator to run: alter role lantaarn_dashboard set statement_timeout = '10s'",
        )


def log_findings(db: Database) -> Iterator[Finding]:
    """Settings that would let a rejected row, a parameter or a statement into the server's log or statistics."""
    rows = db.execute(QUERIES["log_settings"], {"settings": list(SAFE_LOG_SETTINGS)}).fetchall()
    settings: dict[str, str] = {row["name"]: row["setting"] for row in rows}
    unsafe = {
        name: settings[name]
        for name, quiet in SAFE_LOG_SETTINGS.items()
        if name in settings and settings[name] not in quiet
    }
    for name, setting in unsafe.items():
        yield Finding(
            "database log",
            f"{name} is {setting}: rejected values can get into the server's log",
            f"ask an administrator to run: alter system set {name} = '{SAFE_LOG_SETTINGS[name][0]}'; select "
            "pg_reload_conf();",
        )
    libraries = sorted({name.partition(".")[0] for name in settings if "." in name})
    for library in libraries:
        yield Finding(
            "database log",
            f"{library} is loaded: it records the text of statements",
            f"remove {library} from shared_preload_libraries and session_preload_libraries, and restart",
        )
    if not unsafe and not libraries:
        yield Finding("database log", "holds no rejected rows, parameters or statements")


def _core_dumps(db: Database) -> Finding:
    """Whether a crash of a server on this machine would leave its memory on disk."""
    row = db.execute(QUERIES["backend_pid"]).fetchone() or {"pid": 0}
    process = Path(f"/proc/{row['pid']}")
    try:
        found = re.search(r"^Max core file size\s+(\S+)", (process / "limits").read_text(), re.MULTILINE)
        ours = b"postgres" in (process / "cmdline").read_bytes()
    except OSError:
        found, ours = None, False
    if found is None or not ours:
        return Finding("database memory", "can't see from here whether a crash leaves a core dump")
    if found[1].isdigit() and int(found[1]) <= MAX_CORE_DUMP_BYTES:
        return Finding("database memory", "no core dumps")
    return Finding(
        "database memory",
        "a crash leaves a core dump, with everything in memory",
        "start PostgreSQL with ulimit -c 0, or LimitCORE=0 in its systemd unit",
    )
