"""The writer: how much at once, shared by how many, and where it tells how it is."""

from pydantic import Field, SecretStr

from sensors.settings.base import Port, Settings, ShareName
from sensors.settings.database import DatabaseSettings
from sensors.settings.general import MunicipalitySettings
from sensors.settings.mqtt import BrokerSettings


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
