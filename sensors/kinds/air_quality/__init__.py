"""Air quality: particulate matter, gases, and the weather needed to interpret them.

Values just below zero are real: an instrument near its detection limit scatters around zero, and dropping the negative
half would bias every average upwards. So −1 is never a sentinel here.
"""

from dataclasses import replace
from datetime import timedelta

from sensors.kinds import DeviceModel, Kind, ObservedProperty, properties_by_code
from sensors.vocabulary.codes import Public
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.measurement import Stamp
from sensors.vocabulary.rejection_reasons import RejectionReason
from sensors.vocabulary.units import MASS_CONCENTRATION, PRESSURE, RATIO, TEMPERATURE

_SENTINELS = frozenset({-999.0, -9999.0})

# The lowest hours of 2023 at official stations around Helmond (RIVM): PM10 −20.0, PM2.5 −5.0, NO2 −2.6 ug/m3.
_LOWEST_PLAUSIBLE = -20.0


# The SDS011 reports where its range ends when it is dirty or lacks power (opendata-stuttgart/sensors-software#899):
# PM2.5 999.9, PM10 1999.9. Sensirion's SEN5x ends at 6553.4 (0xFFFE). Nobody fills in the model of every citizen's
# sensor, and a real value equals these with a chance of one in ten thousand, in the densest smoke only: so for all.
_END_OF_RANGE = dict.fromkeys((999.9, 1999.9, 6553.4), RejectionReason.SATURATED)

# DallasTemperature, the usual library for the DS18B20, returns −127 if the sensor does not answer.
_DISCONNECTED = {-127.0: RejectionReason.SENTINEL}


def _concentration(
    code: str, label: LocalizedText, explanation: LocalizedText, plausible: tuple[float, float]
) -> ObservedProperty:
    return ObservedProperty(
        code=code,
        label=label,
        explanation=explanation,
        unit="ug/m3",
        conversions=MASS_CONCENTRATION,
        plausible_range=plausible,
        # Half the range at once. The largest real hourly steps near Helmond in 2023: PM10 415, NO2 198 ug/m3.
        max_change_per_hour=plausible[1] / 2,
        # The longest real run of one value there lasted 5 hours; a resident's sensor reported 0.0 for 2 hours.
        frozen_after=timedelta(hours=12),
        # CO, NO and SO2 in whole numbers, or fine dust after rain.
        rests_at_zero=True,
        finest_public=Public.LIVE,
        sentinels=_SENTINELS,
        stamp=Stamp.END,
        # The SDS011 reports tenths and resolves 0.3; the limit values (Directive 2008/50/EC, annex XI) are whole ug/m3.
        resolution=0.1,
    )


def _particles(code: str, label: LocalizedText, explanation: LocalizedText) -> ObservedProperty:
    """Particulate matter. Upper bound: the range of the SDS011, the most common sensor among residents, ends there.

    The highest official hour of 2023 around Helmond was PM10 469 (New Year's fireworks).
    """
    return replace(_concentration(code, label, explanation, (_LOWEST_PLAUSIBLE, 1000)), false_values=_END_OF_RANGE)


def _gas(
    code: str, label: LocalizedText, explanation: LocalizedText, plausible: tuple[float, float], molar_mass: float
) -> ObservedProperty:
    """A gas. ``molar_mass``: the sum of its abridged standard atomic weights (IUPAC 2021), in g/mol."""
    return replace(_concentration(code, label, explanation, plausible), molar_mass=molar_mass)


