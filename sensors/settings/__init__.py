"""What a program must be told: small typed classes, read from the environment.

Everything is ``LANTAARN_*``, except the addresses ``DATABASE_URL`` and ``MQTT_URL`` and the passwords with
them. A secret ``X`` may be in a file instead, named by ``X_FILE``, as containers hand it over. Secrets print as stars.
"""

import datetime as dt
from pathlib import Path
from typing import Self
from urllib.parse import quote, unquote, urlsplit

from pydantic import (
    DirectoryPath,
    Field,
    FilePath,
    SecretStr,
    model_validator,
)

from sensors.broker import BrokerAddress
from sensors.settings.base import (
    DEFAULT_MQTT_PORTS,
    DashboardDatabaseUrl,
    DatabaseUrl,
    EmailAddress,
    LogLevel,
    MqttUrl,
    Port,
    Settings,
    ShareName,
    SiteUrl,
    Slug,
    SmtpUrl,
    WebUrl,
)


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


class BrokerLoginSettings(Settings):
    """Who we are to the broker, as far as its address doesn't say so."""

    mqtt_password: SecretStr | None = Field(
        default=None, validation_alias="MQTT_PASSWORD", description="the broker's password, when it is not in MQTT_URL"
    )
    mqtt_ca_file: FilePath | None = Field(
        default=None, validation_alias="MQTT_CA_FILE", description="who signed the broker's certificate, as PEM"
    )
    mqtt_cert_file: FilePath | None = Field(
        default=None, validation_alias="MQTT_CERT_FILE", description="our certificate for the broker, as PEM"
    )
    mqtt_key_file: FilePath | None = Field(
        default=None, validation_alias="MQTT_KEY_FILE", description="the key of our certificate, as PEM"
    )

    def parse_broker_url(self, url: SecretStr) -> BrokerAddress:
        """A valid ``MQTT_URL`` in its parts, decoded; MQTT_PASSWORD goes before the password in it."""
        parts = urlsplit(url.get_secret_value())
        in_url = SecretStr(unquote(parts.password)) if parts.password else None
        return BrokerAddress(
            host=parts.hostname or "",
            port=parts.port or DEFAULT_MQTT_PORTS[parts.scheme],
            tls=parts.scheme == "mqtts",
            username=unquote(parts.username) if parts.username else None,
            password=self.mqtt_password or in_url,
            ca_file=self.mqtt_ca_file,
            cert_file=self.mqtt_cert_file,
            key_file=self.mqtt_key_file,
        )


class BrokerSettings(BrokerLoginSettings):
    """Where the MQTT broker is."""

    mqtt_url: MqttUrl = Field(
        validation_alias="MQTT_URL", description="the broker, as mqtt://user:password@host:port (mqtts:// for TLS)"
    )

    @property
    def broker(self) -> BrokerAddress:
        """The address in its parts."""
        return self.parse_broker_url(self.mqtt_url)


class LogSettings(Settings):
    """How much a program tells in its log."""

    log_level: LogLevel = "info"


class MunicipalitySettings(LogSettings):
    """Which municipality this is."""

    municipality: Slug = Field(default="helmond", description="the first level of every topic")
    areas: DirectoryPath | None = Field(default=None, description="a folder with the outlines of the municipality")


class BatchSettings(Settings):
    """How much ingest writes at once."""

    batch_size: int = Field(default=500, ge=1, le=5000, description="messages in one transaction")
    batch_milliseconds: int = Field(default=500, ge=1, le=60_000, description="how long a batch may wait to fill")
    workers: int = Field(default=1, ge=1, le=16, description="processes that share the work of ingest")


class MetricsSettings(Settings):
    """Where a program that serves nothing else tells how it is."""

    metrics_host: str = "127.0.0.1"
    metrics_port: Port | None = Field(default=None, description="where /livez, /readyz and /metrics of ingest answer")


class SharedSubscriptionSettings(Settings):
    """How several workers of ingest share what devices send."""

    share_name: ShareName = Field(
        default=SecretStr("lantaarn"),
        description="the name under which workers share messages; whoever knows it can take a part of them away",
    )


class IngestSettings(
    DatabaseSettings, BrokerSettings, MunicipalitySettings, BatchSettings, SharedSubscriptionSettings, MetricsSettings
):
    """The writer: it reads the broker and writes the database."""


class RetentionSettings(DatabaseSettings, MetricsSettings, LogSettings):
    """Deleting by the clock, apart from ingest."""


class PostgresToolSettings(Settings):
    """Which PostgreSQL of this machine is used."""

    pg_bin: Path | None = Field(default=None, description="the folder of PostgreSQL's programs")


class TombstoneSettings(Settings):
    """What stays outside the database, so that a backup can't bring back what was erased."""

    tombstones: Path = Field(
        default=Path(".lantaarn/tombstones.jsonl"), description="the list of what was erased: not in the backups"
    )


class ErasureSettings(DatabaseSettings, MunicipalitySettings, TombstoneSettings):
    """Erasing."""


class BackupSettings(DatabaseSettings, PostgresToolSettings):
    """Backups, and databases made from them."""


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


