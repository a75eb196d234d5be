"""Grafana units for the UCUM units of observed properties. A kind of sensor brings those that are new with it."""

from collections.abc import Mapping

from sensors.kinds import KINDS

COUNT = "locale"
"""A whole number with thousands separators."""
PERCENT = "percent"
# Grafana's own units of time, mass and energy rescale, in English: 9 days are "1.29 weeks", 1,110 kg "1.11 Mg".
# A suffix never does.
DAYS = "suffix:dagen"
SECONDS = "suffix:seconden"
KILOGRAM = "suffix:kg"
BYTES = "decbytes"
DATE = "time:DD-MM-YYYY"
MOMENT = "time:DD-MM-YYYY HH:mm"
TEXT = "string"
"""Text stays as it is, also when it is a number, such as a year."""

GRAFANA_UNITS: Mapping[str, str] = {
    "1": COUNT,
    "%": PERCENT,
    "Cel": "celsius",
    "h": "suffix:uur",
    "s": SECONDS,
    **{code: unit for kind in KINDS.values() for code, unit in kind.grafana_units.items()},
}
"""UCUM → Grafana unit id."""
