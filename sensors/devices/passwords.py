"""Device passwords, hashed as Mosquitto expects: ``$7$iterations$salt$hash``, PBKDF2-HMAC-SHA512.

Every password is generated here from 192 random bits, so more iterations would add no protection. They would cost a
lot: at each reload Mosquitto rehashes the password of every connected client and does nothing else meanwhile.
"""

import base64
import hashlib
import hmac
import re
import secrets

PBKDF2_ITERATIONS = 101
"""As ``mosquitto_passwd`` in Mosquitto 2.0 uses."""
SALT_BYTES, KEY_BYTES = 12, 64
"""Bytes; Mosquitto 2.0 accepts no other lengths."""
_HASH_PATTERN = re.compile(r"\$7\$([1-9][0-9]{0,8})\$([A-Za-z0-9+/]{16})\$([A-Za-z0-9+/]{86}==)")


def generate_password() -> str:
    """A new random password of 32 letters, digits, dashes and underscores."""
    return secrets.token_urlsafe(24)


def hash_password(password: str) -> str:
    """Hash a password for the password file, with a fresh salt."""
    salt = secrets.token_bytes(SALT_BYTES)
    return f"$7${PBKDF2_ITERATIONS}${_text(salt)}${_text(_derive(password, salt, PBKDF2_ITERATIONS))}"


def verify_password(password: str, password_hash: str) -> bool:
    """Whether a password matches a hash of the password file. False for a hash of another kind."""
    form = _HASH_PATTERN.fullmatch(password_hash)
    if form is None:
        return False
    iterations, salt, key = int(form[1]), base64.b64decode(form[2]), base64.b64decode(form[3])
    return hmac.compare_digest(_derive(password, salt, iterations), key)


def _derive(password: str, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations, KEY_BYTES)


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")
