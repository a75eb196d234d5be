"""The simulated city, the demo, and a single machine's servers."""

from pydantic import Field

from sensors.settings.base import DatabaseUrl, MqttUrl
from sensors.settings.database import PostgresToolSettings
from sensors.settings.general import LogSettings
from sensors.settings.mqtt import BrokerSettings
from sensors.settings.web import WebSettings


class SimulateSettings(BrokerSettings, LogSettings):
    """The simulated city, which is deterministic."""

    seed: int = Field(default=1, description="the random seed: the same seed gives the same city and weather")
    days: int = Field(default=0, ge=0, le=366, description="the number of past days to play back first")
    replay: bool = Field(default=True, description="also replay recorded series of real stations")
    faults: float = Field(default=0.03, ge=0, le=1, description="the share of devices with a fault")


class DemoSettings(LogSettings, WebSettings, PostgresToolSettings):
    """The demo, which starts every server that no address is set for."""

    database_url: DatabaseUrl | None = Field(default=None, validation_alias="DATABASE_URL")
    mqtt_url: MqttUrl | None = Field(default=None, validation_alias="MQTT_URL")


class ServersSettings(PostgresToolSettings):
    """A single machine's servers; starts a broker if no address of one is set."""

    mqtt_url: MqttUrl | None = Field(default=None, validation_alias="MQTT_URL")
