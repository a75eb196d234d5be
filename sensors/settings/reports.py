"""Residents' reports, and the mail about them."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from sensors.settings.base import EmailAddress, Settings, SmtpUrl
from sensors.settings.database import DatabaseSettings
from sensors.settings.general import MunicipalitySettings


class MailSpoolSettings(Settings):
    """Where mail about reports is without a mail server."""

    mail_spool: Path = Field(default=Path(".lantaarn/mail"), description="the folder for mail without a mail server")


class MailSettings(MailSpoolSettings):
    """Outgoing mail about reports; without a mail server it is written to a folder."""

    smtp_url: SmtpUrl | None = Field(default=None, description="the mail server, as smtps://user:password@host:port")
    mail_from: EmailAddress = Field(default="lantaarn@localhost", description="the sender address of our mail")

    @model_validator(mode="after")
    def _mail_has_a_sender(self) -> Self:
        if self.smtp_url is not None and "mail_from" not in self.model_fields_set:
            raise ValueError("LANTAARN_SMTP_URL needs LANTAARN_MAIL_FROM: the sender address of our mail")
        return self


class ReportSettings(DatabaseSettings, MunicipalitySettings):
    """Settings for answering reports."""
