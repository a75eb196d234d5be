"""Dashboards and alerts sent to a Grafana that runs already, by its HTTP API. Twice is as good as once.

What is there already is read and compared first, so that where nothing changed nothing is written and no version made.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from grafana_client.api import GrafanaApi
from grafana_client.client import GrafanaClientError, GrafanaException
from niquests.exceptions import RequestException

from dashboards.alerts import FOLDER, FOLDER_TITLE, GROUP, contact_points, rule_group
from dashboards.build import DASHBOARDS, build
from dashboards.render import written
from sensors.settings import PushSettings

Grafana = Any
"""A ``GrafanaApi``; it has no types of its own."""
HIDDEN = "[REDACTED]"
"""What Grafana shows of a setting that is secret."""


class PushError(Exception):
    """Grafana could not be told; the text says what and why, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of one thing: ``created``, ``updated`` or ``unchanged``."""

    what: str
    outcome: str


def push(settings: PushSettings) -> Iterator[Pushed]:
    """Send everything, in the order in which one thing needs the other. Raises ``PushError``."""
    token = settings.grafana_token.get_secret_value()
    grafana: Grafana = GrafanaApi.from_url(settings.grafana_url, token, timeout=30)
    try:
        _has_datasource(grafana, settings)
        yield _folder(grafana)
        for spec in DASHBOARDS:
            dashboard = _plain(build(spec, settings.grafana_datasource, settings.register_url))
            yield Pushed(spec.title, _dashboard(grafana, dashboard))
        webhook = settings.alert_webhook.get_secret_value() if settings.alert_webhook else None
        for point in contact_points(settings, webhook):
            yield Pushed(f"contact point {point.type_val}", _contact_point(grafana, _plain(point)))
        yield Pushed("alerts", _rules(grafana, _plain(rule_group(settings))))
    except GrafanaException as error:
        raise PushError(_sentence(error)) from error
    except RequestException as error:
        raise PushError(f"Grafana can't be reached at {settings.grafana_url}") from error


def _sentence(error: GrafanaException) -> str:
    status: int = error.status_code
    match status:
        case 401 | 403:
            return (
                "Grafana does not accept the token: LANTAARN_GRAFANA_TOKEN must be that of a service account "
                "with the role Admin"
            )
        case 0:
            return "Grafana did not answer in time"
        case _:
            return f"Grafana refused it: status {status}"


def _plain(what: object) -> dict[str, Any]:
    return json.loads(written(what))


def _found(ask: Callable[[], Any]) -> Any | None:
    """The answer; none when there is no such thing."""
    try:
        return ask()
    except GrafanaClientError as error:
        if error.status_code == 404:
            return None
        raise


def _has_datasource(grafana: Grafana, settings: PushSettings) -> None:
    uid = settings.grafana_datasource
    if _found(lambda: grafana.datasource.get_datasource_by_uid(uid)) is None:
        raise PushError(
            f"Grafana has no data source with the uid {uid}: add a PostgreSQL one for the role lantaarn_dashboard, "
            "or name yours in LANTAARN_GRAFANA_DATASOURCE"
        )


def _folder(grafana: Grafana) -> Pushed:
    if _found(lambda: grafana.folder.get_folder(FOLDER)) is not None:
        return Pushed("folder", "unchanged")
    grafana.folder.create_folder(FOLDER_TITLE, uid=FOLDER)
    return Pushed("folder", "created")


def _dashboard(grafana: Grafana, dashboard: Mapping[str, Any]) -> str:
    held = _found(lambda: grafana.dashboard.get_dashboard(dashboard["uid"]))
    if held is not None and holds(held["dashboard"], dashboard) and held["meta"].get("folderUid") == FOLDER:
        return "unchanged"
    body = {"dashboard": dashboard, "folderUid": FOLDER, "overwrite": True, "message": "lantaarn dashboards push"}
    grafana.dashboard.update_dashboard(body)
    return "created" if held is None else "updated"


def _contact_point(grafana: Grafana, point: Mapping[str, Any]) -> str:
    held: list[dict[str, Any]] = grafana.alertingprovisioning.get_contactpoints(name=point["name"])
    same = [each for each in held if each["uid"] == point["uid"]]
    if not same:
        grafana.alertingprovisioning.create_contactpoint(point)
        return "created"
    if holds(same[0], point):
        return "unchanged"
    grafana.alertingprovisioning.update_contactpoint(point["uid"], point)
    return "updated"


def _rules(grafana: Grafana, group: Mapping[str, Any]) -> str:
    held = _found(lambda: grafana.alertingprovisioning.get_rule_group(FOLDER, GROUP))
    if held is not None and holds(held, group) and len(held["rules"]) == len(group["rules"]):
        return "unchanged"
    grafana.alertingprovisioning.update_rule_group(FOLDER, GROUP, group)
    return "created" if held is None else "updated"


def holds(held: object, wanted: object) -> bool:
    """Whether all that we want is there, whatever Grafana added. A secret that it hides is taken for the same one."""
    if held == HIDDEN:
        return True
    if isinstance(wanted, Mapping):
        wishes, there = cast("Mapping[str, object]", wanted), held
        return isinstance(there, Mapping) and all(
            holds(cast("Mapping[str, object]", there).get(key), value) for key, value in wishes.items()
        )
    if isinstance(wanted, list):
        several = cast("Sequence[object]", wanted)
        if not isinstance(held, list):
            return not several and held is None
        others = cast("Sequence[object]", held)
        return len(others) == len(several) and all(map(holds, others, several))
    return held == wanted or (held is None and wanted in ("", False, 0))
