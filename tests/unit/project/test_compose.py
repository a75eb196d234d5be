"""``compose.yaml`` and what belongs to it: read as Compose reads it, since Docker itself can't run here."""

import inspect
import os
import re
import subprocess
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
import yaml

from lantaarn import COMMANDS
from sensors import settings
from sensors.doctor.database import SAFE_LOG_SETTINGS
from sensors.settings.base import Settings
from tests.support.installed import needs_docker_compose, needs_openssl

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if service.get("image", "").startswith("lantaarn:")}
ONCE = {name for name, service in SERVICES.items() if service["restart"] == "no"}
OF_COMPOSE = {
    *("LANTAARN_HOST", "LANTAARN_GRAFANA_HOST", "LANTAARN_BROKER_HOST", "LANTAARN_TLS", "LANTAARN_VERSION"),
    *("LANTAARN_GRAFANA_SMTP_HOST", "LANTAARN_GRAFANA_SMTP_USER"),
}
"""Names that compose.yaml itself, Caddy and Grafana read, and no program of ours."""
NOT_IN_COMPOSE = {
    "LANTAARN_SEED": "an option of the simulators",
    "LANTAARN_DAYS": "an option of the simulators",
    "LANTAARN_REPLAY": "an option of the simulators",
    "LANTAARN_FAULTS": "an option of the simulators",
    "LANTAARN_BROKER_PID_FILE": "the broker's container notices by itself",
    "LANTAARN_GRAFANA_URL": "Grafana reads files there; push is for one elsewhere",
    "LANTAARN_GRAFANA_TOKEN": "Grafana reads files there; push is for one elsewhere",
    "MQTT_CERT_FILE": "our programs have passwords there",
    "MQTT_KEY_FILE": "our programs have passwords there",
}
UNCHECKED = {
    **dict.fromkeys(ONCE, "runs once, and its exit code is what others wait for"),
    "simulate": "the demo's devices: they serve nothing",
}
OF_OTHERS = {"FORWARDED_ALLOW_IPS": "uvicorn's"}


def known() -> dict[str, bool]:
    """Every variable of every settings class, and whether it is a secret."""
    modules = [import_module(f"{settings.__name__}.{each.name}") for each in iter_modules(settings.__path__)]
    members = [each for module in modules for _, each in inspect.getmembers(module, inspect.isclass)]
    classes = [each for each in members if issubclass(each, Settings)]
    return {name: secret for each in classes for name, secret in each.environment_variables().items()}


def environment(service: str) -> dict[str, str]:
    return SERVICES[service].get("environment", {})


@needs_docker_compose
def test_compose_accepts_it(tmp_path: Path) -> None:
    command = ["docker-compose", "--env-file", ".env.example", "--profile", "demo", "--profile", "tools", "config"]
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=bare)
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr.lower()
    assert set(yaml.safe_load(done.stdout)["services"]) == set(SERVICES)


def test_every_name_is_a_setting_and_every_setting_is_there_and_explained() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    explained = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert explained == known().keys() | OF_COMPOSE
    given = {
        name.removesuffix("_FILE") if name.endswith("_FILE") and name not in known() else name
        for service in OURS
        for name in environment(service)
    }
    assert given - OF_OTHERS.keys() == known().keys() - NOT_IN_COMPOSE.keys()
    filled = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text()))
    assert filled - known().keys() == OF_COMPOSE
    assert filled <= explained
    for number, line in enumerate(lines):
        assert not re.match(r"[A-Z]", line) or lines[number - 1], f"no word about {line}"


def test_a_secret_is_a_file_that_only_its_service_sees() -> None:
    for service in SERVICES:
        for name, value in environment(service).items():
            is_secret = known().get(name.removesuffix("_FILE"), False) or "PASSWORD" in name
            if is_secret and name not in {"DATABASE_URL", "MQTT_URL"}:
                assert name.endswith("_FILE"), f"{service}: {name}"
            if str(value).startswith("/run/secrets/"):
                assert value.removeprefix("/run/secrets/") in SERVICES[service]["secrets"], f"{service}: {name}"
            if name in {"DATABASE_URL", "MQTT_URL"}:
                assert re.fullmatch(r"\w+://[a-z_-]+@.*", value), f"{service}: {name} holds more than a user"


