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
"""Where the folder is for Grafana."""
PASSWORD_FILE = "/run/secrets/dashboard_database_password"  # noqa: S105 - where it is, not what
"""Where Grafana finds the password of its database user."""
MANAGED_FOLDERS = ("dashboards", "provisioning")
"""What the folder holds of ours; other files in it are left alone."""


def render_files(settings: DashboardSettings) -> Mapping[Path, str]:
    """Every file, by its path in the folder."""
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
    """As JSON, as the SDK writes it, in lines that can be compared."""
    return json.dumps(model, cls=JSONEncoder, indent=2, ensure_ascii=False) + "\n"


def write_files(folder: Path, settings: DashboardSettings) -> int:
    """Write every file, and take away files of ours that are no longer made; how many there are."""
    rendered = render_files(settings)
    for path in _stale_files(folder, rendered):
        (folder / path).unlink()
    for path, text in rendered.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return len(rendered)


def find_differences(folder: Path, settings: DashboardSettings) -> Iterator[str]:
    """What of the folder is not as ``render`` would make it, a line each."""
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
            # Every statement means the same with and without TimescaleDB: macros are never to become its functions.
            "timescaledb": False,
            "postgresVersion": 1500,
            "maxOpenConns": 10,
        },
        "secureJsonData": {"password": f"$__file{{{PASSWORD_FILE}}}"},
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
    """As a file has it: the folder by its title, the rules without what the group says already."""
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
