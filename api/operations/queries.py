"""Queries about the state of the database."""

from pathlib import Path

from sensors.db import Database, queries

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))


def load_applied_migrations(db: Database) -> set[str]:
    """The names of the applied migrations."""
    return {row["name"] for row in db.execute(QUERIES["applied_migrations"]).fetchall()}
