"""Every message reaches one worker, and no session goes on collecting messages that nobody fetches."""

from itertools import product

import pytest

from ingest.mqtt.subscriptions import MAX_WORKERS, abandoned_subscriptions, worker_subscriptions


def test_one_worker_reads_everything_and_listens_to_events() -> None:
    (only,) = worker_subscriptions("helmond", 1)
    assert (only.client_id, only.topic_filter, only.receives_events) == ("lantaarn-ingest-helmond", "helmond/#", True)


@pytest.mark.parametrize("workers", [2, 5, MAX_WORKERS])
def test_several_workers_share_one_subscription_and_one_of_them_hears_events(workers: int) -> None:
    found = worker_subscriptions("helmond", workers, "secret-name")
    assert len({each.client_id for each in found}) == workers
    assert {each.topic_filter for each in found} == {"$share/secret-name/helmond/#"}
    assert [each.receives_events for each in found].count(True) == 1


def test_a_change_of_workers_leaves_no_session_unattended() -> None:
    counts = range(1, MAX_WORKERS + 1)
    for before, after in product(counts, counts):
        used = {each.client_id for each in worker_subscriptions("helmond", before, "name")}
        current = {each.client_id for each in worker_subscriptions("helmond", after, "name")}
        abandoned = abandoned_subscriptions("helmond", after, "name")
        assert all(each.is_abandoned for each in abandoned)
        drained = {each.client_id for each in abandoned}
        assert used <= current | drained
        assert not current & drained
