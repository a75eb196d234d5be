"""Texts of the example register for residents: Dutch at level B1, with English translations."""

from pydantic import AnyHttpUrl

from sensors.policy.promises import DAY_START, MIN_MOVEMENT_LAMPS, NIGHT_START, SAMPLE_ONE_IN
from sensors.register.entry import Project, Purpose, Risk
from sensors.register.part import Link, Words

EXAMPLE_NOTICE = Words(
    nl="Dit is een voorbeeld. Deze sensor bestaat niet echt.", en="This is an example. This sensor does not exist."
)


def bilingual(nl: str, en: str) -> Words:
    """A text in both languages."""
    return Words(nl=nl, en=en)


def example_summary(nl: str, en: str) -> Words:
    """A summary with the notice that this is an example: the city is real, the sensors are not."""
    return bilingual(f"{nl} {EXAMPLE_NOTICE.nl}", f"{en} {EXAMPLE_NOTICE.en}")


def law_link(nl: str, en: str, number: str) -> Link:
    """A link to a law in the government's database of legislation, by BWB number."""
    return Link(title=bilingual(nl, en), url=AnyHttpUrl(f"https://wetten.overheid.nl/{number}"))


ROADS_ACT = law_link(
    "Wegenwet: de gemeente zorgt voor haar wegen", "Roads Act: the city looks after its roads", "BWBR0001948"
)
TRAFFIC_ACT = law_link(
    "Wegenverkeerswet 1994: veilig en vlot verkeer", "Road Traffic Act 1994: safe and smooth traffic", "BWBR0006622"
)
ENVIRONMENT_ACT = law_link(
    "Omgevingswet: de gemeente let op de kwaliteit van de lucht",
    "Environment and Planning Act: the city watches the quality of the air",
    "BWBR0037885",
)
MUNICIPALITIES_ACT = law_link(
    "Gemeentewet, artikel 151c: toezicht met camera's", "Municipalities Act, article 151c: cameras", "BWBR0005416"
)
TELECOM_ACT = law_link("Telecommunicatiewet", "Telecommunications Act", "BWBR0009950")

RIGHTS = bilingual(
    "U mag vragen welke gegevens wij over u hebben. U mag ons vragen die te verbeteren of te wissen. "
    "Bent u het er niet mee eens? Dan mag u bezwaar maken. Stuur een e-mail naar sensoren@helmond.example.",
    "You may ask which data we have about you. You may ask us to correct or erase them. "
    "You may object. Send an e-mail to sensoren@helmond.example.",
)
COMPLAINT = Link(
    title=bilingual("Een klacht indienen bij de gemeente", "Make a complaint to the city"),
    url=AnyHttpUrl("https://helmond.example/klacht"),
)

LIGHTING_PURPOSES = (
    Purpose(
        code="energy_efficiency",
        words=bilingual(
            "Stroom besparen: de lamp brandt 's nachts minder fel.", "Saving power: the lamp dims at night."
        ),
    ),
    Purpose(
        code="safety_security",
        words=bilingual("Zien welke lamp stuk is, zodat de straat licht blijft.", "Seeing which lamp is broken."),
    ),
)
AIR_PURPOSES = (
    Purpose(
        code="health",
        words=bilingual(
            "Weten hoe schoon de lucht is die u inademt.", "Knowing how clean the air is that you breathe."
        ),
    ),
    Purpose(
        code="inform",
        words=bilingual("Iedereen laten zien hoe de lucht is.", "Showing everyone how the air is."),
    ),
)
TRAFFIC_PURPOSES = (
    Purpose(
        code="mobility",
        words=bilingual("Zien hoe druk het is, en waar het vastloopt.", "Seeing how busy it is, and where it jams."),
    ),
    Purpose(
        code="planning_decision_making",
        words=bilingual(
            "Beter kiezen waar een fietspad of oversteek nodig is.", "Choosing better where to build paths."
        ),
    ),
)
MOTION_LIGHTING_PURPOSES = (
    Purpose(
        code="energy_efficiency",
        words=bilingual(
            "Kiezen hoe fel de lampen 's nachts moeten branden.", "Choosing how bright lamps burn at night."
        ),
    ),
    Purpose(
        code="planning_decision_making",
        words=bilingual(
            "Weten welke paden mensen in het donker gebruiken.", "Knowing which paths people use in the dark."
        ),
    ),
)
SURVEILLANCE_PURPOSES = (
    Purpose(
        code="safety_security",
        words=bilingual("De straat veilig houden op drukke avonden.", "Keeping the street safe on busy evenings."),
    ),
)
SOUND_PURPOSES = (
    Purpose(
        code="health", words=bilingual("Weten waar en wanneer het te hard klinkt.", "Knowing where it is too loud.")
    ),
)
ANTENNA_PURPOSES = (
    Purpose(
        code="connectivity", words=bilingual("Bellen en internet op uw telefoon.", "Calls and internet on your phone.")
    ),
)

