"""Visit the web application in this process: no port, no server, and no database."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from fastapi import FastAPI

from api.app import create_app
from sensors.settings.web import ApiSettings

ORIGIN = "https://sensoren.example"
DATABASE_AWAY = "postgresql://nobody:hush@127.0.0.1:1/none"


class Visitor:
    """Someone who looks at the register while its database is away."""

    def __init__(self, **settings: Any) -> None:
        self.app: FastAPI = create_app(ApiSettings.load(database_url=DATABASE_AWAY, **settings))

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for an address, without following where it leads. Underscores in header names become dashes."""
        return self.send("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send any request; ``request`` is as httpx takes it."""

        async def answer() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                return await client.request(method, path, **request)

        # In a thread of its own: Playwright leaves a running event loop in that of the tests.
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(lambda: asyncio.run(answer())).result()
