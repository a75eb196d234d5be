"""What Mosquitto may queue fits the memory of its container, and the documentation says how long that lasts."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ingest.mqtt.framing import MAX_PACKET_BYTES
from ingest.mqtt.session import SESSION_EXPIRY_SECONDS

ROOT = Path(__file__).parents[3]
MESSAGE_OCTETS = 600
"""Memory of a queued message besides its payload, as measured on Mosquitto 2.1.2."""
CONNECTION_OCTETS = 18_000
"""Memory of a TLS connection, of which Mosquitto keeps no count."""
MINUTES_BETWEEN_MESSAGES = 5


def option(name: str) -> int:
    """The first value of a number in ``deployment/mosquitto.conf``: that of the listener for devices."""
    found = re.search(rf"^{name} (\d+)$", (ROOT / "deployment" / "mosquitto.conf").read_text(), re.MULTILINE)
    assert found, name
    return int(found[1])


def test_the_queue_fits_the_memory_of_the_broker_and_connections_fit_beside_it() -> None:
    services: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert services["broker"]["mem_limit"] == "2g"
    queue = option("max_queued_messages") * MESSAGE_OCTETS + option("max_queued_bytes")
    assert queue + MAX_PACKET_BYTES < option("memory_limit")
    assert option("memory_limit") + option("max_connections") * CONNECTION_OCTETS < 2 * 2**30


def test_the_sum_in_the_documentation_is_that_of_the_configuration() -> None:
    text = " ".join((ROOT / "docs" / "production.md").read_text().split())
    messages, octets, connections = map(option, ("max_queued_messages", "max_queued_bytes", "max_connections"))
    tls = connections * CONNECTION_OCTETS
    for stated in (
        f"up to {messages:,} messages (`max_queued_messages` in `deployment/mosquitto.conf`) or {octets:,} octets",
        f"{messages:,} messages × {MESSAGE_OCTETS}, besides their payload | {messages * MESSAGE_OCTETS:,} |",
        f"the queue: payload | {octets:,} |",
        f"together at most `memory_limit` | {option('memory_limit'):,} |",
        f"{connections:,} connections (`max_connections`) × {CONNECTION_OCTETS:,} | {tls:,} |",
        f"`mem_limit` in `compose.yaml`: 2 GiB | {2 * 2**30:,} |",
        f"reach the first after {hours_until_full(2_000, 100)} hours",
        f"of 1,000 octets they reach the second after {hours_until_full(2_000, 1_000)} hours",
    ):
        assert stated in text


def test_how_long_ingest_may_be_down_is_stated_for_cities_of_all_sizes() -> None:
    text = " ".join((ROOT / "docs" / "operations" / "growing.md").read_text().split())
    messages, octets = option("max_queued_messages"), option("max_queued_bytes")
    assert f"after {messages:,} messages or {octets:,} octets of payload" in text
    assert f"the {SESSION_EXPIRY_SECONDS // 3600} hours after which its session ends" in text
    sizes, *rows = table_rows()
    assert len(rows) == 3
    for sensors, per_minute, *hours in rows:
        assert per_minute == sensors / MINUTES_BETWEEN_MESSAGES
        assert [f"{each}" for each in hours] == [hours_until_full(per_minute, size) for size in sizes]


def hours_until_full(messages_per_minute: float, payload_octets: float) -> str:
    """After how many hours the queue is full, as the documentation states it."""
    messages = min(option("max_queued_messages"), option("max_queued_bytes") / payload_octets)
    return f"{messages / messages_per_minute / 60:.1f}"


def table_rows() -> Iterator[list[float]]:
    """The sizes in the head of the table about outages, and then the numbers of each row."""
    section = (ROOT / "docs" / "operations" / "growing.md").read_text().partition("## How long ingest may be down")[2]
    lines = [line.replace(",", "") for line in section.splitlines() if line.startswith("|")]
    yield [float(each) for each in re.findall(r"of (\d+) octets", lines[0])]
    for line in lines[2:]:
        yield [float(each) for each in line.strip("|").split("|")]
