"""Sensors in numbers: whatever they are counted by, nothing is lost, and what there is most of comes first."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.exceptions import NotFoundError
from api.responses import summary_response
from api.search.filters import Filters
from api.statistics import ContactPoint, SensorGroup, Statistics, Summary, highest_personal_data_level
from sensors.policy.constraints import RESIDENT_NAME
from sensors.register.entry import Project
from sensors.register.legal import Organisation
from sensors.vocabulary.codes import PersonalData, Role, Status

CITY, LAB = "Gemeente Helmond", "Bureau Lucht"
DESK = ContactPoint(email="sensoren@helmond.example")


def organisation(name: str, role: Role, **links: str) -> Organisation:
    return Organisation.model_validate({"name": name, "role": role, **links})


def group(sensor_count: int = 1, **changes: Any) -> SensorGroup:
    given: dict[str, Any] = {
        "neighbourhood": "BU07940000",
        "district": "WK079400",
        "kind": "air_quality",
        "category": "sensor",
        "status": Status.ACTIVE,
        "personal_data": PersonalData.NONE,
        "properties": ("no2", "pm10"),
        "purposes": ("health",),
        "themes": ("air",),
        "project": None,
        "organisations": (organisation(CITY, Role.CONTROLLER), organisation(CITY, Role.OWNER)),
        "responsible": CITY,
        "contact_point": DESK,
        "privacy_rules": (),
        "sensor_count": sensor_count,
    }
    return SensorGroup(**given | changes)


groups = st.builds(
    group,
    st.integers(1, 50),
    neighbourhood=st.sampled_from([None, "BU07940000", "BU07940001"]),
    kind=st.sampled_from([None, "air_quality", "traffic"]),
    status=st.sampled_from(Status),
    personal_data=st.sampled_from(PersonalData),
    themes=st.sampled_from([("air",), ("traffic", "safety"), ()]),
)


@settings(max_examples=40)
@given(st.lists(groups, max_size=8))
def test_every_sensor_is_counted_once_by_status_kind_and_personal_data(some: list[SensorGroup]) -> None:
    summary = Summary(some)
    for counts in (summary.statuses, summary.personal_data, summary.responsible, summary.categories):
        assert counts.total() == summary.sensor_count
        assert list(counts.values()) == sorted(counts.values(), reverse=True)
    assert sum(part.sensor_count for _, part in summary.kinds) == summary.sensor_count
    assert len({kind for kind, _ in summary.kinds}) == len(summary.kinds)
    outside = sum(each.sensor_count for each in some if each.neighbourhood is None)
    assert summary.neighbourhoods.total() == summary.sensor_count - outside


def test_some_sensors_are_as_personal_as_the_most_personal_one() -> None:
    levels = [PersonalData.NONE, PersonalData.IDENTIFIABLE, PersonalData.DE_IDENTIFIED]
    summary = Summary(group(personal_data=each) for each in levels)
    assert highest_personal_data_level(summary) is PersonalData.IDENTIFIABLE
    assert highest_personal_data_level(Summary([])) is PersonalData.NONE


@pytest.fixture
def statistics() -> Statistics:
    trial = Project.model_validate({"name": "Proef Lucht", "url": "https://proef.example"})
    links = {"url": "https://lab.example", "tooi": "https://tooi.example/1"}
    lab = (organisation(LAB, Role.SUPPLIER, **links), organisation(CITY, Role.CONTROLLER))
    some = [
        group(3, project=trial, organisations=lab),
        group(5, neighbourhood="BU07940001", contact_point=ContactPoint(phone="14 0492")),
        group(1, kind="traffic", themes=("traffic",), neighbourhood=None, district=None),
        group(2, organisations=(organisation(RESIDENT_NAME, Role.OWNER), organisation(CITY, Role.CONTROLLER))),
    ]
    slugs = [
        ("organisation", "gemeente-helmond", CITY),
        ("organisation", "bureau-lucht", LAB),
        ("organisation", "inwoner", RESIDENT_NAME),
        ("organisation", "vroeger", "Van vroeger"),
        ("project", "proef-lucht", "Proef Lucht"),
        ("project", "proef-oud", "Proef Oud"),
    ]
    return Statistics(some, slugs)


def test_organisations_with_sensors_come_by_number_with_their_roles(statistics: Statistics) -> None:
    found = {each.slug: each for each in statistics.organisations}
    assert [(slug, each.sensor_count) for slug, each in found.items()] == [
        ("gemeente-helmond", 11),
        ("bureau-lucht", 3),
        ("inwoner", 2),
    ]
    assert found["gemeente-helmond"].roles == {Role.CONTROLLER: 11, Role.OWNER: 6}
    assert set(found["gemeente-helmond"].contact_points) == {DESK, ContactPoint(phone="14 0492")}
    lab = found["bureau-lucht"]
    assert (lab.url, lab.tooi, lab.contact_points) == ("https://lab.example/", "https://tooi.example/1", ())
    assert [each.is_residents for each in found.values()] == [False, False, True]


def test_the_address_of_what_is_gone_stays_and_another_was_never_there(statistics: Statistics) -> None:
    assert statistics.organisation("vroeger").sensor_count == 0
    gone = statistics.project("proef-oud")
    assert (gone.name, gone.project, gone.sensor_count) == ("Proef Oud", None, 0)
    for look_up in (statistics.organisation, statistics.project):
        with pytest.raises(NotFoundError):
            look_up("nooit")
    assert statistics.slug_of("project", "Proef Lucht") == "proef-lucht"
    assert statistics.slug_of("organisation", "Proef Lucht") is None


def test_parts_of_the_register_are_those_that_the_list_would_hold(statistics: Statistics) -> None:
    assert [each.sensor_count for each in statistics.projects] == [3]
    assert statistics.themes == {"air": 10, "traffic": 1}
    parts = {
        "all": statistics.total,
        "area": statistics.of_area("BU07940001"),
        "district": statistics.of_area("WK079400"),
        "theme": statistics.of_theme("traffic"),
        "project": statistics.of_project("Proef Lucht"),
        "lab": statistics.of_organisation(LAB),
    }
    counts = {name: part.sensor_count for name, part in parts.items()}
    assert counts == {"all": 11, "area": 5, "district": 10, "theme": 1, "project": 3, "lab": 3}


def test_the_api_tells_the_same_with_the_address_of_the_sensors(statistics: Statistics) -> None:
    answer = summary_response(statistics.total, Filters(district="WK079400"))
    told: Mapping[str, Any] = answer.model_dump(mode="json")
    assert told["href"] == "/v1/sensors?district=WK079400"
    assert told["sensors"] == 11
    assert told["by_kind"] == {"air_quality": 10, "traffic": 1}
    assert told["by_observed_property"] == {"no2": 11, "pm10": 11}
    other = summary_response(Summary([group(kind=None)]), Filters())
    assert (other.by_kind, other.href) == ({"other": 1}, "/v1/sensors")
