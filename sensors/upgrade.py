"""Upgrade a database to this version of the program: schema, area outlines and compiled policies."""

from sensors.db import Database
from sensors.db.migrate import migrate
from sensors.register.repository import load_areas, refresh_derived_data


def upgrade_database(db: Database) -> list[str]:
    """Upgrade, and return the names of the migrations applied. Idempotent. Raises as ``migrate`` does."""
    applied = migrate(db)
    with db.transaction():
        load_areas(db)
        refresh_derived_data(db)
    return applied
