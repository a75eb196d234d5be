"""The accounts of devices and of our own programs at the broker."""

from pathlib import Path

from pydantic import Field, SecretStr

from sensors.settings.base import Settings
from sensors.settings.database import DatabaseSettings
from sensors.settings.general import MunicipalitySettings


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
