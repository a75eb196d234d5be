"""A session at the broker: nothing is acknowledged twice, on another connection, or before it is asked for."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from queue import Queue

from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes

from ingest.mqtt.session import Delivery, Session
from ingest.mqtt.subscriptions import Subscription, worker_subscriptions
from sensors.broker import BrokerAddress
from sensors.processes import LOOPBACK_HOST, find_free_port
from tests.support.scripted_broker import TIMEOUT_SECONDS, ScriptedBroker, scripted_broker
from tests.support.waiting import wait_for

(SUBSCRIPTION,) = worker_subscriptions("helmond", 1)
ABANDONED = replace(SUBSCRIPTION, is_abandoned=True)
NOT_AUTHORIZED = 0x87
"""MQTT 5, 3.9.3."""


@contextmanager
def opened(
    broker: ScriptedBroker,
    on_delivery: Callable[[Delivery], None] = lambda _: None,
    subscription: Subscription = SUBSCRIPTION,
) -> Generator[Session]:
    session = Session(broker.address, subscription, 100, on_delivery)
    assert session.open()
    try:
        yield session
    finally:
        session.close()


def test_it_subscribes_to_the_municipality_and_keeps_its_session() -> None:
    with scripted_broker() as broker, opened(broker) as session:
        connect = broker.expect(PacketTypes.CONNECT)
        assert not connect[7] & 2, "a clean start would drop what waits (MQTT 5, 3.1.2.4)"
        assert b"lantaarn-ingest-helmond" in connect
        assert b"helmond/#\x01" in broker.expect(PacketTypes.SUBSCRIBE), "with QoS 1"
        assert session.is_connected
        assert not session.is_resumed
        assert session.protocol == MQTTProtocolVersion.MQTTv5


def test_what_is_delivered_is_acknowledged_when_asked_and_not_before() -> None:
    deliveries = Queue[Delivery]()
    with scripted_broker() as broker, opened(broker, deliveries.put) as session:
        broker.publish("helmond/traffic/a/json", b"{}", packet_id=258)
        delivery = deliveries.get(timeout=TIMEOUT_SECONDS)
        assert [each.message.payload for each in delivery.publications] == [b"{}"]
        assert session.is_current_connection(delivery.connection_number)
        session.acknowledge(delivery.connection_number - 1, [7])
        session.acknowledge(delivery.connection_number, [258])
        assert broker.expect(PacketTypes.PUBACK) == b"\x01\x02", "7 was of a connection that is gone"


def test_after_a_broken_connection_it_reconnects_and_what_came_before_is_void() -> None:
    deliveries = Queue[Delivery]()
    with scripted_broker() as broker, opened(broker, deliveries.put) as session:
        broker.publish("helmond/traffic/a/json", b"{}", packet_id=1)
        before = deliveries.get(timeout=TIMEOUT_SECONDS)
        session.break_connection()
        assert not session.is_current_connection(before.connection_number)
        broker.expect(PacketTypes.CONNECT)
        broker.expect(PacketTypes.CONNECT)
        wait_for(lambda: session.is_connected, TIMEOUT_SECONDS)
        session.acknowledge(before.connection_number, [1])
        broker.publish("helmond/traffic/a/json", b"{}", packet_id=2)
        after = deliveries.get(timeout=TIMEOUT_SECONDS)
        session.acknowledge(after.connection_number, [2])
        assert broker.expect(PacketTypes.PUBACK) == b"\x00\x02"


def test_a_broker_of_before_mqtt_5_is_spoken_to_in_its_own_language() -> None:
    with scripted_broker(speaks_mqtt_5=False) as broker, opened(broker) as session:
        assert session.protocol == MQTTProtocolVersion.MQTTv311
        assert session.is_connected


def test_a_refused_subscription_is_no_open_session() -> None:
    with scripted_broker(subscribe_code=NOT_AUTHORIZED) as broker:
        session = Session(broker.address, SUBSCRIPTION, 100, lambda _: None)
        assert not session.open()
        assert not session.is_connected


def test_where_nobody_listens_no_session_opens() -> None:
    session = Session(BrokerAddress(LOOPBACK_HOST, find_free_port()), SUBSCRIPTION, 100, lambda _: None)
    assert not session.open()
    assert not session.is_connected
    session.break_connection()


def test_an_abandoned_session_is_unsubscribed_emptied_and_ended() -> None:
    with scripted_broker(has_session=True) as broker, opened(broker, subscription=ABANDONED) as session:
        assert session.is_resumed, "so there may be something left in it"
        broker.expect(PacketTypes.CONNECT)
        assert b"helmond/#" in broker.expect(PacketTypes.UNSUBSCRIBE)
        session.discard()
        last = broker.expect(PacketTypes.CONNECT)
        assert last[7] & 2, "a clean start ends the session at the broker"
