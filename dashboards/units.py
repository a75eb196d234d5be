"""Grafana units for the UCUM units of observed properties. A kind of sensor brings those that are new with it."""

from collections.abc import Mapping

from sensors.kinds import KINDS

COUNT = "locale"
"""A whole number with thousands separators."""
PERCENT = "percent"
DAYS = "d"
SECONDS = "s"
BYTES = "decbytes"
KILOGRAM = "masskg"

GRAFANA_UNITS: Mapping[str, str] = {
    "1": COUNT,
    "%": PERCENT,
    "Cel": "celsius",
    "h": "h",
    "s": SECONDS,
    **{code: unit for kind in KINDS.values() for code, unit in kind.grafana_units.items()},
}
"""UCUM → Grafana unit id."""
