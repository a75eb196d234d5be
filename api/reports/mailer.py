"""Sends mail about reports over SMTP, or writes it to a folder if no mail server is configured.

The queue is in the database, so nothing is lost when a process stops. Each attempt is recorded before it is made: a
mail may be sent twice, recognisable by its Message-ID, and is retried for a week. Processes that share a database take
turns.
"""

import os
import smtplib
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import psycopg
from psycopg_pool import PoolTimeout

from api.database import Pool
from api.reports.mails import Mail, compose
from api.reports.queries import QUERIES
from sensors import logs
from sensors.erasures.mail_spool import spool_files_about
from sensors.policy.promises import RETENTION_INTERVAL, SPOOLED_MAIL_TERM
from sensors.settings.reports import MailSettings
from sensors.vocabulary.durations import parse_duration

log = logs.get_logger()
POLL_INTERVAL_SECONDS = 30.0
"""Seconds between polls, unless woken."""
MAILS_PER_BATCH = 10
SMTP_TIMEOUT_SECONDS = 20.0
"""Timeout in seconds for each SMTP operation."""

Deliver = Callable[[EmailMessage, str], None]
"""Delivers a mail. Raises OSError or SMTPException."""


class Mailer:
    """A thread that sends due mails, from ``start`` to ``stop``."""

    def __init__(self, settings: MailSettings, pool: Pool) -> None:
        self._sender = settings.mail_from
        self._spool = settings.mail_spool
        url = settings.smtp_url
        self._deliver: Deliver = (
            smtp_delivery(url.get_secret_value(), self._sender) if url else spool_delivery(self._spool)
        )
        self._pool = pool
        self._wake_event = Event()
        self._stopped = False
        self._id = uuid4()
        self._cleaned_at = datetime.min.replace(tzinfo=UTC)
        self._thread = Thread(target=self._run, name="mailer", daemon=True)

    def start(self) -> None:
        """Start the thread; it retries while the database is unavailable."""
        self._thread.start()

    def wake(self) -> None:
        """Wake the thread: there is mail to send."""
        self._wake_event.set()

    def stop(self) -> None:
        """Stop after the current mail."""
        self._stopped = True
        self._wake_event.set()
        self._thread.join(SMTP_TIMEOUT_SECONDS)

    def _run(self) -> None:
        while not self._stopped:
            try:
                self._run_once(datetime.now(UTC))
            except (psycopg.Error, PoolTimeout, OSError) as error:
                log.warning("mail_delivery_postponed", error=type(error).__name__)
            self._wake_event.wait(POLL_INTERVAL_SECONDS)
            self._wake_event.clear()

    def _run_once(self, now: datetime) -> None:
        if now - self._cleaned_at >= RETENTION_INTERVAL:
            self._clean_spool(now)
        while not self._stopped and self._send_due(now):
            pass

    def _clean_spool(self, now: datetime) -> None:
        """Delete old mails, and note for the verification, which can't see this folder, how old the oldest one is.

        What can't be seen is as old as it was when it was last seen: nothing new is noted then.
        """
        self._cleaned_at = now
        try:
            delete_spooled_mails(self._spool, now - parse_duration(SPOOLED_MAIL_TERM))
            oldest = oldest_spooled_mail(self._spool)
        except OSError as error:
            log.warning("mail_spool_not_readable", error=type(error).__name__)
            return
        with self._pool.connection() as db:
            db.execute(QUERIES["note_mail_spool"], {"program": self._id, "oldest": oldest, "now": now})

    def _send_due(self, now: datetime) -> bool:
        """Send a small batch of due mails; return whether there were any."""
        with self._pool.connection() as db:
            due = [Mail.of(row) for row in db.execute(QUERIES["take_due_mails"], {"limit": MAILS_PER_BATCH}).fetchall()]
        for mail in due:
            message = compose(mail, self._sender, now)
            try:
                if message is not None:
                    self._deliver(message, mail.address or "")
            except (OSError, smtplib.SMTPException, ValueError) as error:  # the latter: no mail can be made of it
                log.warning("mail_not_sent", error=type(error).__name__, number=mail.number, tries=mail.attempts)
                continue
            with self._pool.connection() as db:
                db.execute(QUERIES["mark_mail_sent"], {"mail": mail.mail_id})
        return bool(due)


def smtp_delivery(url: str, sender: str) -> Deliver:
    """Over ``smtps://`` or ``smtp://``. The latter asks for TLS too, and sends nothing without it, but to this machine
    itself."""
    parts = urlsplit(url)
    host, is_implicit_tls = parts.hostname or "", parts.scheme == "smtps"
    port = parts.port or (465 if is_implicit_tls else 587)
    tls_context = ssl.create_default_context()

    def deliver(mail: EmailMessage, address: str) -> None:
        with _connect(host, port, tls_context if is_implicit_tls else None) as server:
            if not is_implicit_tls and not _is_loopback(host):
                server.starttls(context=tls_context)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(mail, sender, [address])

    return deliver


def _connect(host: str, port: int, tls_context: ssl.SSLContext | None) -> smtplib.SMTP:
    if tls_context is None:
        return smtplib.SMTP(host, port, timeout=SMTP_TIMEOUT_SECONDS)
    return smtplib.SMTP_SSL(host, port, timeout=SMTP_TIMEOUT_SECONDS, context=tls_context)


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def spool_delivery(folder: Path) -> Deliver:
    """Write mails to a folder only this user can read; the same mail gets the same file."""

    def deliver(mail: EmailMessage, _address: str) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        with os.fdopen(os.open(folder / f"{name}.eml", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(bytes(mail))

    return deliver


def spooled_mails_about(folder: Path, number: int) -> list[Mapping[str, str]]:
    """The mails about one report in the folder, by name: their file, recipient, subject and text."""
    mails: list[Mapping[str, str]] = []
    for path in spool_files_about(folder, number):
        with suppress(FileNotFoundError):  # another program has deleted it
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            headers = {name.lower(): str(mail[name] or "") for name in ("To", "Subject")}
            body = mail.get_body(("plain",))
            mails.append({"file": path.name, **headers, "text": body.get_content().strip() if body else ""})
    return mails


def delete_spooled_mails(folder: Path, older_than: datetime) -> None:
    """Delete old mails from the folder, because they contain residents' addresses. One that can't go keeps no other.

    Raises OSError if the folder can't be read.
    """
    for path in _spooled_mails(folder):
        try:
            if path.stat().st_mtime < older_than.timestamp():
                path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("spooled_mail_not_deleted", error=type(error).__name__)


def oldest_spooled_mail(folder: Path) -> datetime | None:
    """When the oldest mail in the folder was written; None if there is none. Raises OSError if that can't be seen."""
    written: list[float] = []
    for path in _spooled_mails(folder):
        with suppress(FileNotFoundError):  # another program has deleted it
            written.append(path.stat().st_mtime)
    return datetime.fromtimestamp(min(written), UTC) if written else None


def _spooled_mails(folder: Path) -> list[Path]:
    """The mails in the folder. A glob would hide that the folder can't be read."""
    try:
        return [path for path in folder.iterdir() if path.match("lantaarn-*.eml")]
    except FileNotFoundError:
        return []
