"""How settings are read from the environment, and their value types: addresses, ports, names."""

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

ENV_PREFIX = "LANTAARN_"
DEFAULT_MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}


class SettingsError(Exception):
    """A setting is missing or invalid; the message names the variable and never repeats its value."""


class Settings(BaseSettings):
    """Base class of all settings. Create one with ``load``, whose errors are written for users."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, frozen=True, hide_input_in_errors=True, validate_by_name=True, env_ignore_empty=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - .env files are not read: one place to look
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - its file names can't be configured
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Sources by precedence: arguments, the environment, then files named by the environment."""
        return init_settings, env_settings, _SecretFiles(settings_cls)

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Load the settings, ``overrides`` first. Raises SettingsError that lists every problem."""
        try:
            return cls(**overrides)
        except ValidationError as error:
            raise SettingsError("\n".join(_error_messages(cls, error))) from None

    @classmethod
    def environment_variables(cls) -> dict[str, bool]:
        """Every variable that is read, and whether it is a secret and so may be in a file."""
        return {_variable(name, field): _is_secret(field) for name, field in cls.model_fields.items()}

    def display_values(self) -> Iterator[tuple[str, str]]:
        """Each variable with its value, secrets masked."""
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            yield _variable(name, field), "–" if value is None else _display_value(value)


def _variable(name: str, field: FieldInfo) -> str:
    return str(field.validation_alias or f"{ENV_PREFIX}{name}".upper())


def _is_secret(field: FieldInfo) -> bool:
    return "SecretStr" in repr(field.annotation)


def _display_value(value: object) -> str:
    if not isinstance(value, SecretStr):
        return str(value)
    text = value.get_secret_value()
    return hide_password(text) if "://" in text else str(value)


def hide_password(url: str) -> str:
    """A URL without its password and without its query, where libpq allows a password too."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if parts.username is None:
        return f"{parts.scheme}://{host}{parts.path}"
    return f"{parts.scheme}://{parts.username}{':***' if parts.password else ''}@{host}{parts.path}"


def _error_messages(settings: type[Settings], error: ValidationError) -> Iterator[str]:
    names = {_variable(name, field): name for name, field in settings.model_fields.items()}
    for detail in error.errors(include_input=False, include_url=False, include_context=False):
        place = str(detail["loc"][0]) if detail["loc"] else ""
        name = names.get(place, place)
        field = settings.model_fields.get(name)
        shown = _variable(name, field) if field else place
        if field is not None and detail["type"] == "missing":
            file = f" (or {shown}_FILE)" if _is_secret(field) else ""
            yield f"{shown}{file} is not set: {field.description}"
        else:
            yield f"{shown}: {detail['msg'].removeprefix('Value error, ')}".removeprefix(": ")


class _SecretFiles(PydanticBaseSettingsSource):
    """Secrets read from files named by the environment; an empty file counts as unset."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = _variable(field_name, field)
        path = os.environ.get(f"{variable}_FILE", "")
        if not path or not _is_secret(field):
            return None, variable, False
        if os.environ.get(variable):
            raise SettingsError(f"Both {variable} and {variable}_FILE are set; leave one out")
        try:
            return Path(path).read_text(encoding="utf-8").strip() or None, variable, False
        except (OSError, UnicodeDecodeError):
            raise SettingsError(f"The file that {variable}_FILE names can't be read") from None

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields.items()
        found = {name: self.get_field_value(field, name)[0] for name, field in fields}
        return {name: value for name, value in found.items() if value is not None}


def _is_database_url(url: SecretStr) -> SecretStr:
    if urlsplit(url.get_secret_value()).scheme not in {"postgresql", "postgres"}:
        raise ValueError("write it as postgresql://user:password@host:port/database")
    return url


def _has_host_and_scheme(url: str, schemes: Collection[str]) -> bool:
    """Whether it is a URL with one of these schemes, a host, and a valid port if any."""
    parts = urlsplit(url)
    try:
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _is_mqtt_url(url: SecretStr) -> SecretStr:
    if not _has_host_and_scheme(url.get_secret_value(), DEFAULT_MQTT_PORTS):
        raise ValueError("write it as mqtt://user:password@host:port (mqtts:// for TLS)")
    return url


def _is_smtp_url(url: SecretStr) -> SecretStr:
    if not _has_host_and_scheme(url.get_secret_value(), {"smtp", "smtps"}):
        raise ValueError("write it as smtps://user:password@host:port (smtp:// for STARTTLS)")
    return url


def _is_share_name(name: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name.get_secret_value()):
        raise ValueError("use 1 to 64 letters, digits, dashes and underscores")
    return name


ShareName = Annotated[SecretStr, AfterValidator(_is_share_name)]
SmtpUrl = Annotated[SecretStr, AfterValidator(_is_smtp_url)]
EmailAddress = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._%+'-]+@[A-Za-z0-9.-]+$", max_length=254)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_is_database_url)]
MqttUrl = Annotated[SecretStr, AfterValidator(_is_mqtt_url)]
Port = Annotated[int, Field(ge=1, le=65535)]
SiteUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+/([^\s?#]+/)?$")]
WebUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+/")]
LogLevel = Literal["debug", "info", "warning", "error"]


def _is_dashboard_database(url: str) -> str:
    parts = urlsplit(url)
    usable = _has_host_and_scheme(url, {"postgresql"}) and parts.username and len(parts.path) > 1
    if not usable or parts.password:
        raise ValueError("write it as postgresql://lantaarn_dashboard@host:port/database, without a password")
    return url


DashboardDatabaseUrl = Annotated[str, AfterValidator(_is_dashboard_database)]
