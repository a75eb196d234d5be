"""What the register says to residents: plain Dutch, language level B1. Most codes bring their own text."""

from collections.abc import Mapping

from api import formats
from api.filters import OTHER
from api.register import Stream
from sensors.codes import DTPR, DeviceCategory, PersonalData, Precision, Public, Status, label
from sensors.entry import (
    Datastream,
    Entry,
    Location,
    MatchInMemory,
    NoIdentifiers,
    OnDevice,
    Organisation,
    PublicThreshold,
    WindowCount,
)
from sensors.kinds import KINDS, Property
from sensors.reasons import Reason

LAST_SEEN: Mapping[str | None, str] = {
    "today": "Vandaag",
    "this_week": "Deze week",
    "last_week": "Vorige week",
    "longer": "Langer geleden",
    "never": "Nog nooit",
    "unknown": "Nog niet bekend",
    None: "Stuurt ons niets",
}

STATUS_NOTES: Mapping[str, str] = {
    "planned": "Deze sensor is er nog niet. Hij meet nog niets.",
    "paused": "Deze sensor staat tijdelijk uit. Hij meet nu niets.",
    "ended": "Deze sensor is weggehaald. Hij meet niets meer.",
}

PERSONAL_DATA: Mapping[PersonalData, str] = {
    PersonalData.NONE: "Deze sensor meet niets over personen.",
    PersonalData.DE_IDENTIFIED: (
        "De sensor neemt mensen waar. Maar wat wij bewaren, wijst niemand aan: u bent er niet in te herkennen."
    ),
    PersonalData.IDENTIFIABLE: "Zulke gegevens slaan wij zelf niet op.",
}

PUBLIC: Mapping[Public, str] = {
    Public.NONE: "De metingen zijn niet openbaar.",
    Public.DAY: "Openbaar: één waarde per dag.",
    Public.HOUR: "Openbaar: één waarde per uur, als dat uur voorbij is.",
    Public.LIVE: "Openbaar: elke meting.",
}

STORAGE: Mapping[str, str] = {
    "backed_up_internationally": "Er is een reservekopie in het buitenland.",
    "backed_up_locally": "Er is een reservekopie in Nederland.",
    "shared_storage_and_governance": "Meerdere organisaties bewaren en beheren de gegevens samen.",
    "stored_locally": "De gegevens staan op een computer in Nederland.",
    "stored_on_3rd_party_cloud": "De gegevens staan in de cloud van een ander bedrijf.",
    "stored_primarily_internationally": "De gegevens staan vooral in het buitenland.",
    "stored_primarily_locally": "De gegevens staan vooral in Nederland.",
}

ACCESS: Mapping[str, str] = {
    "available_for_resale": "De gegevens mogen worden verkocht.",
    "available_to_3rd_parties": "Andere organisaties kunnen de gegevens krijgen.",
    "available_to_download": "Iedereen kan de openbare gegevens downloaden.",
    "available_to_me": "U kunt de gegevens zelf bekijken.",
    "available_to_the_accountable_organization": "De verantwoordelijke organisatie kan de gegevens bekijken.",
    "available_to_vendor": "De leverancier kan de gegevens bekijken.",
    "not_available_to_me": "U kunt de gegevens niet zelf bekijken.",
    "not_available_to_the_accountable_organization": "De verantwoordelijke organisatie kan er niet bij.",
    "not_available_to_vendor": "De leverancier kan er niet bij.",
}

