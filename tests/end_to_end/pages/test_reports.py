"""A resident asks something, the desk answers: by form, mail, command and page, on real servers."""

import json
import re
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
import structlog
from click.testing import CliRunner

from api.reports import forms, mailer
from api.reports.cli import reports
from api.reports.mailer import delete_spooled_mails, smtp_delivery
from sensors.db import connect
from sensors.settings.base import SettingsError
from sensors.settings.reports import MailSettings
from tests.support.entries import example_entry
from tests.support.mail_server import Mailbox, mail_server
from tests.support.sample_data import publish_documents
from tests.support.waiting import wait_for
from tests.support.web_server import running_web_server

FORM = "/sensors/LML-1/melding"
GOOD = {"kind": "question", "words": "Waarom hangt deze sensor hier?", "email": "", "website": ""}
FROM = "lantaarn@helmond.example"


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests read faster than people; the one about that sets its own time."""
    monkeypatch.setattr(forms, "MIN_FILL_TIME", timedelta(0))


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as running:
        yield running


@pytest.fixture
def site(database: str, box: Mailbox) -> Iterator[httpx.Client]:
    with connect(database) as db:
        publish_documents(db, example_entry())
    with running_web_server(database, smtp_url=box.url, mail_from=FROM) as url, httpx.Client(base_url=url) as client:
        yield client


def text_of(page: httpx.Response) -> str:
    body = page.text[page.text.index("<main") :]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def ticket(client: httpx.Client, path: str = FORM) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def sent(client: httpx.Client, path: str = FORM, **changed: str) -> httpx.Response:
    return client.post(path, data={"ticket": ticket(client, path), **GOOD, **changed})


def run(database: str, *arguments: str) -> str:
    result = CliRunner().invoke(reports, arguments, env={"DATABASE_URL": database, "LANTAARN_EDITOR": "desk"})
    return result.output


def test_a_question_goes_to_the_desk_and_the_answer_to_everyone(
    site: httpx.Client, box: Mailbox, database: str
) -> None:
    answer = sent(site, email="iemand@voorbeeld.nl")
    assert (answer.status_code, answer.headers["location"]) == (303, "/meldingen/1001")
    assert "U krijgt antwoord uiterlijk op" in text_of(site.get("/meldingen/1001"))
    wait_for(lambda: box.mails, 10)
    assert (box.mails[0]["To"], box.mails[0]["From"]) == ("sensoren@helmond.example", FROM)
    assert "> Waarom hangt deze sensor hier?" in box.mails[0].get_content()
    assert "iemand" not in str(box.mails[0])

    listed = run(database, "list")
    assert "1001  LML-1  I have a question  received" in listed
    assert "> Waarom hangt deze sensor hier?" in listed
    assert "by mail" in run(database, "answer", "1001", "--text", "Om te weten of de lucht schoon is.")
    assert run(database, "list") == "0 reports\n"
    page = text_of(site.get("/meldingen/1001"))
    assert "Om te weten of de lucht schoon is." in page
    assert "op tijd" in page

    sent(site, words="Nog een vraag om de mail te wekken.")
    wait_for(lambda: len(box.mails) == 3, 10)
    (to_resident,) = (mail for mail in box.mails if mail["To"] == "iemand@voorbeeld.nl")
    assert "Om te weten of de lucht schoon is." in to_resident.get_content()


def test_the_desk_shows_exports_corrects_and_erases_a_report(site: httpx.Client, database: str) -> None:
    sent(site, email="iemand@voorbeeld.nl")
    tripped = ("answer", "1001", "--text", "Zie Kerkstraat 12.")
    assert "something like: address" in run(database, *tripped)
    assert "go together" in run(database, *tripped, "--anyway")
    assert "is answered" in run(database, *tripped, "--anyway", "--reason", "a lamp")
    assert "is corrected" in run(database, "correct", "1001", "--text", "Zie de lamp.", "--reason", "no address needed")
    page = text_of(site.get("/meldingen/1001"))
    assert "Zie de lamp." in page
    assert "Verbeterd op" in page
    assert "Kerkstraat" not in page

    told = run(database, "show", "1001")
    held = json.loads(run(database, "export", "1001"))
    for part in ("Waarom hangt deze sensor hier?", "iemand@voorbeeld.nl", "published_anyway"):
        assert part in told
    assert (held["number"], held["email"], held["words"]) == (1001, "iemand@voorbeeld.nl", GOOD["words"])

    assert "is erased" in run(database, "erase", "1001", "--reason", "on request", "--answer", "--yes")
    page = text_of(site.get("/meldingen/1001"))
    assert "Verwijderd op verzoek" in page
    assert "Zie de lamp." not in page
    assert "iemand" not in run(database, "show", "1001")
    assert "no report 7" in run(database, "erase", "7", "--reason", "on request", "--yes")


def test_nothing_of_who_wrote_is_on_any_page_or_in_the_log(site: httpx.Client) -> None:
    with structlog.testing.capture_logs() as log:
        sent(site, email="iemand@voorbeeld.nl")
    pages = [site.get(path).text for path in ("/meldingen", "/meldingen/1001", "/en/meldingen/1001", "/metrics")]
    for secret in ("iemand", "Waarom hangt", "127.0.0.1"):
        assert secret not in "".join(pages) + repr(log)


WRONG = [
    ({"kind": ""}, "Kies waar het over gaat.", "kind"),
    ({"words": "te kort"}, "Schrijf wat meer", "words"),
    ({"words": "Mijn auto is de AB-12-CD, klopt dat?"}, "op een kenteken lijkt", "words"),
    ({"email": "iemand"}, "Dit is geen e-mailadres.", "email"),
    ({"website": "https://spam.example"}, "Maak dit veld leeg", "trap"),
]


def test_what_is_wrong_stands_with_its_field_and_what_was_typed_is_still_there(site: httpx.Client) -> None:
    for changed, told, field in WRONG:
        answer = sent(site, **changed)
        assert answer.status_code == 422
        assert re.search(told, text_of(answer))
        assert f'<a href="#{field}">' in answer.text
        assert f'id="{field}-fout"' in answer.text
        assert re.search(r"<title>Fout:", answer.text)
        for value in (GOOD | dict(changed)).values():
            assert value in answer.text
        assert site.get("/meldingen/1001").status_code == 404


def test_a_street_with_a_number_is_sent_once_the_resident_ticks_the_box(site: httpx.Client) -> None:
    words = "De lamp bij Kerkstraat 12 is kapot."
    answer = sent(site, words=words)
    assert answer.status_code == 422
    assert "een adres met een huisnummer" in text_of(answer)
    assert words in answer.text
    box = re.search(r'<input type="checkbox" name="keep" value="([^"]+)">', answer.text)
    assert box
    assert "checked" in sent(site, words=words, keep=box[1], email="x").text  # another error leaves the tick
    assert sent(site, words=words, keep=box[1]).status_code == 303


def test_what_is_typed_is_never_markup(site: httpx.Client) -> None:
    answer = sent(site, words="</textarea><script>alert(1)</script>", email='"><script>')
    assert "<script>" not in answer.text
    assert "alert(1)" in answer.text


def test_a_form_that_comes_too_quickly_may_come_again(site: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "MIN_FILL_TIME", timedelta(hours=1))
    form = {"ticket": ticket(site), **GOOD}
    answer = site.post(FORM, data=form)
    assert answer.status_code == 422
    assert "Dat ging wel heel snel." in text_of(answer)
    assert form["ticket"] in answer.text
    monkeypatch.setattr(forms, "MIN_FILL_TIME", timedelta(0))
    assert site.post(FORM, data=form).status_code == 303


NO_TICKETS = ["", "x", "a.b.c", "00000000-0000-0000-0000-000000000000.1.00"]


def test_a_form_that_was_not_made_here_gets_a_new_ticket(site: httpx.Client) -> None:
    for given in NO_TICKETS:
        answer = site.post(FORM, data={"ticket": given, **GOOD})
        assert answer.status_code == 422
        assert "Deze bladzijde stond lang open." in text_of(answer)
        found = re.search(r'name="ticket" value="([^"]+)"', answer.text)
        assert found
        assert site.post(FORM, data={"ticket": found[1], **GOOD}).status_code == 303


def test_the_same_form_twice_is_one_report(site: httpx.Client) -> None:
    form = {"ticket": ticket(site), **GOOD}
    assert {site.post(FORM, data=form).headers["location"] for _ in range(2)} == {"/meldingen/1001"}


def test_a_page_elsewhere_can_not_send_the_form(site: httpx.Client) -> None:
    form = {"ticket": ticket(site), **GOOD}
    assert site.post(FORM, data=form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert site.post(FORM, data=form, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_too_many_from_one_network_wait_and_keep_their_text(site: httpx.Client) -> None:
    answers = [sent(site) for _ in range(forms.MAX_PER_NETWORK + 1)]
    assert [answer.status_code for answer in answers] == [303] * forms.MAX_PER_NETWORK + [429]
    assert "te veel berichten" in text_of(answers[-1])
    assert GOOD["words"] in answers[-1].text


ODD = [
    (FORM, b"words=" + b"a" * 40_000, 413),
    (FORM, b"&".join(b"a%d=1" % each for each in range(60)), 413),
    (FORM, b"\xff\xfe=%ff&kind", 422),
    ("/sensors/nothing/melding", b"kind=question", 404),
]


def test_whatever_is_sent_gets_an_answer(site: httpx.Client) -> None:
    for path, body, status in ODD:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        assert site.post(path, content=body, headers=headers).status_code == status


NOT_THERE = ["/meldingen/1001", "/meldingen/x", "/meldingen/0", f"/meldingen/{10**30}"]


def test_a_report_that_is_not_there_is_not_found(site: httpx.Client) -> None:
    for path in NOT_THERE:
        assert site.get(path).status_code == 404


def test_a_late_answer_is_called_late(site: httpx.Client, database: str) -> None:
    sent(site)
    with connect(database) as db:
        db.execute("update lantaarn.report set due_on = current_date - 3")
    assert "Wij zijn te laat." in text_of(site.get("/meldingen/1001"))
    assert "te laat" in text_of(site.get("/meldingen"))


def test_mail_waits_for_a_server_that_is_away(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.reports.mailer.POLL_INTERVAL_SECONDS", 0.1)
    with connect(database) as db, mail_server(refuse_first=2) as box:
        publish_documents(db, example_entry())
        with (
            running_web_server(database, smtp_url=box.url, mail_from=FROM) as url,
            httpx.Client(base_url=url) as client,
        ):
            sent(client)
            for tries in (1, 2):
                wait_for(lambda tries=tries: box.refused == tries, 10)
                db.execute("update lantaarn.report_mail set due_at = now()")
            wait_for(lambda: box.mails, 10)
            wait_for(lambda: not db.execute("select from lantaarn.report_mail").fetchall(), 10)
    assert len(box.mails) == 1


def test_mail_that_was_due_when_the_program_stopped_goes_out_later(database: str, tmp_path: Path) -> None:
    with connect(database) as db:
        publish_documents(db, example_entry())
    spool = str(tmp_path / "mail")
    (tmp_path / "file").touch()
    with (
        running_web_server(database, mail_spool=str(tmp_path / "file" / "mail")) as url,
        httpx.Client(base_url=url) as client,
    ):
        sent(client)
    with connect(database) as db:
        assert len(db.execute("select from lantaarn.report_mail").fetchall()) == 1
        db.execute("update lantaarn.report_mail set due_at = now()")
    with running_web_server(database, mail_spool=spool):
        wait_for(lambda: list(Path(spool).glob("*.eml")), 10)
    with connect(database) as db:  # what the verification goes by
        assert len(db.execute("select from lantaarn.mail_spool").fetchall()) == 1
    (path,) = Path(spool).iterdir()
    assert (path.name, oct(path.stat().st_mode)[-3:]) == ("lantaarn-1001-1.eml", "600")


ORDERS = [
    (("answer", "1001", "--text", "Bel 06-12345678."), "something like: phone"),
    (("answer", "1001", "--text", " "), "Write 1 to 2000 characters."),
    (("answer", "7", "--text", "Dank u."), "no report 7 that waits"),
    (("close", "1001", "--reason", "Hetzelfde als 1000."), "Report 1001 is closed."),
]


def test_the_desk_is_told_what_it_can_not_do(site: httpx.Client, database: str) -> None:
    for arguments, told in ORDERS:
        sent(site)
        assert told in run(database, *arguments)


def test_the_form_is_there_in_english(site: httpx.Client) -> None:
    path = f"/en{FORM}"
    assert "I have a question" in text_of(site.get(path))
    assert sent(site, path).headers["location"] == "/en/meldingen/1001"


def test_an_old_mail_in_the_folder_goes(tmp_path: Path) -> None:
    for name in ("lantaarn-1-1.eml", "other.txt"):
        (tmp_path / name).write_text("x")
    delete_spooled_mails(tmp_path, datetime.now(UTC) - timedelta(minutes=1))
    assert len(list(tmp_path.iterdir())) == 2
    delete_spooled_mails(tmp_path, datetime.now(UTC) + timedelta(minutes=1))
    assert [path.name for path in tmp_path.iterdir()] == ["other.txt"]


def test_nothing_goes_unencrypted_to_another_machine(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = EmailMessage()
    smtp_delivery(box.url, FROM)(mail, "a@b.nl")
    assert len(box.mails) == 1
    monkeypatch.setattr(mailer, "_is_loopback", set[str]().__contains__)
    with pytest.raises(smtplib.SMTPNotSupportedError):
        smtp_delivery(box.url, FROM)(mail, "a@b.nl")
    assert len(box.mails) == 1


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"smtp_url": "smtps://u:geheim@mail.example"}, "LANTAARN_SMTP_URL needs LANTAARN_MAIL_FROM"),
        ({"smtp_url": "http://u:geheim@mail.example", "mail_from": FROM}, "LANTAARN_SMTP_URL: write it as"),
        ({"mail_from": "geheim"}, "LANTAARN_MAIL_FROM"),
    ],
)
def test_settings_for_mail_that_do_not_fit_are_told_without_secrets(given: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told) as refused:
        MailSettings.load(**given)
    assert "geheim" not in str(refused.value)
