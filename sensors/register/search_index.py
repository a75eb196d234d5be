"""The parts of the search index that SQL can't compute: the extent of a location, a point in it, labels and people."""

from collections.abc import Mapping
from typing import Any

from shapely.geometry import shape

from sensors.kinds import KINDS
from sensors.register.location import GeoJsonGeometry, representative_point
from sensors.register.people import personal_data_level
from sensors.register.themes import themes_of
from sensors.vocabulary.codes import DeviceCategory, PersonalData, label_of


def index_row(document: Mapping[str, Any]) -> dict[str, Any]:
    """The index row of a published document. In WGS84 degrees: ``longitude`` and ``latitude`` of a point within the
    published location, and ``extent`` (of the location) and ``observed`` (of what the sensor sees) in PostgreSQL's box
    syntax; ``None`` if unknown. A sensor that moves through an area, or is somewhere in it, is taken to observe all of
    it. ``themes``: resident themes. ``personal_data``: whether it is about people. ``dutch`` and ``english``: labels of
    what it is and measures."""
    location = document["location"]
    longitude, latitude = representative_point(location["geometry"])
    seen: GeoJsonGeometry | None = location.get("observed_area")
    if seen is None and location["kind"] != "fixed":
        seen = location["geometry"]
    return {
        "entry_id": document["id"],
        "longitude": longitude,
        "latitude": latitude,
        "extent": postgres_box(location["geometry"]),
        "observed": None if seen is None else postgres_box(seen),
        "themes": themes_of(document),
        "personal_data": personal_data_level(
            document.get("kind"),
            [
                (each["observed_property"], PersonalData(each["personal_data"]))
                for each in document.get("datastreams", ())
            ],
        ),
        **_labels(document),
    }


def _labels(document: Mapping[str, Any]) -> dict[str, str]:
    """Labels of the kind of sensor and of what it measures, as residents know them."""
    kind = KINDS.get(document.get("kind") or "")
    codes = [each["observed_property"] for each in document.get("datastreams", ())]
    texts = [label_of(DeviceCategory(document["device"]["category"]))]
    texts += [kind.label, *(kind.properties[code].label for code in codes if code in kind.properties)] if kind else []
    return {
        "dutch": " ".join(text.nl for text in texts),
        "english": " ".join(text.en for text in texts if text.en),
    }


def postgres_box(geometry: GeoJsonGeometry) -> str:
    """The bounds of a geometry in PostgreSQL's ``box`` syntax: ``(east,north),(west,south)``."""
    west, south, east, north = shape(geometry).bounds
    return f"({east},{north}),({west},{south})"
