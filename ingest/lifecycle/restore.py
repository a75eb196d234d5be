"""Make a database restored from a backup fit to serve: repeat erasures made since, and delete expired rows.

Counts that were published since the backup was made are not in it. They must not be drawn again, so cells that begin
before the restoration have no value if they aren't in the backup.

Until that is done no other program can read the database (``sensors.db.dump``); if a step fails, it stays closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ingest.lifecycle import retention
from ingest.lifecycle.audit import Difference, audit_ledger
from ingest.lifecycle.erasure import RepeatedErasure, replay_tombstones
from sensors.db import Database, connect
from sensors.db.deletion_log import Deletion
from sensors.db.dump import PostgresTools, ProgressCallback, grant_schema_usage, restore_database, revoke_schema_usage
from sensors.db.queries import load_queries
from sensors.erasures.tombstones import ListedErasure
from sensors.upgrade import upgrade_database

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What was done after the data was restored, and what the audit found."""

    migrations: Sequence[str]
    erasures: Sequence[RepeatedErasure]
    deletions: Sequence[Deletion]
    differences: Sequence[Difference]

    @property
    def erased_rows(self) -> int:
        """Number of restored rows that were erased again."""
        return sum(deletion.deleted_rows for erasure in self.erasures for deletion in erasure.deletions)


def restore_backup(
    tools: PostgresTools,
    file: Path | None,
    tombstones: Sequence[ListedErasure],
    now: datetime,
    on_progress: ProgressCallback,
) -> RestoreResult:
    """Restore ``file`` into the empty database and make it fit to serve. ``file`` None: another tool has restored it.

    Raises ``DumpError`` if the file or the database is unsuitable, and what migrations, erasure and retention raise.
    """
    if file is not None:
        restore_database(tools, file, on_progress)
    with connect(tools.database_url) as db:
        if file is None:
            revoke_schema_usage(db)
        migrations = upgrade_database(db)
        raise_public_floor(db, now)
        erasures = replay_tombstones(db, tombstones, now)
        deletions = retention.enforce_retention(db, now)
        differences = audit_ledger(db, now)
        grant_schema_usage(db)
    return RestoreResult(migrations, erasures, deletions, differences)


def raise_public_floor(db: Database, now: datetime) -> None:
    """Draw no cell of a count that begins before ``now``; from then on the database belongs to its present server."""
    db.execute(QUERIES["raise_public_floor"], {"now": now})
