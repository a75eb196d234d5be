"""The MQTT broker's address and our credentials."""

from urllib.parse import unquote, urlsplit

from pydantic import Field, FilePath, SecretStr

from sensors.broker import BrokerAddress
from sensors.settings.base import DEFAULT_MQTT_PORTS, MqttUrl, Settings


class BrokerLoginSettings(Settings):
    """Broker credentials that are not part of the address."""

    mqtt_password: SecretStr | None = Field(
        default=None, validation_alias="MQTT_PASSWORD", description="the broker's password, if it is not in MQTT_URL"
    )
    mqtt_ca_file: FilePath | None = Field(
        default=None, validation_alias="MQTT_CA_FILE", description="the CA of the broker's certificate, as PEM"
    )
    mqtt_cert_file: FilePath | None = Field(
        default=None, validation_alias="MQTT_CERT_FILE", description="our client certificate for the broker, as PEM"
    )
    mqtt_key_file: FilePath | None = Field(
        default=None, validation_alias="MQTT_KEY_FILE", description="the key of our client certificate, as PEM"
    )

    def parse_broker_url(self, url: SecretStr) -> BrokerAddress:
        """Split a valid ``MQTT_URL`` into its decoded parts; MQTT_PASSWORD overrides the password in it."""
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
    """The broker address."""

    mqtt_url: MqttUrl = Field(
        validation_alias="MQTT_URL", description="the broker, as mqtt://user:password@host:port (mqtts:// for TLS)"
    )

    @property
    def broker(self) -> BrokerAddress:
        """The address with our credentials."""
        return self.parse_broker_url(self.mqtt_url)