@needs_openssl
def test_every_secret_is_made_by_the_script_and_used(tmp_path: Path) -> None:
    script = ROOT / "deployment" / "make-secrets.sh"
    for _ in range(2):
        subprocess.run([script, "mqtt.helmond.example", tmp_path / "secrets"], check=True)
    made = {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()}
    assert made.keys() - {"authority_key"} == COMPOSE["secrets"].keys()
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
        assert any(name in service.get("secrets", []) for service in SERVICES.values())
    passwords = [content for name, content in made.items() if name.endswith("_password")]
    assert len(set(passwords)) == len(passwords)
    subprocess.run([script, "other.example", tmp_path / "secrets"], check=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()} == made


def test_every_image_is_pinned() -> None:
    images = [service["image"] for name, service in SERVICES.items() if name not in OURS]
    stages = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    for image in (*images, *stages):
        assert re.search(r":v?\d+\.\d+\.\d+(-[a-z0-9.-]+)?$", image), image
    assert {SERVICES[name]["image"] for name in OURS} == {"lantaarn:${LANTAARN_VERSION:-0.1.0}"}


def test_only_these_ports_face_outward() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {"caddy": ["80:8080", "443:8443"], "broker": ["8883:8883"]}
    networks: dict[str, Any] = COMPOSE["networks"]
    internal = {name for name, network in networks.items() if network and network["internal"]}
    outside = {name: set(service.get("networks", ())) - internal for name, service in SERVICES.items()}
    # Who serves the outside shares no network with the outside with another; nobody else has a way in.
    assert {name: where for name, where in outside.items() if where} == {
        "caddy": {"front"},
        "broker": {"street"},
        "api": {"outgoing"},
        "grafana": {"outgoing"},
    }
    assert SERVICES["database"]["networks"] == ["data"]
    assert "data" not in SERVICES["caddy"]["networks"]
    assert "data" not in SERVICES["broker"]["networks"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_as_little_as_it_can(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "caddy" else [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["user"].partition(":")[0]) > 0
    assert service["ulimits"] == {"core": 0}
    assert {"mem_limit", "cpus", "pids_limit"} <= service.keys()
    assert ("healthcheck" in service) is (name not in UNCHECKED)
    assert not {"privileged", "pid", "ipc", "devices"} & service.keys()
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", []))
    for waits_for, how in service.get("depends_on", {}).items():
        wanted = "service_completed_successfully" if waits_for in ONCE else "service_healthy"
        assert how["condition"] == wanted


@pytest.mark.parametrize("name", sorted(OURS - {"simulator-register"}))
def test_every_command_is_one_of_ours(name: str) -> None:
    service = SERVICES[name]
    words = [*service.get("entrypoint", ["lantaarn"])[1:], *service.get("command", ["--help"])]
    assert words[0] in {*COMMANDS, "--help"}


def test_every_mounted_file_is_there() -> None:
    mounts = [str(volume) for service in SERVICES.values() for volume in service.get("volumes", [])]
    files = {mount.partition(":")[0] for mount in mounts if mount.startswith("./deployment/")}
    assert files
    for file in files:
        assert (ROOT / file).is_file()
        assert not file.endswith(".sh") or os.access(ROOT / file, os.X_OK)


def test_the_log_of_the_database_is_as_the_doctor_wants_it() -> None:
    flags = dict(each.split("=") for each in SERVICES["database"]["command"] if "=" in each)
    wanted = {name: values[0] for name, values in SAFE_LOG_SETTINGS.items()}
    assert {name: value for name, value in flags.items() if name in wanted}.items() <= wanted.items()
    # What is not said there is so in every PostgreSQL.
    silent = {name: value for name, value in wanted.items() if name not in flags}
    assert silent == {
        "log_min_duration_sample": "-1",
        "log_transaction_sample_rate": "0",
        "debug_print_parse": "off",
        "debug_print_rewritten": "off",
        "debug_print_plan": "off",
    }


def test_the_shell_scripts_are_understood_by_every_shell() -> None:
    for script in (ROOT / "deployment").glob("*.sh"):
        assert script.read_text().startswith("#!/bin/sh\n")
        subprocess.run(["sh", "-n", script], check=True)


def test_the_image_holds_every_program_and_nothing_else() -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    packages = {"sensors", "ingest", "api", "dashboards", "simulators"}
    assert packages | {"lantaarn.py"} <= sent
    assert not sent & {".env", "secrets", "tests", ".git", "exchange"}
