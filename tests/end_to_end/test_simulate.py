"""The simulated city and a real broker."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from threading import Event

from paho.mqtt.client import Client, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from sensors.processes import HOST
from simulators.broker import EmbeddedBroker
from tests.waiting import wait_for


@contextmanager
def listening(port: int, heard: list[str]) -> Generator[None]:
    def hear(_client: Client, _userdata: object, message: MQTTMessage) -> None:
        heard.append(message.topic)

    def told(*_: object) -> None:
        subscribed.set()

    subscribed = Event()
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv311)
    client.on_message = hear
    client.on_subscribe = told
    client.connect(HOST, port)
    client.subscribe("helmond/#", 1)
    client.loop_start()
    try:
        assert subscribed.wait(10)
        yield
    finally:
        client.disconnect()
        client.loop_stop()


def test_the_command_plays_back_the_past_goes_on_live_and_stops_in_order(broker: EmbeddedBroker) -> None:
    heard: list[str] = []
    command = [sys.executable, "-m", "lantaarn", "simulate", "--days", "1", "--no-replay"]
    environment = {**os.environ, "MQTT_URL": broker.url}
    with (
        listening(broker.port, heard),
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as city,
    ):
        try:
            assert city.stdout is not None
            lines = list(iter(city.stdout.readline, "The past: 100 %\n"))
            assert lines[0].startswith("Fault on purpose: ")
            wait_for(lambda: len({topic.split("/")[2] for topic in heard}) == 290, 10)
            past = len(heard)
            wait_for(lambda: len(heard) > past, 30)
        finally:
            city.send_signal(signal.SIGTERM)
            assert city.wait(20) == 0