TECHNOLOGY: Mapping[str, str] = {
    "air_quality": "Meter voor luchtkwaliteit",
    "biometrics": "Herkenning van het lichaam (biometrie)",
    "cellular": "Mobiel netwerk",
    "de_identified_image": "Foto's waarin niemand te herkennen is",
    "de_identified_video": "Video waarin niemand te herkennen is",
    "de_identified_voice": "Stemmen die niet te herkennen zijn",
    "gps": "Plaatsbepaling met gps",
    "identifiable_image": "Foto's waarin mensen te herkennen zijn",
    "identifiable_video": "Video waarin mensen te herkennen zijn",
    "identifiable_wifi_sensor": "Wifi-meter die telefoons kan herkennen",
    "image": "Foto",
    "image_infrared": "Warmtefoto",
    "inclinometer": "Meter voor scheefstand",
    "induction_loop": "Lus in de weg",
    "li_dar": "Meten met een laser (lidar)",
    "location_beacon": "Zendertje voor plaatsbepaling",
    "microphone": "Microfoon",
    "motion_detector": "Bewegingsmelder",
    "non_identifiable_video": "Video waarin niemand te herkennen is",
    "passive_infrared_sensor": "Warmtemeter (infrarood)",
    "person_detection": "Merkt of er iemand is",
    "piezoelectric_sensor": "Drukmeter in de weg",
    "radar": "Radar",
    "rfid": "Lezer voor chips op afstand",
    "soil_moisture_sensor": "Vochtmeter in de grond",
    "sound_level_meter": "Geluidmeter",
    "thermometer": "Thermometer",
    "ultrasonic_level_sensor": "Afstandsmeter met geluid",
    "video_camera": "Videocamera",
    "video_camera_infrared": "Videocamera voor in het donker",
    "voice": "Stem",
    "water_quality": "Meter voor waterkwaliteit",
    "weather_station": "Weerstation",
    "weighing_scale": "Weegschaal",
    "wireless_access_point": "Wifi-zender",
}

REASONS: Mapping[Reason, str] = {
    Reason.UNKNOWN_TOPIC: "het bericht kwam op een plek die wij niet kennen",
    Reason.UNKNOWN_FORMAT: "wij kennen deze vorm van berichten niet",
    Reason.UNREGISTERED: "dit staat niet in het register",
    Reason.NOT_ACTIVE: "de sensor staat in het register niet op ‘aan’",
    Reason.NOT_INGESTED: "deze sensor hoort ons geen gegevens te sturen",
    Reason.TOO_LARGE: "het bericht was te groot",
    Reason.MALFORMED: "het bericht was niet te lezen",
    Reason.NO_READINGS: "er stonden geen metingen in het bericht",
    Reason.NO_TIME: "er stond geen tijd bij",
    Reason.BAD_TIME: "de tijd klopte niet",
    Reason.TIME_WITHOUT_ZONE: "er stond niet bij in welke tijdzone de tijd was",
    Reason.IN_FUTURE: "de tijd lag in de toekomst",
    Reason.TOO_LATE: "de meting was te oud: wij mogen die niet meer bewaren",
    Reason.NOT_A_NUMBER: "de waarde was geen getal",
    Reason.SENTINEL: "de sensor gaf door dat hij niets kon meten",
    Reason.UNKNOWN_UNIT: "wij kennen de eenheid niet",
    Reason.NOT_HERE: "dit bericht hoort op een ander adres, waar niets blijft liggen",
    Reason.ERASED: "wat deze sensor in deze tijd mat, is gewist en blijft weg",
    Reason.REFUSED_BY_DATABASE: "de database nam de meting niet aan",
}


LEFT_OUT: Mapping[str, str] = {
    "travel_time": "Waren het er minder dan 15? Dan laten we de reistijd niet zien.",
    "presence": "Staat een uur er niet bij? Dan was er weinig beweging, of weten we het niet.",
}
"""Of what is only public in large numbers: why something can be missing."""

SHAPES = (
    "M12 3 22 21H2z",
    "M12 1 23 12 12 23 1 12z",
    "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
    "M4 4h16v16H4z",
    "M7 3h10l5 9-5 9H7l-5-9z",
)
"""The marks of kinds: form and colour both tell. The first is for what is none of our kinds."""


def kind_label(kind: str | None, category: str) -> str:
    """What sort of sensor it is; of no kind of ours, what the device is."""
    if kind is not None and kind in KINDS:
        return KINDS[kind].label.nl
    return label(DeviceCategory(category)).nl


def kinds() -> dict[str, str]:
    """The kinds to choose from: code and label."""
    return {code: kind.label.nl for code, kind in KINDS.items()} | {OTHER: "Andere apparaten"}


def shape(kind: str | None) -> int:
    """Which mark a kind has on the map, from 1 up; 0 for what is none of our kinds."""
    codes = list(KINDS)
    return codes.index(kind) % (len(SHAPES) - 1) + 1 if kind in codes else 0


