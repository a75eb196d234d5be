"""What sensors are about, and addresses made of names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.labels import icon_path
from api.themes import content as told
from sensors.register import slugs, themes
from sensors.vocabulary.codes import Theme
from simulators.city.example_register import example_entries
from tests.support.entries import Document, example_datastream, example_entry
from tests.support.entries import entry_documents as any_entries


def test_every_subject_has_a_theme_and_every_theme_its_words() -> None:
    assert themes.THEME_BY_SUBJECT.keys() == set(Theme)
    assert tuple(told.THEMES) == themes.THEME_CODES
    assert len(told.CODE_BY_SLUG) == len(themes.THEME_CODES)
    assert all(icon_path(theme.icon) for theme in told.THEMES.values())


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({}, ["air"]),
        ({"kind": "streetlight"}, ["light"]),
        (
            {"kind": "soil", "datastreams": [example_datastream("no2") | {"observed_property": "soil_moisture"}]},
            ["water"],
        ),
        ({"kind": None, "datastreams": [example_datastream("no2", theme="mobility_rail")]}, ["traffic"]),
        ({"kind": "traffic", "datastreams": [example_datastream("no2", theme="safety_camera")]}, ["traffic", "safety"]),
        (
            {"kind": None, "datastreams": [], "device": {"category": "antenna", "sensor_types": ["position"]}},
            ["connectivity"],
        ),
        ({"kind": None, "datastreams": [], "device": {"category": "other", "sensor_types": ["sound"]}}, ["noise"]),
        ({"kind": None, "datastreams": [], "device": {"category": "other", "sensor_types": ["flow"]}}, ["health"]),
    ],
)
def test_what_a_sensor_is_about(changes: Document, about: list[str]) -> None:
    assert themes.themes_of(example_entry(**changes)) == about


@given(any_entries())
def test_any_entry_has_themes_that_there_are(document: Document) -> None:
    assert set(themes.themes_of(document)) <= set(themes.THEME_CODES)


def test_every_sensor_of_the_city_is_about_something() -> None:
    assert all(themes.themes_of(entry.model_dump(mode="json")) for entry in example_entries(1))


@given(st.text(min_size=1))
def test_any_name_makes_an_address(name: str) -> None:
    made = slugs.slugify(name, "organisatie")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", made)
    assert len(made) <= slugs.MAX_LENGTH


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Gemeente Helmond", "gemeente-helmond"),
        ("Bureau Geluid & Lucht", "bureau-geluid-lucht"),
        ("Fryslân (provinsje)", "fryslan-provinsje"),
        ("水", "organisatie"),
    ],
)
def test_an_address_reads_like_its_name(name: str, address: str) -> None:
    assert slugs.slugify(name, "organisatie") == address


def test_two_names_never_have_one_address() -> None:
    assert slugs.unique_slug("lucht", {"lucht", "lucht-2"}) == "lucht-3"
