"""The files that Grafana reads when it starts: a folder to mount at /srv/grafana.

``provisioning/datasources``, ``provisioning/dashboards`` and ``provisioning/alerting`` as Grafana lays them out, and
the dashboards themselves in ``dashboards``. What is YAML to Grafana is written as JSON, which is YAML too.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.alerts import (
    ALERTS,
    EVERY,
    FOLDER,
    FOLDER_TITLE,
    GROUP,
    RECEIVER,
    WEBHOOK,
    contact_points,
    rule_group,
    shown_at,
)
from dashboards.build import DASHBOARDS, build
from dashboards.spec import DATASOURCE_TYPE
from sensors.settings import DashboardSettings

HOME = "/srv/grafana"
"""Where the folder is for Grafana."""
SECRET = "/run/secrets/dashboard_database_password"  # noqa: S105 - where it is, not what
"""Where Grafana finds the password of its database user."""
OURS = ("dashboards", "provisioning")
"""What the folder holds of ours; other files in it are left alone."""


def files(settings: DashboardSettings) -> Mapping[Path, str]:
    """Every file, by its path in the folder."""
    made: dict[Path, Any] = {
        Path("provisioning/datasources/lantaarn.yaml"): _datasource(settings),
        Path("provisioning/dashboards/lantaarn.yaml"): _provider(),
        Path("provisioning/alerting/lantaarn-rules.yaml"): _rules(settings),
        Path("provisioning/alerting/lantaarn-contact-points.yaml"): _contact_points(settings),
    }
    for spec in DASHBOARDS:
        made[Path(f"dashboards/{spec.uid}.json")] = build(spec, settings.grafana_datasource, settings.register_url)
    return {path: written(what) for path, what in made.items()}


def written(what: object) -> str:
    """As JSON, as the SDK writes it, in lines that can be compared."""
    return json.dumps(what, cls=JSONEncoder, indent=2, ensure_ascii=False) + "\n"


def render(folder: Path, settings: DashboardSettings) -> int:
    """Write every file, and take away files of ours that are no longer made; how many there are."""
    made = files(settings)
    for path in _left_over(folder, made):
        (folder / path).unlink()
    for path, text in made.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return len(made)


def differences(folder: Path, settings: DashboardSettings) -> Iterator[str]:
    """What of the folder is not as ``render`` would make it, a line each."""
    made = files(settings)
    for path, text in made.items():
        there = folder / path
        if not there.is_file():
            yield f"{path} is missing"
        elif there.read_text(encoding="utf-8") != text:
            yield f"{path} differs"
    for path in _left_over(folder, made):
        yield f"{path} is no longer made"


def _left_over(folder: Path, made: Mapping[Path, str]) -> list[Path]:
    names = sorted(path.relative_to(folder) for each in OURS for path in (folder / each).rglob("lantaarn*"))
    return [path for path in names if path not in made]


def _datasource(settings: DashboardSettings) -> dict[str, Any]:
    parts = urlsplit(settings.dashboard_database)
    source = {
        "name": "Lantaarn",
        "uid": settings.grafana_datasource,
        "type": DATASOURCE_TYPE,
        "access": "proxy",
        "url": f"{parts.hostname}:{parts.port or 5432}",
        "user": parts.username,
        "isDefault": True,
        "editable": False,
        "jsonData": {
            "database": parts.path.removeprefix("/"),
            "sslmode": parse_qs(parts.query).get("sslmode", ["disable"])[0],
            # Every statement means the same with and without TimescaleDB: macros are never to become its functions.
            "timescaledb": False,
            "postgresVersion": 1500,
            "maxOpenConns": 10,
        },
        "secureJsonData": {"password": f"$__file{{{SECRET}}}"},
    }
    return {"apiVersion": 1, "datasources": [source]}


def _provider() -> dict[str, Any]:
    provider: dict[str, Any] = {
        "name": "Lantaarn",
        "orgId": 1,
        "folder": FOLDER_TITLE,
        "folderUid": FOLDER,
        "type": "file",
        "disableDeletion": False,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 60,
        "options": {"path": f"{HOME}/dashboards"},
    }
    return {"apiVersion": 1, "providers": [provider]}


def _rules(settings: DashboardSettings) -> dict[str, Any]:
    """As a file has it: the folder by its title, the rules without what the group says already."""
    places = {alert.uid: shown_at(alert) for alert in ALERTS}
    rules: list[dict[str, Any]] = []
    for one in rule_group(settings).rules or []:
        line = one.to_json()
        dashboard, panel = places[one.uid or ""]
        rules.append(
            {key: value for key, value in line.items() if key not in {"folderUID", "orgID", "ruleGroup"}}
            | {"dashboardUid": dashboard, "panelId": panel}
        )
    group = {"orgId": 1, "name": GROUP, "folder": FOLDER_TITLE, "interval": f"{EVERY}s", "rules": rules}
    return {"apiVersion": 1, "groups": [group]}


def _contact_points(settings: DashboardSettings) -> dict[str, Any]:
    webhook = WEBHOOK if settings.alert_webhook is not None else None
    receivers = [
        {key: value for key, value in point.to_json().items() if key != "name"}
        for point in contact_points(settings, webhook)
    ]
    return {"apiVersion": 1, "contactPoints": [{"orgId": 1, "name": RECEIVER, "receivers": receivers}]}
