"""The themes in words: what is measured about the air, the traffic, the light, and what the numbers mean."""

from collections.abc import Mapping
from dataclasses import dataclass

from sensors.register.themes import THEMES as CODES
from sensors.vocabulary.localized_text import Text


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme as its page tells it."""

    slug: str
    """In the address of its page."""
    sign: str
    """A DTPR element with an icon."""
    label: Text
    lead: Text
    leading: tuple[str, ...] = ()
    """What is measured that people want to see first: codes of observed properties."""


THEMES: Mapping[str, Theme] = {
    "air": Theme(
        "lucht",
        "air_quality",
        Text("Lucht", "Air"),
        Text(
            "Hoe schoon is de lucht die u inademt? Meters in de stad meten fijnstof en gassen, dag en nacht.",
            "How clean is the air that you breathe? Sensors in the city measure dust and gases, day and night.",
        ),
        ("no2", "pm10", "pm2_5", "o3"),
    ),
    "traffic": Theme(
        "verkeer",
        "mobility",
        Text("Verkeer", "Traffic"),
        Text(
            "Hoe druk is het op straat? Tellers tellen wie er langskomt. Ze houden niet bij wie dat is.",
            "How busy are the streets? Counters count who passes. They do not keep who that is.",
        ),
        ("count_car", "count_bicycle", "count_pedestrian", "count_motor_vehicle"),
    ),
    "light": Theme(
        "licht",
        "energy_efficiency",
        Text("Licht", "Light"),
        Text(
            "Welke lantaarn brandt er, en hoeveel stroom kost dat? Veel lantaarns meten dat zelf.",
            "Which streetlights burn, and how much power does that take? Many streetlights measure it themselves.",
        ),
        ("energy",),
    ),
    "noise": Theme(
        "geluid",
        "sound_level_meter",
        Text("Geluid", "Noise"),
        Text(
            "Hoe hard klinkt het op straat? Meters meten hoe hard het is. Ze nemen niets op.",
            "How loud is it in the street? Meters measure how loud it is. They record nothing.",
        ),
    ),
    "water": Theme(
        "water",
        "water_quality",
        Text("Water en bodem", "Water and soil"),
        Text(
            "Hoe hoog staat het water, en hoe schoon en vochtig is de grond? Deze sensoren meten dat.",
            "How high is the water, and how clean and damp is the soil? These sensors measure that.",
        ),
    ),
    "weather": Theme(
        "weer",
        "weather_station",
        Text("Weer en klimaat", "Weather and climate"),
        Text(
            "Hoe warm wordt het in uw straat, en hoeveel regen valt er? Deze sensoren meten het weer.",
            "How warm does your street get, and how much rain falls? These sensors measure the weather.",
        ),
    ),
    "nature": Theme(
        "natuur",
        "ecology",
        Text("Natuur", "Nature"),
        Text(
            "Hoe gaat het met planten en dieren in de stad? Deze sensoren helpen om dat te weten.",
            "How are the plants and animals in the city? These sensors help to find out.",
        ),
    ),
    "energy": Theme(
        "energie",
        "energy_efficiency",
        Text("Energie", "Energy"),
        Text(
            "Hoeveel stroom en warmte gebruikt de stad? Deze sensoren meten dat.",
            "How much power and heat does the city use? These sensors measure that.",
        ),
    ),
    "waste": Theme(
        "afval",
        "waste_management",
        Text("Afval", "Waste"),
        Text(
            "Zit een bak vol? Dan kan hij worden geleegd. Deze sensoren meten dat.",
            "Is a bin full? Then it can be emptied. These sensors measure that.",
        ),
    ),
    "safety": Theme(
        "veiligheid",
        "safety_security",
        Text("Veiligheid", "Safety"),
        Text(
            "Wat kijkt er mee op straat om het veilig te houden? Hier vindt u camera's en andere apparaten daarvoor.",
            "What watches the street to keep it safe? Here are the cameras and other devices for that.",
        ),
    ),
    "health": Theme(
        "gezondheid",
        "health",
        Text("Gezondheid", "Health"),
        Text(
            "Wat in de stad is goed of slecht voor uw gezondheid? Deze sensoren meten dat.",
            "What in the city is good or bad for your health? These sensors measure that.",
        ),
    ),
    "economy": Theme(
        "winkels-en-bouw",
        "commerce",
        Text("Winkels en bouw", "Shops and building"),
        Text(
            "Hoe druk is het in de winkelstraat, en wat gebeurt er in de bouw? Deze sensoren meten dat.",
            "How busy are the shops, and what is being built? These sensors measure that.",
        ),
    ),
    "connectivity": Theme(
        "bellen-en-internet",
        "connectivity",
        Text("Bellen en internet", "Calls and internet"),
        Text(
            "Hoe komt uw telefoon aan zijn signaal? Hier vindt u de antennes en zenders in de stad.",
            "How does your phone get its signal? Here are the antennas and senders in the city.",
        ),
    ),
}
"""By code, in their order."""

BY_SLUG: Mapping[str, str] = {THEMES[code].slug: code for code in CODES}


@dataclass(frozen=True, slots=True)
class Norm:
    """What is much of a substance in the air, in µg/m³. ``law_year``: the mean over a year that is allowed;
    ``law_short``: the same over a short time; ``advice_year``, ``advice_day``: what the WHO advises at most."""

    code: str
    law_year: int | None
    law_short: Text | None
    advice_year: int | None
    advice_day: int | None


NORMS: tuple[Norm, ...] = (
    Norm(
        "no2", 40, Text("200 in een uur, hooguit 18 keer per jaar", "200 in an hour, at most 18 times a year"), 10, 25
    ),
    Norm("pm10", 40, Text("50 op een dag, hooguit 35 keer per jaar", "50 in a day, at most 35 times a year"), 15, 45),
    Norm("pm2_5", 25, None, 5, 15),
    Norm(
        "o3",
        None,
        Text("vanaf 180 in een uur krijgt u een waarschuwing", "from 180 in an hour there is a warning"),
        None,
        None,
    ),
)
"""Directive 2008/50/EC, annexes XI, XII and XIV; WHO global air quality guidelines (2021), table 0.1."""

DIRECTIVE = "https://eur-lex.europa.eu/eli/dir/2008/50/oj"
GUIDELINES = "https://www.who.int/publications/i/item/9789240034228"
