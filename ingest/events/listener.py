"""Listen to event topics: messages about individual vehicles or people, aggregated in windows as they arrive.

Uses its own client with QoS 0 and a clean session, so that the broker never stores such a message. Nor is it kept here:
it is handled on the network thread and discarded. Only what is made by the clock waits for the database: finished
windows, and once a day how much was refused. A message leaves no other trace, not even a line in the log: that it came
means that someone passed. Messages sent while nobody listens are lost, and a window with such a gap is never stored.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Lock, Thread

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from ingest.events.aggregates import Aggregate, EventBatch
from ingest.events.pipeline import PrivacyWindows, process_event_message
from ingest.events.refusals import EventRefusals, RefusalCounter
from ingest.metrics import Metrics
from ingest.mqtt.takeovers import SessionTakenOverError, TakeoverCounter
from ingest.pipeline import IncomingMessage, SensorsByTopic
from sensors import logs
from sensors.broker import BrokerAddress
from sensors.formats.topics import EVENT_PREFIX

log = logs.get_logger()

TICK_INTERVAL_SECONDS = 5.0
"""Interval at which windows are closed and expired tokens dropped, even if no messages arrive."""
MIN_TAKE_INTERVAL_SECONDS = 1.0
"""Minimum interval between batches: each is a transaction of its own, so under load there must not be many."""
KEEP_ALIVE_SECONDS = 10
MAX_DISCONNECT_DETECTION = timedelta(seconds=2 * KEEP_ALIVE_SECONDS)
"""A silent disconnect is noticed within this time, so the gap may have begun this much earlier. A process that was
stopped for longer has missed messages."""


def uptime_seconds() -> float:
    """Seconds since this machine started, including those for which it was suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class EventListener:
    """Listens to one municipality's event topics. There is only one, since it must see all of a segment or group."""

    def __init__(
        self,
        broker: BrokerAddress,
        municipality: str,
        metrics: Metrics,
        now: Callable[[], datetime],
        on_taken_over: Callable[[SessionTakenOverError], None] = lambda _: None,
    ) -> None:
        self._broker = broker
        self._client_id = f"lantaarn-events-{municipality}"
        self._takeovers = TakeoverCounter(self._client_id, on_taken_over)
        self._municipality = municipality
        self._topic_filter = f"{EVENT_PREFIX}{municipality}/#"
        self._metrics = metrics
        self._now = now
        self._lock = Lock()
        self._windows = PrivacyWindows()
        self._register: SensorsByTopic = {}
        self._refusal_counter = RefusalCounter(now())
        self._finished_windows: list[Aggregate] = []
        self._refusals: list[EventRefusals] = []
        self._failures: set[str] = set()
        self._disconnected_since: datetime | None = now()
        self._taken = 0.0
        self._ticked = uptime_seconds()
        self._closing = Event()
        self._client: Client | None = None
        self._ticker = Thread(target=self._tick_on, name="events", daemon=True)

    @property
    def is_ready(self) -> bool:
        """Whether the subscription is active; always true in workers that don't listen."""
        return self._client is None or self._disconnected_since is None

    def open(self, protocol: MQTTProtocolVersion) -> None:
        """Start listening. Returns at once, and reconnects automatically."""
        client = self._client = Client(CallbackAPIVersion.VERSION2, client_id=self._client_id, protocol=protocol)
        self._broker.set_credentials(client)
        client.reconnect_delay_set(min_delay=1, max_delay=30)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.connect_async(self._broker.host, self._broker.port, KEEP_ALIVE_SECONDS)
        client.loop_start()
        self._ticker.start()

    def close(self) -> None:
        """Stop listening. Tokens and open windows are lost with this process."""
        self._closing.set()
        if (client := self._client) is not None:
            client.disconnect()
            client.loop_stop()
            self._ticker.join()
            # Otherwise the client and we refer to each other, and it keeps a pair of sockets until it is freed.
            client.on_connect = client.on_disconnect = client.on_subscribe = client.on_message = None

    def resume_from(self, booked_until: datetime) -> None:
        """Account for the windows since an earlier process. Call it before the first ``set_register``."""
        self._windows.resume_from(booked_until)

    def set_register(self, register: SensorsByTopic) -> None:
        """Apply this register from now on: the sensors of this municipality in it. Nothing of others is heard, so that
        their windows and cells, which another listener may store in the same database, would be empty here."""
        heard = {key: sensor for key, sensor in register.items() if key[0] == self._municipality}
        with self._lock:
            self._register = heard
            self._windows.set_register(heard, self._now())

    def take_batch(self) -> EventBatch:
        """Hand over what is ready to store; empty within ``MIN_TAKE_INTERVAL_SECONDS`` of the previous call."""
        if time.monotonic() - self._taken < MIN_TAKE_INTERVAL_SECONDS:
            return EventBatch()
        self._taken = time.monotonic()
        with self._lock:
            event_batch = EventBatch(tuple(self._finished_windows), self._windows.take_booked(), tuple(self._refusals))
            self._finished_windows.clear()
            self._refusals.clear()
        return event_batch

    def _tick_on(self) -> None:
        while not self._closing.wait(TICK_INTERVAL_SECONDS):
            with self._lock:
                self._tick(self._now())

    def _tick(self, now: datetime) -> None:
        self._record_standstill(now)
        if self._disconnected_since is not None:
            self._windows.record_gap(self._disconnected_since, now)
        self._finished_windows.extend(self._windows.close_finished(now))
        self._refusals.extend(self._refusal_counter.close_day(now))
        self._metrics.record_windows(self._windows.outcome_counts(), self._windows.matcher.tokens_full)

    def _record_standstill(self, now: datetime) -> None:
        """Record that nothing was heard while this process or this machine was stopped."""
        before, self._ticked = self._ticked, uptime_seconds()
        stopped = timedelta(seconds=self._ticked - before)
        if stopped > MAX_DISCONNECT_DETECTION:
            self._windows.record_gap(now - stopped, now)

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, _properties: Properties | None
    ) -> None:
        if code.is_failure:
            log.error("broker_connection_refused", reason=code.getName())
        elif client.protocol == MQTTv5:
            # Retain as published, so that a retained message is flagged on arrival, not only to later subscribers.
            client.subscribe(self._topic_filter, options=SubscribeOptions(qos=0, retainAsPublished=True))
        else:
            client.subscribe(self._topic_filter, qos=0)

    def _on_subscribe(
        self, _client: Client, _data: object, _mid: int, codes: list[ReasonCode], _properties: Properties | None
    ) -> None:
        if any(code.is_failure for code in codes):
            log.error("subscription_refused", reason=codes[0].getName())
            return
        with self._lock:
            if self._disconnected_since is not None:
                self._windows.record_gap(self._disconnected_since, self._now())
                self._disconnected_since = None
        log.info("events_subscribed")

    def _on_disconnect(
        self, _client: Client, _data: object, _flags: DisconnectFlags, code: ReasonCode, _properties: Properties | None
    ) -> None:
        with self._lock:
            if self._disconnected_since is None:
                self._disconnected_since = self._now() - MAX_DISCONNECT_DETECTION
        if not self._closing.is_set():
            log.warning("broker_disconnected", reason=code.getName())
            self._takeovers.record(code)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            self._handle(IncomingMessage(message.topic, bytes(message.payload)), message.retain)
        except Exception as error:  # noqa: BLE001 - paho would print it, and its text may hold an identifier
            name = type(error).__name__
            if name not in self._failures:
                # Once: a line for each message would tell when someone passes.
                self._failures.add(name)
                log.error("event_handling_failed", error=name)  # noqa: TRY400 - the traceback may hold it too

    def _handle(self, message: IncomingMessage, retained: bool) -> None:
        with self._lock:
            now = self._now()
            outcome = process_event_message(message, self._register, self._windows, now, is_retained=retained)
            self._refusal_counter.add(outcome, now)
