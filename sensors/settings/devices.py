"""The broker accounts of devices and of our own programs."""

from pathlib import Path

from pydantic import Field, SecretStr

from sensors.settings.base import Settings
from sensors.settings.database import DatabaseSettings
from sensors.settings.general import MunicipalitySettings


class BrokerFilesSettings(Settings):
    """Mosquitto's access files."""

    broker_files: Path = Field(
        default=Path(".lantaarn/broker"), description="the folder of Mosquitto's password file and ACL file"
    )
    broker_pid_file: Path | None = Field(
        default=None, description="Mosquitto's pid file, to make it reload; none: it watches its files"
    )


class DeviceSettings(DatabaseSettings, MunicipalitySettings, BrokerFilesSettings):
    """Settings for managing devices."""


class BrokerAccountSettings(MunicipalitySettings, BrokerFilesSettings):
    """Our own programs' broker accounts: one exists for as long as its password is set."""

    ingest_mqtt_password: SecretStr | None = Field(default=None, description="ingest's password at the broker")
    doctor_mqtt_password: SecretStr | None = Field(default=None, description="the doctor's password at the broker")
    simulate_mqtt_password: SecretStr | None = Field(
        default=None, description="the simulated devices' password at the broker: for a demo only"
    )
