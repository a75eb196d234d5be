"""Render Grafana's provisioning files into a folder to be mounted at /srv/grafana.

``provisioning/{datasources,dashboards,alerting}`` follow Grafana's layout; the dashboards themselves are in
``dashboards``. The YAML files are written as JSON, which is valid YAML.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.alerts import (
    ALERTS,
    EVALUATION_INTERVAL_SECONDS,
    FOLDER_TITLE,
    FOLDER_UID,
    RECEIVER,
    RULE_GROUP,
    WEBHOOK_FILE_REFERENCE,
    build_contact_points,
    build_rule_group,
    panel_of,
)
from dashboards.build import DASHBOARDS, build_dashboard
from dashboards.spec import DATASOURCE_TYPE
from sensors.settings.grafana import DashboardSettings

MOUNT_PATH = "/srv/grafana"
"""The mount point of the folder in Grafana's container."""
DATABASE_PASSWORD_FILE = "/run/secrets/dashboard_database_password"  # noqa: S105 - a path, not a password
"""Where Grafana reads the password of its database user."""
MANAGED_FOLDERS = ("dashboards", "provisioning")
"""The subfolders managed by Lantaarn; other files are left alone."""


def render_files(settings: DashboardSettings) -> Mapping[Path, str]:
    """The content of every file, by path relative to the folder."""
    contents: dict[Path, Any] = {
        Path("provisioning/datasources/lantaarn.yaml"): _datasource_file(settings),
        Path("provisioning/dashboards/lantaarn.yaml"): _dashboard_provider_file(),
        Path("provisioning/alerting/lantaarn-rules.yaml"): _alert_rules_file(settings),
        Path("provisioning/alerting/lantaarn-contact-points.yaml"): _contact_points_file(settings),
    }
    for spec in DASHBOARDS:
        contents[Path(f"dashboards/{spec.uid}.json")] = build_dashboard(
            spec, settings.grafana_datasource, settings.register_url
        )
    return {path: to_json(what) for path, what in contents.items()}


def to_json(model: object) -> str:
    """Serialise an SDK model as indented JSON, for readable diffs."""
    return json.dumps(model, cls=JSONEncoder, indent=2, ensure_ascii=False) + "\n"


def write_files(folder: Path, settings: DashboardSettings) -> int:
    """Write all files and remove stale ones; return the number written."""
    rendered = render_files(settings)
    for path in _stale_files(folder, rendered):
        (folder / path).unlink()
    for path, text in rendered.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return len(rendered)


def find_differences(folder: Path, settings: DashboardSettings) -> Iterator[str]:
    """Yield a line for every file that differs from what ``render_files`` returns."""
    rendered = render_files(settings)
    for path, text in rendered.items():
        there = folder / path
        if not there.is_file():
            yield f"{path} is missing"
        elif there.read_text(encoding="utf-8") != text:
            yield f"{path} differs"
    for path in _stale_files(folder, rendered):
        yield f"{path} is no longer made"


def _stale_files(folder: Path, rendered: Mapping[Path, str]) -> list[Path]:
    names = sorted(path.relative_to(folder) for each in MANAGED_FOLDERS for path in (folder / each).rglob("lantaarn*"))
    return [path for path in names if path not in rendered]


def _datasource_file(settings: DashboardSettings) -> dict[str, Any]:
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
            # Queries must behave the same with and without TimescaleDB: keep macros from using its functions.
            "timescaledb": False,
            "postgresVersion": 1500,
            "maxOpenConns": 10,
        },
        "secureJsonData": {"password": f"$__file{{{DATABASE_PASSWORD_FILE}}}"},
    }
    return {"apiVersion": 1, "datasources": [source]}


def _dashboard_provider_file() -> dict[str, Any]:
    provider: dict[str, Any] = {
        "name": "Lantaarn",
        "orgId": 1,
        "folder": FOLDER_TITLE,
        "folderUid": FOLDER_UID,
        "type": "file",
        "disableDeletion": False,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 60,
        "options": {"path": f"{MOUNT_PATH}/dashboards"},
    }
    return {"apiVersion": 1, "providers": [provider]}


def _alert_rules_file(settings: DashboardSettings) -> dict[str, Any]:
    """The file format of the rules: the folder by title, and rules without the fields of the group."""
    places = {alert.uid: panel_of(alert) for alert in ALERTS}
    rules: list[dict[str, Any]] = []
    for one in build_rule_group(settings).rules or []:
        line = one.to_json()
        dashboard, panel = places[one.uid or ""]
        rules.append(
            {key: value for key, value in line.items() if key not in {"folderUID", "orgID", "ruleGroup"}}
            | {"dashboardUid": dashboard, "panelId": panel}
        )
    group = {
        "orgId": 1,
        "name": RULE_GROUP,
        "folder": FOLDER_TITLE,
        "interval": f"{EVALUATION_INTERVAL_SECONDS}s",
        "rules": rules,
    }
    return {"apiVersion": 1, "groups": [group]}


def _contact_points_file(settings: DashboardSettings) -> dict[str, Any]:
    webhook = WEBHOOK_FILE_REFERENCE if settings.alert_webhook is not None else None
    receivers = [
        {key: value for key, value in point.to_json().items() if key != "name"}
        for point in build_contact_points(settings, webhook)
    ]
    return {"apiVersion": 1, "contactPoints": [{"orgId": 1, "name": RECEIVER, "receivers": receivers}]}
