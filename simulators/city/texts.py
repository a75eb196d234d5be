"""What the example register says to residents: Dutch at level B1, English beside it."""

from pydantic import AnyHttpUrl

from sensors.register.entry import Link, Project, Purpose, Risk, Words

EXAMPLE = Words(
    nl="Dit is een voorbeeld. Deze sensor bestaat niet echt.", en="This is an example. This sensor does not exist."
)


def words(nl: str, en: str) -> Words:
    """A sentence in both languages."""
    return Words(nl=nl, en=en)


def summary(nl: str, en: str) -> Words:
    """A summary that says it is about an example: the city and its boundaries are real, the sensors are not."""
    return words(f"{nl} {EXAMPLE.nl}", f"{en} {EXAMPLE.en}")


def law(nl: str, en: str, number: str) -> Link:
    """A law in the government's collection of laws, by its BWB number."""
    return Link(title=words(nl, en), url=AnyHttpUrl(f"https://wetten.overheid.nl/{number}"))


ROADS_ACT = law(
    "Wegenwet: de gemeente zorgt voor haar wegen", "Roads Act: the city looks after its roads", "BWBR0001948"
)
TRAFFIC_ACT = law(
    "Wegenverkeerswet 1994: veilig en vlot verkeer", "Road Traffic Act 1994: safe and smooth traffic", "BWBR0006622"
)
ENVIRONMENT_ACT = law(
    "Omgevingswet: de gemeente let op de kwaliteit van de lucht",
    "Environment and Planning Act: the city watches the quality of the air",
    "BWBR0037885",
)
MUNICIPALITIES_ACT = law(
    "Gemeentewet, artikel 151c: toezicht met camera's", "Municipalities Act, article 151c: cameras", "BWBR0005416"
)
TELECOM_ACT = law("Telecommunicatiewet", "Telecommunications Act", "BWBR0009950")

RIGHTS = words(
    "U mag vragen welke gegevens wij over u hebben. U mag ons vragen die te verbeteren of te wissen. "
    "Bent u het er niet mee eens? Dan mag u bezwaar maken. Stuur een e-mail naar sensoren@helmond.example.",
    "You may ask which data we have about you. You may ask us to correct or erase them. "
    "You may object. Send an e-mail to sensoren@helmond.example.",
)
COMPLAINT = Link(
    title=words("Een klacht indienen bij de gemeente", "Make a complaint to the city"),
    url=AnyHttpUrl("https://helmond.example/klacht"),
)

LIGHTING = (
    Purpose(
        code="energy_efficiency",
        words=words("Stroom besparen: de lamp brandt 's nachts minder fel.", "Saving power: the lamp dims at night."),
    ),
    Purpose(
        code="safety_security",
        words=words("Zien welke lamp stuk is, zodat de straat licht blijft.", "Seeing which lamp is broken."),
    ),
)
CLEAN_AIR = (
    Purpose(
        code="health",
        words=words("Weten hoe schoon de lucht is die u inademt.", "Knowing how clean the air is that you breathe."),
    ),
    Purpose(
        code="inform",
        words=words("Iedereen laten zien hoe de lucht is.", "Showing everyone how the air is."),
    ),
)
SMOOTH_TRAFFIC = (
    Purpose(
        code="mobility",
        words=words("Zien hoe druk het is, en waar het vastloopt.", "Seeing how busy it is, and where it jams."),
    ),
    Purpose(
        code="planning_decision_making",
        words=words("Beter kiezen waar een fietspad of oversteek nodig is.", "Choosing better where to build paths."),
    ),
)
LIGHT_WHERE_PEOPLE_WALK = (
    Purpose(
        code="energy_efficiency",
        words=words("Kiezen hoe fel de lampen 's nachts moeten branden.", "Choosing how bright lamps burn at night."),
    ),
    Purpose(
        code="planning_decision_making",
        words=words("Weten welke paden mensen in het donker gebruiken.", "Knowing which paths people use in the dark."),
    ),
)
CALM_STREETS = (
    Purpose(
        code="safety_security",
        words=words("De straat veilig houden op drukke avonden.", "Keeping the street safe on busy evenings."),
    ),
)
QUIET = (
    Purpose(code="health", words=words("Weten waar en wanneer het te hard klinkt.", "Knowing where it is too loud.")),
)
CONNECTED = (
    Purpose(
        code="connectivity", words=words("Bellen en internet op uw telefoon.", "Calls and internet on your phone.")
    ),
)

