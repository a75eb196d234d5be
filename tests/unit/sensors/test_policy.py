"""What an entry is compiled to: whatever it says, nothing weaker than its kind asks for is taken in."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sensors.kinds import KINDS
from sensors.policy.cells import CellRule, RatioRule
from sensors.policy.compiler import (
    CountingRule,
    MatchingRule,
    PassCountingRule,
    Policy,
    compile_policy,
    rule_from_document,
    rule_to_document,
)
from sensors.policy.constraints import CONSTRAINTS, is_of_events
from sensors.register.entry import Datastream, Entry, MatchInMemory, PublicThreshold, WindowCount
from sensors.register.validation.validator import RULES, find_violations
from sensors.vocabulary.codes import PersonalData, Public, RetentionClass
from tests.support.entries import (
    PERSON_RULES,
    Document,
    entry_documents,
    example_camera_entry,
    example_datastream,
    example_entry,
    person_datastream,
)

THRESHOLD = {"rule": "public_threshold"}
COUNT, MATCH = PERSON_RULES["window_count"], PERSON_RULES["match_in_memory"]
RULES_OF_ANY_SORT: list[Document] = [
    THRESHOLD,
    THRESHOLD | {"below": 30},
    COUNT,
    COUNT | {"group": "noord", "window": "PT2H", "minimum_sensors": 12},
    MATCH,
    MATCH | {"to": None, "window": "PT5M", "minimum": 9},
    MATCH | {"to": "LML-1"},
    {"rule": "no_identifiers", "fields": ["kenteken"]},
    {"rule": "no_identifiers", "fields": ["identifier", "no2"]},
    {"rule": "on_device", "explanation": {"nl": "De camera telt zelf."}},
]


@st.composite
def promises(draw: st.DrawFn, kind: str) -> Document:
    """A datastream that fits the schema and may promise anything."""
    code = draw(st.sampled_from(sorted(KINDS[kind].properties)))
    terms = st.sampled_from([*(each.value for each in RetentionClass), "P28D"])
    return example_datastream(
        code,
        kind,
        personal_data=draw(st.sampled_from([each.value for each in PersonalData])),
        privacy_rules=draw(st.lists(st.sampled_from(RULES_OF_ANY_SORT), max_size=3)),
        retention=draw(st.none() | terms.map(lambda raw: {"raw": raw, "aggregate": "P1Y"})),
        public=draw(st.sampled_from([each.value for each in Public])),
        stored_fields=draw(st.sampled_from([["time", "value", "quality"], ["time", "value"]])),
    )


@st.composite
def entries_of_any_sort(draw: st.DrawFn) -> Entry:
    kind = draw(st.sampled_from(sorted(KINDS)))
    owner = draw(st.sampled_from(["Gemeente Helmond", "Inwoner"]))
    streams = draw(st.lists(promises(kind), max_size=4))
    return Entry.model_validate(
        example_entry(kind=kind, datastreams=streams, organisations=[{"role": "owner", "name": owner}])
    )


ANY_ENTRY = entries_of_any_sort() | entry_documents().map(Entry.model_validate)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(ANY_ENTRY)
def test_every_datastream_ends_in_the_policy_or_in_its_refusals(entry: Entry) -> None:
    policy = compile_policy(entry)
    outcomes = [each.property for each in (*policy.datastreams, *policy.refusals)]
    declared = [each.observed_property for each in entry.datastreams] if entry.delivers_data else []
    assert sorted(outcomes) == sorted(declared)
    permitted = {each.property for each in policy.datastreams}
    assert permitted.isdisjoint(each.property for each in policy.refusals)


@pytest.mark.slow
@settings(max_examples=250, deadline=None)
@given(ANY_ENTRY)
def test_nothing_weaker_than_the_minimum_is_taken_in(entry: Entry) -> None:
    permitted = compile_policy(entry).datastreams
    for policy in permitted:
        known = KINDS[entry.kind or ""].properties[policy.property]
        (declared,) = (each for each in entry.datastreams if each.observed_property == policy.property)
        assert declared.personal_data is not PersonalData.IDENTIFIABLE
        assert policy.about_people or not about_people(declared, entry)
        assert policy.unit == known.unit
        assert policy.public.fineness <= known.finest_public.fineness
        is_noisy = hidden_when_small(declared) or isinstance(policy.rule, CountingRule | PassCountingRule)
        assert policy.public is Public.NONE or is_noisy or not about_people(declared, entry)
        assert (policy.rule is None) == (not is_of_events(declared, known)) == (policy.retention_class is not None)
        assert policy.retention_class is not RetentionClass.NONE
        match policy.rule:
            case MatchingRule(to=to, minimum=minimum, window=window):
                assert minimum >= 8
                assert to != entry.reference
                assert window in (timedelta(minutes=15), timedelta(hours=1)) or not policy.rule.gives_travel_times
            case CountingRule(minimum_sensors=minimum, window=window):
                assert minimum >= 8
                assert window >= timedelta(hours=1)
            case PassCountingRule():
                assert policy.public is Public.HOUR
                assert policy.cells is not None
                assert policy.cells.noise is not None
                assert policy.cells.noise >= 12
            case None:
                pass


def about_people(declared: Datastream, entry: Entry) -> bool:
    known = KINDS[entry.kind or ""].properties[declared.observed_property]
    return known.counts_people or declared.personal_data is not PersonalData.NONE


def hidden_when_small(declared: Datastream) -> bool:
    return [(rule.below, rule.round_to) for rule in declared.privacy_rules if isinstance(rule, PublicThreshold)] == [
        (None, None)
    ]


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(ANY_ENTRY)
def test_what_the_rulebook_lets_through_is_refused_only_when_nothing_is_to_be_kept(entry: Entry) -> None:
    document = entry.model_dump(mode="json", exclude_none=True)
    if find_violations(document) == ():
        kept = {each.observed_property: each.retention.raw for each in entry.datastreams if each.retention}
        assert {kept[refusal.property] for refusal in compile_policy(entry).refusals} <= {"none"}


def test_every_objection_is_told_at_import_too() -> None:
    assert {objection.rule_id for objection in CONSTRAINTS} <= {rule.id for rule in RULES}
    assert all(each.reason.nl and each.reason.en and each.reason.nl != each.reason.en for each in CONSTRAINTS)


def compiled(*datastreams: Document, kind: str = "air_quality", **changes: Any) -> Policy:
    return compile_policy(Entry.model_validate(example_entry(kind=kind, datastreams=list(datastreams), **changes)))


def traffic(code: str, *rules: Document, **changes: Any) -> Document:
    return example_datastream(code, "traffic", **({"public": "hour", "privacy_rules": list(rules)} | changes))


LAMP = person_datastream("presence", "streetlight")
ROAD = person_datastream("travel_time", "traffic")
WALKERS = person_datastream("count_pedestrian", "traffic")
IN_MEMORY = {"rule": "count_in_memory"}
REFUSED: list[tuple[str, str, list[Document]]] = [
    ("property_once", "air_quality", [example_datastream("no2"), example_datastream("no2", public="none")]),
    ("unit_of_property", "air_quality", [example_datastream("no2", unit="mg/m3")]),
    ("identifiable_not_stored", "traffic", [traffic("count_pedestrian", THRESHOLD, personal_data="identifiable")]),
    ("people_not_denied", "streetlight", [LAMP | {"personal_data": "none"}]),
    ("property_needs_rule", "streetlight", [LAMP | {"privacy_rules": []}]),
    ("property_needs_rule", "traffic", [ROAD | {"privacy_rules": [COUNT]}]),
    ("rule_of_property", "traffic", [ROAD | {"privacy_rules": [MATCH, COUNT]}]),
    ("rule_of_property", "air_quality", [example_datastream("no2", privacy_rules=[COUNT])]),
    ("rule_once", "traffic", [ROAD | {"privacy_rules": [MATCH, MATCH | {"minimum": 7}]}]),
    ("rule_once", "traffic", [traffic("count_car", THRESHOLD, THRESHOLD)]),
    ("rule_of_property", "traffic", [traffic("mean_speed", IN_MEMORY, personal_data="de_identified")]),
    ("rule_of_property", "traffic", [WALKERS | {"privacy_rules": [IN_MEMORY, COUNT]}]),
    ("people_not_denied", "traffic", [WALKERS | {"personal_data": "none"}]),
    ("persons_not_kept", "traffic", [WALKERS | {"retention": {"raw": "P1D", "aggregate": "P1Y"}}]),
    ("counted_by_the_hour", "traffic", [WALKERS | {"public": "day"}]),
    ("counted_by_the_hour", "traffic", [WALKERS | {"public": "none"}]),
    ("no_mean_of_the_counted", "traffic", [traffic("mean_speed"), person_datastream("count_car", "traffic")]),
    ("no_mean_of_the_counted", "traffic", [traffic("occupancy"), person_datastream("count_motor_vehicle", "traffic")]),
    ("counted_one_by_one", "traffic", [WALKERS | {"interval": "PT5M"}]),
    ("counted_one_by_one", "traffic", [WALKERS | {"stamp": "start"}]),
    ("counted_one_by_one", "traffic", [WALKERS | {"same_time": "sum"}]),
    ("counted_one_by_one", "traffic", [WALKERS | {"sends_zeros": False}]),
    ("amount_or_meter_reading", "traffic", [WALKERS | {"aggregation": "counter"}]),
    ("match_elsewhere", "traffic", [ROAD | {"privacy_rules": [MATCH | {"to": "LML-1"}]}]),
    (
        "identifiers_not_read",
        "air_quality",
        [example_datastream("no2", privacy_rules=[{"rule": "no_identifiers", "fields": ["NO2"]}])],
    ),
    (
        "identifiers_not_read",
        "traffic",
        [ROAD, traffic("mean_speed", {"rule": "no_identifiers", "fields": ["identifier"]})],
    ),
    ("persons_not_kept", "traffic", [ROAD | {"retention": {"raw": "P1D", "aggregate": "P1Y"}}]),
    ("retention_class", "air_quality", [example_datastream("no2", retention={"raw": "P28D", "aggregate": "P1Y"})]),
    ("stored_fields_all", "air_quality", [example_datastream("no2", stored_fields=["time"])]),
    ("public_not_too_fine", "traffic", [traffic("mean_speed", public="live")]),
    ("small_numbers_hidden", "traffic", [traffic("count_car")]),
    ("small_numbers_hidden", "traffic", [ROAD | {"public": "hour"}]),
    ("threshold_as_published", "traffic", [traffic("count_car", THRESHOLD | {"below": 20})]),
    ("threshold_as_published", "traffic", [traffic("count_car", THRESHOLD | {"round_to": 10})]),
    ("amount_or_meter_reading", "air_quality", [example_datastream("no2", aggregation="delta")]),
    ("amount_or_meter_reading", "traffic", [traffic("mean_speed", aggregation="counter")]),
    ("same_time_of_property", "traffic", [traffic("count_car", THRESHOLD, same_time="last")]),
    ("same_time_of_property", "traffic", [traffic("count_car", THRESHOLD, aggregation="counter", same_time="sum")]),
    ("same_time_of_property", "air_quality", [example_datastream("no2", same_time="sum")]),
    ("alive_by_the_clock", "traffic", [traffic("alive", public="none")]),
    ("alive_by_the_clock", "traffic", [traffic("alive", public="none", interval="PT7H")]),
    ("alive_by_the_clock", "traffic", [traffic("alive", public="none", interval="P1D")]),
]


@pytest.mark.parametrize(("rule", "kind", "streams"), REFUSED)
def test_what_is_wrong_is_refused_with_its_reason(rule: str, kind: str, streams: list[Document]) -> None:
    policy = compiled(*streams, kind=kind)
    name = streams[0]["observed_property"]
    reasons = {objection.rule_id: objection.reason for objection in CONSTRAINTS}
    assert name not in {each.property for each in policy.datastreams}
    assert (name, reasons[rule]) in {(each.property, each.reason) for each in policy.refusals}


def test_every_objection_is_tried() -> None:
    assert {rule for rule, _, _ in REFUSED} | {"resident_place_hidden", "interval_without_clock"} == {
        each.rule_id for each in CONSTRAINTS
    }


def test_nothing_is_taken_in_from_a_home_that_would_be_shown() -> None:
    owner = [{"role": "owner", "name": "Inwoner"}]
    cell = {"kind": "fixed", "geometry": {"type": "Point", "coordinates": [5.66, 51.48]}, "precision": "cell_100m"}
    assert compiled(example_datastream("no2"), organisations=owner).datastreams == ()
    assert len(compiled(example_datastream("no2"), organisations=owner, location=cell).datastreams) == 1


def test_nothing_is_taken_in_without_a_clock_if_any_wait_would_do() -> None:
    without, known = example_datastream("no2"), example_datastream("pm10", interval="PT1H")
    policy = compiled(without, known, payload={"time": "on_receipt"})
    assert ([each.property for each in policy.datastreams], [each.property for each in policy.refusals]) == (
        ["pm10"],
        ["no2"],
    )
    assert compiled(ROAD, kind="traffic", payload={"time": "on_receipt"}).refusals == ()


def test_who_is_reported_one_by_one_is_counted_in_memory() -> None:
    beside = person_datastream("count_car", "traffic")
    without_clock = compiled(WALKERS, beside, kind="traffic", payload={"time": "on_receipt"})
    assert len(without_clock.refusals) == 2, "which need an exact time"
    walkers, cars = compiled(WALKERS, beside, kind="traffic").datastreams
    assert walkers.rule == cars.rule == PassCountingRule()
    assert rule_from_document(rule_to_document(PassCountingRule())) == PassCountingRule()
    assert walkers.retention_class is None
    assert walkers.cells == CellRule(Public.HOUR, 12, 60, has_night=True)


def test_a_speed_is_of_the_counts_beside_it_also_where_people_on_foot_are_counted_in_memory() -> None:
    policy = compiled(WALKERS, traffic("count_bus", THRESHOLD), traffic("mean_speed"), kind="traffic")
    speed = next(each for each in policy.datastreams if each.property == "mean_speed")
    assert speed.ratio == RatioRule(50, 50, ("count_bus",))


def test_what_nobody_measures_or_keeps_is_refused() -> None:
    unknown = example_datastream("no2") | {"observed_property": "power"}
    not_kept = example_datastream("pm10", retention={"raw": "none", "aggregate": "P1Y"})
    policy = compiled(unknown, not_kept, example_datastream("o3", retention=None))
    assert policy.datastreams == ()
    assert [each.property for each in policy.refusals] == ["power", "pm10", "o3"]
    assert len({each.reason for each in policy.refusals}) == 3


def test_a_sensor_that_sends_us_nothing_has_an_empty_policy() -> None:
    assert compile_policy(Entry.model_validate(example_camera_entry())) == Policy()


def test_what_the_kind_or_the_entry_says_is_about_people() -> None:
    (speed,) = compiled(traffic("mean_speed"), kind="traffic").datastreams
    at_home = example_datastream("temperature", personal_data="de_identified", public="none")
    streams = {each.property: each.about_people for each in compiled(at_home, example_datastream("no2")).datastreams}
    assert speed.about_people
    assert streams == {"temperature": True, "no2": False}


def test_rules_about_people_become_windows_and_numbers() -> None:
    (road,) = compiled(
        person_datastream("travel_time", "traffic", MATCH | {"minimum": 12, "window": "PT1H"}), kind="traffic"
    ).datastreams
    (lamp,) = compiled(
        person_datastream(
            "presence", "streetlight", COUNT | {"minimum_sensors": 20, "window": "PT2H", "nights": "doubled"}
        ),
        kind="streetlight",
    ).datastreams
    assert road.rule == MatchingRule("verkeer-002", 12, timedelta(hours=1))
    assert lamp.rule == CountingRule("centrum", 20, timedelta(hours=2), has_doubled_nights=True)
    assert road.retention_class is lamp.retention_class is None


@pytest.mark.parametrize(
    ("window", "to", "gives"),
    [
        ("PT5M", "verkeer-002", False),
        ("PT15M", "verkeer-002", True),
        ("PT1H", "verkeer-002", True),
        ("PT1H", None, False),
    ],
)
def test_an_entry_from_before_is_held_to_the_rules_of_today(window: str, to: str | None, gives: bool) -> None:
    """It stays in the policy, so that segments of others may still end there; it gives nothing of its own."""
    rule = MATCH | {"minimum": 5, "window": window, "to": to}
    (road,) = compiled(person_datastream("travel_time", "traffic", rule), kind="traffic").datastreams
    assert isinstance(road.rule, MatchingRule)
    assert (road.rule.minimum, road.rule.gives_travel_times) == (8, gives)


MINUTES = st.sampled_from([5, 15, 60]).map(lambda count: timedelta(minutes=count))
HOURS = st.integers(1, 12).map(lambda count: timedelta(hours=count))
MATCHINGS = st.builds(MatchingRule, st.none() | st.just("verkeer-002"), st.integers(5, 99), MINUTES)
COUNTINGS = st.builds(CountingRule, st.just("centrum"), st.integers(8, 99), HOURS, st.booleans())


@given(MATCHINGS | COUNTINGS)
def test_a_rule_comes_back_from_the_database_as_it_went_in(rule: MatchingRule | CountingRule) -> None:
    assert rule_from_document(rule_to_document(rule)) == rule


@pytest.mark.parametrize(
    "rule",
    [
        COUNT | {"window": "PT30M"},
        COUNT | {"minimum_sensors": 7},
        MATCH | {"minimum": 4},
        MATCH | {"window": "PT1M"},
        THRESHOLD | {"below": 14},
        THRESHOLD | {"round_to": 1},
    ],
)
def test_no_entry_can_ask_for_less_than_the_least(rule: Document) -> None:
    with pytest.raises(ValidationError):
        Entry.model_validate(example_entry(datastreams=[example_datastream("no2", privacy_rules=[rule])]))


def test_the_least_is_what_an_entry_gets_when_it_says_nothing() -> None:
    least = MatchInMemory(rule="match_in_memory")
    assert (least.minimum, least.window) == (8, "PT1H")
    assert WindowCount(rule="window_count", group="centrum").minimum_sensors == 12
