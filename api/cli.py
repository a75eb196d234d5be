"""The ``serve`` sub-command."""

import socket
import sys
from contextlib import suppress

import click

from sensors import logs
from sensors.processes import ProcessError
from sensors.settings.web import ApiSettings

BACKLOG = 2048
"""Connections that wait to be accepted, as many as uvicorn allows."""


@click.command(epilog="Example: DATABASE_URL=postgresql://db/lantaarn lantaarn serve --port 8080")
@click.option("--host", help="Where to listen.  [default: LANTAARN_HTTP_HOST, else 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="On which port.  [default: LANTAARN_HTTP_PORT, else 8000]")
def serve(host: str | None, port: int | None) -> None:
    """Serve the register, its pages and its APIs, until SIGTERM or Ctrl-C. Exits with 1 if the port is in use."""
    import uvicorn  # noqa: PLC0415 - each command loads only what it needs

    from api.app import create_app  # noqa: PLC0415

    overrides = {"http_host": host, "http_port": port}
    settings = ApiSettings.load(**{name: value for name, value in overrides.items() if value is not None})
    logs.configure_logging(settings.log_level)
    logs.get_logger().info("server_starting", port=settings.http_port)
    config = uvicorn.Config(
        create_app(settings),
        log_level=settings.log_level,
        log_config=None,  # its messages go through our log, which withholds what they say
        access_log=False,  # it would hold the address of every visitor
        server_header=False,
    )
    server = uvicorn.Server(config)
    with _listen(settings.http_host, settings.http_port) as listener, suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    if not server.started:
        sys.exit(1)


def _listen(host: str, port: int) -> socket.socket:
    """Listen on this address. Raises ProcessError if that fails: uvicorn itself would only log it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]  # without the address once more
        raise ProcessError(
            f"Can't listen on {host}, port {port}: {reason}. Choose another with --host and --port, or with "
            "LANTAARN_HTTP_HOST and LANTAARN_HTTP_PORT."
        ) from error
