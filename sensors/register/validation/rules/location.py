"""The location and observed area: complete, plausible, and no more precise than allowed."""

import re

from shapely.geometry import box, shape

from sensors.policy.constraints import is_of_resident
from sensors.register.entry import Entry, Location
from sensors.register.homes import MIN_HOMES, homes_in_cell
from sensors.register.location import snap_to_cell
from sensors.register.validation.finders import path_if
from sensors.register.validation.rule import Rule
from sensors.vocabulary.codes import DeviceCategory, LocationKind, Precision, SensorType

NETHERLANDS_BOUNDS = box(3.2, 50.7, 7.3, 53.7)
"""Approximate bounds of the European Netherlands."""


def _is_camera(entry: Entry) -> bool:
    return entry.device.category is DeviceCategory.CAMERA or SensorType.OPTICAL in entry.device.sensor_types


def _is_coarse(entry: Entry) -> bool:
    return entry.location.precision is not Precision.EXACT


def _is_point_or_cell(place: Location) -> bool:
    # A published entry with a coarse location holds only the cell, and must be importable again.
    is_cell = place.precision is not Precision.EXACT and snap_to_cell(place.geometry, place.precision) == place.geometry
    return place.geometry["type"] == "Point" or is_cell


def _geometry_does_not_fit_kind(entry: Entry) -> bool:
    place = entry.location
    if place.kind is LocationKind.FIXED:
        return not _is_point_or_cell(place)
    return place.geometry["type"] == "Point"


def _has_few_homes(entry: Entry) -> bool:
    if entry.location.precision is not Precision.CELL_100M:
        return False
    homes = homes_in_cell(entry.location.geometry)
    return homes is not None and homes < MIN_HOMES


LOCATION_RULES: tuple[Rule, ...] = (
    Rule(
        "camera_needs_observed_area",
        "Teken het gebied dat de camera ziet (observed_area).",
        "Draw the area that the camera sees (observed_area).",
        path_if("location.observed_area", lambda entry: _is_camera(entry) and entry.location.observed_area is None),
    ),
    Rule(
        "observed_area_is_area",
        "Wat een camera ziet is een vlak, geen punt.",
        "What a camera sees is an area, not a point.",
        path_if(
            "location.observed_area",
            lambda entry: entry.location.observed_area is not None and entry.location.observed_area["type"] == "Point",
        ),
    ),
    Rule(
        "place_fits_kind",
        "Een sensor op een vaste plek heeft een punt. Een gebied of een sensor die beweegt heeft een vlak.",
        "A fixed sensor needs a point. An area or a mobile sensor needs a polygon.",
        path_if("location.geometry", _geometry_does_not_fit_kind),
        depends_on=("location.kind", "location.precision"),
    ),
    Rule(
        "place_in_netherlands",
        "Deze plek ligt niet in Nederland. Zet eerst de lengtegraad (oost), dan de breedtegraad (noord).",
        "This location is not in the Netherlands. Put the longitude (east) first, then the latitude (north).",
        path_if("location.geometry", lambda entry: not NETHERLANDS_BOUNDS.covers(shape(entry.location.geometry))),
    ),
    Rule(
        "resident_place_hidden",
        "Deze sensor is van een inwoner. Kies “cell_100m” (in de stad) of “cell_1km” (daarbuiten).",
        "This sensor belongs to a resident. Choose “cell_100m” (in town) or “cell_1km” (elsewhere).",
        path_if(
            "location.precision",
            lambda entry: not _is_coarse(entry) and is_of_resident(entry),
        ),
    ),
    Rule(
        "cell_is_of_fixed_sensor",
        "Een vak (“cell_…”) past alleen bij een sensor op een vaste plek.",
        "Only a fixed sensor can have a cell (“cell_…”).",
        path_if(
            "location.precision", lambda entry: _is_coarse(entry) and entry.location.kind is not LocationKind.FIXED
        ),
        depends_on=("location.kind",),
    ),
    Rule(
        "cell_hides_address",
        "De precieze plek is niet openbaar. Laat het huisnummer weg.",
        "The exact location is not public. Leave out the house number.",
        path_if(
            "location.address",
            lambda entry: _is_coarse(entry) and re.search(r"\d", entry.location.address or "") is not None,
        ),
    ),
    Rule(
        "cell_hides_host",
        "De precieze plek is niet openbaar. Dan kan het nummer van de paal of de kast er ook niet bij.",
        "The exact location is not public, so the number of the pole or cabinet cannot be included either.",
        path_if(
            "location.host_reference", lambda entry: _is_coarse(entry) and entry.location.host_reference is not None
        ),
    ),
    Rule(
        "cell_hides_observed_area",
        "De precieze plek is niet openbaar. Dan kan het gebied dat hij ziet er ook niet bij.",
        "The exact location is not public, so the area it sees cannot be included either.",
        path_if("location.observed_area", lambda entry: _is_coarse(entry) and entry.location.observed_area is not None),
    ),
    Rule(
        "cell_hides_height",
        "De precieze plek is niet openbaar. Dan kan de hoogte er ook niet bij: die zegt welke verdieping het is.",
        "The exact location is not public, so the height cannot be included either: it tells which floor it is.",
        path_if("location.height_m", lambda entry: _is_coarse(entry) and entry.location.height_m is not None),
    ),
    Rule(
        "cell_hides_object",
        "De precieze plek is niet openbaar. Dan kan er ook niet bij waar hij aan hangt.",
        "The exact location is not public, so what it is mounted on cannot be included either.",
        path_if("location.host_object", lambda entry: _is_coarse(entry) and entry.location.host_object is not None),
    ),
    Rule(
        "cell_has_homes",
        f"In dit vak van 100 meter staan minder dan {MIN_HOMES} woningen. Kies “cell_1km”.",
        f"This cell of 100 metres has fewer than {MIN_HOMES} homes. Choose “cell_1km”.",
        path_if("location.precision", _has_few_homes),
    ),
)
