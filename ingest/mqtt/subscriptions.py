"""The durable sessions of one municipality's workers at the broker.

A single worker subscribes to everything. Several workers use a shared subscription: the broker delivers each message to
one of them (MQTT 5, 4.8.2). Mosquitto lets any client that knows the share name join, even one without read permission,
and messages assigned to such a client are lost. The name is therefore a secret (``LANTAARN_SHARE_NAME``).

A session outlives its worker. After a change in the number of workers, the sessions no longer in use would go on
collecting messages, so they are drained and ended.
"""

from dataclasses import dataclass, replace

MAX_WORKERS = 16


@dataclass(frozen=True, slots=True)
class Subscription:
    """One session: its client id at the broker, and its topic filter."""

    client_id: str
    topic_filter: str
    receives_events: bool = False
    """Whether its worker also listens to event topics. Exactly one does, so that it sees all of a segment or group."""
    is_abandoned: bool = False
    """No worker uses this session any more: it is unsubscribed instead of subscribed."""


def worker_subscriptions(
    municipality: str, worker_count: int, share_name: str = "lantaarn"
) -> tuple[Subscription, ...]:
    """Return the sessions for this number of workers."""
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
    """Return the sessions that a different number of workers may have left at the broker."""
    taken = {seat.client_id for seat in worker_subscriptions(municipality, worker_count)}
    every = (*worker_subscriptions(municipality, 1), *worker_subscriptions(municipality, MAX_WORKERS, share_name))
    return tuple(replace(seat, is_abandoned=True) for seat in every if seat.client_id not in taken)
