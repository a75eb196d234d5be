"""Traffic: counts, speed, occupancy and travel time. Never who.

The national road authority's feed writes −1 for "no data"; none of these properties can be negative.
"""

from sensors.kinds import ALIVE, Kind, ObservedProperty, properties_by_code
from sensors.policy.promises import MIN_SAMPLED_VEHICLES
from sensors.vocabulary.codes import Public
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.measurement import Aggregation, Stamp
from sensors.vocabulary.units import DIMENSIONLESS, RATIO, SPEED, TIME_IN_SECONDS

_SENTINELS = frozenset({-1.0, -999.0, -9999.0})


_MOTOR_VEHICLES = frozenset({"car", "van", "truck", "bus", "motorcycle"})


def _count(code: str, label: LocalizedText, explanation: LocalizedText, passes: frozenset[str]) -> ObservedProperty:
    # Someone who walks or cycles through a quiet street is alone in a quarter of an hour, and all night.
    on_foot_or_bicycle = not passes <= _MOTOR_VEHICLES
    return ObservedProperty(
        code=code,
        label=label,
        explanation=explanation,
        unit="1",
        conversions=DIMENSIONLESS,
        # One counter, one message, at most an hour. The busiest motorway hour in six years of I-94 counts is 7,280, the
        # busiest bicycle hour on Fremont Bridge 717 in one direction; a square on a market day gets higher.
        plausible_range=(0, 10_000),
        finest_public=Public.HOUR,
        sentinels=_SENTINELS,
        counts_people=True,
        passes=passes,
        sums_minutes=60 if on_foot_or_bicycle else 15,
        has_night=on_foot_or_bicycle,
        aggregation=Aggregation.DELTA,
        max_rate_per_hour=10_000,
        stamp=Stamp.END,
        resolution=1,
        is_integer=True,
    )


def _class_count(code: str, nl: str, en: str) -> ObservedProperty:
    """The count of one class of road user; ``nl`` and ``en`` name it in the plural."""
    return _count(
        code,
        LocalizedText(f"Aantal {nl}", f"Number of {en}"),
        LocalizedText(
            f"Hoeveel {nl} er langskwamen sinds het vorige bericht.",
            f"How many {en} passed by since the previous message.",
        ),
        frozenset({code.removeprefix("count_")}),
    )


KIND = Kind(
    code="traffic",
    label=LocalizedText("Verkeer", "Traffic"),
    theme="traffic",
    grafana_units={"km/h": "velocitykmh"},
    properties=properties_by_code(
        _class_count("count_car", "auto's", "cars"),
        _class_count("count_van", "bestelbusjes", "vans"),
        _class_count("count_truck", "vrachtwagens", "trucks"),
        _class_count("count_bus", "bussen", "buses"),
        _class_count("count_motorcycle", "motoren", "motorcycles"),
        _class_count("count_bicycle", "fietsen", "bicycles"),
        _class_count("count_pedestrian", "voetgangers", "pedestrians"),
        _count(
            "count_motor_vehicle",
            LocalizedText("Aantal motorvoertuigen", "Number of motor vehicles"),
            LocalizedText(
                "Hoeveel auto's, vrachtwagens, bussen en motoren er samen langskwamen. Deze teller ziet geen verschil.",
                "How many cars, trucks, buses and motorcycles passed by in total. This counter cannot tell them apart.",
            ),
            _MOTOR_VEHICLES,
        ),
        ObservedProperty(
            code="mean_speed",
            label=LocalizedText("Gemiddelde snelheid", "Average speed"),
            explanation=LocalizedText(
                "Hoe hard het verkeer gemiddeld rijdt.", "How fast the traffic is moving on average."
            ),
            unit="km/h",
            conversions=SPEED,
            # The highest minute in the national feed (NDW, 50 sites) is 154.
            plausible_range=(0, 180),
            finest_public=Public.HOUR,
            averages_people=True,
            passes=_MOTOR_VEHICLES,
            # From standing still to 100 km/h. Of vehicles within, none moves a sum further than the clip.
            reference=50,
            clip=50,
            sentinels=_SENTINELS,
            stamp=Stamp.END,
            # Loops measure speed to a few percents.
            resolution=0.1,
        ),
        ObservedProperty(
            code="occupancy",
            label=LocalizedText("Hoe vol de weg is", "How full the road is"),
            explanation=LocalizedText(
                "Hoeveel procent van de tijd er een voertuig boven de meetlus staat.",
                "The percentage of time that a vehicle is over the detector.",
            ),
            unit="%",
            conversions=RATIO,
            plausible_range=(0, 100),
            finest_public=Public.HOUR,
            # Without a clip it isn't published: one vehicle that stands on the loop moves it as far as there is to go.
            averages_people=True,
            passes=_MOTOR_VEHICLES,
            sentinels=_SENTINELS,
            stamp=Stamp.END,
            # 60 ms of every minute: loops are read every 10 to 100 ms.
            resolution=0.1,
        ),
        ObservedProperty(
            code="travel_time",
            label=LocalizedText("Reistijd", "Travel time"),
            explanation=LocalizedText(
                "Hoe lang het duurt om van het ene punt naar het andere te rijden. Gemaakt van een deel van de "
                f"voertuigen, door het lot gekozen: minstens {MIN_SAMPLED_VEHICLES} van een soort.",
                "How long it takes to drive from one point to another. Made of some of the vehicles, chosen by chance: "
                f"at least {MIN_SAMPLED_VEHICLES} of a type.",
            ),
            unit="s",
            conversions=TIME_IN_SECONDS,
            # Passages are matched for a limited time, so a longer trip can't occur.
            plausible_range=(0, 1800),
            finest_public=Public.HOUR,
            sentinels=_SENTINELS,
            required_privacy_rule="match_in_memory",
            stamp=Stamp.END,
            # Never stored as a value of its own; ingest.events.trip_windows rounds further.
            resolution=1,
        ),
        ALIVE,
    ),
)
