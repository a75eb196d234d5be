"""The register's web server on a free port."""

from collections.abc import Generator
from contextlib import contextmanager
from threading import Thread

import uvicorn

from api.app import create_app
from sensors.processes import find_free_port
from sensors.settings.web import ApiSettings
from tests.support.waiting import wait_for


@contextmanager
def running_web_server(database_url: str, **settings: str) -> Generator[str]:
    """Run the web server on this database for the duration of the block; yields its URL."""
    port = find_free_port()
    app = create_app(ApiSettings.load(database_url=database_url, **settings))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, ws="none"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        wait_for(lambda: server.started, 10)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
