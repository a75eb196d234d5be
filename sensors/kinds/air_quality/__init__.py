"""Air quality: particulate matter, gases, and the weather needed to interpret them.

Values just below zero are real: an instrument near its detection limit scatters around zero, and dropping the negative
half would bias every average upwards. So −1 is never a sentinel here.
"""

from dataclasses import replace
from datetime import timedelta

from sensors.kinds import Kind, ObservedProperty, properties_by_code
from sensors.vocabulary.codes import Public
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.measurement import Stamp
from sensors.vocabulary.units import MASS_CONCENTRATION, PRESSURE, RATIO, TEMPERATURE

_SENTINELS = frozenset({-999.0, -9999.0})

# The lowest hours of 2023 at official stations around Helmond (RIVM): PM10 −20.0, PM2.5 −5.0, NO2 −2.6 ug/m3.
_LOWEST_PLAUSIBLE = -20.0


# Molar masses below, in g/mol: sums of the abridged standard atomic weights (IUPAC 2021).


def _concentration(
    code: str,
    label: LocalizedText,
    explanation: LocalizedText,
    plausible: tuple[float, float],
    molar_mass: float | None = None,
) -> ObservedProperty:
    return ObservedProperty(
        code=code,
        label=label,
        explanation=explanation,
        unit="ug/m3",
        conversions=MASS_CONCENTRATION,
        molar_mass=molar_mass,
        plausible_range=plausible,
        # Half the range at once. The largest real hourly steps near Helmond in 2023: PM10 415, NO2 198 ug/m3.
        max_change_per_hour=plausible[1] / 2,
        # The longest real run of one value there lasted 5 hours; a resident's sensor reported 0.0 for 2 hours.
        frozen_after=timedelta(hours=12),
        finest_public=Public.LIVE,
        sentinels=_SENTINELS,
        stamp=Stamp.END,
        # The SDS011 reports tenths and resolves 0.3; the limit values (Directive 2008/50/EC, annex XI) are whole ug/m3.
        resolution=0.1,
    )


