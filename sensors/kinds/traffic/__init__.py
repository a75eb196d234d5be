"""Traffic: how many pass, how fast, how busy, and how long it takes. Never who.

The national road authority's feed writes −1 for "no data"; none of these properties can be negative.
"""

from sensors.kinds import Kind, Property, by_code
from sensors.vocabulary.codes import Public
from sensors.vocabulary.localized_text import Text
from sensors.vocabulary.units import NUMBER, RATIO, SHORT_TIME, SPEED

_NO_VALUE = frozenset({-1.0, -999.0, -9999.0})


def _count(code: str, label: Text, explanation: Text) -> Property:
    return Property(
        code=code,
        label=label,
        explanation=explanation,
        unit="1",
        units=NUMBER,
        # One counter, one message, at most an hour. The busiest motorway hour in I-94's six years of counts is 7,280,
        # the busiest bicycle hour on Fremont Bridge 717 in one direction; a square on a market day goes higher.
        plausible=(0, 10_000),
        finest_public=Public.HOUR,
        sentinels=_NO_VALUE,
        counts_people=True,
        summed=True,
        whole=True,
    )


def _passing(code: str, nl: str, en: str) -> Property:
    """The count of one class of road user, named in the plural."""
    return _count(
        code,
        Text(f"Aantal {nl}", f"Number of {en}"),
        Text(
            f"Hoeveel {nl} er langskwamen sinds het vorige bericht.",
            f"How many {en} passed since the previous message.",
        ),
    )


KIND = Kind(
    code="traffic",
    label=Text("Verkeer", "Traffic"),
    properties=by_code(
        _passing("count_car", "auto's", "cars"),
        _passing("count_van", "bestelbusjes", "vans"),
        _passing("count_truck", "vrachtwagens", "trucks"),
        _passing("count_bus", "bussen", "buses"),
        _passing("count_motorcycle", "motoren", "motorcycles"),
        _passing("count_bicycle", "fietsen", "bicycles"),
        _passing("count_pedestrian", "voetgangers", "pedestrians"),
        _count(
            "count_motor_vehicle",
            Text("Aantal motorvoertuigen", "Number of motor vehicles"),
            Text(
                "Hoeveel auto's, vrachtwagens, bussen en motoren er samen langskwamen. Deze teller ziet geen verschil.",
                "How many cars, trucks, buses and motorcycles passed together. This counter can't tell them apart.",
            ),
        ),
        Property(
            code="mean_speed",
            label=Text("Gemiddelde snelheid", "Mean speed"),
            explanation=Text("Hoe hard het verkeer gemiddeld rijdt.", "How fast the traffic goes on average."),
            unit="km/h",
            units=SPEED,
            # The highest in a minute of the national feed (NDW, 50 sites) is 154.
            plausible=(0, 180),
            finest_public=Public.HOUR,
            sentinels=_NO_VALUE,
        ),
        Property(
            code="occupancy",
            label=Text("Hoe vol de weg is", "Occupancy"),
            explanation=Text(
                "Hoeveel procent van de tijd er een voertuig boven de meetlus staat.",
                "How much of the time, in percent, a vehicle is over the detector.",
            ),
            unit="%",
            units=RATIO,
            plausible=(0, 100),
            finest_public=Public.HOUR,
            sentinels=_NO_VALUE,
        ),
        Property(
            code="travel_time",
            label=Text("Reistijd", "Travel time"),
            explanation=Text(
                "Hoe lang het duurt om van het ene punt naar het andere te rijden. Alleen voor groepen van 5 of meer.",
                "How long it takes to drive from one point to another. Only for groups of 5 or more.",
            ),
            unit="s",
            units=SHORT_TIME,
            # Two passages are matched for at most 30 minutes; a longer trip can't come out.
            plausible=(0, 1800),
            finest_public=Public.HOUR,
            sentinels=_NO_VALUE,
            needs_rule="match_in_memory",
        ),
    ),
)
