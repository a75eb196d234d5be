"""Spam protection for forms without an account, a cookie or a captcha.

Each form carries a signed token with a unique number and the time it was shown. It proves that the form is ours and
that a person had time to read it, and identifies resubmissions. There are no sessions to ride on; forms submitted from
another site are recognised by the headers that browsers send.
"""

import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

from starlette.requests import Request

from sensors.vocabulary.localized_text import LocalizedText

MIN_FILL_TIME = timedelta(seconds=3)
"""Nobody fills in a form faster; anyone who does may send it again."""
MAX_TOKEN_AGE = timedelta(hours=24)
MAX_BODY_BYTES = 32_000
MAX_FIELDS = 50
MAX_PER_NETWORK = 5
MAX_TOTAL = 100
RATE_LIMIT_PERIOD = timedelta(hours=1)
TOO_QUICK_MESSAGE = LocalizedText(
    "Dat ging wel heel snel. Lees het nog eens na, en verstuur het opnieuw.",
    "That was very quick. Please read it through once more and send it again.",
)
EXPIRED_MESSAGE = LocalizedText(
    "Deze bladzijde stond lang open. Uw tekst is er nog: verstuur hem opnieuw.",
    "This page was open for a long time. Your text is still there: please send it again.",
)

BUSY_MESSAGE = LocalizedText(
    "Er kwamen het afgelopen uur te veel berichten. Uw tekst is er nog: probeer het over een uur opnieuw.",
    "We received too many messages in the last hour. Your text is still there: please try again in an hour.",
)


class FormTooLargeError(Exception):
    """The request is larger than a form can be."""


class CrossSiteError(Exception):
    """The form was sent from a page of another site."""


class RateLimitError(Exception):
    """Too many forms in the last hour, from one network or in total."""


@dataclass(frozen=True, slots=True)
class FormToken:
    """A form that was shown: its number and time."""

    form_id: UUID
    issued_at: datetime

    def timing_notice(self, now: datetime) -> LocalizedText | None:
        """The message for a form sent too soon or too late, or None."""
        age = now - self.issued_at
        return TOO_QUICK_MESSAGE if age < MIN_FILL_TIME else EXPIRED_MESSAGE if age > MAX_TOKEN_AGE else None


class FormTokenSigner:
    """Issues and verifies tokens. Processes with the same ``secret`` accept each other's, even after a restart."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.blake2b(secret.encode(), person=b"lantaarn form").digest()

    def issue(self, subject: str, now: datetime) -> str:
        """Issue a token for one form about one subject."""
        payload = f"{uuid4()}.{int(now.timestamp())}"
        return f"{payload}.{self._mac(subject, payload)}"

    def verify(self, subject: str, token: str) -> FormToken | None:
        """Verify a returned token; None if we did not issue it for this subject."""
        payload, _, mac = token.rpartition(".")
        # Our tokens are ASCII; compare_digest raises for some other texts.
        if not token.isascii() or not hmac.compare_digest(self._mac(subject, payload), mac):
            return None
        form_id, _, shown = payload.partition(".")
        return FormToken(UUID(form_id), datetime.fromtimestamp(int(shown), UTC))

    def _mac(self, subject: str, payload: str) -> str:
        return hmac.new(self._key, f"{subject}\0{payload}".encode(), hashlib.sha256).hexdigest()


class RateLimiter:
    """Limits forms per hour, per network and in total; counted in memory only, for that hour.

    A network is a /24 of IPv4 or a /48 of IPv6, stored as a hash under a key that exists only in this process.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._admitted: deque[tuple[datetime, bytes]] = deque()
        self._lock = Lock()

    def admit(self, address: str | None, now: datetime) -> None:
        """Count a form. Raises RateLimitError if there were too many."""
        network = hashlib.blake2b(_network(address).encode(), key=self._key, digest_size=16).digest()
        with self._lock:
            while self._admitted and self._admitted[0][0] <= now - RATE_LIMIT_PERIOD:
                self._admitted.popleft()
            from_network = sum(each == network for _, each in self._admitted)
            if from_network >= MAX_PER_NETWORK or len(self._admitted) >= MAX_TOTAL:
                raise RateLimitError
            self._admitted.append((now, network))


def _network(address: str | None) -> str:
    """The network of an address; a shared one if there is no address."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network((found, 48 if isinstance(found, IPv6Address) else 24), strict=False))


async def read_form(request: Request) -> Mapping[str, str]:
    """Parse a submitted form (``application/x-www-form-urlencoded``), keeping the last value of each
    name. Raises FormTooLargeError and CrossSiteError."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise CrossSiteError
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise FormTooLargeError
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise FormTooLargeError from None
