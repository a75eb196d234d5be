"""What the register says to residents, in plain words (Dutch at language level B1). Most codes bring their own text."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from api import formatting
from api.i18n import gettext as _
from api.i18n import said, said_in_html
from api.search.filters import OTHER
from api.sensor.queries import Stream
from sensors.kinds import KINDS, Property
from sensors.register.entry import (
    Datastream,
    Entry,
    Location,
    MatchInMemory,
    NoIdentifiers,
    OnDevice,
    Organisation,
    PrivacyRule,
    PublicThreshold,
    WindowCount,
)
from sensors.vocabulary.codes import DeviceCategory, PersonalData, Precision, Public, Role, Status, label
from sensors.vocabulary.localized_text import Text
from sensors.vocabulary.rejection_reasons import Reason

LAST_SEEN: Mapping[str | None, Text] = {
    "today": Text("Vandaag", "Today"),
    "this_week": Text("Deze week", "This week"),
    "last_week": Text("Vorige week", "Last week"),
    "longer": Text("Langer geleden", "Longer ago"),
    "never": Text("Nog nooit", "Never"),
    "unknown": Text("Nog niet bekend", "Not known yet"),
    None: Text("Stuurt ons niets", "Sends us nothing"),
}

STATUS_NOTES: Mapping[str, Text] = {
    "planned": Text(
        "Deze sensor is er nog niet. Hij meet nog niets.", "This sensor is not there yet. It measures nothing yet."
    ),
    "paused": Text(
        "Deze sensor staat tijdelijk uit. Hij meet nu niets.",
        "This sensor is switched off for a while. It measures nothing now.",
    ),
    "ended": Text(
        "Deze sensor is weggehaald. Hij meet niets meer.", "This sensor was taken away. It measures nothing any more."
    ),
}

PERSONAL_DATA: Mapping[PersonalData, Text] = {
    PersonalData.NONE: Text("Deze sensor meet niets over personen.", "This sensor measures nothing about people."),
    PersonalData.DE_IDENTIFIED: Text(
        "De sensor neemt mensen waar. Maar wat wij bewaren, wijst niemand aan: u bent er niet in te herkennen.",
        "The sensor notices people. But what we keep points to nobody: you can not be recognised in it.",
    ),
    PersonalData.IDENTIFIABLE: Text("Zulke gegevens slaan wij zelf niet op.", "We do not store such data ourselves."),
}

PUBLIC: Mapping[Public, Text] = {
    Public.NONE: Text("De metingen zijn niet openbaar.", "The readings are not public."),
    Public.DAY: Text("Openbaar: één waarde per dag.", "Public: one value a day."),
    Public.HOUR: Text(
        "Openbaar: één waarde per uur, als dat uur voorbij is.", "Public: one value an hour, once that hour is over."
    ),
    Public.LIVE: Text("Openbaar: elke meting.", "Public: every reading."),
}

ROLES: Mapping[Role, Text] = {
    Role.CONTROLLER: Text("Beslist waarvoor de gegevens zijn", "Decides what the data are for"),
    Role.PROCESSOR: Text("Werkt met de gegevens voor een ander", "Works with the data for someone else"),
    Role.OWNER: Text("Is eigenaar van de sensor", "Owns the sensor"),
    Role.OPERATOR: Text("Zorgt dat de sensor het doet", "Keeps the sensor running"),
    Role.SUPPLIER: Text("Levert de sensor of de cijfers", "Delivers the sensor or the figures"),
}
"""What an organisation does, as a part of a sentence about it."""

STORAGE: Mapping[str, Text] = {
    "backed_up_internationally": Text("Er is een reservekopie in het buitenland.", "There is a backup abroad."),
    "backed_up_locally": Text("Er is een reservekopie in Nederland.", "There is a backup in the Netherlands."),
    "shared_storage_and_governance": Text(
        "Meerdere organisaties bewaren en beheren de gegevens samen.",
        "Several organisations keep and manage the data together.",
    ),
    "stored_locally": Text(
        "De gegevens staan op een computer in Nederland.", "The data are on a computer in the Netherlands."
    ),
    "stored_on_3rd_party_cloud": Text(
        "De gegevens staan in de cloud van een ander bedrijf.", "The data are in the cloud of another company."
    ),
    "stored_primarily_internationally": Text(
        "De gegevens staan vooral in het buitenland.", "The data are mostly kept abroad."
    ),
    "stored_primarily_locally": Text(
        "De gegevens staan vooral in Nederland.", "The data are mostly kept in the Netherlands."
    ),
}

ACCESS: Mapping[str, Text] = {
    "available_for_resale": Text("De gegevens mogen worden verkocht.", "The data may be sold."),
    "available_to_3rd_parties": Text(
        "Andere organisaties kunnen de gegevens krijgen.", "Other organisations can get the data."
    ),
    "available_to_download": Text(
        "Iedereen kan de openbare gegevens downloaden.", "Everyone can download the public data."
    ),
    "available_to_me": Text("U kunt de gegevens zelf bekijken.", "You can see the data yourself."),
    "available_to_the_accountable_organization": Text(
        "De verantwoordelijke organisatie kan de gegevens bekijken.", "The organisation responsible can see the data."
    ),
    "available_to_vendor": Text("De leverancier kan de gegevens bekijken.", "The supplier can see the data."),
    "not_available_to_me": Text("U kunt de gegevens niet zelf bekijken.", "You can not see the data yourself."),
    "not_available_to_the_accountable_organization": Text(
        "De verantwoordelijke organisatie kan er niet bij.", "The organisation responsible can not get at them."
    ),
    "not_available_to_vendor": Text("De leverancier kan er niet bij.", "The supplier can not get at them."),
}

TECHNOLOGY: Mapping[str, Text] = {
    "air_quality": Text("Meter voor luchtkwaliteit", "Air Quality"),
    "assistance_station": Text("Hulppaal", "Assistance Station"),
    "augmented_reality": Text("Beeld dat over de werkelijkheid heen ligt", "Augmented Reality"),
    "biometrics": Text("Herkenning van het lichaam (biometrie)", "Biometrics"),
    "cellular": Text("Mobiel netwerk", "Cellular"),
    "chatbot": Text("Chatbot", "Chatbot"),
    "contactless_payments": Text("Betalen zonder contact", "Contactless Payments"),
    "de_identified_image": Text("Foto's waarin niemand te herkennen is", "De-identified Image"),
    "de_identified_video": Text("Video waarin niemand te herkennen is", "De-identified Video"),
    "de_identified_voice": Text("Stemmen die niet te herkennen zijn", "De-identified Voice"),
    "dtpr_api": Text("DTPR-koppeling", "DTPR API"),
    "electric_vehicle_charger": Text("Laadpaal", "Electric vehicle charger"),
    "facial_characterization": Text("Schat kenmerken van gezichten", "Facial characterization"),
    "gps": Text("Plaatsbepaling met gps", "GPS"),
    "hands_free": Text("Bediening zonder handen", "Hands-free"),
    "identifiable_image": Text("Foto's waarin mensen te herkennen zijn", "Identifiable Image"),
    "identifiable_nfc": Text("Lezer voor chips dichtbij, die mensen kan herkennen", "Identifiable NFC"),
    "identifiable_rfid": Text("Lezer voor chips op afstand, die mensen kan herkennen", "Identifiable RFID"),
    "identifiable_video": Text("Video waarin mensen te herkennen zijn", "Identifiable Video"),
    "identifiable_wifi_sensor": Text("Wifi-meter die telefoons kan herkennen", "Identifiable WiFi Sensor"),
    "image": Text("Foto", "Image"),
    "image_infrared": Text("Warmtefoto", "Image - infrared"),
    "inclinometer": Text("Meter voor scheefstand", "Inclinometer"),
    "induction_loop": Text("Lus in de weg", "Induction Loop"),
    "intercom": Text("Intercom", "Intercom"),
    "li_dar": Text("Meten met een laser (lidar)", "LiDAR"),
    "location_beacon": Text("Zendertje voor plaatsbepaling", "Location Beacon"),
    "microphone": Text("Microfoon", "Microphone"),
    "motion_detector": Text("Bewegingsmelder", "Motion Detector"),
    "nfc": Text("Lezer voor chips dichtbij", "NFC"),
    "non_identifiable_video": Text("Video waarin niemand te herkennen is", "Non-identifiable Video"),
    "passive_infrared_sensor": Text("Warmtemeter (infrarood)", "Passive Infrared Sensor"),
    "person_detection": Text("Merkt of er iemand is", "Person detection"),
    "personal_device": Text("Telefoon of ander eigen apparaat", "Personal Device"),
    "piezoelectric_sensor": Text("Drukmeter in de weg", "Piezoelectric sensor"),
    "radar": Text("Radar", "Radar"),
    "rfid": Text("Lezer voor chips op afstand", "RFID"),
    "soil_moisture_sensor": Text("Vochtmeter in de grond", "Soil Moisture Sensor"),
    "sound_level_meter": Text("Geluidmeter", "Sound Level Meter"),
    "system_screen": Text("Beeldscherm", "System Screen"),
    "thermometer": Text("Thermometer", "Thermometer"),
    "ultrasonic_level_sensor": Text("Afstandsmeter met geluid", "Ultrasonic Sensor"),
    "unmanned_aircraft_system": Text("Drone", "Unmanned Aircraft System"),
    "video_camera": Text("Videocamera", "Video camera"),
    "video_camera_infrared": Text("Videocamera voor in het donker", "Video camera - infrared"),
    "voice": Text("Stem", "Voice"),
    "water_quality": Text("Meter voor waterkwaliteit", "Water Quality"),
    "weather_station": Text("Weerstation", "Weather Station"),
    "weighing_scale": Text("Weegschaal", "Weighing Scale"),
    "wireless_access_point": Text("Wifi-zender", "Wireless Access Point"),
    "wireless_charging_roadway": Text("Weg die auto's oplaadt", "Wireless Charging Roadway"),
}

REASONS: Mapping[Reason, Text] = {
    Reason.UNKNOWN_TOPIC: Text(
        "het bericht kwam op een plek die wij niet kennen", "the message came to a place that we do not know"
    ),
    Reason.UNKNOWN_FORMAT: Text("wij kennen deze vorm van berichten niet", "we do not know this form of message"),
    Reason.UNREGISTERED: Text("dit staat niet in het register", "this is not in the register"),
    Reason.NOT_ACTIVE: Text(
        "de sensor staat in het register niet op ‘aan’", "the register does not say that the sensor is on"
    ),
    Reason.NOT_INGESTED: Text("deze sensor hoort ons geen gegevens te sturen", "this sensor should send us no data"),
    Reason.TOO_LARGE: Text("het bericht was te groot", "the message was too large"),
    Reason.MALFORMED: Text("het bericht was niet te lezen", "the message could not be read"),
    Reason.NO_READINGS: Text("er stonden geen metingen in het bericht", "there were no readings in the message"),
    Reason.NO_TIME: Text("er stond geen tijd bij", "it had no time"),
    Reason.BAD_TIME: Text("de tijd klopte niet", "the time was wrong"),
    Reason.TIME_WITHOUT_ZONE: Text("er stond niet bij in welke tijdzone de tijd was", "the time had no time zone"),
    Reason.IN_FUTURE: Text("de tijd lag in de toekomst", "the time was in the future"),
    Reason.TOO_LATE: Text(
        "de meting was te oud: wij mogen die niet meer bewaren", "the reading was too old: we may no longer keep it"
    ),
    Reason.NOT_A_NUMBER: Text("de waarde was geen getal", "the value was no number"),
    Reason.SENTINEL: Text("de sensor gaf door dat hij niets kon meten", "the sensor said that it could not measure"),
    Reason.UNKNOWN_UNIT: Text("wij kennen de eenheid niet", "we do not know the unit"),
    Reason.NOT_HERE: Text(
        "dit bericht hoort op een ander adres, waar niets blijft liggen",
        "this message belongs at another address, where nothing stays",
    ),
    Reason.ERASED: Text(
        "wat deze sensor in deze tijd mat, is gewist en blijft weg",
        "what this sensor measured in this time was erased, and stays away",
    ),
    Reason.REFUSED_BY_DATABASE: Text("de database nam de meting niet aan", "the database did not take the reading"),
}


LEFT_OUT: Mapping[str, Text] = {
    "travel_time": Text(
        "Waren het er minder dan 15? Dan laten we de reistijd niet zien.",
        "Were there fewer than 15? Then we do not show the travel time.",
    ),
    "presence": Text(
        "Staat een uur er niet bij? Dan was er weinig beweging, of weten we het niet.",
        "Is an hour missing? Then there was little movement, or we do not know.",
    ),
}
"""Of what is only public in large numbers: why something can be missing."""

ICONS = frozenset(file.stem for file in (Path(__file__).parent / "web" / "static" / "dtpr").glob("*.svg"))
"""The DTPR elements that we have an icon of."""

SHAPES = (
    "M12 3 22 21H2z",
    "M12 1 23 12 12 23 1 12z",
    "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
    "M4 4h16v16H4z",
    "M7 3h10l5 9-5 9H7l-5-9z",
)
"""The marks of kinds: form and colour both tell. The first is for what is none of our kinds."""

_STATES: Mapping[str, Text] = {
    "wide": Text("Op een groot scherm", "On a large screen"),
    "narrow": Text("Op een klein scherm (360 punten breed)", "On a small screen (360 pixels wide)"),
    "zoomed": Text("Twee keer zo groot (200 %)", "Twice as large (200 %)"),
    "dark": Text("Met donkere kleuren", "In dark colours"),
    "opened": Text("Met alles wat open kan, open", "With everything open that can be opened"),
}


def state(name: str) -> str:
    """In which state a page was tested."""
    return said(_STATES[name])


def kind_label(kind: str | None, category: str) -> str:
    """What sort of sensor it is; of no kind of ours, what the device is."""
    if kind is not None and kind in KINDS:
        return said(KINDS[kind].label)
    return said(label(DeviceCategory(category)))


def kinds() -> dict[str, str]:
    """The kinds to choose from: code and label."""
    return {code: said(kind.label) for code, kind in KINDS.items()} | {OTHER: _("Andere apparaten")}


def shape(kind: str | None) -> int:
    """Which mark a kind has on the map, from 1 up; 0 for what is none of our kinds."""
    codes = list(KINDS)
    return codes.index(kind) % (len(SHAPES) - 1) + 1 if kind in codes else 0


def stream_label(stream: Datastream, known: Property | None) -> str:
    """What a datastream measures, in a few words."""
    return said(known.label) if known else stream.observed_property.replace("_", " ").capitalize()


def how_totalled(stream: Stream) -> str:
    """What the hours and days of a datastream are, as the head of a table."""
    if stream.counts_people:
        return _("Aantal")
    if stream.travel_times:
        return _("Middelste reistijd")
    if stream.is_code:
        return _("Hoogste")
    return _("Totaal") if stream.summed else _("Gemiddeld")


def icon(code: str) -> str | None:
    """The file of the DTPR icon of an element, where there is one."""
    return f"dtpr/{code}.svg" if code in ICONS else None


def about_stream(declared: Datastream, stream: Stream, delivers_data: bool) -> str:
    """How often it is measured, what of it is public, and what its unit means."""
    told = [_("Meet {interval}.").format(interval=formatting.interval(declared.interval))] if declared.interval else []
    if delivers_data:
        told.append(_("Wij slaan deze metingen niet op.") if stream.public is None else said(PUBLIC[stream.public]))
    sign, spoken = formatting.unit(declared.unit), formatting.unit_in_words(declared.unit)
    if sign not in {"", spoken}:
        told.append(_("{sign} betekent: {words}.").format(sign=sign, words=spoken))
    return " ".join(told)


def technology(code: str) -> str:
    """A DTPR technology."""
    return said(TECHNOLOGY[code])


def privacy_rule(rule: object) -> str:
    """A privacy rule of an entry, as what it means for people, in HTML where an organisation wrote it."""
    match rule:
        case MatchInMemory(minimum=least):
            return _(
                "We vergelijken in het geheugen van de computer wie er op twee punten langskwam, en gooien dat daarna "
                "weg. We bewaren alleen hoe lang een groep van {n} of meer erover deed."
            ).format(n=least)
        case WindowCount(minimum_sensors=least):
            return _(
                "We tellen van {n} of meer sensoren samen, over een langere tijd. Eén voorbijganger zien we niet."
            ).format(n=least)
        case NoIdentifiers():
            return _("Wat iemand kan aanwijzen, gooien we bij binnenkomst meteen weg.")
        case OnDevice(explanation=explanation):
            return said_in_html(explanation)
        case PublicThreshold(below=below, round_to=step):
            told = _("Aantallen onder de {below} laten we niet zien. Andere aantallen ronden we af op {step}.")
            return told.format(below=below, step=step)
        case _unknown:
            raise AssertionError("every privacy rule has its words")


_PRIVACY_RULE: TypeAdapter[PrivacyRule] = TypeAdapter(PrivacyRule)


def protections(rules: Iterable[Mapping[str, Any]]) -> list[str]:
    """Privacy rules as entries hold them, in words, each once."""
    return list(dict.fromkeys(privacy_rule(_PRIVACY_RULE.validate_python(rule)) for rule in rules))


def reason(code: str) -> str:
    """Why readings were refused."""
    return said(REASONS[Reason(code)])


def statuses() -> list[Status]:
    """The states of a sensor to choose from."""
    return list(Status)


def status(code: str) -> str:
    """The state of a sensor."""
    return said(label(Status(code)))


def last_seen(band: str | None) -> str:
    """When a sensor last said something, roughly."""
    return said(LAST_SEEN[band])


def yes_or_no(personal_data: str) -> str:
    """Whether there are personal data, in the fewest words."""
    return _("nee") if personal_data == PersonalData.NONE else _("ja")


def privacy_rules(entry: Entry) -> list[str]:
    """The privacy rules of all datastreams, each once."""
    return list(dict.fromkeys(privacy_rule(rule) for each in entry.datastreams for rule in each.privacy_rules))


def access(entry: Entry) -> list[tuple[str, str]]:
    """Who gets the data and where they are kept: DTPR elements with a sentence, each once."""
    streams = entry.datastreams
    parties = dict.fromkeys(party for each in streams for party in each.access_parties)
    to_others = _("De gegevens gaan ook naar: {parties}.").format(parties=", ".join(parties))
    told = [("available_to_3rd_parties", to_others)] if parties else []
    told += [(code, said(ACCESS[code])) for each in streams for code in each.access]
    told += [(each.storage, said(STORAGE[each.storage])) for each in streams if each.storage]
    return list(dict.fromkeys(told))


def organisations(entry: Entry) -> list[tuple[Organisation, str]]:
    """The organisations, each once, with what they have to do with the sensor."""
    named = {each.name: each for each in reversed(entry.organisations)}
    roles = {name: [said(label(each.role)) for each in entry.organisations if each.name == name] for name in named}
    return [(each, ", ".join(roles[name]).lower()) for name, each in reversed(named.items())]


def place(location: Location) -> str:
    """Where it is, as exactly as may be told."""
    if location.precision is not Precision.EXACT:
        cell = said(label(location.precision))
        told = _("Ongeveer: {cell}. De precieze plek laten we niet zien.")
        return told.format(cell=cell[0].lower() + cell[1:])
    return said(label(location.kind))


BOOKS: Mapping[str, Text] = {
    "received": Text("Ontvangen", "Received"),
    "stored": Text("Bewaard", "Kept"),
    "duplicate": Text("Dubbel, dus niet nog eens bewaard", "Double, so not kept again"),
    "aggregated": Text("Opgeteld in een totaal, niet los bewaard", "Added up in a total, not kept by itself"),
    "quarantined": Text("Geweigerd", "Refused"),
}
"""The lines of the ledger."""
