"""Hard words, and what they mean: those we can't do without, because people meet them elsewhere too."""

from api.i18n import localize
from sensors.vocabulary.localized_text import LocalizedText

TERMS: tuple[tuple[LocalizedText, LocalizedText], ...] = (
    (
        LocalizedText("Algoritme", "Algorithm"),
        LocalizedText(
            "Regels waarmee een computer iets uitrekent of beslist.",
            "Rules by which a computer works something out or decides.",
        ),
    ),
    (
        LocalizedText("API", "API"),
        LocalizedText(
            "Een adres waar computerprogramma's gegevens kunnen ophalen.",
            "An address where computer programs can fetch data.",
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
            "A small sender. A phone that is near can hear it.",
        ),
    ),
    (
        LocalizedText("Cookie", "Cookie"),
        LocalizedText(
            "Een klein bestand dat een site op uw telefoon of computer zet. Deze site doet dat niet.",
            "A small file that a site puts on your phone or computer. This site does not.",
        ),
    ),
    (
        LocalizedText("DPIA", "DPIA"),
        LocalizedText(
            "Een onderzoek vooraf: wat kan er misgaan met uw privacy, en wat doen we daaraan?",
            "A study in advance: what can go wrong with your privacy, and what is done about it?",
        ),
    ),
    (
        LocalizedText("DTPR", "DTPR"),
        LocalizedText(
            "Een reeks tekens en woorden, in veel steden dezelfde. Ze vertellen wat een sensor in de straat doet.",
            "A set of signs and words, the same in many cities. They tell what a sensor in the street does.",
        ),
    ),
    (
        LocalizedText("Fijnstof (PM10, PM2,5)", "Particulate matter (PM10, PM2.5)"),
        LocalizedText(
            "Heel kleine stofjes in de lucht. U ademt ze in. PM2,5 is kleiner dan PM10.",
            "Very small bits of dust in the air. You breathe them in. PM2.5 is smaller than PM10.",
        ),
    ),
    (
        LocalizedText("JSON en GeoJSON", "JSON and GeoJSON"),
        LocalizedText(
            "Manieren om gegevens op te schrijven, zodat computers ze kunnen lezen. GeoJSON kan op een kaart.",
            "Ways to write data so that computers can read them. GeoJSON can go on a map.",
        ),
    ),
    (
        LocalizedText("LoRaWAN", "LoRaWAN"),
        LocalizedText(
            "Een radionetwerk voor kleine berichten. Sensoren verbruiken er weinig stroom mee.",
            "A radio network for small messages. Sensors use little power with it.",
        ),
    ),
    (
        LocalizedText("Openbaar", "Public"),
        LocalizedText("Iedereen mag het zien.", "Everyone may see it."),
    ),
    (
        LocalizedText("Persoonsgegevens", "Personal data"),
        LocalizedText(
            "Alles wat over u gaat, of waarmee iemand u kan herkennen. Zoals uw naam, uw gezicht of uw kenteken.",
            "Everything that is about you, or by which you can be recognised. Such as your name, face or number plate.",
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
            "A device that measures or notices something. Such as how warm it is, or that a car passes.",
        ),
    ),
    (
        LocalizedText("Verwerken", "Processing"),
        LocalizedText(
            "Alles wat u met gegevens kunt doen: lezen, bewaren, optellen, delen en weggooien.",
            "All that can be done with data: reading, keeping, adding up, sharing and deleting.",
        ),
    ),
    (
        LocalizedText("Verwerkingsverantwoordelijke", "Controller"),
        LocalizedText(
            "De organisatie die beslist waarvoor uw gegevens worden gebruikt. Daar kunt u terecht met vragen.",
            "The organisation that decides what your data are used for. That is where you can go with questions.",
        ),
    ),
)


def glossary_terms() -> list[tuple[str, str]]:
    """Each word with its meaning, by the alphabet, in the language of the request."""
    return sorted((localize(word), localize(meaning)) for word, meaning in TERMS)
