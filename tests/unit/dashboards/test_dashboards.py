"""Dashboards and alerts are what Grafana's own models say they are, and every panel tells what it shows."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models import alerting, units
from grafana_foundation_sdk.models.dashboard import Dashboard
from pydantic import SecretStr

from dashboards import query
from dashboards.alerts import ALERTS, build_contact_points, build_rule_group, panel_of
from dashboards.build import DASHBOARDS, build_dashboard, get_query
from dashboards.cli import dashboards
from dashboards.labels import REASON_LABELS
from dashboards.limits import NORMS
from dashboards.panel_queries import SUBSTITUTIONS, load_panel_queries
from dashboards.render import find_differences, render_files, write_files
from dashboards.spec import Dashboard as Spec
from dashboards.spec import Panel, VariableType
from dashboards.units import GRAFANA_UNITS
from sensors.db.queries import load_queries
from sensors.kinds import KINDS
from sensors.settings.base import SettingsError
from sensors.settings.grafana import DashboardSettings
from sensors.vocabulary.rejection_reasons import RejectionReason

SETTINGS = DashboardSettings(alert_mail="beheer@helmond.example", register_url="https://sensoren.helmond.example/")
ROOT = Path(__file__).parents[3]
PANELS = [(spec, panel) for spec in DASHBOARDS for panel in spec.panels]
PROVISIONING_FILES = 4
"""The data source, the folder of dashboards, the alerts and their contact points."""
NAMES = [f"{spec.name}/{panel.key}" for spec, panel in PANELS]
KNOWN_UNITS = {value for name, value in vars(units).items() if isinstance(value, str) and not name.startswith("_")}


@pytest.fixture(autouse=True)
def _sdk_knows_every_panel_and_question() -> None:
    register_default_plugins()
    query.register_query_type()


def plain(what: object) -> Any:
    return json.loads(json.dumps(what, cls=JSONEncoder))


def built(spec: Spec) -> dict[str, Any]:
    return plain(build_dashboard(spec, "lantaarn", "https://sensoren.helmond.example/"))


def is_unit(unit: str) -> bool:
    """Whether Grafana knows the unit: one of its own, a fixed suffix, or a format of times."""
    return unit in KNOWN_UNITS or unit.startswith(("suffix:", "time:"))


def made(spec: Spec, panel: Panel) -> dict[str, Any]:
    return built(spec)["panels"][spec.panels.index(panel)]


def test_every_dashboard_in_the_folder_is_found_in_its_place() -> None:
    folder = {path.stem for path in (ROOT / "dashboards/panels").glob("*.py") if "DASHBOARD =" in path.read_text()}
    assert {each.name for each in DASHBOARDS} == folder
    assert [each.name for each in DASHBOARDS][:2] == ["city_today", "air_quality"]
    assert [each.position for each in DASHBOARDS] == sorted(each.position for each in DASHBOARDS)
    table = (ROOT / "docs/dashboards.md").read_text(encoding="utf-8")
    missing = [each.title for each in DASHBOARDS if f"\n| {each.title} |" not in table]
    assert not missing, f"{', '.join(missing)}: add a row to the table in docs/dashboards.md"


@pytest.mark.parametrize("spec", DASHBOARDS, ids=lambda spec: spec.name)
def test_a_dashboard_is_one_to_the_sdk(spec: Spec) -> None:
    document = built(spec)
    assert plain(Dashboard.from_json(document)) == document
    assert document["timezone"] == "Europe/Amsterdam"
    ids = [panel["id"] for panel in document["panels"]]
    assert ids == list(range(1, len(spec.panels) + 1))


@pytest.mark.parametrize(("spec", "panel"), PANELS, ids=NAMES)
def test_a_panel_tells_its_unit_what_it_shows_and_how_complete_it_is(spec: Spec, panel: Panel) -> None:
    document = made(spec, panel)
    hidden = {variable.name for variable in spec.variables if variable.variable_type is VariableType.HIDDEN}
    assert all(map(is_unit, [document["fieldConfig"]["defaults"]["unit"], *panel.column_units.values()]))
    assert len(panel.description) > 20
    assert panel.completeness.variable in hidden
    assert f"${{{panel.completeness.variable}}}" in document["description"]
    judged = [*panel.thresholds, *(step for steps in panel.column_thresholds.values() for step in steps)]
    assert all(step.explanation in document["description"] for step in judged)
    assert len(document["targets"]) == 1


@pytest.mark.parametrize(("spec", "panel"), PANELS, ids=NAMES)
def test_a_panel_is_within_the_grid_and_beside_no_other(spec: Spec, panel: Panel) -> None:
    places = [each["gridPos"] for each in built(spec)["panels"]]
    mine = made(spec, panel)["gridPos"]
    assert mine["x"] + mine["w"] <= 24
    over = [
        each
        for each in places
        if each["x"] < mine["x"] + mine["w"]
        and mine["x"] < each["x"] + each["w"]
        and each["y"] < mine["y"] + mine["h"]
        and mine["y"] < each["y"] + each["h"]
    ]
    assert over == [mine]


def test_every_statement_is_asked_and_every_choice_is_there() -> None:
    for spec in DASHBOARDS:
        names = {variable.name for variable in spec.variables}
        wanted = {variable.name for variable in spec.variables if variable.variable_type is not VariableType.TEXT}
        wanted |= {panel.key for panel in spec.panels}
        own = load_queries(ROOT / f"dashboards/panels/{spec.name}.sql")
        assert wanted - set(load_panel_queries("shared")) == set(own)
        used = {name for key in wanted for name in re.findall(r"\$\{(\w+):", get_query(spec, key))}
        assert used <= names, spec.name
    assert {alert.key for alert in ALERTS} == set(load_panel_queries("alerts"))


def test_a_sensor_in_a_table_leads_to_its_page() -> None:
    tables = 0
    for spec in DASHBOARDS:
        for panel in built(spec)["panels"]:
            if '"Referentie"' in panel["targets"][0]["rawSql"]:
                tables += 1
                (link,) = next(
                    each["value"]
                    for override in panel["fieldConfig"]["overrides"]
                    for each in override["properties"]
                    if (override["matcher"]["options"], each["id"]) == ("Referentie", "links")
                )
                assert link["url"] == "https://sensoren.helmond.example/sensors/${__value.raw}"
    assert tables > 5


def test_every_unit_reason_and_limit_is_known() -> None:
    measured = {known.unit for kind in KINDS.values() for known in kind.properties.values()}
    missing = sorted(measured - set(GRAFANA_UNITS))
    assert not missing, f"{', '.join(missing)}: add it to grafana_units of the kind"
    assert all(map(is_unit, GRAFANA_UNITS.values()))
    assert set(REASON_LABELS) == set(RejectionReason)
    properties = KINDS["air_quality"].properties
    assert all(properties[each.property].unit == "ug/m3" for each in NORMS)
    assert all("{" not in text.replace("${", "") for text in load_panel_queries("air_quality").values())
    assert "Aantal auto''s" in SUBSTITUTIONS["{names}"]


def test_alerts_are_what_provisioning_takes() -> None:
    group = plain(build_rule_group(SETTINGS))
    assert plain(alerting.RuleGroup.from_json(group)) == group
    for point in build_contact_points(SETTINGS, "https://hooks.example/1"):
        document = plain(point)
        assert plain(alerting.ContactPoint.from_json(document)) == document


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.key)
def test_an_alert_says_what_to_do_and_where_that_is_written(alert: Any) -> None:
    rule = next(each for each in plain(build_rule_group(SETTINGS))["rules"] if each["uid"] == alert.uid)
    assert len(alert.action) > 60
    assert f"#{alert.anchor}" in rule["annotations"]["description"]
    handbook = (ROOT / "docs/alerts.md").read_text()
    assert f'<a id="{alert.anchor}"></a>' in handbook
    assert alert.title in handbook
    uid, number = panel_of(alert)
    spec = next(each for each in DASHBOARDS if each.uid == uid)
    assert (rule["annotations"]["__dashboardUid__"], rule["annotations"]["__panelId__"]) == (uid, str(number))
    assert spec.panels[number - 1].key == alert.panel[1]
    with_link = DashboardSettings(alert_mail="a@b.example", handbook_url="https://handboek.example/alerts")
    linked = next(each for each in plain(build_rule_group(with_link))["rules"] if each["uid"] == alert.uid)
    assert linked["annotations"]["runbook_url"] == f"https://handboek.example/alerts#{alert.anchor}"


def test_a_folder_is_rendered_and_checked(tmp_path: Path) -> None:
    assert len(list(find_differences(tmp_path, SETTINGS))) == len(render_files(SETTINGS))
    assert write_files(tmp_path, SETTINGS) == len(DASHBOARDS) + PROVISIONING_FILES
    (tmp_path / "dashboards" / "lantaarn-old.json").write_text("{}")
    (tmp_path / "dashboards" / "of-others.json").write_text("{}")
    (tmp_path / "dashboards" / "lantaarn-traffic.json").write_text("{}")
    found = list(find_differences(tmp_path, SETTINGS))
    assert found == ["dashboards/lantaarn-traffic.json differs", "dashboards/lantaarn-old.json is no longer made"]
    write_files(tmp_path, SETTINGS)
    assert list(find_differences(tmp_path, SETTINGS)) == []
    assert (tmp_path / "dashboards" / "of-others.json").exists()


def test_grafana_fills_in_nothing_but_secrets_in_provisioning(tmp_path: Path) -> None:
    """It fills in every ``$`` of these files, so that there may be no other."""
    settings = DashboardSettings(alert_mail="a@b.example", alert_webhook=SecretStr("https://hooks.example/s3cret"))
    write_files(tmp_path, settings)
    texts = [path.read_text() for path in tmp_path.rglob("*.yaml")]
    dollars = sorted(found for text in texts for found in re.findall(r"\$[\w{}/.]+", text))
    assert dollars == ["$__file{/run/secrets/alert_webhook}", "$__file{/run/secrets/dashboard_database_password}"]
    assert "s3cret" not in "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())


def test_the_data_source_is_the_one_of_the_settings(tmp_path: Path) -> None:
    settings = DashboardSettings(
        alert_mail="a@b.example",
        dashboard_database="postgresql://grafana@db.example:5433/stad?sslmode=verify-full",
        grafana_datasource="stad",
    )
    write_files(tmp_path, settings)
    (source,) = json.loads((tmp_path / "provisioning/datasources/lantaarn.yaml").read_text())["datasources"]
    assert (source["url"], source["user"], source["uid"]) == ("db.example:5433", "grafana", "stad")
    assert (source["jsonData"]["database"], source["jsonData"]["sslmode"]) == ("stad", "verify-full")


def test_someone_must_hear_of_an_alert(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("LANTAARN_ALERT_MAIL", "LANTAARN_ALERT_WEBHOOK"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SettingsError, match="LANTAARN_ALERT_MAIL"):
        DashboardSettings.load()
    monkeypatch.setenv("LANTAARN_ALERT_MAIL", "a@b.example")
    monkeypatch.setenv("LANTAARN_GRAFANA_SMTP", "false")
    with pytest.raises(SettingsError, match="LANTAARN_ALERT_MAIL needs LANTAARN_GRAFANA_SMTP=true"):
        DashboardSettings.load()
    monkeypatch.setenv("LANTAARN_GRAFANA_SMTP", "true")
    done = CliRunner().invoke(dashboards, ["render", str(tmp_path)])
    assert (done.exit_code, f"{len(DASHBOARDS) + PROVISIONING_FILES} files" in done.output) == (0, True)
    monkeypatch.setenv("LANTAARN_REGISTER_URL", "https://elders.example/")
    done = CliRunner().invoke(dashboards, ["check", str(tmp_path)])
    assert (done.exit_code, f"{len(DASHBOARDS)} differences" in done.output) == (1, True)


def test_a_password_in_the_address_of_the_database_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANTAARN_ALERT_MAIL", "a@b.example")
    monkeypatch.setenv("LANTAARN_DASHBOARD_DATABASE", "postgresql://grafana:hush@db/stad")
    with pytest.raises(SettingsError, match="LANTAARN_DASHBOARD_DATABASE: write it as") as caught:
        DashboardSettings.load()
    assert "hush" not in str(caught.value)
