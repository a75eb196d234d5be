"""The example register and its simulated devices."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from ingest.events.pipeline import PrivacyWindows
from ingest.pipeline import EventDatastream, IngestSensor
from sensors.formats.event.decoder import decode_events
from sensors.formats.model import Passage
from sensors.formats.native.decoder import decode_readings
from sensors.kinds import KINDS
from sensors.policy.compiler import CountingRule, EventRule, MatchingRule, compile_policy
from sensors.register.entry import Entry
from sensors.register.location import known_areas
from sensors.register.validation.validator import find_violations
from sensors.vocabulary.codes import LocationKind, Precision, Public, Status, VehicleClass
from sensors.vocabulary.durations import parse_duration
from simulators import simulate
from simulators.city import example_register as city_register
from simulators.devices import device
from simulators.devices.messages import MAX_VALUES_PER_MESSAGE, DeviceEvent, DeviceMessage
from simulators.devices.passages import PLATE_CAMERAS, SEGMENT_LENGTHS_M, Corridor

NOW = datetime(2026, 6, 15, 10, 20, tzinfo=UTC)
DAY = timedelta(days=1)
MOMENTS = st.datetimes(datetime(2024, 6, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zone beside it


def device_of(reference: str) -> device.SimulatedDevice:
    found = device.device_of_entry(
        next(entry for entry in city_register.example_entries(1) if entry.reference == reference), 1
    )
    assert found is not None
    return found


LAMP = device_of("lantaarn-0101")


@pytest.fixture(scope="module")
def register() -> list[Entry]:
    return list(city_register.example_entries(1))


def by_reference(register: list[Entry]) -> dict[str, Entry]:
    return {entry.reference: entry for entry in register}


def ruled(entry: Entry) -> list[EventRule]:
    """The privacy rules under which an entry takes in what tells of single vehicles and persons."""
    return [stream.rule for stream in compile_policy(entry).datastreams if stream.rule is not None]


def test_the_city_has_every_sort_of_sensor(register: list[Entry]) -> None:
    delivering = Counter(entry.kind for entry in register if entry.delivers_data)
    assert delivering == {"streetlight": 224, "air_quality": 40, "traffic": 66}
    assert sum(entry.location.precision is Precision.CELL_100M for entry in register) == 25
    assert {entry.location.kind for entry in register} == set(LocationKind)
    assert len({entry.reference for entry in register}) == len(register)
    assert len({entry.id for entry in register}) == len(register)


def test_the_same_seed_gives_the_same_register_to_the_byte(register: list[Entry]) -> None:
    again = [entry.model_dump_json() for entry in city_register.example_entries(1)]
    assert again == [entry.model_dump_json() for entry in register]
    assert again != [entry.model_dump_json() for entry in city_register.example_entries(2)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 99])
def test_every_entry_keeps_all_rules_of_a_real_register(seed: int) -> None:
    for entry in city_register.example_entries(seed):
        assert not find_violations(entry.model_dump(mode="json")), entry.reference
        assert not compile_policy(entry).refusals, entry.reference


def test_everything_stands_in_helmond(register: list[Entry]) -> None:
    outline = shape(next(area for area in known_areas() if area.level == "municipality").geometry).buffer(0.0002)
    assert all(outline.covers(shape(entry.location.geometry)) for entry in register)


def test_a_lamp_has_the_next_one_at_about_thirty_metres(register: list[Entry]) -> None:
    places = {entry.reference: shape(entry.location.geometry) for entry in register if entry.kind == "streetlight"}
    metres = [
        places[f"lantaarn-{row:02}{lamp:02}"].distance(places[f"lantaarn-{row:02}{lamp + 1:02}"]) * 111_320
        for row in range(1, 23)
        for lamp in range(1, 10 if row <= 20 else 12)
    ]
    # A degree from west to east is shorter than one from south to north, hence the width.
    assert all(25 < metre < 48 for metre in metres)


def test_residents_are_not_named_and_not_shown_exactly(register: list[Entry]) -> None:
    owned = [entry for entry in register if any(each.name == "Inwoner" for each in entry.organisations)]
    assert len(owned) == 25
    assert all(entry.location.precision is Precision.CELL_100M and entry.location.address is None for entry in owned)


def test_no_lamp_is_public_by_the_hour_and_no_counter_live(register: list[Entry]) -> None:
    public = {
        (entry.kind, stream.observed_property, stream.public) for entry in register for stream in entry.datastreams
    }
    assert {code for kind, code, form in public if kind == "streetlight" and form is Public.DAY} == {
        "energy",
        "fault_code",
    }
    assert not [code for kind, code, form in public if kind == "traffic" and form is Public.LIVE]


def test_lamps_are_dark_by_day_and_lit_at_night() -> None:
    noon, midnight = datetime(2026, 6, 15, 11, 40, tzinfo=UTC), datetime(2026, 6, 15, 23, 40, tzinfo=UTC)
    assert LAMP.measure(noon)["power"] == LAMP.measure(noon)["energy"] == LAMP.measure(noon)["dim_level"] == 0
    assert LAMP.measure(midnight)["dim_level"] == 60
    watt = device.wattage("lantaarn-0101", 1)
    assert LAMP.measure(midnight)["power"] == pytest.approx(0.6 * watt, rel=0.05)
    assert LAMP.measure(midnight)["energy"] == pytest.approx(0.6 * watt / 4000, rel=0.05)


@given(MOMENTS)
def test_a_lamp_burns_an_hour_in_an_hour_of_night_and_never_less(moment: datetime) -> None:
    hour = timedelta(hours=1)
    burnt = LAMP.measure(moment + hour)["burning_hours"] - LAMP.measure(moment)["burning_hours"]
    assert -0.01 <= burnt <= 1.01
    steps = [device.is_night(moment + number * timedelta(minutes=5)) for number in range(13)]
    if all(steps) or not any(steps):
        assert burnt == pytest.approx(1.0 if all(steps) else 0.0, abs=0.02)


@pytest.mark.slow
def test_everything_said_is_a_plausible_reading_that_the_register_declares(register: list[Entry]) -> None:
    said = simulate.build_scenario(1).messages(NOW - DAY, NOW, NOW + timedelta(minutes=20))
    entries = by_reference(register)
    heard: set[str] = set()
    events: set[str] = set()
    for message in said:
        *event, municipality, kind, reference, form = message.topic.split("/")
        declared = frozenset(stream.observed_property for stream in entries[reference].datastreams)
        if isinstance(message, DeviceEvent):
            happened = decode_events(KINDS[kind], message.payload, declared)
            assert (event, municipality, form) == (["event"], "helmond", "json")
            assert (happened.rejections, happened.fields_dropped) == ((), 0)
            assert len(happened.passages) + len(happened.movements) + len(happened.passers_by) == 1
            events.add(reference)
            continue
        decoded = decode_readings(KINDS[kind], message.payload, declared)
        assert (event, municipality, form, decoded.rejections, decoded.fields_dropped) == ([], "helmond", "json", (), 0)
        assert len(decoded.readings) == message.value_count <= MAX_VALUES_PER_MESSAGE
        for reading in decoded.readings:
            low, high = KINDS[kind].properties[reading.property].plausible_range
            assert low <= reading.value <= high
        heard.add(reference)
    assert heard == {entry.reference for entry in register if entry.delivers_data}, "each gives a sign of life"
    assert events == {entry.reference for entry in register if ruled(entry)}


def readings(messages: Iterable[DeviceMessage | DeviceEvent]) -> list[DeviceMessage]:
    return [message for message in messages if isinstance(message, DeviceMessage)]


@pytest.mark.slow
def test_the_past_played_back_is_what_was_said_live() -> None:
    plan = simulate.build_scenario(1, with_recorded=False)
    hour = timedelta(hours=1)
    back = readings(plan.messages(NOW, NOW + hour, NOW + hour))
    live = readings(plan.messages(NOW, NOW, NOW + hour))

    def values(messages: Iterable[DeviceMessage]) -> set[tuple[str, datetime, str, float]]:
        return {
            (message.topic, sample.time, code, value)
            for message in messages
            for sample in message.samples
            for code, value in sample.values.items()
        }

    assert all(len(message.samples) == 1 for message in live)
    assert values(back) == values(live)


def test_of_the_past_nobody_tells_who_passed() -> None:
    said = list(
        simulate.build_scenario(1, with_recorded=False).messages(NOW - DAY / 24, NOW, NOW + timedelta(minutes=5))
    )
    happened = [message.event_time for message in said if isinstance(message, DeviceEvent)]
    assert len(happened) > 100
    assert min(happened) > NOW


def test_an_event_that_could_not_be_said_in_time_is_not_said() -> None:
    late, soon = NOW + timedelta(minutes=2), NOW + timedelta(seconds=30)
    event = DeviceEvent("event/helmond/traffic/HD-ANPR-1/json", NOW, {"identifier": "AB-123-C"}, NOW)
    reading = DeviceMessage("helmond/traffic/verkeer-lus-01/json", (), NOW)
    assert [simulate.is_overdue(event, late), simulate.is_overdue(event, soon)] == [True, False]
    assert not simulate.is_overdue(reading, late)


@pytest.mark.slow
def test_something_is_said_every_few_seconds() -> None:
    times = [message.sent_at for message in simulate.build_scenario(1).messages(NOW, NOW, NOW + timedelta(minutes=30))]
    assert times == sorted(times)
    assert max(after - before for before, after in pairwise(times)) < timedelta(seconds=20)


def test_traffic_has_a_rush_hour() -> None:
    loop = device_of("verkeer-lus-01")
    cars = {
        hour: sum(loop.measure(NOW.replace(hour=hour, minute=minute))["count_car"] for minute in (0, 15, 30, 45))
        for hour in (1, 6, 10)
    }
    assert cars[6] > cars[10] > 5 * cars[1]  # 08:00, 12:00 and 03:00 in Helmond


def test_the_cameras_measure_every_segment_and_one_of_them_only_ends_it(register: list[Entry]) -> None:
    entries = by_reference(register)
    rules = {camera.reference: ruled(entries[camera.reference]) for camera in PLATE_CAMERAS}
    assert rules == {
        camera.reference: [MatchingRule(camera.to_reference, 8, parse_duration(camera.window))]
        for camera in PLATE_CAMERAS
    }
    assert {camera.window for camera in PLATE_CAMERAS} == {"PT15M", "PT1H"}
    assert {(camera.reference, camera.to_reference) for camera in PLATE_CAMERAS if camera.to_reference} == set(
        SEGMENT_LENGTHS_M
    )
    for start, end in SEGMENT_LENGTHS_M:
        apart = [shape(entries[each].location.geometry) for each in (start, end)]
        assert 0.8 < SEGMENT_LENGTHS_M[start, end] / (apart[0].distance(apart[1]) * 69_300) < 1.15


def test_every_segment_of_the_city_has_travel_times_by_day(register: list[Entry]) -> None:
    """Within an hour and six minutes, although only one in four or five vehicles counts."""
    noon = datetime(2026, 6, 15, 10, tzinfo=UTC)
    known = {("helmond", "traffic", each.reference): each for each in PLATE_CAMERAS}
    cameras = {
        key: IngestSensor(
            number,
            KINDS["traffic"],
            Status.ACTIVE,
            {},
            {"travel_time": EventDatastream(number, KINDS["traffic"].properties["travel_time"], rule)},
        )
        for number, key in enumerate(known)
        for rule in ruled(by_reference(register)[key[2]])
    }
    windows = PrivacyWindows()
    windows.set_register(cameras, noon - timedelta(hours=1))
    for each in Corridor(1).passages(noon - timedelta(minutes=30), noon + timedelta(hours=1)):
        passage = Passage(each.time, each.identifier.replace("-", ""), each.vehicle_class)
        windows.matcher.add_passage(cameras["helmond", "traffic", each.reference].id, passage, each.time)
    rows = windows.matcher.close_finished(noon + timedelta(minutes=66))
    found = {
        (PLATE_CAMERAS[row.datastream_id].reference, row.minutes)
        for row in rows
        if row.vehicle_class is VehicleClass.CAR
    }
    minutes = {camera: parse_duration(camera.window) // timedelta(minutes=1) for camera in PLATE_CAMERAS}
    assert found == {(camera.reference, minutes[camera]) for camera in PLATE_CAMERAS if camera.to_reference}


def test_lamps_that_notice_movement_are_counted_in_groups_of_twelve(register: list[Entry]) -> None:
    groups = Counter(rule for entry in register if entry.kind == "streetlight" for rule in ruled(entry))
    hour = timedelta(hours=1)
    assert groups == {CountingRule("kasteelpark", 12, hour): 12, CountingRule("steenweg", 12, hour): 12}


def test_nothing_that_tells_of_one_person_is_kept_or_public_by_itself(register: list[Entry]) -> None:
    streams = [stream for entry in register for stream in compile_policy(entry).datastreams if stream.rule]
    assert len(streams) == 5 + 24 + 1
    assert all(stream.retention_class is None for stream in streams)
    assert {stream.public for stream in streams} == {Public.HOUR, Public.NONE}
