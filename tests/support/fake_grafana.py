"""A fake of Grafana's HTTP API that validates requests against the documentation.

Covers the folder, dashboard, data source and alerting provisioning APIs of Grafana 11. Unknown paths and undocumented
bodies are recorded in ``bad_requests``.
"""

import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sensors.processes import LOOPBACK_HOST

API_TOKEN = "glsa_token"
ALERT_RULE_KEYS = {
    *("uid", "title", "condition", "data", "noDataState", "execErrState", "for", "annotations", "labels"),
    *("isPaused", "folderUID", "ruleGroup", "orgID", "notification_settings"),
}
JsonObject = dict[str, Any]
Response = tuple[int, Any]


@dataclass
class FakeGrafana:
    """The stored objects, the writes so far, and invalid requests."""

    url: str = ""
    datasources: set[str] = field(default_factory=lambda: {"lantaarn"})
    folders: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    dashboards: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    contact_points: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    rule_groups: dict[tuple[str, str], JsonObject] = field(default_factory=dict[tuple[str, str], JsonObject])
    writes: list[str] = field(default_factory=list[str])
    bad_requests: list[str] = field(default_factory=list[str])

    def respond(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Response:
        """Dispatch a request by method and first path segment. Raises AssertionError for an invalid request."""
        if method != "GET":
            self.writes.append(f"{method} {path}")
        parts = path.removeprefix("/api/").split("/")
        routes: dict[tuple[str, str], Callable[..., Response]] = {
            ("GET", "datasources"): self._datasource,
            ("GET", "folders"): self._get_folder,
            ("POST", "folders"): self._post_folder,
            ("GET", "dashboards"): self._get_dashboard,
            ("POST", "dashboards"): self._post_dashboard,
            ("GET", "v1"): self._get_alerting,
            ("POST", "v1"): self._post_contact_point,
            ("PUT", "v1"): self._put_alerting,
        }
        route = routes.get((method, parts[0]))
        if route is None:
            raise AssertionError("no such path")
        return route(parts, query, body)

    def _datasource(self, parts: list[str], *_: Any) -> Response:
        assert parts[1] == "uid"
        known = parts[2] in self.datasources
        return (200, {"uid": parts[2]}) if known else (404, {"message": "Data source not found"})

    def _get_folder(self, parts: list[str], *_: Any) -> Response:
        known = self.folders.get(parts[1])
        return (200, known) if known else (404, {"message": "folder not found"})

    def _post_folder(self, parts: list[str], _: Any, body: JsonObject) -> Response:
        assert len(parts) == 1
        assert set(body) <= {"uid", "title", "parentUid"}
        self.folders[body["uid"]] = body | {"id": 1, "version": 1}
        return 200, self.folders[body["uid"]]

    def _get_dashboard(self, parts: list[str], *_: Any) -> Response:
        assert parts[1] == "uid"
        stored = self.dashboards.get(parts[2])
        return (200, stored) if stored else (404, {"message": "Dashboard not found", "traceID": ""})

    def _post_dashboard(self, parts: list[str], _: Any, body: JsonObject) -> Response:
        assert parts[1] == "db"
        assert set(body) <= {"dashboard", "folderUid", "overwrite", "message"}
        document = body["dashboard"]
        assert document["title"]
        assert body["folderUid"] in self.folders
        assert document.get("id") is None
        version = self.dashboards.get(document["uid"], {"dashboard": {"version": 0}})["dashboard"]["version"] + 1
        self.dashboards[document["uid"]] = {
            "dashboard": document | {"id": 7, "version": version},
            "meta": {"folderUid": body["folderUid"], "provisioned": False},
        }
        return 200, {"uid": document["uid"], "status": "success", "version": version}

    def _get_alerting(self, parts: list[str], query: dict[str, list[str]], _: Any) -> Response:
        if parts[1:] == ["provisioning", "contact-points"]:
            (name,) = query["name"]
            shown = [point for point in self.contact_points.values() if point["name"] == name]
            return 200, [_without_secrets(point) for point in shown]
        assert (parts[2], parts[4]) == ("folder", "rule-groups")
        stored = self.rule_groups.get((parts[3], parts[5]))
        return (200, stored) if stored else (404, {"message": "rule group not found"})

    def _post_contact_point(self, parts: list[str], _: Any, body: JsonObject) -> Response:
        assert parts[1:] == ["provisioning", "contact-points"]
        assert body["uid"] not in self.contact_points
        self._check_contact_point(body)
        self.contact_points[body["uid"]] = body | {"provenance": "api"}
        return 202, body

    def _check_contact_point(self, body: JsonObject) -> None:
        assert set(body) == {"uid", "name", "type", "settings", "disableResolveMessage"}
        needed = {"email": "addresses", "webhook": "url"}[body["type"]]
        assert body["settings"][needed]

    def _put_alerting(self, parts: list[str], _: Any, body: JsonObject) -> Response:
        if parts[2] == "contact-points":
            assert parts[3] in self.contact_points
            self._check_contact_point(body)
            self.contact_points[parts[3]] = body | {"provenance": "api"}
            return 202, {"message": "contactpoint updated"}
        assert (parts[2], parts[4]) == ("folder", "rule-groups")
        assert set(body) == {"title", "folderUid", "interval", "rules"}
        assert (body["folderUid"], body["title"]) == (parts[3], parts[5])
        assert body["interval"] % 10 == 0
        for rule in body["rules"]:
            self._check_rule(rule)
        rules = [
            rule | {"id": number, "updated": "2026-11-27T08:00:00Z", "provenance": "api"}
            for number, rule in enumerate(body["rules"])
        ]
        self.rule_groups[parts[3], parts[5]] = body | {"rules": rules}
        return 200, body

    def _check_rule(self, rule: JsonObject) -> None:
        assert set(rule) == ALERT_RULE_KEYS
        assert rule["folderUID"] in self.folders
        assert rule["noDataState"] in {"Alerting", "NoData", "OK"}
        assert rule["execErrState"] in {"Alerting", "Error", "OK"}
        assert rule["condition"] in {each["refId"] for each in rule["data"]}
        names = {point["name"] for point in self.contact_points.values()}
        assert rule["notification_settings"]["receiver"] in names
        assert ("__dashboardUid__" in rule["annotations"]) == ("__panelId__" in rule["annotations"])
        assert rule["annotations"]["__dashboardUid__"] in self.dashboards
        for each in rule["data"]:
            assert set(each) == {"refId", "datasourceUid", "model", "relativeTimeRange"}
            assert each["datasourceUid"] in self.datasources | {"__expr__"}


def _without_secrets(point: JsonObject) -> JsonObject:
    settings = {key: "[REDACTED]" if key == "url" else value for key, value in point["settings"].items()}
    return point | {"settings": settings}


@contextmanager
def running_grafana() -> Generator[FakeGrafana]:
    """Run a fake Grafana on a free port for the duration of the block."""
    grafana = FakeGrafana()

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            if self.headers.get("Authorization") != f"Bearer {API_TOKEN}":
                status, answer = 401, {"message": "Invalid API key"}
            else:
                try:
                    status, answer = grafana.respond(self.command, parts.path, parse_qs(parts.query), body)
                except (AssertionError, KeyError, ValueError, IndexError) as error:
                    grafana.bad_requests.append(f"{self.command} {self.path}: {error!r}")
                    status, answer = 400, {"message": "bad request data"}
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 - names of the standard library

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the standard library
            """Log nothing."""

    with ThreadingHTTPServer((LOOPBACK_HOST, 0), Handler) as server:
        grafana.url = f"http://{LOOPBACK_HOST}:{server.server_address[1]}/"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield grafana
        finally:
            server.shutdown()
            thread.join(5)
