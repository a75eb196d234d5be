"""What most programs are told: how much to tell in their log, and of which municipality they are."""

from pydantic import DirectoryPath, Field

from sensors.settings.base import LogLevel, Settings
from sensors.vocabulary.slug import Slug


class LogSettings(Settings):
    """How much a program tells in its log."""

    log_level: LogLevel = "info"


class MunicipalitySettings(LogSettings):
    """Which municipality this is."""

    municipality: Slug = Field(default="helmond", description="the first level of every topic")
    areas: DirectoryPath | None = Field(default=None, description="a folder with the outlines of the municipality")
