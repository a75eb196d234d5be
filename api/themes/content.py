"""Texts about the themes: what is measured, and what the numbers mean."""

from collections.abc import Mapping
from dataclasses import dataclass

from sensors.register.themes import THEME_CODES as CODES
from sensors.vocabulary.localized_text import LocalizedText


@dataclass(frozen=True, slots=True)
class ThemeContent:
    """A theme as shown on its page."""

    slug: str
    """The slug of its page."""
    icon: str
    """A DTPR element with an icon."""
    label: LocalizedText
    lead: LocalizedText
    main_properties: tuple[str, ...] = ()
    """The observed properties to show first, by code."""


THEMES: Mapping[str, ThemeContent] = {
    "air": ThemeContent(
        "lucht",
        "air_quality",
        LocalizedText("Lucht", "Air"),
        LocalizedText(
            "Hoe schoon is de lucht die u inademt? Meters in de stad meten fijnstof en gassen, dag en nacht.",
            "How clean is the air you breathe? Sensors in the city measure fine particles and gases, day and night.",
        ),
        ("no2", "pm10", "pm2_5", "o3"),
    ),
    "traffic": ThemeContent(
        "verkeer",
        "mobility",
        LocalizedText("Verkeer", "Traffic"),
        LocalizedText(
            "Hoe druk is het op straat? Tellers tellen wie er langskomt. Ze houden niet bij wie dat is.",
            "How busy are the streets? Counters count who passes by. They do not record who that is.",
        ),
        ("count_car", "count_bicycle", "count_pedestrian", "count_motor_vehicle"),
    ),
    "light": ThemeContent(
        "licht",
        "energy_efficiency",
        LocalizedText("Licht", "Light"),
        LocalizedText(
            "Welke lantaarn brandt er, en hoeveel stroom kost dat? Veel lantaarns meten dat zelf.",
            "Which streetlights are on, and how much power do they use? Many streetlights measure this themselves.",
        ),
        ("energy",),
    ),
    "noise": ThemeContent(
        "geluid",
        "sound_level_meter",
        LocalizedText("Geluid", "Noise"),
        LocalizedText(
            "Hoe hard klinkt het op straat? Meters meten hoe hard het is. Ze nemen niets op.",
            "How loud is it in the street? Meters measure how loud it is. They record nothing.",
        ),
    ),
    "water": ThemeContent(
        "water",
        "water_quality",
        LocalizedText("Water en bodem", "Water and soil"),
        LocalizedText(
            "Hoe hoog staat het water, en hoe schoon en vochtig is de grond? Deze sensoren meten dat.",
            "How high is the water, and how clean and damp is the soil? These sensors measure that.",
        ),
    ),
    "weather": ThemeContent(
        "weer",
        "weather_station",
        LocalizedText("Weer en klimaat", "Weather and climate"),
        LocalizedText(
            "Hoe warm wordt het in uw straat, en hoeveel regen valt er? Deze sensoren meten het weer.",
            "How warm does it get in your street, and how much rain falls? These sensors measure the weather.",
        ),
    ),
    "nature": ThemeContent(
        "natuur",
        "ecology",
        LocalizedText("Natuur", "Nature"),
        LocalizedText(
            "Hoe gaat het met planten en dieren in de stad? Deze sensoren helpen om dat te weten.",
            "How are plants and animals in the city doing? These sensors help us find out.",
        ),
    ),
    "energy": ThemeContent(
        "energie",
        "energy_efficiency",
        LocalizedText("Energie", "Energy"),
        LocalizedText(
            "Hoeveel stroom en warmte gebruikt de stad? Deze sensoren meten dat.",
            "How much electricity and heat does the city use? These sensors measure that.",
        ),
    ),
    "waste": ThemeContent(
        "afval",
        "waste_management",
        LocalizedText("Afval", "Waste"),
        LocalizedText(
            "Zit een bak vol? Dan kan hij worden geleegd. Deze sensoren meten dat.",
            "When a bin is full, it can be emptied. These sensors measure that.",
        ),
    ),
    "safety": ThemeContent(
        "veiligheid",
        "safety_security",
        LocalizedText("Veiligheid", "Safety"),
        LocalizedText(
            "Wat kijkt er mee op straat om het veilig te houden? Hier vindt u camera's en andere apparaten daarvoor.",
            "What is watching the street to keep it safe? Here you will find the cameras and other devices.",
        ),
    ),
    "health": ThemeContent(
        "gezondheid",
        "health",
        LocalizedText("Gezondheid", "Health"),
        LocalizedText(
            "Wat in de stad is goed of slecht voor uw gezondheid? Deze sensoren meten dat.",
            "What in the city is good or bad for your health? These sensors measure that.",
        ),
    ),
    "economy": ThemeContent(
        "winkels-en-bouw",
        "commerce",
        LocalizedText("Winkels en bouw", "Shops and construction"),
        LocalizedText(
            "Hoe druk is het in de winkelstraat, en wat gebeurt er in de bouw? Deze sensoren meten dat.",
            "How busy are the shopping streets, and what is happening in construction? These sensors measure that.",
        ),
    ),
    "connectivity": ThemeContent(
        "bellen-en-internet",
        "connectivity",
        LocalizedText("Bellen en internet", "Phone and internet"),
        LocalizedText(
            "Hoe komt uw telefoon aan zijn signaal? Hier vindt u de antennes en zenders in de stad.",
            "How does your phone get its signal? Here you will find the antennas and transmitters in the city.",
        ),
    ),
}
"""By code, in display order."""

CODE_BY_SLUG: Mapping[str, str] = {THEMES[code].slug: code for code in CODES}


@dataclass(frozen=True, slots=True)
class AirQualityStandard:
    """Limits for a substance in the air, in µg/m³: the EU limits for the annual mean and for a short term, and the WHO
    guidelines for the annual and daily mean. None where there is no limit."""

    observed_property: str
    eu_annual_limit: int | None
    eu_short_term_limit: LocalizedText | None
    who_annual_guideline: int | None
    who_daily_guideline: int | None


AIR_QUALITY_STANDARDS: tuple[AirQualityStandard, ...] = (
    AirQualityStandard(
        "no2",
        40,
        LocalizedText("200 in een uur, hooguit 18 keer per jaar", "200 in an hour, at most 18 times a year"),
        10,
        25,
    ),
    AirQualityStandard(
        "pm10",
        40,
        LocalizedText("50 op een dag, hooguit 35 keer per jaar", "50 in a day, at most 35 times a year"),
        15,
        45,
    ),
    AirQualityStandard("pm2_5", 25, None, 5, 15),
    AirQualityStandard(
        "o3",
        None,
        LocalizedText("vanaf 180 in een uur krijgt u een waarschuwing", "a warning is issued from 180 in an hour"),
        None,
        None,
    ),
)
"""Directive 2008/50/EC, annexes XI, XII and XIV; WHO global air quality guidelines (2021), table 0.1."""

EU_DIRECTIVE_URL = "https://eur-lex.europa.eu/eli/dir/2008/50/oj"
WHO_GUIDELINES_URL = "https://www.who.int/publications/i/item/9789240034228"
