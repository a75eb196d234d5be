"""Ingest: move sensor data from the broker to the database, as far as the register permits."""
