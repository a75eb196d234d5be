"""The web server and the look of its site."""

import datetime as dt
from typing import Self

from pydantic import Field, FilePath, model_validator

from sensors.settings.base import EmailAddress, Port, Settings, WebUrl
from sensors.settings.database import DatabaseSettings
from sensors.settings.general import MunicipalitySettings
from sensors.settings.reports import MailSettings


class WebSettings(Settings):
    """Where the web server listens."""

    http_host: str = "127.0.0.1"
    http_port: Port = 8000


class TileSettings(Settings):
    """The map's tiles, for those who want more behind it than the neighbourhoods."""

    tile_url: WebUrl | None = Field(default=None, description="map tiles, as https://host/{z}/{x}/{y}.png")
    tile_attribution: str | None = Field(default=None, description="who made the map tiles")

    @model_validator(mode="after")
    def _tiles_have_a_maker(self) -> Self:
        if (self.tile_url is None) != (self.tile_attribution is None):
            raise ValueError("LANTAARN_TILE_URL and LANTAARN_TILE_ATTRIBUTION belong together: set both or none")
        return self


class BrandingSettings(Settings):
    """What makes it the municipality's own site."""

    theme: FilePath | None = Field(default=None, description="a CSS file with the NL Design System tokens to look like")
    contact: EmailAddress | None = Field(default=None, description="the mailbox for questions about the site")


class SecurityTxtSettings(BrandingSettings):
    """Whom to tell about a weakness of the site: ``/.well-known/security.txt``."""

    security_until: dt.date | None = Field(
        default=None, description="the last day on which someone surely reads what LANTAARN_CONTACT gets on weaknesses"
    )

    @model_validator(mode="after")
    def _someone_looks_every_year(self) -> Self:
        if self.security_until is None:
            return self
        if self.contact is None:
            raise ValueError("LANTAARN_SECURITY_UNTIL needs LANTAARN_CONTACT: the mailbox that is read")
        if self.security_until > dt.datetime.now(dt.UTC).date() + dt.timedelta(days=366):
            raise ValueError("LANTAARN_SECURITY_UNTIL is more than a year ahead: nobody knows that yet")
        return self


class ApiSettings(DatabaseSettings, MunicipalitySettings, WebSettings, TileSettings, SecurityTxtSettings, MailSettings):
    """The reader: the register, its pages and its APIs."""