class MailSettings(Settings):
    """How mail about the reports of residents goes out; into a folder where no mail server is set."""

    smtp_url: SmtpUrl | None = Field(default=None, description="the mail server, as smtps://user:password@host:port")
    mail_from: EmailAddress = Field(default="lantaarn@localhost", description="the sender of our mails")
    mail_spool: Path = Field(default=Path(".lantaarn/mail"), description="where mails go without a mail server")

    @model_validator(mode="after")
    def _mail_has_a_sender(self) -> Self:
        if self.smtp_url is not None and "mail_from" not in self.model_fields_set:
            raise ValueError("LANTAARN_SMTP_URL needs LANTAARN_MAIL_FROM: from whom mails come")
        return self


class BrokerFilesSettings(Settings):
    """Where Mosquitto reads who may do what."""

    broker_files: Path = Field(
        default=Path(".lantaarn/broker"), description="the folder of Mosquitto's password file and ACL file"
    )
    broker_pid_file: Path | None = Field(
        default=None, description="where Mosquitto wrote its process id, to have it reload; none: it notices by itself"
    )


class DeviceSettings(DatabaseSettings, MunicipalitySettings, BrokerFilesSettings):
    """Letting devices in."""


class BrokerAccountSettings(MunicipalitySettings, BrokerFilesSettings):
    """The accounts of our own programs at the broker: one exists as long as its password is set."""

    ingest_mqtt_password: SecretStr | None = Field(default=None, description="what ingest logs in with at the broker")
    doctor_mqtt_password: SecretStr | None = Field(default=None, description="what the doctor logs in with there")
    simulate_mqtt_password: SecretStr | None = Field(
        default=None, description="what the simulated devices log in with there: for a demo only"
    )


class AlertSettings(Settings):
    """What Grafana is told: where everything is, and who hears of an alert."""

    register_url: SiteUrl = Field(
        default="http://127.0.0.1:8000/", description="where residents find the register, as https://host/"
    )
    handbook_url: WebUrl | None = Field(
        default=None, description="where docs/alerts.md can be read, for the link in each alert"
    )
    grafana_datasource: Slug = Field(default="lantaarn", description="the uid of the data source in Grafana")
    dashboard_database: DashboardDatabaseUrl = Field(
        default="postgresql://lantaarn_dashboard@database:5432/lantaarn",
        description="the database as Grafana sees it, with ?sslmode=… where it uses TLS",
    )
    alert_mail: EmailAddress | None = Field(default=None, description="the mailbox that hears of alerts")
    alert_webhook: SecretStr | None = Field(default=None, description="the address that hears of alerts, as https://…")


class DashboardSettings(AlertSettings):
    """Dashboards and alerts, as files."""

    @model_validator(mode="after")
    def _someone_hears(self) -> Self:
        if self.alert_mail is None and self.alert_webhook is None:
            raise ValueError("set LANTAARN_ALERT_MAIL, LANTAARN_ALERT_WEBHOOK or both: who hears of an alert")
        return self


class GrafanaSettings(Settings):
    """Where Grafana is."""

    grafana_url: SiteUrl | None = Field(default=None, description="Grafana, as https://host/")
    grafana_token: SecretStr | None = Field(default=None, description="the token of a service account in Grafana")


class PushSettings(DashboardSettings):
    """Dashboards and alerts, sent to Grafana."""

    grafana_url: SiteUrl = Field(description="Grafana, as https://host/")
    grafana_token: SecretStr = Field(description="the token of a service account in Grafana")


class ReportSettings(DatabaseSettings, MunicipalitySettings):
    """Answering the reports of residents."""


class ApiSettings(DatabaseSettings, MunicipalitySettings, WebSettings, TileSettings, SecurityTxtSettings, MailSettings):
    """The reader: the register, its pages and its APIs."""


class SimulateSettings(BrokerSettings, LogSettings):
    """The simulated city, which is always the same one."""

    seed: int = Field(default=1, description="the same seed gives the same city and the same weather")
    days: int = Field(default=0, ge=0, le=366, description="how many days to play back before now")
    replay: bool = Field(default=True, description="play the recorded series of real stations too")
    faults: float = Field(default=0.03, ge=0, le=1, description="the share of devices with which something is wrong")


class DemoSettings(LogSettings, WebSettings, PostgresToolSettings):
    """The demo: it starts what no address is given of."""

    database_url: DatabaseUrl | None = Field(default=None, validation_alias="DATABASE_URL")
    mqtt_url: MqttUrl | None = Field(default=None, validation_alias="MQTT_URL")


class ServersSettings(PostgresToolSettings):
    """The servers of one machine: it starts a broker when no address of one is given."""

    mqtt_url: MqttUrl | None = Field(default=None, validation_alias="MQTT_URL")


class DoctorSettings(
    DemoSettings,
    DatabaseLoginSettings,
    MunicipalitySettings,
    BrokerLoginSettings,
    BatchSettings,
    TileSettings,
    TombstoneSettings,
    SecurityTxtSettings,
    MailSettings,
    BrokerFilesSettings,
    SharedSubscriptionSettings,
    MetricsSettings,
    AlertSettings,
    GrafanaSettings,
):
    """Everything there is to set, no address required."""
