"""Streetlights that report on themselves.

Dimming and hourly energy reveal when someone walks by. So a lamp publishes nothing finer than a day, and only energy
and faults: a lamp that reports when someone passes shifts the mean of everything else it reports. Hourly energy is
public for a cabinet, which feeds a whole street. Presence is published only as counts over a group of lamps.
"""

from datetime import timedelta

from sensors.kinds import ALIVE, DeviceModel, Kind, ObservedProperty, properties_by_code
from sensors.vocabulary.codes import Public
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.measurement import Aggregation, Stamp
from sensors.vocabulary.rejection_reasons import RejectionReason
from sensors.vocabulary.units import DIMENSIONLESS, ENERGY, POWER, RATIO, TEMPERATURE, TIME_IN_HOURS

_SENTINELS = frozenset({-1.0, -999.0, -9999.0})

KIND = Kind(
    code="streetlight",
    label=LocalizedText("Straatverlichting", "Street lighting"),
    theme="light",
    device_models=(
        # Its register holds 85 until the first measurement, at power-up or with too little power (Maxim's DS18B20
        # datasheet, "power-on reset value"). Without this model, 85 °C is a warm lamp.
        DeviceModel(
            "DS18B20",
            ("ds18b20", "ds18s20", "ds1822", "ds1820"),
            {"lamp_temperature": {85.0: RejectionReason.SENTINEL}},
        ),
    ),
    grafana_units={"W": "suffix:W", "kW.h": "suffix:kWh"},
    properties=properties_by_code(
        ObservedProperty(
            code="power",
            label=LocalizedText("Vermogen", "Power"),
            explanation=LocalizedText(
                "Hoeveel stroom de lamp op dat moment gebruikt.",
                "How much electricity the lamp is using at that moment.",
            ),
            unit="W",
            conversions=POWER,
            # One luminaire. The most powerful of 2,477 in Lillehammer's inventory (NVDB) is 400 W, without its ballast.
            plausible_range=(0, 1000),
            finest_public=Public.NONE,
            follows_people=True,
            sentinels=_SENTINELS,
            # Half a percent of a 20 W luminaire.
            resolution=0.1,
        ),
        ObservedProperty(
            code="energy",
            label=LocalizedText("Verbruikte stroom", "Energy used"),
            explanation=LocalizedText(
                "Hoeveel stroom de lamp heeft gebruikt sinds het vorige bericht.",
                "How much electricity the lamp has used since its previous message.",
            ),
            unit="kW.h",
            conversions=ENERGY,
            # The bound of power, over a whole day.
            plausible_range=(0, 24),
            finest_public=Public.DAY,
            follows_people=True,
            sentinels=_SENTINELS,
            aggregation=Aggregation.DELTA,
            # One luminaire at the bound of power.
            max_rate_per_hour=1,
            stamp=Stamp.END,
            # A luminaire of 10 W uses 0.0025 kWh in a quarter of an hour. Whole Wh would shift its days by a fifth.
            resolution=0.00001,
        ),
        ObservedProperty(
            code="cabinet_energy",
            label=LocalizedText("Verbruikte stroom van de kast", "Energy used by the cabinet"),
            explanation=LocalizedText(
                "Hoeveel stroom alle lampen aan deze kast samen hebben gebruikt sinds het vorige bericht.",
                "How much electricity all the lamps on this cabinet have used since its previous message.",
            ),
            unit="kW.h",
            conversions=ENERGY,
            # A connection of 3 x 80 A at 230 V, the largest classed as small on Dutch grids: 55 kW, over a day.
            plausible_range=(0, 1325),
            finest_public=Public.HOUR,
            follows_people=True,
            adds_up_devices=True,
            sentinels=_SENTINELS,
            aggregation=Aggregation.DELTA,
            # The same connection, for an hour.
            max_rate_per_hour=55.2,
            stamp=Stamp.END,
            # Whole Wh, as meters count: 0.5 % of a street of ten such luminaires in a quarter of an hour.
            resolution=0.001,
        ),
        ObservedProperty(
            code="dim_level",
            label=LocalizedText("Lichtsterkte", "Light level"),
            explanation=LocalizedText(
                "Hoe fel de lamp brandt: 0 is uit, 100 is helemaal aan.",
                "How bright the lamp is: 0 is off, 100 is fully on.",
            ),
            unit="%",
            conversions=RATIO,
            plausible_range=(0, 100),
            finest_public=Public.NONE,
            follows_people=True,
            sentinels=_SENTINELS,
            # Dimming profiles are in whole percents.
            resolution=1,
        ),
        ObservedProperty(
            code="lamp_temperature",
            label=LocalizedText("Temperatuur van de lamp", "Lamp temperature"),
            explanation=LocalizedText(
                "Hoe warm het is in de lamp. Een lamp die te warm wordt, gaat eerder kapot.",
                "How warm it is inside the lamp. A lamp that gets too warm breaks sooner.",
            ),
            unit="Cel",
            conversions=TEMPERATURE,
            # From a cold night (the Dutch record is −27.4 °C) to well above the 75–90 °C LED drivers are rated for.
            plausible_range=(-30, 120),
            frozen_after=timedelta(hours=24),
            # A lamp warms up as it burns brighter, so this reveals as much as dimming does.
            finest_public=Public.NONE,
            follows_people=True,
            sentinels=frozenset({-999.0, -9999.0}),
            # DallasTemperature, the usual library for the DS18B20, returns −127 if the sensor does not answer.
            false_values={-127.0: RejectionReason.SENTINEL},
            # Finer than the whole degrees that matter, so that a stable temperature still differs from a frozen one.
            resolution=0.1,
        ),
        ObservedProperty(
            code="burning_hours",
            label=LocalizedText("Branduren", "Hours of use"),
            explanation=LocalizedText(
                "Hoeveel uur de lamp heeft gebrand sinds hij er hangt.",
                "How many hours the lamp has been on since it was installed.",
            ),
            unit="h",
            conversions=TIME_IN_HOURS,
            # Twice the 100,000 h that LED luminaires are commonly rated for.
            plausible_range=(0, 200_000),
            finest_public=Public.NONE,
            sentinels=_SENTINELS,
            # Two empty bytes. A lamp that really burns its 65,535th hour skips one reading of a counter.
            false_values={65535.0: RejectionReason.SENTINEL},
            aggregation=Aggregation.COUNTER,
            max_rate_per_hour=1,
            stamp=Stamp.END,
            # Meters of hours show hundredths at most. Rounding a meter reading does not add up.
            resolution=0.01,
        ),
        ObservedProperty(
            code="fault_code",
            label=LocalizedText("Storing", "Fault"),
            explanation=LocalizedText(
                "Een nummer dat zegt wat er kapot is. 0 betekent: geen storing.",
                "A number that shows what is broken. 0 means no fault.",
            ),
            unit="1",
            conversions=DIMENSIONLESS,
            # One byte: DALI controllers (IEC 62386) answer with 8 bits, of which 255 (MASK) means "unknown".
            plausible_range=(0, 254),
            finest_public=Public.DAY,
            sentinels=_SENTINELS,
            is_integer=True,
            aggregation=Aggregation.MAX,
            resolution=1,
        ),
        ObservedProperty(
            code="presence",
            label=LocalizedText("Beweging bij de lamp", "Movement near the lamp"),
            explanation=LocalizedText(
                "Of er iemand langskwam. We bewaren alleen een telling van veel lampen samen.",
                "Whether someone passed by. We only keep a count for many lamps together.",
            ),
            unit="1",
            conversions=DIMENSIONLESS,
            plausible_range=(0, 1),
            finest_public=Public.HOUR,
            sentinels=_SENTINELS,
            counts_people=True,
            required_privacy_rule="window_count",
            is_integer=True,
            accepts_boolean=True,
            aggregation=Aggregation.DELTA,
            resolution=1,
        ),
        ALIVE,
    ),
)