KIND = Kind(
    code="air_quality",
    label=LocalizedText("Luchtkwaliteit", "Air quality"),
    theme="air",
    grafana_units={"ug/m3": "conμgm3", "hPa": "pressurehpa"},
    properties=properties_by_code(
        # PM, upper bound: the range of the SDS011, the most common sensor among residents, ends at 999.9 ug/m3;
        # the highest official hour of 2023 around Helmond was PM10 469 (New Year's fireworks).
        _concentration(
            "pm1",
            LocalizedText("Fijnstof, allerkleinste deeltjes (PM1)", "Particulate matter PM1"),
            LocalizedText(
                "Stofjes kleiner dan 1 micrometer. Ze komen diep in je longen.",
                "Particles smaller than 1 micrometre. They get deep into your lungs.",
            ),
            (_LOWEST_PLAUSIBLE, 1000),
        ),
        _concentration(
            "pm2_5",
            LocalizedText("Fijnstof, kleine deeltjes (PM2,5)", "Particulate matter PM2.5"),
            LocalizedText(
                "Stofjes kleiner dan 2,5 micrometer, zoals in rook en uitlaatgas.",
                "Particles smaller than 2.5 micrometres, such as in smoke and exhaust fumes.",
            ),
            (_LOWEST_PLAUSIBLE, 1000),
        ),
        _concentration(
            "pm10",
            LocalizedText("Fijnstof (PM10)", "Particulate matter PM10"),
            LocalizedText(
                "Stofjes kleiner dan 10 micrometer, bijvoorbeeld van banden, bouw en boerderijen.",
                "Particles smaller than 10 micrometres, for example from tyres, construction and farms.",
            ),
            (_LOWEST_PLAUSIBLE, 1000),
        ),
        # Gases, upper bound: at least twice the alert thresholds of Directive 2008/50/EC, annex XII
        # (NO2 400, SO2 500, O3 240 ug/m3). The highest NO2 hour of 2023 around Helmond was 382.8.
        _concentration(
            "no2",
            LocalizedText("Stikstofdioxide (NO₂)", "Nitrogen dioxide (NO₂)"),
            LocalizedText(
                "Een gas dat vooral uit auto's en andere motoren komt.",
                "A gas that mainly comes from cars and other engines.",
            ),
            (_LOWEST_PLAUSIBLE, 1000),
            molar_mass=46.005,
        ),
        _concentration(
            "no",
            LocalizedText("Stikstofmonoxide (NO)", "Nitric oxide (NO)"),
            LocalizedText(
                "Een gas uit motoren, dat in de lucht verandert in stikstofdioxide.",
                "A gas from engines that turns into nitrogen dioxide in the air.",
            ),
            (_LOWEST_PLAUSIBLE, 1500),
            molar_mass=30.006,
        ),
        _concentration(
            "o3",
            LocalizedText("Ozon (O₃)", "Ozone (O₃)"),
            LocalizedText(
                "Een gas dat op warme, zonnige dagen ontstaat. Veel ozon noemen we smog.",
                "A gas that forms on warm, sunny days. High levels of ozone are called smog.",
            ),
            (_LOWEST_PLAUSIBLE, 500),
            molar_mass=47.997,
        ),
        _concentration(
            "so2",
            LocalizedText("Zwaveldioxide (SO₂)", "Sulphur dioxide (SO₂)"),
            LocalizedText("Een gas uit fabrieken en schepen.", "A gas from factories and ships."),
            (_LOWEST_PLAUSIBLE, 1500),
            molar_mass=64.06,
        ),
        # CO: the limit value is 10 mg/m3 over eight hours (Directive 2008/50/EC, annex XI). Its zero also drifts more.
        replace(
            _concentration(
                "co",
                LocalizedText("Koolmonoxide (CO)", "Carbon monoxide (CO)"),
                LocalizedText(
                    "Een giftig gas dat ontstaat als iets slecht verbrandt.",
                    "A poisonous gas that forms when something does not burn completely.",
                ),
                (-200, 50_000),
                molar_mass=28.01,
            ),
            # Analysers detect some 50 ug/m3 (0.04 ppm); the limit value is 10,000.
            resolution=1,
        ),
        # NH3: next to stables and fresh manure, hourly values reach hundreds of ug/m3; in town they stay below 20.
        _concentration(
            "nh3",
            LocalizedText("Ammoniak (NH₃)", "Ammonia (NH₃)"),
            LocalizedText("Een gas dat vooral uit mest komt.", "A gas that mainly comes from manure."),
            (_LOWEST_PLAUSIBLE, 1000),
            molar_mass=17.031,
        ),
        ObservedProperty(
            code="temperature",
            label=LocalizedText("Temperatuur", "Temperature"),
            explanation=LocalizedText("Hoe warm de lucht bij de sensor is.", "How warm the air is at the sensor."),
            unit="Cel",
            conversions=TEMPERATURE,
            # Dutch records (KNMI): −27.4 and 40.7 °C; a sensor in the sun gets warmer than the air.
            plausible_range=(-30, 60),
            max_change_per_hour=15,
            frozen_after=timedelta(hours=24),
            finest_public=Public.LIVE,
            sentinels=_SENTINELS,
            # As weather stations report it (WMO-No. 8, annex 1.A).
            resolution=0.1,
        ),
        ObservedProperty(
            code="relative_humidity",
            label=LocalizedText("Luchtvochtigheid", "Relative humidity"),
            explanation=LocalizedText(
                "Hoe vochtig de lucht is: bij 100 kan er geen water meer bij.",
                "How humid the air is: at 100 it cannot hold any more water.",
            ),
            unit="%",
            conversions=RATIO,
            plausible_range=(0, 100),
            # In fog it stays at 100 for days, so a constant value does not indicate a frozen sensor.
            max_change_per_hour=60,
            finest_public=Public.LIVE,
            sentinels=_SENTINELS,
            # Weather stations report whole percents (WMO-No. 8, annex 1.A); the sensors themselves resolve tenths.
            resolution=0.1,
        ),
        ObservedProperty(
            code="pressure",
            label=LocalizedText("Luchtdruk", "Air pressure"),
            explanation=LocalizedText(
                "Hoe zwaar de lucht drukt. Hoge druk geeft vaak mooi weer.",
                "How heavily the air presses down. High pressure often brings fine weather.",
            ),
            unit="hPa",
            conversions=PRESSURE,
            # Dutch records (KNMI) are near 954 and 1051 hPa at sea level; a sensor 300 m up reads some 38 hPa less.
            plausible_range=(900, 1070),
            max_change_per_hour=15,
            frozen_after=timedelta(hours=24),
            finest_public=Public.LIVE,
            sentinels=_SENTINELS,
            # As weather stations report it (WMO-No. 8, annex 1.A).
            resolution=0.1,
        ),
    ),
)
