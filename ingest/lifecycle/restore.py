"""A database from a backup, made fit to serve: what was erased since is erased again, what is past its term is deleted.

Until all of that is done the database is closed to every program but this one (``sensors.db.dump``); when a step fails
it stays closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ingest.lifecycle import retention
from ingest.lifecycle.audit import Difference, audit
from ingest.lifecycle.erasure import Erasure, replay
from ingest.lifecycle.retention import Deletion
from ingest.lifecycle.tombstones import Tombstone
from sensors.db import connect
from sensors.db.dump import Programs, Tell, close_schemas, open_schemas, restore
from sensors.upgrade import upgrade


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done after the data was back, and what the audit found."""

    migrations: Sequence[str]
    erasures: Sequence[Erasure]
    deletions: Sequence[Deletion]
    differences: Sequence[Difference]

    @property
    def erased_rows(self) -> int:
        """How many rows of the backup were erased again."""
        return sum(deletion.deleted_rows for erasure in self.erasures for deletion in erasure.deletions)


def restore_backup(
    programs: Programs, file: Path | None, tombstones: Sequence[Tombstone], now: datetime, tell: Tell
) -> Restored:
    """Fill the empty database from ``file``, or take the one that another tool has restored, and make it fit to serve.

    Raises ``DumpError`` when the file or the database is not fit, and what migrations, erasing and retention raise.
    """
    if file is not None:
        restore(programs, file, tell)
    with connect(programs.url) as db:
        if file is None:
            close_schemas(db)
        migrations = upgrade(db)
        erasures = replay(db, tombstones, now)
        deletions = retention.run(db, now)
        differences = audit(db, now)
        open_schemas(db)
    return Restored(migrations, erasures, deletions, differences)