NEED_LIGHTING = words(
    "Zonder deze metingen moet iemand elke lamp langsgaan om te zien of hij het doet.",
    "Without these measurements someone has to visit every lamp to see if it works.",
)
NEED_AIR = words(
    "Lucht kunt u niet zien. Alleen door te meten weten we of de lucht schoon genoeg is.",
    "You can't see air. Only by measuring do we know if it is clean enough.",
)
NEED_TRAFFIC = words(
    "Tellen met de hand kan maar een paar dagen per jaar. Wij tellen alleen, wij herkennen niemand.",
    "Counting by hand is possible only a few days a year. We only count, we recognise nobody.",
)
NEED_PLATES = words(
    "Tellen alleen zegt niet hoe lang een rit duurt. Daarvoor moeten we een auto op twee plekken herkennen. "
    "Dat doen we zo kort mogelijk: na de rit vergeten we het kenteken.",
    "Counting does not tell how long a trip takes. For that we must recognise a car at two places. "
    "We do so as briefly as we can: after the trip we forget the plate.",
)
NEED_MOVEMENT = words(
    "Zonder telling weten we niet of het licht kan worden gedimd. Eén lamp zegt te veel over één mens. "
    "Daarom tellen we alleen over veel lampen en een heel uur samen.",
    "Without a count we don't know if the light can be dimmed. One lamp tells too much about one person. "
    "So we count only over many lamps and a whole hour together.",
)
NEED_CAMERA = words(
    "Meer licht en meer toezicht op straat hielpen niet genoeg. De burgemeester bekijkt elk jaar of het nog nodig is.",
    "More light and more people on patrol did not help enough. The mayor reviews the need every year.",
)
NEED_SOUND = words(
    "Wat te hard is, verschilt per mens. Met meten weten we het zeker.",
    "What is too loud differs from person to person. Measuring makes it certain.",
)
NEED_ANTENNA = words("Zonder antenne is er geen mobiel netwerk.", "Without an antenna there is no mobile network.")

DEVICE_ON_DEVICE = words(
    "De camera telt zelf en gooit het beeld meteen weg. Er gaat geen beeld de deur uit.",
    "The camera counts by itself and drops the image at once. No image leaves it.",
)
RISK_HOME = Risk(
    code="compromise_of_privacy",
    risk=words("Iemand kan zien waar een bewoner woont.", "Someone could see where a resident lives."),
    mitigation=words(
        "Wij laten alleen een vak van ongeveer 100 bij 100 meter zien.",
        "We show only a cell of about 100 by 100 metres.",
    ),
)
RISK_FEW = Risk(
    code="compromise_of_privacy",
    risk=words(
        "Op een rustig moment gaat een telling over één mens.", "At a quiet moment a count is about one person."
    ),
    mitigation=words(
        "Is het aantal kleiner dan 15, dan laten wij dat niet zien.", "We do not show counts smaller than 15."
    ),
)
RISK_PLATE = Risk(
    code="compromise_of_privacy",
    risk=words("Iemand kan volgen waar een auto rijdt.", "Someone could follow where a car goes."),
    mitigation=words(
        "Wij slaan geen kenteken op. Na de rit vergeten wij het, en altijd binnen een half uur. "
        "Wij bewaren alleen de reistijd van groepen van 5 of meer.",
        "We store no plate. We forget it after the trip, and always within half an hour. "
        "We keep only the travel time of groups of 5 or more.",
    ),
)
RISK_FINES = Risk(
    code="function_creep",
    risk=words("Kentekens worden voor iets anders gebruikt, zoals boetes.", "Plates are used otherwise, as for fines."),
    mitigation=words(
        "Er is niets te gebruiken: het kenteken staat nergens.", "There is nothing to use: the plate is nowhere."
    ),
)
RISK_WALK = Risk(
    code="compromise_of_privacy",
    risk=words("Iemand kan zien dat er iemand langsloopt.", "Someone could see that somebody walks by."),
    mitigation=words(
        "Wij bewaren geen beweging van één lamp. Wij tellen over minstens 8 lampen en een heel uur. "
        "De nacht, van 23 tot 6 uur, is één telling.",
        "We keep no movement at one lamp. We count over at least 8 lamps and a whole hour. "
        "The night, from 23:00 to 06:00, is one count.",
    ),
)
RISK_CAMERA = Risk(
    code="function_creep",
    risk=words("Beelden worden voor iets anders gebruikt.", "Images are used for something else."),
    mitigation=words(
        "Alleen de politie kijkt. Na 28 dagen zijn de beelden weg.", "Only the police look. Images go after 28 days."
    ),
)
RISK_LAMP = Risk(
    code="compromise_of_privacy",
    risk=words(
        "Een lamp die feller wordt, verraadt dat er iemand loopt.",
        "A lamp that brightens tells that someone walks there.",
    ),
    mitigation=words(
        "Wij laten per lamp alleen één waarde per dag zien.", "We show only one value a day for each lamp."
    ),
)


SMART_LIGHT = Project(
    name="Licht als het nodig is",
    description=words(
        "Een proef met lantaarns die feller gaan branden als er iemand langskomt. Zo blijft het donker voor dieren, "
        "en licht voor mensen.",
        "A trial with streetlights that brighten when someone passes. So it stays dark for animals, and light for "
        "people.",
    ),
    url=AnyHttpUrl("https://helmond.example/projecten/licht-als-het-nodig-is"),
)
MEASURING_TOGETHER = Project(
    name="Samen meten in Helmond",
    description=words(
        "Bewoners meten zelf hoe schoon de lucht is bij hun huis. De gemeente helpt met de meters.",
        "Residents measure for themselves how clean the air is at their homes. The city helps with the sensors.",
    ),
    url=AnyHttpUrl("https://helmond.example/projecten/samen-meten"),
)
FLOWING_TRAFFIC = Project(
    name="Vlot over de N270",
    description=words(
        "Weten hoe lang auto's over de N270 doen, om de verkeerslichten beter af te stellen.",
        "Knowing how long cars take along the N270, to set the traffic lights better.",
    ),
)
SWEEPING_AIR = Project(
    name="Meten met de veegwagen",
    description=words(
        "Een proef: meet een rijdende meter net zo goed als een vaste?",
        "A trial: does a moving sensor measure as well as a fixed one?",
    ),
)