KIND = Kind(
    code="air_quality",
    label=LocalizedText("Luchtkwaliteit", "Air quality"),
    theme="air",
    device_models=(
        # Its register holds 85 until the first measurement, at power-up or with too little power (Maxim's DS18B20
        # datasheet, "power-on reset value"). The DS18S20 and DS1822 are the same.
        DeviceModel(
            "DS18B20",
            ("ds18b20", "ds18s20", "ds1822", "ds1820"),
            {"temperature": {85.0: RejectionReason.SENTINEL}},
        ),
        # A frame of zeros has a valid checksum (zero), and means a broken wire
        # (AnaviTechnology/anavi-thermometer-sw#60). Outdoor air never has a humidity of 0; a temperature of 0 is real.
        DeviceModel(
            "DHT22 (AM2302)",
            ("dht22", "dht21", "am2301", "am2302", "am2320", "rht03"),
            {"relative_humidity": {0.0: RejectionReason.SENTINEL}},
        ),
    ),
    grafana_units={"ug/m3": "conμgm3", "hPa": "pressurehpa"},
    properties=properties_by_code(
        _particles(
            "pm1",
            LocalizedText("Fijnstof, allerkleinste deeltjes (PM1)", "Particulate matter PM1"),
            LocalizedText(
                "Stofjes kleiner dan 1 micrometer. Ze komen diep in je longen.",
                "Particles smaller than 1 micrometre. They get deep into your lungs.",
            ),
        ),
        _particles(
            "pm2_5",
            LocalizedText("Fijnstof, kleine deeltjes (PM2,5)", "Particulate matter PM2.5"),
            LocalizedText(
                "Stofjes kleiner dan 2,5 micrometer, zoals in rook en uitlaatgas.",
                "Particles smaller than 2.5 micrometres, such as in smoke and exhaust fumes.",
            ),
        ),
        _particles(
            "pm10",
            LocalizedText("Fijnstof (PM10)", "Particulate matter PM10"),
            LocalizedText(
                "Stofjes kleiner dan 10 micrometer, bijvoorbeeld van banden, bouw en boerderijen.",
                "Particles smaller than 10 micrometres, for example from tyres, construction and farms.",
            ),
        ),
        # Gases, upper bound: at least twice the alert thresholds of Directive 2008/50/EC, annex XII
        # (NO2 400, SO2 500, O3 240 ug/m3). The highest NO2 hour of 2023 around Helmond was 382.8.
        _gas(
            "no2",
            LocalizedText("Stikstofdioxide (NO₂)", "Nitrogen dioxide (NO₂)"),
            LocalizedText(
                "Een gas dat vooral uit auto's en andere motoren komt.",
                "A gas that mainly comes from cars and other engines.",
            ),
            (_LOWEST_PLAUSIBLE, 1000),
            46.005,
        ),
        _gas(
            "no",
            LocalizedText("Stikstofmonoxide (NO)", "Nitric oxide (NO)"),
            LocalizedText(
                "Een gas uit motoren, dat in de lucht verandert in stikstofdioxide.",
                "A gas from engines that turns into nitrogen dioxide in the air.",
            ),
            (_LOWEST_PLAUSIBLE, 1500),
            30.006,
        ),
        _gas(
            "o3",
            LocalizedText("Ozon (O₃)", "Ozone (O₃)"),
            LocalizedText(
                "Een gas dat op warme, zonnige dagen ontstaat. Veel ozon noemen we smog.",
                "A gas that forms on warm, sunny days. High levels of ozone are called smog.",
            ),
            (_LOWEST_PLAUSIBLE, 500),
            47.997,
        ),
        _gas(
            "so2",
            LocalizedText("Zwaveldioxide (SO₂)", "Sulphur dioxide (SO₂)"),
            LocalizedText("Een gas uit fabrieken en schepen.", "A gas from factories and ships."),
            (_LOWEST_PLAUSIBLE, 1500),
            64.06,
        ),
        # CO: the limit value is 10 mg/m3 over eight hours (Directive 2008/50/EC, annex XI). Its zero also drifts more.
        replace(
            _gas(
                "co",
                LocalizedText("Koolmonoxide (CO)", "Carbon monoxide (CO)"),
                LocalizedText(
                    "Een giftig gas dat ontstaat als iets slecht verbrandt.",
                    "A poisonous gas that forms when something does not burn completely.",
                ),
                (-200, 50_000),
                28.01,
            ),
            # Analysers detect some 50 ug/m3 (0.04 ppm); the limit value is 10,000.
            resolution=1,
        ),
        # NH3: next to stables and fresh manure, hourly values reach hundreds of ug/m3; in town they stay below 20.
        _gas(
            "nh3",
            LocalizedText("Ammoniak (NH₃)", "Ammonia (NH₃)"),
            LocalizedText("Een gas dat vooral uit mest komt.", "A gas that mainly comes from manure."),
            (_LOWEST_PLAUSIBLE, 1000),
            17.031,
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
            false_values=_DISCONNECTED,
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
