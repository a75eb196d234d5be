"""After two crashes in a row messages are stored alone, and the one in hand at three more is known by two numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Thread

import pytest
from paho.mqtt.packettypes import PacketTypes

import ingest.worker
from ingest.flow_control.crash_recovery import LONGEST_SILENCE_SECONDS, MAX_ATTEMPTS, MAX_CRASHES, CrashRecovery
from ingest.mqtt.framing import Publication
from ingest.mqtt.subscriptions import worker_subscriptions
from ingest.pipeline import IncomingMessage, MessageOutcome, MessageState, run_steps
from ingest.worker import WINDOW_BATCHES, Worker
from sensors.db import Database, connect
from sensors.settings.ingest import IngestSettings
from tests.support.scripted_broker import TIMEOUT_SECONDS, ScriptedBroker, scripted_broker

CLIENT_ID = "lantaarn-ingest-helmond"
WINDOW = 10
SUSPECT = Publication(IncomingMessage("helmond/traffic/a/json", b"x" * 100), 7)
OTHER = Publication(IncomingMessage("helmond/traffic/b/json", b"x" * 101), 7)
UNACKNOWLEDGED = Publication(IncomingMessage("helmond/traffic/a/json", b"x" * 100), 0)


def started(db: Database, client_id: str = CLIENT_ID) -> CrashRecovery:
    recovery = CrashRecovery(client_id, WINDOW)
    recovery.begin(db)
    return recovery


def test_two_processes_that_do_not_stop_make_the_third_careful(each_database: Database) -> None:
    states = [(recovery.is_recovering, recovery.is_careful) for recovery in (started(each_database) for _ in range(3))]
    assert states == [(False, False), (True, False), (True, True)]
    assert not started(each_database, CLIENT_ID + "-2").is_recovering, "sessions are apart"


def test_an_orderly_stop_ends_the_row(each_database: Database) -> None:
    started(each_database)
    started(each_database).end(each_database)
    assert not started(each_database).is_recovering


def test_a_process_that_did_nothing_notes_no_stop(each_database: Database) -> None:
    started(each_database)
    CrashRecovery(CLIENT_ID, WINDOW).end(each_database)
    assert started(each_database).is_recovering


def test_what_crashed_it_alone_three_times_is_recognised(each_database: Database) -> None:
    for _ in range(MAX_ATTEMPTS):
        recovery = started(each_database)
        assert not recovery.is_fatal(SUSPECT)
        recovery.record_attempt(each_database, SUSPECT)
    last = started(each_database)
    fatal = [last.is_fatal(each) for each in (SUSPECT, OTHER, UNACKNOWLEDGED)]
    assert fatal == [True, False, False]


def test_messages_that_take_turns_in_crashing_are_innocent(each_database: Database) -> None:
    for message in (SUSPECT, OTHER) * MAX_ATTEMPTS:
        recovery = started(each_database)
        assert not recovery.is_fatal(message)
        recovery.record_attempt(each_database, message)


def test_redelivery_to_the_same_process_is_no_crash(each_database: Database) -> None:
    recovery = started(each_database)
    for _ in range(MAX_ATTEMPTS):
        recovery.record_attempt(each_database, SUSPECT)
    assert not started(each_database).is_fatal(SUSPECT)


def test_a_message_without_acknowledgement_is_never_the_culprit(each_database: Database) -> None:
    for _ in range(MAX_ATTEMPTS):
        started(each_database).record_attempt(each_database, UNACKNOWLEDGED)
    assert not started(each_database).is_fatal(UNACKNOWLEDGED), "the broker does not send it again"


def test_the_crashes_are_over_when_all_that_could_come_again_is_acknowledged(each_database: Database) -> None:
    for _ in range(2):
        started(each_database)
    recovery = started(each_database)
    recovery.record_attempt(each_database, SUSPECT)
    recovery.record_acknowledged(each_database, WINDOW - 1)
    assert recovery.is_careful
    recovery.record_acknowledged(each_database, 1)
    assert not recovery.is_recovering
    again = started(each_database)
    assert (again.is_careful, again.is_fatal(SUSPECT)) == (False, False)


def test_the_crashes_are_over_after_a_long_silence(database: str) -> None:
    with connect(database) as db:
        started(db)
        recovery = started(db)
        for at in (0, 0.5, LONGEST_SILENCE_SECONDS - 0.5):
            recovery.record_silence(db, connection_number=1, at=at)
            assert recovery.is_recovering, "a large message may be on its way"
        recovery.record_silence(db, connection_number=1, at=LONGEST_SILENCE_SECONDS)
        assert not recovery.is_recovering
        assert not started(db).is_careful, "this process is the first since"


def test_messages_and_new_connections_break_a_silence(database: str) -> None:
    """What still waited on the connection before is not stored, and comes again."""
    with connect(database) as db:
        started(db)
        recovery = started(db)
        recovery.record_silence(db, connection_number=1, at=0)
        recovery.record_acknowledged(db, 1)
        recovery.record_silence(db, connection_number=1, at=LONGEST_SILENCE_SECONDS)
        recovery.record_silence(db, connection_number=3, at=2 * LONGEST_SILENCE_SECONDS)
        assert recovery.is_recovering
        recovery.record_silence(db, connection_number=3, at=3 * LONGEST_SILENCE_SECONDS)
        assert not recovery.is_recovering


BATCH_SIZE = 1
IN_FLIGHT = BATCH_SIZE * WINDOW_BATCHES
(SUBSCRIPTION,) = worker_subscriptions("helmond", 1)
FATAL = b"fatal"


class Crash(BaseException):
    """The end of a process, which no handler sees."""


def die_or_process(work: MessageState) -> MessageOutcome:
    if work.message.payload == FATAL:
        raise Crash
    return run_steps(work)


@dataclass(frozen=True, slots=True)
class Ingest:
    """Processes that crash on FATAL, and the broker that delivers to them."""

    broker: ScriptedBroker
    database: str

    def crashes_on(self, innocent: int, *, acknowledged: bool) -> bool:
        """Whether a process crashes that gets so many messages and then the culprit, acknowledged by it (QoS 1) or not.

        The broker delivers the same every time, as if all acknowledgements were lost.
        """
        sender = Thread(target=self._send, args=([b"{}"] * innocent + [FATAL], acknowledged))
        sender.start()
        address = f"mqtt://{self.broker.address.host}:{self.broker.address.port}"
        settings = IngestSettings.load(database_url=self.database, mqtt_url=address, batch_size=BATCH_SIZE)
        try:
            Worker(settings, replace(SUBSCRIPTION, is_abandoned=True)).drain()
        except Crash:
            return True
        finally:
            sender.join(TIMEOUT_SECONDS)
        return False

    def _send(self, payloads: Sequence[bytes], acknowledged: bool) -> None:
        self.broker.expect(PacketTypes.UNSUBSCRIBE)
        for packet_id, payload in enumerate(payloads, start=1):
            self.broker.publish("helmond/traffic/a/json", payload, packet_id if acknowledged else 0)


@pytest.fixture
def crashing(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ingest]:
    monkeypatch.setattr(ingest.worker, "run_steps", die_or_process)
    with scripted_broker(has_session=True) as broker:
        yield Ingest(broker, database)


def test_the_culprit_may_be_the_last_of_all_that_comes_again(crashing: Ingest) -> None:
    processes = range(MAX_CRASHES + MAX_ATTEMPTS + 1)
    crashes = [crashing.crashes_on(IN_FLIGHT - 1, acknowledged=True) for _ in processes]
    assert crashes == [True] * (MAX_CRASHES + MAX_ATTEMPTS) + [False]
    with connect(crashing.database) as db:
        refused = db.execute("select size from lantaarn.quarantine where reason = 'crashed'").fetchall()
        assert refused == [{"size": len(FATAL)}]
        assert not started(db, SUBSCRIPTION.client_id).is_recovering


def test_where_nothing_is_acknowledged_the_crashes_are_over_as_well(crashing: Ingest) -> None:
    with connect(crashing.database) as db:
        for _ in range(MAX_CRASHES):
            started(db, SUBSCRIPTION.client_id)
        assert crashing.crashes_on(IN_FLIGHT, acknowledged=False)
        assert not started(db, SUBSCRIPTION.client_id).is_careful, "the first crash since"
