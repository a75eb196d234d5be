"""A form that anyone may send, without an account, a cookie or a puzzle: what keeps programs from flooding the desk.

Each form carries a token that we signed, with the moment at which it was shown and a number of its own. So we know
that a person had time to read it, that it was made here, and that a second sending is the first one again. It counts
for nothing that someone is logged in, as nobody is; a page elsewhere that lets its visitors send forms is told apart by
what browsers say of themselves.
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
"""Nobody fills in a form in less; the one who does may send it once more."""
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
    """More was sent than a form holds."""


class CrossSiteError(Exception):
    """The form was sent from a page of another site."""


class RateLimitError(Exception):
    """There were too many forms in the last hour, from one network or in all."""


@dataclass(frozen=True, slots=True)
class FormToken:
    """A form that was shown: its own number and when that was."""

    form_id: UUID
    issued_at: datetime

    def timing_notice(self, now: datetime) -> LocalizedText | None:
        """Whether it comes too soon or too late."""
        age = now - self.issued_at
        return TOO_QUICK_MESSAGE if age < MIN_FILL_TIME else EXPIRED_MESSAGE if age > MAX_TOKEN_AGE else None


class FormTokenSigner:
    """Issues and verifies tokens. Programs with the same ``secret`` accept each other's, also after a restart."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.blake2b(secret.encode(), person=b"lantaarn form").digest()

    def issue(self, subject: str, now: datetime) -> str:
        """A token for one form about one subject."""
        payload = f"{uuid4()}.{int(now.timestamp())}"
        return f"{payload}.{self._mac(subject, payload)}"

    def verify(self, subject: str, token: str) -> FormToken | None:
        """The token that a form brought back; none when we did not make it for this subject."""
        payload, _, mac = token.rpartition(".")
        # Ours are ASCII; of other text some, half a character, can't even be compared.
        if not token.isascii() or not hmac.compare_digest(self._mac(subject, payload), mac):
            return None
        form_id, _, shown = payload.partition(".")
        return FormToken(UUID(form_id), datetime.fromtimestamp(int(shown), UTC))

    def _mac(self, subject: str, payload: str) -> str:
        return hmac.new(self._key, f"{subject}\0{payload}".encode(), hashlib.sha256).hexdigest()


class RateLimiter:
    """At most so many forms an hour, from one network and in all; counted in memory only, and for that hour.

    A network is a /24 of IPv4 or a /48 of IPv6. It is kept as a hash under a key that dies with the program.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._admitted: deque[tuple[datetime, bytes]] = deque()
        self._lock = Lock()

    def admit(self, address: str | None, now: datetime) -> None:
        """Count a form. Raises RateLimitError when there were too many."""
        network = hashlib.blake2b(_network(address).encode(), key=self._key, digest_size=16).digest()
        with self._lock:
            while self._admitted and self._admitted[0][0] <= now - RATE_LIMIT_PERIOD:
                self._admitted.popleft()
            from_network = sum(each == network for _, each in self._admitted)
            if from_network >= MAX_PER_NETWORK or len(self._admitted) >= MAX_TOTAL:
                raise RateLimitError
            self._admitted.append((now, network))


def _network(address: str | None) -> str:
    """The network of an address; one for all who have none."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network((found, 48 if isinstance(found, IPv6Address) else 24), strict=False))


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of a form that was sent (``application/x-www-form-urlencoded``, as HTML forms do), the last of each
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
