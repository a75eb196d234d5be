"""What becomes of data once it is stored: retention, erasure, backups."""

from pathlib import Path

from pydantic import Field

from sensors.settings.base import Settings
from sensors.settings.database import DatabaseSettings, PostgresToolSettings
from sensors.settings.general import LogSettings, MunicipalitySettings
from sensors.settings.ingest import MetricsSettings


class RetentionSettings(DatabaseSettings, MetricsSettings, LogSettings):
    """Deleting by the clock, apart from ingest."""


class TombstoneSettings(Settings):
    """What stays outside the database, so that a backup can't bring back what was erased."""

    tombstones: Path = Field(
        default=Path(".lantaarn/tombstones.jsonl"), description="the list of what was erased: not in the backups"
    )


class ErasureSettings(DatabaseSettings, MunicipalitySettings, TombstoneSettings):
    """Erasing."""


class BackupSettings(DatabaseSettings, PostgresToolSettings):
    """Backups, and databases made from them."""
