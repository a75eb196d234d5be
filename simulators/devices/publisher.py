"""Publishing to the broker: MQTT 3.1.1. Messages at least once (QoS 1), never more unanswered than the broker can bear;
events at most once (QoS 0), so that neither end keeps what tells of one person.
"""

import threading
import time
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from sensors import logs
from sensors.broker import BrokerAddress
from simulators.devices.messages import Event, Message

UNANSWERED = 50
"""Messages on their way at the same time: half of what the embedded broker allows."""
PATIENCE = 10.0
"""Seconds that the last answers are waited for."""

log = logs.get()


class Publisher:
    """Two connections that come back by themselves: what was not answered is sent again, an event is not."""

    def __init__(self, address: BrokerAddress, stop: threading.Event) -> None:
        self._stop = stop
        self._room = threading.Semaphore(UNANSWERED)
        self._client = _client(address, "simulate")
        self._client.on_publish = self._answered
        # The library tells that an event is sent as it tells that a message is answered: on a line of their own.
        self._events = _client(address, "simulate-events")

    def __enter__(self) -> Self:
        self._client.loop_start()
        self._events.loop_start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._wait_for_answers()
        for client in (self._client, self._events):
            client.disconnect()
            client.loop_stop()

    def send(self, message: Message | Event) -> bool:
        """Hand over a message; waits while too many are unanswered. False when it was stopped while waiting.

        An event is lost when there is no connection.
        """
        if isinstance(message, Event):
            self._events.publish(message.topic, message.payload, qos=message.qos)
            return True
        while not self._room.acquire(timeout=0.2):
            if self._stop.is_set():
                return False
        self._client.publish(message.topic, message.payload, qos=message.qos)
        return True

    def _answered(self, *_: object) -> None:
        self._room.release()

    def _wait_for_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE
        for _ in range(UNANSWERED):
            if not self._room.acquire(timeout=max(0.0, deadline - time.monotonic())):
                log.warning("messages_not_answered")
                return


def _client(address: BrokerAddress, name: str) -> mqtt.Client:
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id=f"lantaarn-{name}-{uuid4().hex[:8]}", protocol=mqtt.MQTTv311
    )
    client.max_inflight_messages_set(UNANSWERED)
    client.reconnect_delay_set(min_delay=1, max_delay=15)
    client.on_connect = _connected
    client.on_disconnect = _disconnected
    address.introduce(client)
    client.connect_async(address.host, address.port, keepalive=30)
    return client


def _connected(_client: mqtt.Client, _userdata: Any, _flags: mqtt.ConnectFlags, reason: ReasonCode, _: object) -> None:
    if reason.is_failure:
        log.warning("broker_refuses", reason=str(reason))
    else:
        log.info("connected_to_broker")


def _disconnected(
    _client: mqtt.Client, _userdata: Any, _flags: mqtt.DisconnectFlags, reason: ReasonCode, _: object
) -> None:
    if reason.is_failure:
        log.warning("connection_to_broker_lost", reason=str(reason))
