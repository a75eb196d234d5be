"""Settings shared by most programs: log level and municipality."""

from pydantic import DirectoryPath, Field

from sensors.settings.base import LogLevel, Settings
from sensors.vocabulary.slug import Slug


class LogSettings(Settings):
    """The log level."""

    log_level: LogLevel = "info"


class MunicipalitySettings(LogSettings):
    """The municipality served."""

    municipality: Slug = Field(default="helmond", description="the first level of every topic")
    areas: DirectoryPath | None = Field(default=None, description="a folder with the outlines of the municipality")
