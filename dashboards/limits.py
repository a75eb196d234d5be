"""Limit and guideline values for air quality and their sources. All in ug/m3."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Regime = Literal["EU nu", "EU 2030", "WHO 2021"]
AveragingPeriod = Literal["year", "day", "hour"]


@dataclass(frozen=True, slots=True)
class LimitValue:
    """A limit on the mean over a period. ``allowed_exceedances``: times a year that it may be exceeded."""

    observed_property: str
    regime: Regime
    averaging_period: AveragingPeriod
    value: float
    allowed_exceedances: int | None = None


LIMIT_SOURCES: Mapping[Regime, str] = {
    "EU nu": "Richtlijn 2008/50/EG, bijlage XI; fijnstof PM2,5: bijlage XIV, deel E, fase 1",
    "EU 2030": "Richtlijn (EU) 2024/2881, bijlage I, tabel 1: te halen op 1 januari 2030",
    "WHO 2021": "WHO Global Air Quality Guidelines 2021, tabel 0.1",
}
"""The source of each regime's limits."""

LIMIT_VALUES = (
    # Directive 2008/50/EC, annex XI; PM2.5: annex XIV, section E, stage 1 (the 20 of stage 2 remained indicative).
    LimitValue("no2", "EU nu", "hour", 200, 18),
    # Annex XII, section B: the information threshold.
    LimitValue("o3", "EU nu", "hour", 180),
    LimitValue("no2", "EU nu", "year", 40),
    LimitValue("pm10", "EU nu", "day", 50, 35),
    LimitValue("pm10", "EU nu", "year", 40),
    LimitValue("pm2_5", "EU nu", "year", 25),
    # Directive (EU) 2024/2881, annex I, section 1, table 1.
    LimitValue("no2", "EU 2030", "hour", 200, 3),
    LimitValue("no2", "EU 2030", "day", 50, 18),
    LimitValue("no2", "EU 2030", "year", 20),
    LimitValue("pm10", "EU 2030", "day", 45, 18),
    LimitValue("pm10", "EU 2030", "year", 20),
    LimitValue("pm2_5", "EU 2030", "day", 25, 18),
    LimitValue("pm2_5", "EU 2030", "year", 10),
    # WHO global air quality guidelines (2021), table 0.1. Days: the 99th percentile, 3 to 4 exceedances a year.
    LimitValue("no2", "WHO 2021", "day", 25, 4),
    LimitValue("no2", "WHO 2021", "year", 10),
    LimitValue("pm10", "WHO 2021", "day", 45, 4),
    LimitValue("pm10", "WHO 2021", "year", 15),
    LimitValue("pm2_5", "WHO 2021", "day", 15, 4),
    LimitValue("pm2_5", "WHO 2021", "year", 5),
)
"""The limits used by the dashboards and the alert."""
