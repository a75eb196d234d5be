"""What must be true once ``noise`` is a folder of ``sensors.kinds``; run where it is (``test_one_folder``)."""

import json
from datetime import timedelta

from api import formatting
from dashboards.panel_queries import SUBSTITUTIONS
from dashboards.units import GRAFANA_UNITS
from docs.generators import payloads
from ingest.pipeline import IncomingMessage, IngestSensor, MessageOutcome, StoredDatastream, process_message
from ingest.quality_flags import QualityChecker
from sensors.devices.accounts import topics_of_sensor
from sensors.kinds import KINDS
from sensors.register.themes import themes_of
from sensors.vocabulary.codes import Status
from tests.support.entries import example_entry
from tests.unit.ingest.test_pipeline import NOW
from tests.unit.sensors import test_kinds

MEASURED_AT = NOW - timedelta(minutes=1)
NOISE = KINDS["noise"]


def processed(code: str, payload: bytes) -> MessageOutcome:
    """What becomes of a message of a registered sound level meter in this format."""
    datastream = StoredDatastream(1, "observation_31d", timedelta(days=31), NOISE.properties["sound_level"])
    meter = IngestSensor(7, NOISE, Status.ACTIVE, {"sound_level": datastream})
    message = IncomingMessage(f"helmond/noise/GLD-1/{code}", payload)
    return process_message(message, {("helmond", "noise", "GLD-1"): meter}, QualityChecker(), NOW)


def check_stored(result: MessageOutcome, code: str) -> None:
    """Check that the message became one value, under the topic template of this format."""
    assert result.topic_template == f"+/noise/+/{code}"
    assert [(each.time, each.value) for each in result.observations] == [(MEASURED_AT, 54.5)]
    assert not result.rejections
    assert result.fields_dropped == 0


def check_own_tests() -> None:
    """Check that the tests of kinds hold for its properties and examples."""
    test_kinds.test_every_folder_is_a_kind_named_after_it()
    test_kinds.test_a_property_code_is_in_one_kind_only()
    test_kinds.test_a_kind_has_a_known_theme_or_none(NOISE)
    test_kinds.test_a_property_is_complete(NOISE.properties["sound_level"])
    test_kinds.test_every_kind_has_examples_one_of_them_with_errors(NOISE)
    examples = [path for path in test_kinds.PAYLOADS if path.parent.parent.name == "noise"]
    assert len(examples) == 4
    for path in examples:
        test_kinds.test_an_example_is_read_as_expected(path)


def check_words() -> None:
    """Check that pages, dashboards, themes and the document for device makers know it."""
    assert (formatting.UNIT_LABELS["dB[SPL]"][0].nl, GRAFANA_UNITS["dB[SPL]"]) == ("dB", "dB")
    assert "('noise', 'Geluid')" in SUBSTITUTIONS["{kinds}"]
    assert "| `sound_level` | Sound level | `dB[SPL]` |" in payloads.render_page()
    assert themes_of(example_entry(kind="noise", datastreams=[])) == ["noise"]
    assert "helmond/noise/GLD-1/json" in topics_of_sensor("helmond", "noise", "GLD-1")


if __name__ == "__main__":
    check_own_tests()
    check_words()
    text = json.dumps({"time": MEASURED_AT.isoformat(), "sound_level": 54.5})
    check_stored(processed("json", text.encode()), "json")
