"""Grafana units for the UCUM units of observed properties."""

from collections.abc import Mapping

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
    "W": "watt",
    "kW.h": "kwatth",
    "h": "h",
    "s": SECONDS,
    "km/h": "velocitykmh",
    "hPa": "pressurehpa",
    "ug/m3": "conμgm3",
}
"""UCUM → Grafana unit id."""
