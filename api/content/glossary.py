"""The glossary: difficult words that residents also meet elsewhere."""

from api.i18n import localize
from sensors.vocabulary.localized_text import LocalizedText

TERMS: tuple[tuple[LocalizedText, LocalizedText], ...] = (
    (
        LocalizedText("Algoritme", "Algorithm"),
        LocalizedText(
            "Regels waarmee een computer iets uitrekent of beslist.",
            "Rules that a computer uses to calculate or decide something.",
        ),
    ),
    (
        LocalizedText("API", "API"),
        LocalizedText(
            "Een adres waar computerprogramma's gegevens kunnen ophalen.",
            "An address where computer programs can get data.",
        ),
    ),
    (
        LocalizedText("AVG", "GDPR"),
        LocalizedText(
            "De wet die uw persoonsgegevens beschermt. In het Nederlands: Algemene verordening gegevensbescherming.",
            "The law that protects your personal data: the General Data Protection Regulation.",
        ),
    ),
    (
        LocalizedText("Beacon", "Beacon"),
        LocalizedText(
            "Een klein zendertje. Een telefoon die in de buurt is, kan het horen.",
            "A small transmitter. A phone nearby can pick up its signal.",
        ),
    ),
    (
        LocalizedText("Cookie", "Cookie"),
        LocalizedText(
            "Een klein bestand dat een site op uw telefoon of computer zet. Deze site doet dat niet.",
            "A small file that a site puts on your phone or computer. This site does not do that.",
        ),
    ),
    (
        LocalizedText("DPIA", "DPIA"),
        LocalizedText(
            "Een onderzoek vooraf: wat kan er misgaan met uw privacy, en wat doen we daaraan?",
            "An assessment made in advance: what could go wrong with your privacy, and what do we do about it?",
        ),
    ),
    (
        LocalizedText("DTPR", "DTPR"),
        LocalizedText(
            "Een reeks tekens en woorden, in veel steden dezelfde. Ze vertellen wat een sensor in de straat doet.",
            "A set of symbols and words used in many cities. They show what a sensor in the street does.",
        ),
    ),
    (
        LocalizedText("Fijnstof (PM10, PM2,5)", "Particulate matter (PM10, PM2.5)"),
        LocalizedText(
            "Heel kleine stofjes in de lucht. U ademt ze in. PM2,5 is kleiner dan PM10.",
            "Very small particles in the air that you breathe in. PM2.5 is smaller than PM10.",
        ),
    ),
    (
        LocalizedText("JSON en GeoJSON", "JSON and GeoJSON"),
        LocalizedText(
            "Manieren om gegevens op te schrijven, zodat computers ze kunnen lezen. GeoJSON kan op een kaart.",
            "Ways of writing data so that computers can read it. GeoJSON can be shown on a map.",
        ),
    ),
    (
        LocalizedText("LoRaWAN", "LoRaWAN"),
        LocalizedText(
            "Een radionetwerk voor kleine berichten. Sensoren verbruiken er weinig stroom mee.",
            "A radio network for small messages. It allows sensors to use very little power.",
        ),
    ),
    (
        LocalizedText("Openbaar", "Public"),
        LocalizedText("Iedereen mag het zien.", "Anyone may see it."),
    ),
    (
        LocalizedText("Persoonsgegevens", "Personal data"),
        LocalizedText(
            "Alles wat over u gaat, of waarmee iemand u kan herkennen. Zoals uw naam, uw gezicht of uw kenteken.",
            "Anything that is about you or can identify you, such as your name, your face or your number plate.",
        ),
    ),
    (
        LocalizedText("Register", "Register"),
        LocalizedText(
            "Een lijst die de gemeente bijhoudt. Deze lijst gaat over sensoren.",
            "A list that the municipality keeps. This list is about sensors.",
        ),
    ),
    (
        LocalizedText("Sensor", "Sensor"),
        LocalizedText(
            "Een apparaat dat iets meet of merkt. Bijvoorbeeld hoe warm het is, of dat er een auto langskomt.",
            "A device that measures or detects something, such as how warm it is or that a car is passing.",
        ),
    ),
    (
        LocalizedText("Verwerken", "Processing"),
        LocalizedText(
            "Alles wat u met gegevens kunt doen: lezen, bewaren, optellen, delen en weggooien.",
            "Anything you can do with data: reading, keeping, adding up, sharing and deleting.",
        ),
    ),
    (
        LocalizedText("Verwerkingsverantwoordelijke", "Controller"),
        LocalizedText(
            "De organisatie die beslist waarvoor uw gegevens worden gebruikt. Daar kunt u terecht met vragen.",
            "The organisation that decides what your data is used for. You can contact it with questions.",
        ),
    ),
)


def glossary_terms() -> list[tuple[str, str]]:
    """Words with their meanings in the language of the request, in alphabetical order."""
    return sorted((localize(word), localize(meaning)) for word, meaning in TERMS)
