"""Sending dashboards and alerts to Grafana: all of it once, nothing the second time, and clear words when it can't."""

from collections import Counter
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from dashboards.build import DASHBOARDS
from dashboards.cli import dashboards
from dashboards.push import matches, push_dashboards
from sensors.processes import find_free_port
from sensors.settings.grafana import PushSettings
from tests.support.fake_grafana import API_TOKEN, FakeGrafana, running_grafana


@pytest.fixture
def grafana() -> Iterator[FakeGrafana]:
    with running_grafana() as server:
        yield server
        assert server.bad_requests == []


def settings(grafana: FakeGrafana, **changes: object) -> PushSettings:
    given: dict[str, object] = {
        "grafana_url": grafana.url,
        "grafana_token": SecretStr(API_TOKEN),
        "alert_mail": "beheer@helmond.example",
        "alert_webhook": SecretStr("https://hooks.example/s3cret"),
    }
    return PushSettings.load(**(given | changes))


def outcomes(grafana: FakeGrafana, **changes: object) -> Counter[str]:
    return Counter(done.outcome for done in push_dashboards(settings(grafana, **changes)))


def test_everything_is_sent_once_and_then_nothing(grafana: FakeGrafana) -> None:
    assert outcomes(grafana) == {"created": len(DASHBOARDS) + 4}
    assert len(grafana.dashboards) == len(DASHBOARDS)
    assert [len(group["rules"]) for group in grafana.rule_groups.values()] == [7]
    written = len(grafana.writes)
    assert outcomes(grafana) == {"unchanged": len(DASHBOARDS) + 4}
    assert len(grafana.writes) == written


def test_what_someone_changed_there_is_put_back(grafana: FakeGrafana) -> None:
    outcomes(grafana)
    grafana.dashboards["lantaarn-traffic"]["dashboard"]["panels"].pop()
    next(iter(grafana.rule_groups.values()))["rules"].pop()
    grafana.contact_points["lantaarn-mail"]["settings"]["addresses"] = "iemand@elders.example"
    done = {each.name for each in push_dashboards(settings(grafana)) if each.outcome == "updated"}
    assert done == {"Verkeer", "alerts", "contact point email"}
    assert outcomes(grafana) == {"unchanged": len(DASHBOARDS) + 4}
    assert grafana.dashboards["lantaarn-traffic"]["dashboard"]["version"] == 2


def test_another_address_of_the_register_changes_every_dashboard(grafana: FakeGrafana) -> None:
    outcomes(grafana)
    assert outcomes(grafana, register_url="https://elders.example/")["updated"] == len(DASHBOARDS)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, grafana: FakeGrafana) -> pytest.MonkeyPatch:
    monkeypatch.setenv("LANTAARN_GRAFANA_URL", grafana.url)
    monkeypatch.setenv("LANTAARN_GRAFANA_TOKEN", API_TOKEN)
    monkeypatch.setenv("LANTAARN_ALERT_MAIL", "a@b.example")
    monkeypatch.delenv("LANTAARN_ALERT_WEBHOOK", raising=False)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_the_command_tells_what_it_did() -> None:
    done = CliRunner().invoke(dashboards, ["push"])
    assert done.exit_code == 0, done.output
    assert "created    Luchtkwaliteit" in done.output


def test_a_wrong_token_is_told_and_not_shown(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LANTAARN_GRAFANA_TOKEN", "glsa_wrong")
    done = CliRunner().invoke(dashboards, ["push"])
    assert done.exit_code == 1
    assert "LANTAARN_GRAFANA_TOKEN must belong to a service account" in done.output
    assert "glsa_wrong" not in done.output


@pytest.mark.usefixtures("environment")
def test_a_missing_data_source_is_named(grafana: FakeGrafana) -> None:
    grafana.datasources.clear()
    done = CliRunner().invoke(dashboards, ["push"])
    assert "no data source with uid lantaarn" in done.output
    assert grafana.writes == []


def test_a_grafana_that_is_not_there_is_named(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LANTAARN_GRAFANA_URL", f"http://127.0.0.1:{find_free_port()}/")
    done = CliRunner().invoke(dashboards, ["push"])
    assert done.exit_code == 1
    assert "can't be reached at http://127.0.0.1" in done.output


@pytest.mark.parametrize(
    ("held", "wanted", "same"),
    [
        ({"a": 1, "id": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": [1, {"b": 2, "c": 3}]}, {"a": [1, {"b": 2}]}, True),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"url": "[REDACTED]"}, {"url": "https://x"}, True),
        ({}, {"off": False, "list": []}, True),
        ({}, {"on": True}, False),
        (None, {"a": 1}, False),
    ],
)
def test_what_grafana_adds_is_no_difference(held: object, wanted: object, same: bool) -> None:
    assert matches(held, wanted) is same
