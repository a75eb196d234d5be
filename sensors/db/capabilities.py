"""What the server supports. The three editions of the schema differ only in this."""

from dataclasses import dataclass
from enum import StrEnum

from sensors.db import Database

_PROBE = """
select
    current_setting('server_version') as server_version,
    (select extversion from pg_extension where extname = 'timescaledb') as timescale_version,
    -- Only a server that preloads TimescaleDB defines this setting, and only there is it safe to query the
    -- extension: elsewhere that ends the session. Plain users can't read shared_preload_libraries itself.
    current_setting('timescaledb.disable_load', true) is not null
    and exists (select from pg_available_extensions where name = 'timescaledb') as installable,
    current_setting('timescaledb.license', true) as licence
"""


class Edition(StrEnum):
    """Plain PostgreSQL, TimescaleDB under Apache-2 (no columnstore), or TimescaleDB's community edition."""

    POSTGRESQL = "postgresql"
    TIMESCALEDB_APACHE = "timescaledb_apache"
    TIMESCALEDB_COMMUNITY = "timescaledb_community"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this database supports. ``can_install_timescaledb``: not installed here, but available on the server."""

    server_version: str
    timescale_version: str | None
    can_install_timescaledb: bool
    has_hypertables: bool
    has_columnstore: bool

    @property
    def edition(self) -> Edition:
        if not self.has_hypertables:
            return Edition.POSTGRESQL
        return Edition.TIMESCALEDB_COMMUNITY if self.has_columnstore else Edition.TIMESCALEDB_APACHE


def probe_capabilities(db: Database) -> Capabilities:
    """Probe the database. Needs no privileges."""
    row = db.execute(_PROBE).fetchone()
    if row is None:
        raise AssertionError("a select without a table has one row")
    installed = row["timescale_version"] is not None
    return Capabilities(
        server_version=row["server_version"],
        timescale_version=row["timescale_version"],
        can_install_timescaledb=row["installable"] and not installed,
        has_hypertables=installed,
        has_columnstore=installed and row["licence"] == "timescale",
    )
