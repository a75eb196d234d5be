"""After two crashes in a row messages are stored alone, and the one in hand at three more is known by two numbers."""

from ingest.flow_control.crash_recovery import MAX_ATTEMPTS, CrashRecovery
from ingest.mqtt.framing import Publication
from ingest.pipeline import IncomingMessage
from sensors.db import Database

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


def test_the_crashes_are_over_when_all_that_could_come_again_is_stored(each_database: Database) -> None:
    for _ in range(2):
        started(each_database)
    recovery = started(each_database)
    recovery.record_attempt(each_database, SUSPECT)
    recovery.record_stored(each_database, WINDOW - 1)
    assert recovery.is_careful
    recovery.record_stored(each_database, 1)
    assert not recovery.is_recovering
    again = started(each_database)
    assert (again.is_careful, again.is_fatal(SUSPECT)) == (False, False)
