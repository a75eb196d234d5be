"""What stands in an address is either understood everywhere in the same way, or refused without being repeated."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from api.search import facets
from api.search.filters import VALIDATORS, Filters, InvalidFilterError, parse_bounding_box
from sensors.vocabulary.codes import DTPR_ELEMENTS

VALUES: dict[str, st.SearchStrategy[str]] = {
    "q": st.text(st.characters(categories=("L", "N")), min_size=1, max_size=200),
    "kind": st.sampled_from(["air_quality", "other"]),
    "purpose": st.sampled_from(sorted(DTPR_ELEMENTS["purpose"])),
    "neighbourhood": st.from_regex(r"BU[0-9]{8}", fullmatch=True),
    "district": st.from_regex(r"WK[0-9]{6}", fullmatch=True),
    "status": st.sampled_from(["active", "ended"]),
    "deviating": st.sampled_from(["yes", "silent"]),
    "spot": st.builds("{},{}".format, st.floats(-180, 180), st.floats(-90, 90)),
    "sort": st.sampled_from(["name", "changed"]),
}
queries = st.fixed_dictionaries({}, optional=VALUES)


@settings(max_examples=60)
@given(queries)
def test_filters_come_back_from_their_own_address(query: dict[str, str]) -> None:
    filters = Filters.from_query(query)
    assert Filters.from_query(dict(parse_qsl(filters.query_string().removeprefix("?")))) == filters
    assert set(filters.active) == set(query) - {"sort"}
    assert filters.query_string().startswith("?") == bool(query)


@given(st.sampled_from(sorted(VALIDATORS)), st.text(max_size=250))
def test_any_text_is_a_filter_or_refused_by_the_name_of_the_filter(name: str, text: str) -> None:
    assume(text.strip())
    if VALIDATORS[name](text.strip()):
        assert getattr(Filters.from_query({name: text}), name) == text.strip()
    else:
        with pytest.raises(InvalidFilterError, match=f"^{name}$"):
            Filters.from_query({name: text})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("q", "x" * 201),
        ("q", "a\x00b"),
        ("spot", "5.6"),
        ("spot", "181,0"),
        ("spot", "nan,51"),
        ("bbox", "6,51,5,52"),
        ("bbox", "5,51,6,inf"),
        ("after", "../etc"),
        ("theme", "geheim"),
        ("sort", "colour"),
    ],
)
def test_a_value_that_can_not_be_is_refused(name: str, value: str) -> None:
    with pytest.raises(InvalidFilterError, match=f"^{name}$"):
        Filters.from_query({name: value})


def test_a_page_can_not_lie_on_two_sides() -> None:
    with pytest.raises(InvalidFilterError, match="after"):
        Filters.from_query({"after": "LML-1", "before": "LML-2"})


def test_an_empty_field_of_a_form_lets_everything_through() -> None:
    assert Filters.from_query({"kind": "", "q": "  "}) == Filters()
    assert Filters().query_string() == ""


def test_another_choice_starts_at_the_first_page_again() -> None:
    filters = Filters(kind="traffic", after="LML-1", sort="name")
    assert filters.query_string(status="active") == "?kind=traffic&status=active&sort=name"
    assert filters.query_string(after="LML-2") == "?kind=traffic&sort=name&after=LML-2"
    assert filters.query_string(kind=None, sort=None) == ""


def test_the_database_gets_what_was_asked_and_a_box_as_it_writes_one() -> None:
    filters = Filters(kind="traffic", bbox="5,51,6,52", spot="5.5,51.5", sort="name")
    asked: dict[str, Any] = filters.to_database("helmond", {3, 1})
    assert asked["box"] == "(6.0,52.0),(5.0,51.0)"
    assert (asked["kind"], asked["municipality"], asked["sensors"]) == ("traffic", "helmond", [1, 3])
    assert "sort" not in asked
    assert "sensors" not in Filters(kind="traffic").to_database("helmond")
    assert filters.spot_coordinates == (5.5, 51.5)
    assert Filters().spot_coordinates is None


@given(st.text(max_size=40) | st.lists(st.floats(), max_size=5).map(lambda each: ",".join(map(str, each))))
def test_a_view_lies_on_the_earth_or_is_none(text: str) -> None:
    found = parse_bounding_box(text)
    if found is not None:
        west, south, east, north = found
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90


def test_choices_are_offered_by_the_alphabet_of_their_words() -> None:
    counts = {
        "observed_property": {"pm10": 3, "no2": 1, "soil_moisture": 1},
        "purpose": {"mobility": 1, "health": 2},
        "organisation": {"gemeente": 1, "Bureau": 1},
        "theme": {"traffic": 1, "air": 9},
        "project": {},
    }
    options = facets.facet_options(counts)
    assert {name: [value for value, _ in of] for name, of in options.items()} == {
        "observed_property": ["pm10", "soil_moisture", "no2"],
        "purpose": ["health", "mobility"],
        "organisation": ["Bureau", "gemeente"],
        "theme": ["air", "traffic"],
        "project": [],
    }
    assert all(of == sorted(of, key=lambda pair: pair[1].casefold()) for of in options.values())


@pytest.mark.parametrize(
    ("code", "label", "short"),
    [
        ("pm2_5", "Fijnstof, kleine deeltjes (PM2,5)", "PM2,5"),
        ("soil_moisture", "Soil moisture", "Soil moisture"),
        ("video", "Video", "Video"),
    ],
)
def test_what_is_measured_has_a_name_and_a_short_one(code: str, label: str, short: str) -> None:
    assert facets.observed_property_label(code) == label
    assert facets.observed_property_short_label(code) == short
