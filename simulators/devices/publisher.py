"""Publish to the broker over MQTT 3.1.1.

Messages use QoS 1 with a bounded number in flight. Events use QoS 0, so that neither end stores data about one person.
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
from simulators.devices.messages import DeviceEvent, DeviceMessage

MAX_IN_FLIGHT = 50
"""Unacknowledged messages: half of what the embedded broker allows."""
ACKNOWLEDGEMENT_TIMEOUT_SECONDS = 10.0
"""Seconds to wait for the last acknowledgements on exit."""

log = logs.get_logger()


class Publisher:
    """Two reconnecting connections. Unacknowledged messages are redelivered; events are not."""

    def __init__(self, address: BrokerAddress, stop: threading.Event) -> None:
        self._stop = stop
        self._free_slots = threading.Semaphore(MAX_IN_FLIGHT)
        self._client = _client(address, "simulate")
        self._client.on_publish = self._on_acknowledged
        # A separate connection: paho calls on_publish for QoS 0 too, which would free slots that were never taken.
        self._events = _client(address, "simulate-events")

    def __enter__(self) -> Self:
        self._client.loop_start()
        self._events.loop_start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._wait_for_acknowledgements()
        for client in (self._client, self._events):
            client.disconnect()
            client.loop_stop()

    def send(self, message: DeviceMessage | DeviceEvent) -> bool:
        """Queue a message, blocking while too many are in flight. False if stopped while waiting.

        Events are lost while disconnected.
        """
        if isinstance(message, DeviceEvent):
            self._events.publish(message.topic, message.payload, qos=message.qos)
            return True
        while not self._free_slots.acquire(timeout=0.2):
            if self._stop.is_set():
                return False
        self._client.publish(message.topic, message.payload, qos=message.qos)
        return True

    def _on_acknowledged(self, *_: object) -> None:
        self._free_slots.release()

    def _wait_for_acknowledgements(self) -> None:
        deadline = time.monotonic() + ACKNOWLEDGEMENT_TIMEOUT_SECONDS
        for _ in range(MAX_IN_FLIGHT):
            if not self._free_slots.acquire(timeout=max(0.0, deadline - time.monotonic())):
                log.warning("messages_unacknowledged")
                return


def _client(address: BrokerAddress, name: str) -> mqtt.Client:
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id=f"lantaarn-{name}-{uuid4().hex[:8]}", protocol=mqtt.MQTTv311
    )
    client.max_inflight_messages_set(MAX_IN_FLIGHT)
    client.reconnect_delay_set(min_delay=1, max_delay=15)
    client.on_connect = _on_connect
    client.on_disconnect = _on_disconnect
    address.set_credentials(client)
    client.connect_async(address.host, address.port, keepalive=30)
    return client


def _on_connect(_client: mqtt.Client, _userdata: Any, _flags: mqtt.ConnectFlags, reason: ReasonCode, _: object) -> None:
    if reason.is_failure:
        log.warning("broker_connection_refused", reason=str(reason))
    else:
        log.info("broker_connected")


def _on_disconnect(
    _client: mqtt.Client, _userdata: Any, _flags: mqtt.DisconnectFlags, reason: ReasonCode, _: object
) -> None:
    if reason.is_failure:
        log.warning("broker_disconnected", reason=str(reason))
