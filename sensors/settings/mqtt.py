"""Where the MQTT broker is, and who we are to it."""

from urllib.parse import unquote, urlsplit

from pydantic import Field, FilePath, SecretStr

from sensors.broker import BrokerAddress
from sensors.settings.base import DEFAULT_MQTT_PORTS, MqttUrl, Settings


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
