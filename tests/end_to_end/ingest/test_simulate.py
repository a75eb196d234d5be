"""The simulated city and a real broker."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event

from paho.mqtt.client import Client, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from sensors.broker import BrokerAddress
from sensors.processes import LOOPBACK_HOST
from simulators import simulate
from simulators.devices.publisher import Publisher
from simulators.embedded.broker import EmbeddedBroker
from tests.support.waiting import wait_for


@contextmanager
def listening(port: int, on: str, qos: int, heard: list[MQTTMessage]) -> Generator[None]:
    def hear(_client: Client, _userdata: object, message: MQTTMessage) -> None:
        heard.append(message)

    def told(*_: object) -> None:
        subscribed.set()

    subscribed = Event()
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv311)
    client.on_message = hear
    client.on_subscribe = told
    client.connect(LOOPBACK_HOST, port)
    client.subscribe(on, qos)
    client.loop_start()
    try:
        assert subscribed.wait(10)
        yield
    finally:
        client.disconnect()
        client.loop_stop()


def test_the_command_plays_back_the_past_goes_on_live_and_stops_in_order(broker: EmbeddedBroker) -> None:
    heard: list[MQTTMessage] = []
    command = [sys.executable, "-m", "lantaarn", "simulate", "--days", "1", "--no-replay"]
    environment = {**os.environ, "MQTT_URL": broker.url}
    with (
        listening(broker.port, "helmond/#", 1, heard),
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as city,
    ):
        try:
            assert city.stdout is not None
            lines = list(iter(city.stdout.readline, "History: 100 %\n"))
            assert lines[0].startswith("Injected fault: ")
            wait_for(lambda: len({message.topic.split("/")[2] for message in heard}) == 320, 10)
            past = len(heard)
            wait_for(lambda: len(heard) > past, 30)
        finally:
            city.send_signal(signal.SIGTERM)
            assert city.wait(20) == 0


def test_events_are_sent_once_at_most_and_nothing_is_waited_for(broker: EmbeddedBroker) -> None:
    noon = datetime(2026, 6, 15, 10, tzinfo=UTC)
    plan = simulate.build_scenario(1, with_recorded=False)
    events = [each for each in plan.messages(noon, noon, noon + timedelta(minutes=3)) if each.qos == 0]
    references = {event.topic.split("/")[-2] for event in events}
    assert {"HD-ANPR-1", "HD-ANPR-3", "lantaarn-2101"} <= references

    heard: list[MQTTMessage] = []
    with (
        listening(broker.port, "event/#", 0, heard),
        Publisher(BrokerAddress(LOOPBACK_HOST, broker.port), Event()) as publisher,
    ):
        # What is sent before there is a connection is lost.
        wait_for(lambda: publisher.send(events[0]) and bool(heard), 10)
        for event in events[1:]:
            assert publisher.send(event)
        wait_for(lambda: heard[-1].payload == events[-1].payload, 10)
    assert [each.qos for each in heard] == [0] * len(heard)
    first, *others = ((event.topic, event.payload) for event in events)
    assert [said for each in heard if (said := (each.topic, each.payload)) != first] == others
