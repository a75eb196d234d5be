"""The example register and its simulated devices."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from sensors.codes import LocationKind, Precision, Public
from sensors.entry import Entry
from sensors.kinds import KINDS
from sensors.kinds.native import decode
from sensors.location import areas
from sensors.policy import compile_policy
from sensors.rules import check
from simulators import city, devices, simulate
from simulators.messages import MOST_VALUES, Message

NOW = datetime(2026, 6, 15, 10, 20, tzinfo=UTC)
DAY = timedelta(days=1)
MOMENTS = st.datetimes(datetime(2024, 6, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zone beside it


def device_of(reference: str) -> devices.Device:
    found = devices.device(next(entry for entry in city.entries(1) if entry.reference == reference), 1)
    assert found is not None
    return found


LAMP = device_of("lantaarn-0101")


@pytest.fixture(scope="module")
def register() -> list[Entry]:
    return list(city.entries(1))


def by_reference(register: list[Entry]) -> dict[str, Entry]:
    return {entry.reference: entry for entry in register}


def test_the_city_has_every_sort_of_sensor(register: list[Entry]) -> None:
    delivering = Counter(entry.kind for entry in register if entry.delivers_data)
    assert delivering == {"streetlight": 200, "air_quality": 40, "traffic": 60}
    assert sum(entry.location.precision is Precision.CELL_100M for entry in register) == 25
    assert {entry.location.kind for entry in register} == set(LocationKind)
    assert len({entry.reference for entry in register}) == len(register)
    assert len({entry.id for entry in register}) == len(register)


def test_the_same_seed_gives_the_same_register_to_the_byte(register: list[Entry]) -> None:
    again = [entry.model_dump_json() for entry in city.entries(1)]
    assert again == [entry.model_dump_json() for entry in register]
    assert again != [entry.model_dump_json() for entry in city.entries(2)]


@pytest.mark.parametrize("seed", [1, 2, 99])
def test_every_entry_keeps_all_rules_of_a_real_register(seed: int) -> None:
    for entry in city.entries(seed):
        assert not check(entry.model_dump(mode="json")), entry.reference
        assert not compile_policy(entry).refusals, entry.reference


def test_everything_stands_in_helmond(register: list[Entry]) -> None:
    outline = shape(next(area for area in areas() if area.level == "municipality").geometry).buffer(0.0002)
    assert all(outline.covers(shape(entry.location.geometry)) for entry in register)


def test_a_lamp_has_the_next_one_at_about_thirty_metres(register: list[Entry]) -> None:
    places = {entry.reference: shape(entry.location.geometry) for entry in register if entry.kind == "streetlight"}
    metres = [
        places[f"lantaarn-{row:02}{lamp:02}"].distance(places[f"lantaarn-{row:02}{lamp + 1:02}"]) * 111_320
        for row in range(1, 21)
        for lamp in range(1, 10)
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
    assert {code for kind, code, form in public if kind == "streetlight" and form is Public.LIVE} == {"fault_code"}
    assert not [code for kind, code, form in public if kind == "traffic" and form is Public.LIVE]


def test_lamps_are_dark_by_day_and_lit_at_night() -> None:
    noon, midnight = datetime(2026, 6, 15, 11, 40, tzinfo=UTC), datetime(2026, 6, 15, 23, 40, tzinfo=UTC)
    assert LAMP.measure(noon)["power"] == LAMP.measure(noon)["energy"] == LAMP.measure(noon)["dim_level"] == 0
    assert LAMP.measure(midnight)["dim_level"] == 60
    watt = devices.wattage("lantaarn-0101", 1)
    assert LAMP.measure(midnight)["power"] == pytest.approx(0.6 * watt, rel=0.05)
    assert LAMP.measure(midnight)["energy"] == pytest.approx(0.6 * watt / 4000, rel=0.05)


@given(MOMENTS)
def test_a_lamp_burns_an_hour_in_an_hour_of_night_and_never_less(moment: datetime) -> None:
    hour = timedelta(hours=1)
    burnt = LAMP.measure(moment + hour)["burning_hours"] - LAMP.measure(moment)["burning_hours"]
    assert -0.01 <= burnt <= 1.01
    steps = [devices.is_night(moment + number * timedelta(minutes=5)) for number in range(13)]
    if all(steps) or not any(steps):
        assert burnt == pytest.approx(1.0 if all(steps) else 0.0, abs=0.02)


def test_everything_said_is_a_plausible_reading_that_the_register_declares(register: list[Entry]) -> None:
    said = simulate.scenario(1).messages(NOW - DAY, NOW, NOW + timedelta(minutes=20))
    entries = by_reference(register)
    heard: set[str] = set()
    for message in said:
        municipality, kind, reference, form = message.topic.split("/")
        declared = frozenset(stream.observed_property for stream in entries[reference].datastreams)
        decoded = decode(KINDS[kind], message.payload, declared)
        assert (municipality, form, decoded.rejected, decoded.fields_dropped) == ("helmond", "json", (), 0)
        assert len(decoded.readings) == message.size <= MOST_VALUES
        for reading in decoded.readings:
            low, high = KINDS[kind].properties[reading.property].plausible
            assert low <= reading.value <= high
        heard.add(reference)
    assert heard == {entry.reference for entry in register if entry.delivers_data}


def test_the_past_played_back_is_what_was_said_live() -> None:
    plan = simulate.scenario(1, replayed=False)
    hour = timedelta(hours=1)
    back = plan.messages(NOW, NOW + hour, NOW + hour)
    live = list(plan.messages(NOW, NOW, NOW + hour))

    def values(messages: Iterable[Message]) -> set[tuple[str, datetime, str, float]]:
        return {
            (message.topic, sample.time, code, value)
            for message in messages
            for sample in message.samples
            for code, value in sample.values.items()
        }

    assert all(len(message.samples) == 1 for message in live)
    assert values(back) == values(live)


def test_something_is_said_every_few_seconds() -> None:
    times = [message.time for message in simulate.scenario(1).messages(NOW, NOW, NOW + timedelta(minutes=30))]
    assert times == sorted(times)
    assert max(after - before for before, after in pairwise(times)) < timedelta(seconds=20)


def test_traffic_has_a_rush_hour() -> None:
    loop = device_of("verkeer-lus-01")
    cars = {
        hour: sum(loop.measure(NOW.replace(hour=hour, minute=minute))["count_car"] for minute in (0, 15, 30, 45))
        for hour in (1, 6, 10)
    }
    assert cars[6] > cars[10] > 5 * cars[1]  # 08:00, 12:00 and 03:00 in Helmond
