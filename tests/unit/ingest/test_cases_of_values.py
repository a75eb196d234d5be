"""Cases in which a number was believed that wasn't what it seemed: a unit under another name, a saturated sensor."""

import json
from datetime import UTC, datetime, timedelta

from ingest.pipeline import IncomingMessage, IngestSensor, MessageOutcome, StoredDatastream, process_message
from ingest.quality_flags import QualityChecker, QualityFlag
from sensors.kinds import KINDS
from sensors.vocabulary.codes import Status
from sensors.vocabulary.rejection_reasons import RejectionReason
from tests.support.cases import ingest_case

RECEIVED_AT = datetime(2026, 11, 30, tzinfo=UTC)


def outcomes(case_name: str) -> list[MessageOutcome]:
    """What becomes of the messages of a case, sent by a sensor that declares every property of its kind."""
    case = ingest_case(case_name)
    kind = KINDS[case["topic_kind"]]
    datastreams = {
        code: StoredDatastream(number, "observation_31d", timedelta(days=31), each)
        for number, (code, each) in enumerate(kind.properties.items())
    }
    register = {("helmond", kind.code, "case"): IngestSensor(1, kind, Status.ACTIVE, datastreams)}
    checker = QualityChecker()
    messages = [
        IncomingMessage(f"helmond/{kind.code}/case/json", json.dumps(each).encode()) for each in case["messages"]
    ]
    return [process_message(each, register, checker, RECEIVED_AT) for each in messages]


def test_a_unit_under_another_name_is_read() -> None:
    (outcome,) = outcomes("04")
    codes = list(KINDS["air_quality"].properties)
    values = {codes[each.datastream_id]: (round(each.value, 9), each.quality) for each in outcome.observations}
    assert values == {
        "co": (350, QualityFlag.GOOD),
        "pm2_5": (12, QualityFlag.GOOD),
        "relative_humidity": (58, QualityFlag.GOOD),
    }
    assert not outcome.rejections


def test_the_end_of_the_range_of_a_sensor_is_never_good() -> None:
    sent = [each["pm2_5"] for each in ingest_case("09")["messages"]]
    found = outcomes("09")
    assert [each.value for outcome in found for each in outcome.observations] == [
        each for each in sent if each != 999.9
    ]
    assert [outcome.rejections[0].reason for outcome in found if outcome.rejections] == [
        RejectionReason.SATURATED for each in sent if each == 999.9
    ]
    assert 999.9 in sent
