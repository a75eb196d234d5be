"""Ingest: batch size, workers, and where it serves its metrics."""

from pydantic import Field, SecretStr

from sensors.settings.base import Port, Settings, ShareName
from sensors.settings.database import DatabaseSettings
from sensors.settings.general import MunicipalitySettings
from sensors.settings.mqtt import BrokerSettings


class BatchSettings(Settings):
    """Ingest's batching and parallelism."""

    batch_size: int = Field(default=500, ge=1, le=5000, description="the maximum number of messages in a transaction")
    batch_milliseconds: int = Field(default=500, ge=1, le=60_000, description="the maximum time a batch waits to fill")
    workers: int = Field(default=1, ge=1, le=16, description="the number of ingest processes")


class MetricsSettings(Settings):
    """Where a program without a web server exposes its health and metrics."""

    metrics_host: str = "127.0.0.1"
    metrics_port: Port | None = Field(default=None, description="the port of /livez, /readyz and /metrics of ingest")


class SharedSubscriptionSettings(Settings):
    """How ingest workers share the messages of devices."""

    share_name: ShareName = Field(
        default=SecretStr("lantaarn"),
        description="the share name of the workers; anyone who knows it can take away part of the messages",
    )


class IngestSettings(
    DatabaseSettings, BrokerSettings, MunicipalitySettings, BatchSettings, SharedSubscriptionSettings, MetricsSettings
):
    """The writer: reads from the broker and writes to the database."""