LIGHTING_NECESSITY = bilingual(
    "Zonder deze metingen moet iemand elke lamp langsgaan om te zien of hij het doet.",
    "Without these measurements someone has to visit every lamp to see if it works.",
)
AIR_NECESSITY = bilingual(
    "Lucht kunt u niet zien. Alleen door te meten weten we of de lucht schoon genoeg is.",
    "You can't see air. Only by measuring do we know if it is clean enough.",
)
TRAFFIC_NECESSITY = bilingual(
    "Tellen met de hand kan maar een paar dagen per jaar. Wij tellen alleen, wij herkennen niemand.",
    "Counting by hand is possible only a few days a year. We only count, we recognise nobody.",
)
PLATE_NECESSITY = bilingual(
    "Tellen alleen zegt niet hoe lang een rit duurt. Daarvoor moeten we een auto op twee plekken herkennen. "
    "Dat doen we zo kort mogelijk: na de rit vergeten we het kenteken.",
    "Counting does not tell how long a trip takes. For that we must recognise a car at two places. "
    "We do so as briefly as we can: after the trip we forget the plate.",
)
MOTION_LIGHTING_NECESSITY = bilingual(
    "Zonder telling weten we niet of het licht kan worden gedimd. Eén lamp zegt te veel over één mens. "
    "Daarom tellen we alleen over veel lampen en een heel uur samen.",
    "Without a count we don't know if the light can be dimmed. One lamp tells too much about one person. "
    "So we count only over many lamps and a whole hour together.",
)
SURVEILLANCE_NECESSITY = bilingual(
    "Meer licht en meer toezicht op straat hielpen niet genoeg. De burgemeester bekijkt elk jaar of het nog nodig is.",
    "More light and more people on patrol did not help enough. The mayor reviews the need every year.",
)
SOUND_NECESSITY = bilingual(
    "Wat te hard is, verschilt per mens. Met meten weten we het zeker.",
    "What is too loud differs from person to person. Measuring makes it certain.",
)
ANTENNA_NECESSITY = bilingual(
    "Zonder antenne is er geen mobiel netwerk.", "Without an antenna there is no mobile network."
)

