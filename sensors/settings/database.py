"""Where the database is, who we are to it, and which PostgreSQL of this machine is used."""

from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, model_validator

from sensors.settings.base import DatabaseUrl, Settings


class DatabaseLoginSettings(Settings):
    """Who we are to the database, as far as its address doesn't say so."""

    database_password: SecretStr | None = Field(
        default=None,
        validation_alias="DATABASE_PASSWORD",
        description="the database's password, when it is not in DATABASE_URL",
    )

    @model_validator(mode="after")
    def _address_has_password(self) -> Self:
        """From here on the address is all that a program needs."""
        url: SecretStr | None = getattr(self, "database_url", None)
        if url is not None and self.database_password is not None:
            whole = _with_password(url.get_secret_value(), self.database_password.get_secret_value())
            object.__setattr__(self, "database_url", SecretStr(whole))
        return self


def _with_password(url: str, password: str) -> str:
    parts = urlsplit(url)
    if parts.username is None or parts.password is not None:
        raise ValueError("DATABASE_PASSWORD needs a user in DATABASE_URL, and no password there")
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}").geturl()


class DatabaseSettings(DatabaseLoginSettings):
    """Where the database is."""

    database_url: DatabaseUrl = Field(
        validation_alias="DATABASE_URL", description="the database, as postgresql://user:password@host:port/database"
    )


class MigrateSettings(DatabaseSettings):
    """Bringing the database up to date, and the passwords of the programs that use it."""

    ingest_database_password: SecretStr | None = Field(default=None, description="what lantaarn_ingest logs in with")
    api_database_password: SecretStr | None = Field(default=None, description="what lantaarn_api logs in with")
    dashboard_database_password: SecretStr | None = Field(
        default=None, description="what lantaarn_dashboard logs in with"
    )

    @property
    def passwords_by_role(self) -> dict[str, SecretStr | None]:
        """By role."""
        return {
            "lantaarn_ingest": self.ingest_database_password,
            "lantaarn_api": self.api_database_password,
            "lantaarn_dashboard": self.dashboard_database_password,
        }


class PostgresToolSettings(Settings):
    """Which PostgreSQL of this machine is used."""

    pg_bin: Path | None = Field(default=None, description="the folder of PostgreSQL's programs")
