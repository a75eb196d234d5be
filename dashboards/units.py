"""The unit that Grafana writes behind a number, for each UCUM unit of what sensors measure."""

from collections.abc import Mapping

COUNT = "locale"
"""A whole number, with points between the thousands."""
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
"""UCUM → the name by which Grafana knows the unit."""
