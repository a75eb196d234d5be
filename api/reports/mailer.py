"""Brings the mail about reports: over SMTP, or into a folder where no mail server is set.

What must be sent is in the database, so nothing is lost when a program stops. Each try is booked before it is made: a
mail can come twice, which its Message-ID tells, and never not at all for a week. Programs that share a database take
turns by themselves.
"""

import os
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg_pool import PoolTimeout

from api.database import Pool
from api.reports.mails import Letter, written
from api.reports.queries import SQL
from sensors import logs
from sensors.settings import MailSettings

_log = logs.get()
EVERY = 30.0
"""Seconds between two looks, when nobody wakes it."""
FORGET_EVERY = timedelta(hours=1)
AT_ONCE = 10
PATIENCE = 20.0
"""Seconds for each step of a mail server."""
SPOOLED_FOR = timedelta(days=30)

Deliver = Callable[[EmailMessage, str], None]
"""Hands a mail over to where it must go. Raises OSError or SMTPException."""


class Courier:
    """A thread that sends what is due, from ``start`` to ``stop``."""

    def __init__(self, settings: MailSettings, pool: Pool) -> None:
        self._sender = settings.mail_from
        self._spool = settings.mail_spool
        url = settings.smtp_url
        self._deliver: Deliver = by_smtp(url.get_secret_value(), self._sender) if url else into(self._spool)
        self._pool = pool
        self._woken = Event()
        self._stopped = False
        self._forgot_at = datetime.min.replace(tzinfo=UTC)
        self._thread = Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin; it waits by itself for a database that is away."""
        self._thread.start()

    def wake(self) -> None:
        """There is something to send."""
        self._woken.set()

    def stop(self) -> None:
        """Let it finish the mail at hand."""
        self._stopped = True
        self._woken.set()
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        while not self._stopped:
            try:
                self._round(datetime.now(UTC))
            except (psycopg.Error, PoolTimeout, OSError) as error:
                _log.warning("mail waits", error=type(error).__name__)
            self._woken.wait(EVERY)
            self._woken.clear()

    def _round(self, now: datetime) -> None:
        if now - self._forgot_at >= FORGET_EVERY:
            with self._pool.connection() as db:
                db.execute(SQL["forget"])
            empty(self._spool, now - SPOOLED_FOR)
            self._forgot_at = now
        while not self._stopped and self._send_some(now):
            pass

    def _send_some(self, now: datetime) -> bool:
        """Send what is due, a few mails; whether there was any."""
        with self._pool.connection() as db:
            due = [Letter.of(row) for row in db.execute(SQL["take_mail"], {"limit": AT_ONCE}).fetchall()]
        for letter in due:
            mail = written(letter, self._sender, now)
            try:
                if mail is not None:
                    self._deliver(mail, letter.address or "")
            except (OSError, smtplib.SMTPException, ValueError) as error:  # the latter: no mail can be made of it
                _log.warning("mail not sent", error=type(error).__name__, number=letter.number, tries=letter.attempts)
                continue
            with self._pool.connection() as db:
                db.execute(SQL["mail_done"], {"mail": letter.mail})
        return bool(due)


def by_smtp(url: str, sender: str) -> Deliver:
    """Over ``smtps://`` or ``smtp://``. The latter asks for TLS too, and sends nothing without it, but to this machine
    itself."""
    parts = urlsplit(url)
    host, implicit = parts.hostname or "", parts.scheme == "smtps"
    port = parts.port or (465 if implicit else 587)
    encrypt = ssl.create_default_context()

    def deliver(mail: EmailMessage, address: str) -> None:
        with _connected(host, port, encrypt if implicit else None) as server:
            if not implicit and not _is_here(host):
                server.starttls(context=encrypt)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(mail, sender, [address])

    return deliver


def _connected(host: str, port: int, encrypt: ssl.SSLContext | None) -> smtplib.SMTP:
    if encrypt is None:
        return smtplib.SMTP(host, port, timeout=PATIENCE)
    return smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=encrypt)


def _is_here(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def into(folder: Path) -> Deliver:
    """As files in a folder that only this user can read; the same mail is the same file."""

    def deliver(mail: EmailMessage, _address: str) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        with os.fdopen(os.open(folder / f"{name}.eml", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(bytes(mail))

    return deliver


def empty(folder: Path, before: datetime) -> None:
    """Take away the mails in a folder that are older, as they hold addresses of residents."""
    for path in folder.glob("lantaarn-*.eml"):
        if path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