ON_DEVICE_EXPLANATION = bilingual(
    "De camera telt zelf en gooit het beeld meteen weg. Er gaat geen beeld de deur uit.",
    "The camera counts by itself and drops the image at once. No image leaves it.",
)
RISK_HOME_LOCATION = Risk(
    code="compromise_of_privacy",
    risk=bilingual("Iemand kan zien waar een bewoner woont.", "Someone could see where a resident lives."),
    mitigation=bilingual(
        "Wij laten alleen een vak van ongeveer 100 bij 100 meter zien.",
        "We show only a cell of about 100 by 100 metres.",
    ),
)
RISK_SMALL_COUNTS = Risk(
    code="compromise_of_privacy",
    risk=bilingual(
        "Op een rustig moment gaat een telling over één mens.", "At a quiet moment a count is about one person."
    ),
    mitigation=bilingual(
        "Bij elke telling komt een toevallig getal erbij of eraf. Zo kan niemand zien of u langskwam.",
        "We add a random number to each count, or subtract it. So nobody can see whether you passed by.",
    ),
)
RISK_VEHICLE_TRACKING = Risk(
    code="compromise_of_privacy",
    risk=bilingual("Iemand kan volgen waar een auto rijdt.", "Someone could follow where a car goes."),
    mitigation=bilingual(
        "Wij slaan geen kenteken op. Wij maken er meteen een code van. Die vergeten wij uiterlijk 65 minuten na de "
        f"rit. Voor de reistijd gebruiken wij hooguit 1 op de {SAMPLE_ONE_IN} auto's. Het lot bepaalt welke.",
        "We store no plate. We turn it into a code at once, which we forget at most 65 minutes after the trip. For the "
        f"travel time we use at most 1 in {SAMPLE_ONE_IN} cars. Chance decides which.",
    ),
)
RISK_PLATE_FUNCTION_CREEP = Risk(
    code="function_creep",
    risk=bilingual(
        "Kentekens worden voor iets anders gebruikt, zoals boetes.", "Plates are used otherwise, as for fines."
    ),
    mitigation=bilingual(
        "Er is niets te gebruiken: het kenteken staat nergens.", "There is nothing to use: the plate is nowhere."
    ),
)
RISK_MOTION_TRACKING = Risk(
    code="compromise_of_privacy",
    risk=bilingual("Iemand kan zien dat er iemand langsloopt.", "Someone could see that somebody walks by."),
    mitigation=bilingual(
        "Wij bewaren geen beweging van één lamp. "
        f"Wij tellen over minstens {MIN_MOVEMENT_LAMPS} lampen en een heel uur. "
        f"De nacht, van {NIGHT_START.hour} tot {DAY_START.hour} uur, is één telling. Er zit een toevallig getal in.",
        f"We keep no movement at one lamp. We count over at least {MIN_MOVEMENT_LAMPS} lamps and a whole hour. "
        f"The night, from {NIGHT_START:%H:%M} to {DAY_START:%H:%M}, is one count. There is a random number in it.",
    ),
)
RISK_FOOTAGE_FUNCTION_CREEP = Risk(
    code="function_creep",
    risk=bilingual("Beelden worden voor iets anders gebruikt.", "Images are used for something else."),
    mitigation=bilingual(
        "Alleen de politie kijkt. Na 28 dagen zijn de beelden weg.", "Only the police look. Images go after 28 days."
    ),
)
RISK_LAMP_BRIGHTNESS = Risk(
    code="compromise_of_privacy",
    risk=bilingual(
        "Een lamp die feller wordt, verraadt dat er iemand loopt.",
        "A lamp that brightens tells that someone walks there.",
    ),
    mitigation=bilingual(
        "Wij laten per lamp alleen één waarde per dag zien.", "We show only one value a day for each lamp."
    ),
)


SMART_LIGHTING_PROJECT = Project(
    name="Licht als het nodig is",
    description=bilingual(
        "Een proef met lantaarns die feller gaan branden als er iemand langskomt. Zo blijft het donker voor dieren, "
        "en licht voor mensen.",
        "A trial with streetlights that brighten when someone passes. So it stays dark for animals, and light for "
        "people.",
    ),
    url=AnyHttpUrl("https://helmond.example/projecten/licht-als-het-nodig-is"),
)
CITIZEN_SCIENCE_PROJECT = Project(
    name="Samen meten in Helmond",
    description=bilingual(
        "Bewoners meten zelf hoe schoon de lucht is bij hun huis. De gemeente helpt met de meters.",
        "Residents measure for themselves how clean the air is at their homes. The city helps with the sensors.",
    ),
    url=AnyHttpUrl("https://helmond.example/projecten/samen-meten"),
)
TRAVEL_TIME_PROJECT = Project(
    name="Vlot over de N270",
    description=bilingual(
        "Weten hoe lang auto's over de N270 doen, om de verkeerslichten beter af te stellen.",
        "Knowing how long cars take along the N270, to set the traffic lights better.",
    ),
)
STREET_SWEEPER_PROJECT = Project(
    name="Meten met de veegwagen",
    description=bilingual(
        "Een proef: meet een rijdende meter net zo goed als een vaste?",
        "A trial: does a moving sensor measure as well as a fixed one?",
    ),
)
