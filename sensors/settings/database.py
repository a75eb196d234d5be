"""The database address and credentials, and the local PostgreSQL installation."""

from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, model_validator

from sensors.settings.base import DatabaseUrl, Settings


class DatabaseLoginSettings(Settings):
    """Database credentials that are not part of the address."""

    database_password: SecretStr | None = Field(
        default=None,
        validation_alias="DATABASE_PASSWORD",
        description="the database's password, if it is not in DATABASE_URL",
    )

    @model_validator(mode="after")
    def _address_has_password(self) -> Self:
        """Merge the password into the URL, so that programs need only the URL."""
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
    """The database address."""

    database_url: DatabaseUrl = Field(
        validation_alias="DATABASE_URL", description="the database, as postgresql://user:password@host:port/database"
    )


class MigrateSettings(DatabaseSettings):
    """Settings of ``lantaarn migrate``, including the passwords of the programs' roles."""

    ingest_database_password: SecretStr | None = Field(default=None, description="the password of lantaarn_ingest")
    api_database_password: SecretStr | None = Field(default=None, description="the password of lantaarn_api")
    dashboard_database_password: SecretStr | None = Field(
        default=None, description="the password of lantaarn_dashboard"
    )

    @property
    def passwords_by_role(self) -> dict[str, SecretStr | None]:
        """The configured passwords, by database role."""
        return {
            "lantaarn_ingest": self.ingest_database_password,
            "lantaarn_api": self.api_database_password,
            "lantaarn_dashboard": self.dashboard_database_password,
        }


class PostgresToolSettings(Settings):
    """The local PostgreSQL installation."""

    pg_bin: Path | None = Field(default=None, description="the folder of PostgreSQL's programs")
