"""Where the MQTT broker is and who we are to it: the same for every program that connects."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from paho.mqtt.client import Client
from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """One broker, and our credentials there: a user name with a password, a client certificate, or nothing."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None
    """The authority that signed the broker's certificate; none: those that the system trusts."""
    cert_file: Path | None = None
    key_file: Path | None = None

    def set_credentials(self, client: Client) -> None:
        """Give a client our credentials, before it connects. Raises OSError when a certificate can't be read."""
        if self.username is not None:
            client.username_pw_set(self.username, self.password.get_secret_value() if self.password else None)
        if self.tls:
            context = ssl.create_default_context(cafile=self.ca_file)
            if self.cert_file is not None:
                context.load_cert_chain(self.cert_file, self.key_file)
            # paho leaves the type of its parameter open.
            client.tls_set_context(context)  # pyright: ignore[reportUnknownMemberType]
