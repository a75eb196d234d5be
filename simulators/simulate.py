"""``lantaarn simulate``: publish the messages of every device, history at full speed and then in real time.

Events concern single vehicles and persons, so they are never backfilled: they are published as they happen or not at
all.
"""

import heapq
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import click
from rich.console import Console
from rich.progress import Progress

from sensors.register.entry import Entry
from sensors.settings.simulators import SimulateSettings
from sensors.vocabulary.codes import Status
from simulators import faults, replay
from simulators.city import example_register as city_register
from simulators.city.entry_builder import MUNICIPALITY
from simulators.devices import events
from simulators.devices.device import device_of_entry
from simulators.devices.messages import DeviceEvent, DeviceMessage, device_topic, pack_samples
from simulators.devices.publisher import Publisher
from simulators.faults import Fault

MAX_EVENT_DELAY = timedelta(minutes=1)
"""Events delayed longer than this are dropped."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A city and the faults injected into it, by device reference."""

    entries: tuple[Entry, ...]
    seed: int
    replay: bool
    faults: Mapping[str, Fault]

    def messages(
        self, start: datetime, now: datetime, until: datetime | None = None
    ) -> Iterator[DeviceMessage | DeviceEvent]:
        """Yield every message after ``start`` in order of ``sent_at``; endless without ``until``.

        Messages up to ``now`` carry many readings each, later ones a single reading. Events start at ``now``.
        Pure: equal arguments yield equal messages.
        """
        streams = self._streams(start, now, until)
        happening = events.event_streams(self.entries, self.seed, now, until)
        for reference, fault in self.faults.items():
            if reference in streams:
                streams[reference] = faults.apply_to_messages(fault, streams[reference], self.seed)
            if reference in happening:
                happening[reference] = faults.apply_to_events(fault, happening[reference], self.seed)
        return heapq.merge(*streams.values(), *happening.values(), key=lambda message: message.sent_at)

    def _streams(self, start: datetime, now: datetime, until: datetime | None) -> dict[str, Iterator[DeviceMessage]]:
        streams: dict[str, Iterator[DeviceMessage]] = {}
        for entry in self.entries:
            found = device_of_entry(entry, self.seed)
            if found is not None and entry.reference not in replay.RECORDED_REFERENCES:
                on = device_topic(entry.municipality, found.kind, entry.reference)
                streams[entry.reference] = pack_samples(on, found.samples(start, until), now)
        return streams | (self._replayed(start, now, until) if self.replay else {})

    def _replayed(self, start: datetime, now: datetime, until: datetime | None) -> dict[str, Iterator[DeviceMessage]]:
        present = {entry.reference for entry in self.entries if entry.status is Status.ACTIVE}
        recorded = replay.recorded_streams(now, start, until, MUNICIPALITY)
        return {reference: stream for reference, stream in recorded.items() if reference in present}


def build_scenario(seed: int, *, with_recorded: bool = True, fault_share: float = 0.0) -> Scenario:
    """Build the example city, with a fault in ``fault_share`` of the simulated devices; replayed ones have none."""
    entries = tuple(city_register.example_entries(seed))
    simulated = [
        each.reference for each in entries if each.delivers_data and each.reference not in replay.RECORDED_REFERENCES
    ]
    return Scenario(entries, seed, with_recorded, faults.assign_faults(simulated, fault_share, seed))


def is_overdue(message: DeviceMessage | DeviceEvent, now: datetime) -> bool:
    """Whether this is an event too old to publish: holding it longer would be storing it."""
    return isinstance(message, DeviceEvent) and now - message.sent_at > MAX_EVENT_DELAY


def run_simulation(settings: SimulateSettings) -> None:
    """Publish until Ctrl-C or SIGTERM, waiting for the broker when it is unavailable."""
    plan = build_scenario(settings.seed, with_recorded=settings.replay, fault_share=settings.faults)
    _print_faults(plan.faults)
    now = datetime.now(UTC)
    start = now - timedelta(days=settings.days)
    with _stop_on_signal() as stop, Publisher(settings.broker, stop) as publisher:
        messages = plan.messages(start, now)
        following = _publish_past(messages, (start, now), publisher, stop)
        if following is not None:
            _publish_live(following, messages, publisher, stop)


def _print_faults(faults_by_reference: Mapping[str, Fault]) -> None:
    for reference, fault in sorted(faults_by_reference.items()):
        click.echo(f"Injected fault: {reference} is {fault}")


@contextmanager
def _stop_on_signal() -> Generator[threading.Event]:
    stop = threading.Event()

    def set_stop(*_: object) -> None:
        stop.set()

    before = {each: signal.signal(each, set_stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _publish_past(
    messages: Iterator[DeviceMessage | DeviceEvent],
    span: tuple[datetime, datetime],
    publisher: Publisher,
    stop: threading.Event,
) -> DeviceMessage | DeviceEvent | None:
    """Publish the messages in ``span``; return the first one after it, or None if stopped."""
    start, end = span
    with _progress() as show:
        for message in messages:
            if message.sent_at > end:
                show(1.0)
                return message
            if stop.is_set() or not publisher.send(message):
                return None
            show((message.sent_at - start) / (end - start))
    return None


def _publish_live(
    following: DeviceMessage | DeviceEvent,
    messages: Iterator[DeviceMessage | DeviceEvent],
    publisher: Publisher,
    stop: threading.Event,
) -> None:
    while not stop.wait(max(0.0, (following.sent_at - datetime.now(UTC)).total_seconds())):
        if not is_overdue(following, datetime.now(UTC)) and not publisher.send(following):
            return
        following = next(messages)


@contextmanager
def _progress() -> Generator[Callable[[float], None]]:
    """Yield a function that reports the share done: a bar on a terminal, elsewhere a line per 10 %."""
    console = Console()
    if not console.is_terminal:
        yield _ProgressLines().show
        return
    with Progress(console=console) as bar:
        task = bar.add_task("History", total=1.0)
        yield lambda share: bar.update(task, completed=share)


class _ProgressLines:
    def __init__(self) -> None:
        self._shown = 0

    def show(self, share: float) -> None:
        tenth = int(share * 10)
        if tenth > self._shown:
            self._shown = tenth
            click.echo(f"History: {tenth * 10} %")
