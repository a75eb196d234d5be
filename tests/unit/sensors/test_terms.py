"""How long what tells of passers-by is kept: never longer than the limits, whatever an entry says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.kinds import KINDS
from sensors.policy.compiler import DatastreamPolicy, compile_policy
from sensors.register.entry import Entry
from sensors.vocabulary.codes import Public
from sensors.vocabulary.durations import approximate_length, is_longer
from tests.support.entries import Document, example_datastream, example_entry, person_datastream

PASSES = sorted(code for code, each in KINDS["traffic"].properties.items() if each.passes)
RAW_TERMS = ["P1D", "P7D", "P31D", "P1Y", "P5Y", "P10Y"]
AGGREGATE_TERMS = ["PT12H", "P1D", "P2W", "P13M", "P395D", "P14M", "P2Y", "P5Y", "P60M", "P61M", "P10Y", "P99Y"]
REACTING = {"category": "sensor", "sensor_types": ["electricity", "proximity"]}
PLAIN = {"category": "sensor", "sensor_types": ["electricity"]}


def compiled(kind: str, *datastreams: Document, **changes: object) -> dict[str, DatastreamPolicy]:
    entry = Entry.model_validate(example_entry(kind=kind, datastreams=list(datastreams), **changes))
    return {each.property: each for each in compile_policy(entry).datastreams}


@given(
    st.sampled_from(PASSES),
    st.sampled_from(RAW_TERMS),
    st.sampled_from(AGGREGATE_TERMS),
    st.sampled_from(["none", "day", "hour"]),
)
def test_the_stricter_of_entry_and_limit_counts(code: str, raw: str, aggregate: str, public: str) -> None:
    rules = [{"rule": "public_threshold"}]
    retention = {"raw": raw, "aggregate": aggregate}
    stream = example_datastream(code, "traffic", public=public, privacy_rules=rules, retention=retention)
    policy = compiled("traffic", stream)[code]
    assert policy.retention_class == (raw if raw == "P1D" else "P7D")
    longest = "P13M" if public == "none" else "P5Y"
    assert policy.aggregate_term == (longest if is_longer(aggregate, longest) else aggregate)
    assert approximate_length(policy.totals_term) == min(approximate_length(each) for each in (aggregate, "P13M"))


@pytest.mark.parametrize("code", ["power", "energy", "dim_level", "lamp_temperature"])
def test_a_lamp_that_reacts_to_people_tells_it_for_a_week(code: str) -> None:
    stream = example_datastream(code, "streetlight", public="none")
    (still,) = compiled("streetlight", stream, device=PLAIN).values()
    assert (still.retention_class, still.totals_term, still.aggregate_term) == ("P1Y", "P10Y", "P10Y")
    (reacting,) = compiled("streetlight", stream, device=REACTING).values()
    assert (reacting.retention_class, reacting.totals_term, reacting.aggregate_term) == ("P7D", "P7D", "P10Y")
    reports = compiled("streetlight", stream, person_datastream("presence", "streetlight"), device=PLAIN)
    assert reports[code] == reacting


def test_what_lamps_that_react_to_people_use_together_is_not_published_whatever_an_entry_says() -> None:
    stream = example_datastream("cabinet_energy", "streetlight", public="hour")
    (still,) = compiled("streetlight", stream, device=PLAIN).values()
    (reacting,) = compiled("streetlight", stream, device=REACTING).values()
    assert (still.public, still.retention_class) == (Public.HOUR, "P1Y")
    assert (reacting.public, reacting.retention_class) == (Public.NONE, "P7D")


def test_what_tells_nothing_of_people_is_kept_as_declared() -> None:
    fault = example_datastream("fault_code", "streetlight", public="day")
    (lamp,) = compiled("streetlight", fault, device=REACTING).values()
    (air,) = compiled("air_quality", example_datastream("no2")).values()
    for each in (lamp, air):
        assert (each.retention_class, each.totals_term, each.aggregate_term) == ("P1Y", "P10Y", "P10Y")
