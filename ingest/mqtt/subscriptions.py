"""Who sits where: the durable sessions that the workers of one municipality have at the broker.

One worker subscribes to everything. Several share it: the broker gives each message to one of them (MQTT 5, 4.8.2).
Mosquitto gives a share to everyone who asks for it by its name, also to who may read nothing: what it may not read is
then gone. So the name is a secret (``LANTAARN_SHARE_NAME``).
A session outlives its worker. When there are other workers than before, the sessions that nobody sits on any more would
go on collecting messages, so they are emptied and ended first.
"""

from dataclasses import dataclass, replace

MAX_WORKERS = 16


@dataclass(frozen=True, slots=True)
class Subscription:
    """One session: its name at the broker, and what it subscribes to."""

    client_id: str
    topic_filter: str
    receives_events: bool = False
    """Who sits here listens to event topics too: one worker does, so that all of a segment or a group comes to it."""
    is_abandoned: bool = False
    """Nobody sits here any more: the subscription is ended instead of made."""


def worker_subscriptions(
    municipality: str, worker_count: int, share_name: str = "lantaarn"
) -> tuple[Subscription, ...]:
    """The sessions of so many workers."""
    if worker_count == 1:
        return (Subscription(f"lantaarn-ingest-{municipality}", f"{municipality}/#", receives_events=True),)
    shared = f"$share/{share_name}/{municipality}/#"
    return tuple(
        Subscription(f"lantaarn-ingest-{municipality}-{number}", shared, receives_events=number == 1)
        for number in range(1, worker_count + 1)
    )


def abandoned_subscriptions(
    municipality: str, worker_count: int, share_name: str = "lantaarn"
) -> tuple[Subscription, ...]:
    """The sessions that other numbers of workers may have left at the broker."""
    taken = {seat.client_id for seat in worker_subscriptions(municipality, worker_count)}
    every = (*worker_subscriptions(municipality, 1), *worker_subscriptions(municipality, MAX_WORKERS, share_name))
    return tuple(replace(seat, is_abandoned=True) for seat in every if seat.client_id not in taken)
