"""The web server and the appearance of its site."""

import datetime as dt
from typing import Self

from pydantic import Field, FilePath, model_validator

from sensors.settings.base import EmailAddress, Port, Settings, WebUrl
from sensors.settings.database import DatabaseSettings
from sensors.settings.general import MunicipalitySettings
from sensors.settings.reports import MailSettings


class WebSettings(Settings):
    """The web server's listening address."""

    http_host: str = "127.0.0.1"
    http_port: Port = 8000


class TileSettings(Settings):
    """Map tiles, for a background beyond the neighbourhood outlines."""

    tile_url: WebUrl | None = Field(default=None, description="map tiles, as https://host/{z}/{x}/{y}.png")
    tile_attribution: str | None = Field(default=None, description="the attribution of the map tiles")

    @model_validator(mode="after")
    def _tiles_have_a_maker(self) -> Self:
        if (self.tile_url is None) != (self.tile_attribution is None):
            raise ValueError("set both LANTAARN_TILE_URL and LANTAARN_TILE_ATTRIBUTION, or neither")
        return self


class BrandingSettings(Settings):
    """The municipality's branding."""

    theme: FilePath | None = Field(default=None, description="a CSS file with NL Design System tokens for the site")
    contact: EmailAddress | None = Field(default=None, description="the mailbox for questions about the site")
    officer: EmailAddress | None = Field(default=None, description="the mailbox of the data protection officer")


class SecurityTxtSettings(BrandingSettings):
    """The contact for vulnerability reports: ``/.well-known/security.txt``."""

    security_until: dt.date | None = Field(
        default=None, description="the last day on which vulnerability reports to LANTAARN_CONTACT are sure to be read"
    )

    @model_validator(mode="after")
    def _someone_looks_every_year(self) -> Self:
        if self.security_until is None:
            return self
        if self.contact is None:
            raise ValueError("LANTAARN_SECURITY_UNTIL needs LANTAARN_CONTACT: the mailbox that is read")
        if self.security_until > dt.datetime.now(dt.UTC).date() + dt.timedelta(days=366):
            raise ValueError("LANTAARN_SECURITY_UNTIL is more than a year ahead: choose an earlier date")
        return self


class ApiSettings(DatabaseSettings, MunicipalitySettings, WebSettings, TileSettings, SecurityTxtSettings, MailSettings):
    """The reader: the register, its pages and its APIs."""
