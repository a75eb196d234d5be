"""Bring a database to this version of the program: its schema, the neighbourhoods, the compiled policies."""

from sensors.db import Database
from sensors.db.migrate import migrate
from sensors.register.repository import load_areas, refresh_derived_data


def upgrade_database(db: Database) -> list[str]:
    """The names of the migrations applied. Safe to call again. Raises ``MigrationError`` as ``migrate`` does."""
    applied = migrate(db)
    with db.transaction():
        load_areas(db)
        refresh_derived_data(db)
    return applied
