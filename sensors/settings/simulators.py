"""The simulated city, the demo and the servers of one machine."""

from pydantic import Field

from sensors.settings.base import DatabaseUrl, MqttUrl
from sensors.settings.database import PostgresToolSettings
from sensors.settings.general import LogSettings
from sensors.settings.mqtt import BrokerSettings
from sensors.settings.web import WebSettings


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
