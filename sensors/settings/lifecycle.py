"""The lifecycle of stored data: retention, erasure, backups."""

from pathlib import Path

from pydantic import Field

from sensors.settings.base import Settings
from sensors.settings.database import DatabaseSettings, PostgresToolSettings
from sensors.settings.general import LogSettings, MunicipalitySettings
from sensors.settings.ingest import MetricsSettings
from sensors.settings.reports import MailSpoolSettings


class RetentionSettings(DatabaseSettings, MetricsSettings, LogSettings):
    """Deletion of expired data, separate from ingest."""


class TombstoneSettings(Settings):
    """State outside the database that keeps a restored backup from bringing back erased data."""

    tombstones: Path = Field(
        default=Path(".lantaarn/tombstones.jsonl"), description="the list of erasures: not part of the backups"
    )


class ErasureSettings(DatabaseSettings, MunicipalitySettings, TombstoneSettings, MailSpoolSettings):
    """Erasure on request."""


class BackupSettings(DatabaseSettings, PostgresToolSettings):
    """Backup and restore."""
