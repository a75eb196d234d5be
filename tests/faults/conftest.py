"""Ingest, a broker behind a proxy and a database that survives crashes, for the tests that disrupt them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sensors.db.server import PostgresInstallation
from tests.faults.rig import DurableServer, Rig, make_template, running_rig


@pytest.fixture(scope="module")
def server(
    postgres_installation: PostgresInstallation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DurableServer]:
    """One PostgreSQL for this module, whose tests stop and restart it."""
    running = DurableServer(tmp_path_factory.mktemp("faults"))
    try:
        running.start()
        make_template(running)
        yield running
    finally:
        running.close()


@pytest.fixture
def rig(server: DurableServer, tmp_path: Path) -> Iterator[Rig]:
    with running_rig(server, tmp_path) as made:
        yield made