def stream_label(stream: Datastream, known: Property | None) -> str:
    """What a datastream measures, in a few words."""
    return known.label.nl if known else stream.observed_property.replace("_", " ").capitalize()


def about_stream(declared: Datastream, stream: Stream, delivers_data: bool) -> str:
    """How often it is measured, what of it is public, and what its unit means."""
    told = [f"Meet {formats.interval(declared.interval)}."] if declared.interval else []
    if delivers_data:
        told.append("Wij slaan deze metingen niet op." if stream.public is None else PUBLIC[stream.public])
    sign, spoken = formats.unit(declared.unit), formats.unit_in_words(declared.unit)
    if sign not in {"", spoken}:
        told.append(f"{sign} betekent: {spoken}.")
    return " ".join(told)


def technology(code: str) -> str | None:
    """A DTPR technology in Dutch; ``None`` where we have only the English name."""
    return TECHNOLOGY.get(code)


def technology_in_english(code: str) -> str:
    """The DTPR name of a technology."""
    return DTPR["technology"][code]


def privacy_rule(rule: object) -> str:
    """A privacy rule of an entry, as what it means for people."""
    match rule:
        case MatchInMemory(minimum=least):
            return (
                "We vergelijken in het geheugen van de computer wie er op twee punten langskwam, en gooien dat daarna "
                f"weg. We bewaren alleen hoe lang een groep van {least} of meer erover deed."
            )
        case WindowCount(minimum_sensors=least):
            return (
                f"We tellen van {least} of meer sensoren samen, over een langere tijd. Eén voorbijganger zien we niet."
            )
        case NoIdentifiers():
            return "Wat iemand kan aanwijzen, gooien we bij binnenkomst meteen weg."
        case OnDevice(explanation=explanation):
            return explanation.nl
        case PublicThreshold(below=below, round_to=step):
            return f"Aantallen onder de {below} laten we niet zien. Andere aantallen ronden we af op {step}."
        case _:
            raise AssertionError("every privacy rule has its words")


def reason(code: str) -> str:
    """Why readings were refused."""
    return REASONS[Reason(code)]


def statuses() -> list[Status]:
    """The states of a sensor to choose from."""
    return list(Status)


def status(code: str) -> str:
    """The state of a sensor."""
    return label(Status(code)).nl


def yes_or_no(personal_data: str) -> str:
    """Whether there are personal data, in the fewest words."""
    return "nee" if personal_data == PersonalData.NONE else "ja"


def privacy_rules(entry: Entry) -> list[str]:
    """The privacy rules of all datastreams, each once."""
    return list(dict.fromkeys(privacy_rule(rule) for each in entry.datastreams for rule in each.privacy_rules))


def access(entry: Entry) -> list[str]:
    """Who gets the data and where they are kept, each sentence once."""
    streams = entry.datastreams
    parties = dict.fromkeys(party for each in streams for party in each.access_parties)
    told = [f"De gegevens gaan ook naar: {', '.join(parties)}."] if parties else []
    told += [ACCESS[code] for each in streams for code in each.access]
    told += [STORAGE[each.storage] for each in streams if each.storage]
    return list(dict.fromkeys(told))


def organisations(entry: Entry) -> list[tuple[str, list[Organisation]]]:
    """The organisations by what they have to do with the sensor."""
    roles = dict.fromkeys(each.role for each in entry.organisations)
    return [(label(role).nl, [each for each in entry.organisations if each.role is role]) for role in roles]


def place(location: Location) -> str:
    """Where it is, as exactly as may be told."""
    if location.precision is not Precision.EXACT:
        cell = label(location.precision).nl
        return f"Ongeveer: {cell[0].lower()}{cell[1:]}. De precieze plek laten we niet zien."
    return label(location.kind).nl


BOOKS = {
    "received": "Ontvangen",
    "stored": "Bewaard",
    "duplicate": "Dubbel, dus niet nog eens bewaard",
    "aggregated": "Opgeteld in een totaal, niet los bewaard",
    "quarantined": "Geweigerd",
}
"""The lines of the ledger."""
