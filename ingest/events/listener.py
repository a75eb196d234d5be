"""Listening to event topics: messages that tell of single vehicles or persons, taken up in windows as they come.

A client of its own, QoS 0 and a clean session, so that such a message never rests at the broker. It doesn't rest here
either: it is handled on the network thread and gone. What waits for the database are counts and windows that are over.
What is sent while nobody listens is lost, and a window with such a gap is never stored.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock, Thread

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from ingest.events.aggregates import Aggregate
from ingest.events.pipeline import Windows, process_event
from ingest.metrics import Metrics
from ingest.pipeline import Message, Outcome, Refused, Register
from sensors import logs
from sensors.broker import BrokerAddress
from sensors.formats.topics import EVENT_PREFIX

log = logs.get()

TICK = 5.0
"""Seconds between two looks at the clock: also when nothing comes, what is past its term goes."""
PAUSE = 1.0
"""Seconds between two takings: they are transactions of their own, so under load there must not be many."""
KEEP_ALIVE = 10
"""Seconds."""
UNNOTICED = timedelta(seconds=2 * KEEP_ALIVE)
"""A connection that breaks in silence is noticed within this, so what was missed may have begun so much earlier."""


@dataclass(slots=True)
class Tally:
    """What is left of messages of one sensor: numbers. Its size doesn't grow with theirs."""

    size: int = 0
    """Octets of the largest of them."""
    refused: Counter[Refused] = field(default_factory=Counter[Refused])
    fields_dropped: int = 0
    aggregated: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count one more message."""
        self.size = max(self.size, outcome.size)
        self.refused.update(outcome.refused)
        self.fields_dropped += outcome.fields_dropped
        self.aggregated += outcome.aggregated

    def outcome(self, sensor_id: int | None, topic_template: str) -> Outcome:
        """All of them as one."""
        refused = tuple(self.refused.elements())
        return Outcome(sensor_id, topic_template, self.size, (), refused, self.fields_dropped, self.aggregated)


@dataclass(frozen=True, slots=True)
class Harvest:
    """What there is to store."""

    outcomes: tuple[Outcome, ...] = ()
    aggregates: tuple[Aggregate, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.outcomes or self.aggregates)


class Listener:
    """The event topics of one municipality. There is one listener: all of a segment or a group must come to it."""

    def __init__(self, broker: BrokerAddress, municipality: str, metrics: Metrics, now: Callable[[], datetime]) -> None:
        self._broker = broker
        self._name = f"lantaarn-events-{municipality}"
        self._topic_filter = f"{EVENT_PREFIX}{municipality}/#"
        self._metrics = metrics
        self._now = now
        self._lock = Lock()
        self._windows = Windows()
        self._register: Register = {}
        self._tallies: defaultdict[tuple[int | None, str], Tally] = defaultdict(Tally)
        self._due: list[Aggregate] = []
        self._deaf_since: datetime | None = now()
        self._taken = 0.0
        self._closing = Event()
        self._client: Client | None = None
        self._ticker = Thread(target=self._tick_on, name="events", daemon=True)

    @property
    def ready(self) -> bool:
        """Whether the subscription stands. Also where there is none to make: another worker listens."""
        return self._client is None or self._deaf_since is None

    def open(self, protocol: MQTTProtocolVersion) -> None:
        """Begin to listen. Returns at once, and connects again by itself whenever the connection is gone."""
        client = self._client = Client(CallbackAPIVersion.VERSION2, client_id=self._name, protocol=protocol)
        self._broker.introduce(client)
        client.reconnect_delay_set(min_delay=1, max_delay=30)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.connect_async(self._broker.host, self._broker.port, KEEP_ALIVE)
        client.loop_start()
        self._ticker.start()

    def close(self) -> None:
        """Stop listening. Tokens and open windows end with this process."""
        self._closing.set()
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
            self._ticker.join()

    def learn(self, register: Register) -> None:
        """Go by this register from now on."""
        with self._lock:
            self._register = register
            self._windows.declare(register, self._now())

    def take(self) -> Harvest:
        """What there is to store; it is the caller's now. Nothing within a moment of the last time."""
        if time.monotonic() - self._taken < PAUSE:
            return Harvest()
        self._taken = time.monotonic()
        with self._lock:
            outcomes = tuple(tally.outcome(*key) for key, tally in self._tallies.items())
            harvest = Harvest(outcomes, tuple(self._due))
            self._tallies.clear()
            self._due.clear()
        return harvest

    def _tick_on(self) -> None:
        while not self._closing.wait(TICK):
            with self._lock:
                self._tick(self._now())

    def _tick(self, now: datetime) -> None:
        if self._deaf_since is not None:
            self._windows.interrupted(self._deaf_since, now)
        self._due.extend(self._windows.due(now))
        self._metrics.windowed(self._windows.fates(), self._windows.matcher.live)

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, _properties: Properties | None
    ) -> None:
        if code.is_failure:
            log.error("broker_refused", reason=code.getName())
        elif client.protocol == MQTTv5:
            # As published, so that a message is known for retained when it comes, not only to the next listener.
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
            if self._deaf_since is not None:
                self._windows.interrupted(self._deaf_since, self._now())
                self._deaf_since = None
        log.info("listening")

    def _on_disconnect(
        self, _client: Client, _data: object, _flags: DisconnectFlags, code: ReasonCode, _properties: Properties | None
    ) -> None:
        with self._lock:
            if self._deaf_since is None:
                self._deaf_since = self._now() - UNNOTICED
        if not self._closing.is_set():
            log.warning("broker_disconnected", reason=code.getName())

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            self._handle(Message(message.topic, bytes(message.payload)), message.retain)
        except Exception as error:  # noqa: BLE001 - paho would print it, and its text may hold an identifier
            log.error("event_not_handled", error=type(error).__name__)  # noqa: TRY400 - the traceback may hold it too

    def _handle(self, message: Message, retained: bool) -> None:
        if retained:
            log.warning("retained_event_message")
        with self._lock:
            outcome = process_event(message, self._register, self._windows, self._now(), retained=retained)
            self._tallies[outcome.sensor_id, outcome.topic_template].add(outcome)
