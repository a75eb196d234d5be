"""The MQTT broker's address and our credentials, shared by every program that connects."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from paho.mqtt.client import Client
from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """A broker address with our credentials: a user name and password, a client certificate, or none."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None
    """The CA that signed the broker's certificate. None: the system's trust store."""
    cert_file: Path | None = None
    key_file: Path | None = None

    def set_credentials(self, client: Client) -> None:
        """Set our credentials on a client that is not connected yet. Raises OSError if a certificate is unreadable."""
        if self.username is not None:
            client.username_pw_set(self.username, self.password.get_secret_value() if self.password else None)
        if self.tls:
            context = ssl.create_default_context(cafile=self.ca_file)
            if self.cert_file is not None:
                context.load_cert_chain(self.cert_file, self.key_file)
            # paho's parameter is not fully typed.
            client.tls_set_context(context)  # pyright: ignore[reportUnknownMemberType]
