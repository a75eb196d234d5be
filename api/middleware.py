"""Middleware: security headers, anonymous request metrics, and a last resort for unhandled exceptions."""

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.i18n import language_of_path, set_language
from sensors import logs
from sensors.hardening import traceback_locations

log = logs.get_logger()
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
API_VERSION = "1.0.0"


class HttpMetrics:
    """Request counts and durations by route; user input never becomes a label."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "lantaarn_http_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "lantaarn_http_request_seconds", "Time to the last byte of an answer", ["route"], registry=self.registry
        )

    def record(self, scope: Scope, status: int, seconds: float) -> None:
        """Record one answered request."""
        other = "/static" if scope["path"].startswith("/static/") else "none"
        route = getattr(scope.get("route"), "path", other)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


class RequestMiddleware:
    """The outermost layer. An exception that nobody answered becomes ``make_error_response(request)``; its place is
    logged."""

    def __init__(
        self,
        app: ASGIApp,
        metrics: HttpMetrics,
        tile_origin: str | None,
        make_error_response: Callable[[Request], Response],
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._make_error_response = make_error_response
        self._security_headers = security_headers(tile_origin)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0
        started = time.perf_counter()

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(scope, MutableHeaders(scope=message))
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets an answer and the log its place
            log.error("request_failed", error=type(error).__name__, at=traceback_locations(error))  # noqa: TRY400 - its text can hold data
            if status == 0:
                await self._make_error_response(Request(scope))(scope, receive, send_with_headers)
        finally:
            self._metrics.record(scope, status or 500, time.perf_counter() - started)

    def _add_headers(self, scope: Scope, headers: MutableHeaders) -> None:
        headers.update(self._security_headers)
        path: str = scope["path"]
        if path.startswith("/static/"):
            headers["Cache-Control"] = "public, max-age=31536000, immutable" if scope["query_string"] else "no-cache"
        else:
            headers.setdefault("Cache-Control", "no-cache")
        if path.startswith("/v1"):
            headers.update({"API-Version": API_VERSION, "Access-Control-Allow-Origin": "*"})


def security_headers(tile_origin: str | None) -> dict[str, str]:
    """Headers for every response. ``tile_origin``: the origin of map tiles, the only one allowed besides our own."""
    images = f"'self' data: {tile_origin}" if tile_origin else "'self' data:"
    policy = (
        f"default-src 'self'; img-src {images}; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Strict-Transport-Security": "max-age=31536000",  # browsers heed it over TLS only
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(self), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


class LanguageMiddleware:
    """Sets the language of each request from its path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            set_language(language_of_path(scope["path"]))
        await self._app(scope, receive, send)
