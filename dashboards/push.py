"""Push dashboards and alerts to a running Grafana over its HTTP API, idempotently.

Existing objects are read and compared first, so that unchanged ones are not written and get no new version.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from grafana_client.api import GrafanaApi
from grafana_client.client import GrafanaClientError, GrafanaException
from niquests.exceptions import RequestException

from dashboards.alerts import FOLDER_TITLE, FOLDER_UID, RULE_GROUP, build_contact_points, build_rule_group
from dashboards.build import DASHBOARDS, build_dashboard
from dashboards.render import to_json
from sensors.settings.grafana import PushSettings

GrafanaClient = Any
"""A ``GrafanaApi``; the package is untyped."""
REDACTED_VALUE = "[REDACTED]"
"""What Grafana returns in place of secret settings."""


class PushError(Exception):
    """A failed push. The message says what failed and why, without secrets."""


@dataclass(frozen=True, slots=True)
class PushResult:
    """The outcome for one object: ``created``, ``updated`` or ``unchanged``."""

    name: str
    outcome: str


def push_dashboards(settings: PushSettings) -> Iterator[PushResult]:
    """Push everything in dependency order. Raises PushError."""
    token = settings.grafana_token.get_secret_value()
    grafana: GrafanaClient = GrafanaApi.from_url(settings.grafana_url, token, timeout=30)
    try:
        _require_datasource(grafana, settings)
        yield _push_folder(grafana)
        for spec in DASHBOARDS:
            dashboard = _to_dict(build_dashboard(spec, settings.grafana_datasource, settings.register_url))
            yield PushResult(spec.title, _push_dashboard(grafana, dashboard))
        webhook = settings.alert_webhook.get_secret_value() if settings.alert_webhook else None
        for point in build_contact_points(settings, webhook):
            yield PushResult(f"contact point {point.type_val}", _push_contact_point(grafana, _to_dict(point)))
        yield PushResult("alerts", _push_rules(grafana, _to_dict(build_rule_group(settings))))
    except GrafanaException as error:
        raise PushError(_error_message(error)) from error
    except RequestException as error:
        raise PushError(f"Grafana can't be reached at {settings.grafana_url}") from error


def _error_message(error: GrafanaException) -> str:
    status: int = error.status_code
    match status:
        case 401 | 403:
            return (
                "Grafana rejected the token: LANTAARN_GRAFANA_TOKEN must belong to a service account with the role "
                "Admin"
            )
        case 0:
            return "Grafana did not answer in time"
        case _:
            return f"Grafana rejected the request with status {status}"


def _to_dict(what: object) -> dict[str, Any]:
    return json.loads(to_json(what))


def _get_or_none(request: Callable[[], Any]) -> Any | None:
    """The response, or None on a 404."""
    try:
        return request()
    except GrafanaClientError as error:
        if error.status_code == 404:
            return None
        raise


def _require_datasource(grafana: GrafanaClient, settings: PushSettings) -> None:
    uid = settings.grafana_datasource
    if _get_or_none(lambda: grafana.datasource.get_datasource_by_uid(uid)) is None:
        raise PushError(
            f"Grafana has no data source with uid {uid}: add a PostgreSQL data source for the role "
            "lantaarn_dashboard, or set LANTAARN_GRAFANA_DATASOURCE to the uid of an existing one"
        )


def _push_folder(grafana: GrafanaClient) -> PushResult:
    if _get_or_none(lambda: grafana.folder.get_folder(FOLDER_UID)) is not None:
        return PushResult("folder", "unchanged")
    grafana.folder.create_folder(FOLDER_TITLE, uid=FOLDER_UID)
    return PushResult("folder", "created")


def _push_dashboard(grafana: GrafanaClient, dashboard: Mapping[str, Any]) -> str:
    existing = _get_or_none(lambda: grafana.dashboard.get_dashboard(dashboard["uid"]))
    if (
        existing is not None
        and matches(existing["dashboard"], dashboard)
        and existing["meta"].get("folderUid") == FOLDER_UID
    ):
        return "unchanged"
    body = {"dashboard": dashboard, "folderUid": FOLDER_UID, "overwrite": True, "message": "lantaarn dashboards push"}
    grafana.dashboard.update_dashboard(body)
    return "created" if existing is None else "updated"


def _push_contact_point(grafana: GrafanaClient, point: Mapping[str, Any]) -> str:
    existing: list[dict[str, Any]] = grafana.alertingprovisioning.get_contactpoints(name=point["name"])
    same = [each for each in existing if each["uid"] == point["uid"]]
    if not same:
        grafana.alertingprovisioning.create_contactpoint(point)
        return "created"
    if matches(same[0], point):
        return "unchanged"
    grafana.alertingprovisioning.update_contactpoint(point["uid"], point)
    return "updated"


def _push_rules(grafana: GrafanaClient, group: Mapping[str, Any]) -> str:
    existing = _get_or_none(lambda: grafana.alertingprovisioning.get_rule_group(FOLDER_UID, RULE_GROUP))
    if existing is not None and matches(existing, group) and len(existing["rules"]) == len(group["rules"]):
        return "unchanged"
    grafana.alertingprovisioning.update_rule_group(FOLDER_UID, RULE_GROUP, group)
    return "created" if existing is None else "updated"


def matches(existing: object, desired: object) -> bool:
    """Whether ``existing`` contains ``desired``, ignoring Grafana's additions. Redacted secrets match anything."""
    if existing == REDACTED_VALUE:
        return True
    if isinstance(desired, Mapping):
        desired_fields, there = cast("Mapping[str, object]", desired), existing
        return isinstance(there, Mapping) and all(
            matches(cast("Mapping[str, object]", there).get(key), value) for key, value in desired_fields.items()
        )
    if isinstance(desired, list):
        desired_items = cast("Sequence[object]", desired)
        if not isinstance(existing, list):
            return not desired_items and existing is None
        existing_items = cast("Sequence[object]", existing)
        return len(existing_items) == len(desired_items) and all(map(matches, existing_items, desired_items))
    return existing == desired or (existing is None and desired in ("", False, 0))
