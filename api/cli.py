"""The ``serve`` sub-command."""

import click

from sensors import logs
from sensors.settings.web import ApiSettings


@click.command(epilog="Example: DATABASE_URL=postgresql://db/lantaarn lantaarn serve --port 8080")
@click.option("--host", help="Where to listen.  [default: LANTAARN_HTTP_HOST, else 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="On which port.  [default: LANTAARN_HTTP_PORT, else 8000]")
def serve(host: str | None, port: int | None) -> None:
    """Serve the register, its pages and its APIs, until SIGTERM or Ctrl-C."""
    import uvicorn  # noqa: PLC0415 - each command loads only what it needs

    from api.app import create_app  # noqa: PLC0415

    overrides = {"http_host": host, "http_port": port}
    settings = ApiSettings.load(**{name: value for name, value in overrides.items() if value is not None})
    logs.configure_logging(settings.log_level)
    logs.get_logger().info("server_starting", port=settings.http_port)
    uvicorn.run(
        create_app(settings),
        host=settings.http_host,
        port=settings.http_port,
        log_level=settings.log_level,
        log_config=None,  # its messages go through our log, which withholds what they say
        access_log=False,  # it would hold the address of every visitor
        server_header=False,
    )
