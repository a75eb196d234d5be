"""Pages with example values, in both languages: what a resident must read is on them, and nothing can break out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from starlette.requests import Request

from api import i18n
from api.history.page import group_by_day
from api.history.queries import Version
from api.reports import labels as report_labels
from api.reports.labels import ReportKind, ReportStatus
from api.reports.queries import Report
from api.signs.sign import PRIVACY_MESSAGES
from api.statistics import Statistics
from api.themes import content as theme_content
from api.web import create_templates
from sensors.register.entry import Entry, Project
from sensors.settings.web import ApiSettings
from sensors.vocabulary.codes import Role
from tests.support.entries import Document, example_camera_entry, example_entry
from tests.support.visitor import DATABASE_AWAY
from tests.unit.api.test_feeds import version as feed_version
from tests.unit.api.test_statistics import group, organisation

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def templates() -> Any:
    return create_templates(ApiSettings.load(database_url=DATABASE_AWAY))


@pytest.fixture(params=["nl", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[i18n.Language]:
    i18n.set_language(request.param)
    yield request.param
    i18n.set_language("nl")


def request_of(path: str = "/", query: str = "") -> Request:
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [],
    }
    return Request(scope | {"scheme": "https", "server": ("sensoren.example", 443)})


def render(templates: Any, name: str, **context: Any) -> str:
    return templates.TemplateResponse(request_of(), name, context).body.decode()


@pytest.fixture
def statistics() -> Statistics:
    trial = Project.model_validate({"name": "Proef <Lucht>", "description": {"nl": "Meten in de straat."}})
    residents = (organisation("Inwoner", Role.OWNER), organisation("Gemeente Helmond", Role.CONTROLLER))
    slugs = [("organisation", "inwoner", "Inwoner"), ("organisation", "gemeente-helmond", "Gemeente Helmond")]
    return Statistics([group(4, project=trial, organisations=residents)], [*slugs, ("project", "proef", trial.name)])


def test_lists_of_the_register_name_and_count_and_can_not_be_broken_out_of(
    templates: Any, language: i18n.Language, statistics: Statistics
) -> None:
    sensors = {"nl": "4 sensoren", "en": "4 sensors"}[language]
    assert f">{i18n.gettext('Inwoners')}</a>" in render(
        templates, "organisations/organisations.html", statistics=statistics
    )
    projects = render(templates, "projects/projects.html", statistics=statistics)
    assert "Proef &lt;Lucht&gt;" in projects
    assert ('<span lang="nl">Meten in de straat.</span>' in projects) == (language == "en")
    themes = render(templates, "themes/themes.html", statistics=statistics, theme_content=theme_content)
    assert themes.count("<h2>") == 1
    assert sensors in projects
    assert sensors in themes


def test_a_register_without_sensors_says_so(templates: Any) -> None:
    empty = Statistics([], [])
    for name in ("organisations/organisations.html", "projects/projects.html", "themes/themes.html"):
        text = render(templates, name, statistics=empty, theme_content=theme_content)
        assert "nog geen sensoren" in text or "nu geen projecten" in text


@pytest.mark.parametrize(
    ("document", "message"),
    [(example_entry(), "Meet niets over u"), (example_camera_entry(), "U kunt herkenbaar zijn")],
)
def test_who_scans_a_sign_reads_first_whether_they_are_in_it(templates: Any, document: Document, message: str) -> None:
    entry = Entry.model_validate(document | {"status": "paused"})
    context = {
        "entry": entry,
        "property_labels": ["NO₂", "PM10", "PM2,5", "Geluid"],
        "privacy_message": PRIVACY_MESSAGES[entry.personal_data],
        "personal_data": entry.personal_data,
        "responsible": entry.responsible,
    }
    text = render(templates, "signs/sign_page.html", **context)
    assert f'<h2 id="u">{message}</h2>' in text
    assert "Deze sensor staat tijdelijk uit." in text
    assert "NO₂ · PM10 · PM2,5 en meer" in text


def report(**changes: Any) -> Report:
    given: dict[str, Any] = {
        "number": 1001,
        "reference": "LML-1",
        "kind": ReportKind.QUESTION,
        "received_on": TODAY - timedelta(days=14),
        "due_on": TODAY,
        "status": ReportStatus.RECEIVED,
        "settled_on": None,
        "answer": None,
    }
    return Report(**given | changes)


LATE = report(due_on=TODAY - timedelta(days=1))
ANSWERED = report(status=ReportStatus.ANSWERED, settled_on=TODAY, answer="Hij meet <alleen> lucht.")


@pytest.mark.parametrize(
    ("found", "told", "not_told"),
    [
        (report(), "U krijgt antwoord uiterlijk op 22 november 2026.", "te laat"),
        (LATE, "Wij zijn te laat.", "Het antwoord</h2>"),
        (ANSWERED, "Hij meet &lt;alleen&gt; lucht.", "te laat"),
        (replace(ANSWERED, due_on=TODAY - timedelta(days=1)), "22 november 2026, te laat", "Wij zijn te laat."),
    ],
)
def test_whoever_asked_something_sees_whether_the_promise_is_kept(
    templates: Any, found: Report, told: str, not_told: str
) -> None:
    texts = {"report_labels": report_labels, "answer_within_working_days": 10, "today": TODAY}
    page = render(templates, "reports/report.html", report=found, **texts)
    assert told in page
    assert not_told not in page
    listed = render(templates, "reports/reports.html", reports=[found], **texts)
    assert "Melding 1001" in listed
    assert ("<strong>te laat</strong>" in listed) == found.is_late(TODAY)


def version(number: int = 2, **changes: Any) -> Version:
    """A version in which a planned sensor was switched on."""
    document = example_entry(name={"nl": "Luchtmeter <b>"})
    before = document | {"status": "planned"}
    return feed_version(document, **{"version": number, "revision": number + 5, "document_before": before} | changes)


def test_history_tells_what_changed_and_what_was_taken_out(templates: Any, language: i18n.Language) -> None:
    first = version(1, is_current=False, document_before=None, editor=None)
    empty = version(2, is_current=False, document_before=first.document, redacted_at=NOW)
    versions = [version(3), empty, first]
    text = render(templates, "history/history.html", versions=versions, newest_version=versions[0])
    redacted = i18n.gettext("Op %(day)s is uit deze versie iets weggehaald, om iemand te beschermen.")
    day = {"nl": "22 november 2026", "en": "22 November 2026"}[language]
    told = [i18n.gettext("Zo is het nu."), i18n.gettext("Nieuw in het register."), redacted % {"day": day}]
    assert [text.count(sentence) for sentence in told] == [1, 1, 1]
    assert "Luchtmeter &lt;b&gt;" in text
    assert "<ins>" in text


def test_what_changed_alike_in_many_sensors_is_told_once(templates: Any) -> None:
    same = [version(reference=f"LML-{number}") for number in range(5)]
    other = [version(valid_from=NOW - timedelta(days=1), reason=None, document_before=None)]
    days = [(day, groups) for day, groups in group_by_day([*same, *other])]
    assert [(day, [len(group.versions) for group in groups]) for day, groups in days] == [
        ("22 november 2026", [5]),
        ("21 november 2026", [1]),
    ]
    text = render(
        templates, "history/changes.html", versions=[*same, *other], days=days, filter_query="", next_page_query=None
    )
    assert text.count("Omdat het moet.") == 1
    assert "5 sensoren: " in text
    nothing = render(
        templates, "history/changes.html", versions=[], days=[], filter_query="?kind=x", next_page_query=None
    )
    assert "Er veranderde nog niets." in nothing
