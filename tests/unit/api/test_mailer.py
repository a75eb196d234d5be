"""How mail goes out: over SMTP, or into a folder that only this user can read, and not for longer than promised."""

import os
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTPException

import pytest
from structlog.testing import capture_logs

from api.reports.mailer import (
    delete_spooled_mails,
    oldest_spooled_mail,
    smtp_delivery,
    spool_delivery,
)
from sensors.erasures.mail_spool import delete_spooled_mails_about
from tests.support.mail_server import mail_server

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SENDER = "lantaarn@helmond.example"


def mail(number: int = 1) -> EmailMessage:
    message = EmailMessage()
    message["Message-ID"] = f"<lantaarn-{number}-7@helmond.example>"
    message["Subject"] = "Uw melding"
    message.set_content("Ons antwoord.")
    return message


def test_a_mail_in_the_folder_is_for_this_user_only(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    spool_delivery(folder)(mail(), "iemand@voorbeeld.nl")
    (file,) = folder.iterdir()
    assert [each.stat().st_mode & 0o777 for each in (folder, file)] == [0o700, 0o600]
    assert file.name == "lantaarn-1-7.eml"
    assert "Ons antwoord." in file.read_text()


def test_the_same_mail_again_is_the_same_file(tmp_path: Path) -> None:
    deliver = spool_delivery(tmp_path)
    for number in (1, 1, 2):
        deliver(mail(number), "iemand@voorbeeld.nl")
    assert len(list(tmp_path.iterdir())) == 2


def test_old_mails_go_and_other_files_stay(tmp_path: Path) -> None:
    deliver = spool_delivery(tmp_path)
    for number, age in ((1, timedelta(days=31)), (2, timedelta(days=29))):
        deliver(mail(number), "iemand@voorbeeld.nl")
        at = (NOW - age).timestamp()
        os.utime(tmp_path / f"lantaarn-{number}-7.eml", (at, at))
    (tmp_path / "notes.txt").touch()
    os.utime(tmp_path / "notes.txt", (0, 0))
    delete_spooled_mails(tmp_path, NOW - timedelta(days=30))
    assert {each.name for each in tmp_path.iterdir()} == {"lantaarn-2-7.eml", "notes.txt"}


def test_a_mail_that_can_not_be_deleted_keeps_no_other_and_is_told(tmp_path: Path) -> None:
    assert oldest_spooled_mail(tmp_path / "nothing") is None
    deliver = spool_delivery(tmp_path)
    (tmp_path / "lantaarn-1-7.eml").mkdir()  # nobody can unlink a folder
    deliver(mail(2), "iemand@voorbeeld.nl")
    old = NOW - timedelta(days=31)
    for number in (1, 2):
        os.utime(tmp_path / f"lantaarn-{number}-7.eml", (old.timestamp(), old.timestamp()))
    with capture_logs() as logs:
        delete_spooled_mails(tmp_path, NOW - timedelta(days=30))
    assert [each["event"] for each in logs] == ["spooled_mail_not_deleted"]
    assert [each.name for each in tmp_path.iterdir()] == ["lantaarn-1-7.eml"]
    deliver(mail(3), "iemand@voorbeeld.nl")
    assert oldest_spooled_mail(tmp_path) == old


def test_a_folder_that_can_not_be_read_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "mail").touch()
    with pytest.raises(OSError, match="Not a directory"):
        oldest_spooled_mail(tmp_path / "mail")


def test_mails_about_an_erased_report_go_and_those_about_others_stay(tmp_path: Path) -> None:
    deliver = spool_delivery(tmp_path)
    for number in (1, 11):
        deliver(mail(number), "iemand@voorbeeld.nl")
    assert delete_spooled_mails_about(tmp_path, 1) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["lantaarn-11-7.eml"]


def test_a_mail_server_gets_the_mail_as_it_was_written() -> None:
    with mail_server() as box:
        smtp_delivery(box.url, SENDER)(mail(), "iemand@voorbeeld.nl")
        assert [each["Subject"] for each in box.mails] == ["Uw melding"]


def test_a_mail_that_is_not_accepted_is_an_error_so_that_it_is_tried_again() -> None:
    with mail_server(refuse_first=1) as box:
        deliver = smtp_delivery(box.url, SENDER)
        with pytest.raises(SMTPException):
            deliver(mail(), "iemand@voorbeeld.nl")
        deliver(mail(), "iemand@voorbeeld.nl")
        assert len(box.mails) == 1


def test_nothing_is_sent_to_a_server_that_can_not_encrypt() -> None:
    with mail_server() as box:
        elsewhere = box.url.replace("127.0.0.1", "0.0.0.0")  # noqa: S104 - this machine by an address that is not loopback
        with pytest.raises((SMTPException, OSError)):
            smtp_delivery(elsewhere, SENDER)(mail(), "iemand@voorbeeld.nl")
        with pytest.raises((SMTPException, OSError)):
            smtp_delivery(box.url.replace("smtp:", "smtps:"), SENDER)(mail(), "iemand@voorbeeld.nl")
        assert box.mails == []
