"""``lantaarn simulate``: what all devices of the city say, first the past at full speed, then as time goes by.

Events, which tell of single vehicles and persons, have no past: they are said as they happen, or not at all.
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
"""An event that could not be sent within this time is not sent at all."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A city whose devices speak. ``faults``: what is wrong with which device, by reference."""

    entries: tuple[Entry, ...]
    seed: int
    replay: bool
    faults: Mapping[str, Fault]

    def messages(
        self, start: datetime, now: datetime, until: datetime | None = None
    ) -> Iterator[DeviceMessage | DeviceEvent]:
        """Everything said after ``start``, in the order in which it is sent; without ``until`` it never ends.

        Up to ``now`` a message holds many readings, after it one; events come only after ``now``.
        Pure: the same arguments give the same messages.
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
    """The example city. ``faulty``: the share of simulated devices with a fault; replayed ones have none."""
    entries = tuple(city_register.example_entries(seed))
    simulated = [
        each.reference for each in entries if each.delivers_data and each.reference not in replay.RECORDED_REFERENCES
    ]
    return Scenario(entries, seed, with_recorded, faults.assign_faults(simulated, fault_share, seed))


def is_overdue(message: DeviceMessage | DeviceEvent, now: datetime) -> bool:
    """Is this an event that nobody may keep any longer, because it should have been said before?"""
    return isinstance(message, DeviceEvent) and now - message.sent_at > MAX_EVENT_DELAY


def run_simulation(settings: SimulateSettings) -> None:
    """Publish until Ctrl-C or SIGTERM. A broker that is away is waited for."""
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
        click.echo(f"Fault on purpose: {reference} is {fault}")


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
    """Publish up to the end of the span. Gives the first message after it, or nothing when it was stopped."""
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
    """A function that shows which share is done: a bar in a terminal, a line for each tenth elsewhere."""
    console = Console()
    if not console.is_terminal:
        yield _ProgressLines().show
        return
    with Progress(console=console) as bar:
        task = bar.add_task("The past", total=1.0)
        yield lambda share: bar.update(task, completed=share)


class _ProgressLines:
    def __init__(self) -> None:
        self._told = 0

    def show(self, share: float) -> None:
        tenth = int(share * 10)
        if tenth > self._told:
            self._told = tenth
            click.echo(f"The past: {tenth * 10} %")
