"""Dashboards, alerts, and the Grafana instance that shows them."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from sensors.settings.base import DashboardDatabaseUrl, EmailAddress, Settings, SiteUrl, WebUrl
from sensors.vocabulary.slug import Slug


class AlertSettings(Settings):
    """What Grafana needs to know: addresses, and who receives alerts."""

    register_url: SiteUrl = Field(
        default="http://127.0.0.1:8000/", description="where residents find the register, as https://host/"
    )
    handbook_url: WebUrl | None = Field(
        default=None, description="the URL of docs/alerts.md, for the link in each alert"
    )
    grafana_datasource: Slug = Field(default="lantaarn", description="the uid of the data source in Grafana")
    dashboard_database: DashboardDatabaseUrl = Field(
        default="postgresql://lantaarn_dashboard@database:5432/lantaarn",
        description="the database's address as seen by Grafana, with ?sslmode=… if it uses TLS",
    )
    alert_mail: EmailAddress | None = Field(default=None, description="the mailbox that receives alerts")
    alert_webhook: SecretStr | None = Field(default=None, description="the webhook that receives alerts, as https://…")
    grafana_smtp: bool | None = Field(default=None, description="whether Grafana has a mail server, if that is known")


class DashboardSettings(AlertSettings):
    """Dashboards and alerts, written as files."""

    @model_validator(mode="after")
    def _someone_hears(self) -> Self:
        if self.alert_mail is None and self.alert_webhook is None:
            raise ValueError("set LANTAARN_ALERT_MAIL, LANTAARN_ALERT_WEBHOOK or both: who receives alerts")
        return self

    @model_validator(mode="after")
    def _mail_is_sent(self) -> Self:
        if self.alert_mail is not None and self.grafana_smtp is False:
            raise ValueError("LANTAARN_ALERT_MAIL needs LANTAARN_GRAFANA_SMTP=true: Grafana has no mail server")
        return self


class GrafanaSettings(Settings):
    """The Grafana instance."""

    grafana_url: SiteUrl | None = Field(default=None, description="Grafana, as https://host/")
    grafana_token: SecretStr | None = Field(default=None, description="the token of a service account in Grafana")


class PushSettings(DashboardSettings):
    """Dashboards and alerts, pushed to Grafana."""

    grafana_url: SiteUrl = Field(description="Grafana, as https://host/")
    grafana_token: SecretStr = Field(description="the token of a service account in Grafana")
