"""The fields of a register entry, with labels and formatters in both languages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from babel.dates import format_date

from api.dtpr_labels import ACCESS, STORAGE, TECHNOLOGY
from api.formatting import UNIT_LABELS
from sensors.kinds import KINDS
from sensors.register.location import known_areas
from sensors.vocabulary import codes, durations
from sensors.vocabulary.codes import DTPR_ELEMENTS, RetentionClass
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.measurement import Aggregation, SameTime, Stamp

ValueFormatter = Callable[[Any], LocalizedText]


@dataclass(frozen=True, slots=True)
class EntryField:
    """A field with its label, in lower case, and the formatter of its value."""

    label: LocalizedText
    format_value: ValueFormatter


def verbatim(value: object) -> LocalizedText:
    """A value as it is."""
    return LocalizedText(str(value), str(value))


def _joined(texts: list[LocalizedText], separator: str) -> LocalizedText:
    """Join texts; only the last sentence keeps its full stop."""

    def line(parts: list[str]) -> str:
        return separator.join([*(each.removesuffix(".") for each in parts[:-1]), *parts[-1:]])

    return LocalizedText(line([each.nl for each in texts]), line([each.en for each in texts]))


def _list_of(format_value: ValueFormatter, separator: str = ", ") -> ValueFormatter:
    return lambda values: _joined([format_value(value) for value in values], separator)


def localized(value: Mapping[str, str]) -> LocalizedText:
    """A free text, falling back to Dutch."""
    return LocalizedText(value["nl"], value.get("en", value["nl"]))


def _title(value: Mapping[str, Any]) -> LocalizedText:
    return localized(value["title"])


def _code(known: type[StrEnum]) -> ValueFormatter:
    return lambda value: codes.label_of(known(value)) if value in list(known) else verbatim(value)


def _dtpr_element(category: str, texts: Mapping[str, LocalizedText]) -> ValueFormatter:
    """A DTPR element: our own text, or its English name if we have none."""
    return lambda value: texts.get(value) or verbatim(DTPR_ELEMENTS[category].get(value, value))


def _yes_or_no(value: bool) -> LocalizedText:
    return LocalizedText("ja", "yes") if value else LocalizedText("nee", "no")


def _day(value: str) -> LocalizedText:
    day = date.fromisoformat(value)
    return LocalizedText(format_date(day, "d MMMM y", "nl_NL"), format_date(day, "d MMMM y", "en_GB"))


def _retention(value: str) -> LocalizedText:
    return codes.label_of(RetentionClass.NONE) if value == RetentionClass.NONE else durations.describe_duration(value)


def _metres(value: float) -> LocalizedText:
    number = f"{value:g}"
    return LocalizedText(f"{number.replace('.', ',')} meter", f"{number} metres")


def _unit(value: str) -> LocalizedText:
    return UNIT_LABELS[value][0] if value in UNIT_LABELS else verbatim(value)


def _kind(value: str) -> LocalizedText:
    return KINDS[value].label if value in KINDS else verbatim(value)


def _area(value: str) -> LocalizedText:
    return verbatim(next((area.name for area in known_areas() if area.code == value), value))


def _organisation(value: Mapping[str, Any]) -> LocalizedText:
    role = _code(codes.Role)(value["role"])
    return LocalizedText(f"{value['name']} ({role.nl.lower()})", f"{value['name']} ({role.en.lower()})")


def _transfer(value: Mapping[str, Any]) -> LocalizedText:
    safeguard = _code(codes.TransferSafeguard)(value["safeguard"])
    where = f"{value['recipient']} ({value['country']})"
    return LocalizedText(f"{where}: {safeguard.nl}", f"{where}: {safeguard.en}")


def _risk(value: Mapping[str, Any]) -> LocalizedText:
    return _joined([localized(value["risk"]), localized(value["mitigation"])], " – ")


def _purpose(value: Mapping[str, Any]) -> LocalizedText:
    return localized(value["words"])


_PLAIN_RULES: Mapping[str, LocalizedText] = {
    "count_in_memory": LocalizedText(
        "per uur geteld in het geheugen van de computer, met een toevallig getal erin",
        "counted by the hour in the computer’s memory, with a random number in it",
    ),
    "no_identifiers": LocalizedText(
        "wat iemand aanwijst, gooien we weg", "anything that identifies someone is deleted"
    ),
    "on_device": LocalizedText("het apparaat zelf maakt er aantallen van", "turned into counts on the device itself"),
    "public_threshold": LocalizedText("openbaar met een toevallig getal erin", "public with a random number in it"),
}
"""Privacy rules without settings."""


def _privacy_rule(value: Mapping[str, Any]) -> LocalizedText:
    match value["rule"]:
        case "match_in_memory":
            least, window = value["minimum"], durations.describe_duration(value["window"])
            return LocalizedText(
                f"alleen reistijden van groepen vanaf {least}, steeds over {window.nl}",
                f"only travel times of groups of {least} or more, each over {window.en}",
            )
        case "window_count":
            least = value["minimum_sensors"]
            return LocalizedText(
                f"alleen samen geteld met {least} of meer sensoren",
                f"only counted together with {least} or more sensors",
            )
        case other:
            return _PLAIN_RULES.get(other) or verbatim(other)


def _stored_field(value: str) -> LocalizedText:
    known = {
        "time": LocalizedText("tijd", "time"),
        "value": LocalizedText("waarde", "value"),
        "quality": LocalizedText("kwaliteit", "quality"),
    }
    return known.get(value, verbatim(value))


def _one_of(texts: Mapping[str, LocalizedText]) -> ValueFormatter:
    return lambda value: texts.get(value) or verbatim(value)


_stamp = _one_of(
    {
        Stamp.START: LocalizedText("het begin van de periode", "the start of the period"),
        Stamp.END: LocalizedText("het einde van de periode", "the end of the period"),
        Stamp.INSTANT: LocalizedText("het moment van de meting", "the moment of measurement"),
    }
)
_aggregation = _one_of(
    {
        Aggregation.DELTA: LocalizedText("elke waarde telt erbij op", "each value is added"),
        Aggregation.COUNTER: LocalizedText("het is een meterstand", "it is a meter reading"),
    }
)
_same_time = _one_of(
    {
        SameTime.FIRST: LocalizedText("de eerste blijft staan", "the first one stays"),
        SameTime.LAST: LocalizedText("de nieuwste vervangt de andere", "the latest one replaces the other"),
        SameTime.SUM: LocalizedText("we tellen ze op", "they are added up"),
    }
)
_time_of_reading = _one_of(
    {
        "sent": LocalizedText("zoals de sensor die stuurt", "as the sensor sends it"),
        "on_receipt": LocalizedText("wanneer die bij ons binnenkomt", "when it reaches us"),
    }
)


def _geometry(_: object) -> LocalizedText:
    """A geometry has no text; that it changed is enough."""
    return LocalizedText("", "")


FIELDS: Mapping[str, EntryField] = {
    "name": EntryField(LocalizedText("naam", "name"), localized),
    "summary": EntryField(LocalizedText("wat de sensor doet", "what it does"), localized),
    "status": EntryField(LocalizedText("status", "status"), _code(codes.Status)),
    "active_from": EntryField(LocalizedText("eerste dag", "first day"), _day),
    "active_until": EntryField(LocalizedText("laatste dag", "last day"), _day),
    "review_date": EntryField(LocalizedText("opnieuw bekijken of hij nodig is", "review date"), _day),
    "kind": EntryField(LocalizedText("soort sensor", "type of sensor"), _kind),
    "delivers_data": EntryField(LocalizedText("stuurt ons gegevens", "sends us data"), _yes_or_no),
    "payload.time": EntryField(LocalizedText("tijd van een meting", "time of a reading"), _time_of_reading),
    "payload.numbers_as_text": EntryField(
        LocalizedText("stuurt getallen als tekst", "sends numbers as text"), _yes_or_no
    ),
    "purposes": EntryField(LocalizedText("doel", "purpose"), _list_of(_purpose, "; ")),
    "necessity": EntryField(LocalizedText("waarom het nodig is", "why it is needed"), localized),
    "datastreams": EntryField(LocalizedText("wat de sensor meet", "what it measures"), verbatim),
    "datastreams.observed_property": EntryField(LocalizedText("code", "code"), verbatim),
    "datastreams.unit": EntryField(LocalizedText("eenheid", "unit"), _unit),
    "datastreams.description": EntryField(LocalizedText("uitleg", "explanation"), localized),
    "datastreams.interval": EntryField(
        LocalizedText("tijd tussen twee metingen", "time between readings"), durations.describe_duration
    ),
    "datastreams.stamp": EntryField(LocalizedText("welke tijd de sensor stuurt", "which time it sends"), _stamp),
    "datastreams.sends_zeros": EntryField(
        LocalizedText("stuurt ook iets als er niets te meten is", "also sends when there is nothing to measure"),
        _yes_or_no,
    ),
    "datastreams.aggregation": EntryField(LocalizedText("hoe waarden optellen", "how values add up"), _aggregation),
    "datastreams.same_time": EntryField(
        LocalizedText("twee waarden op één tijdstip", "two values for one moment"), _same_time
    ),
    "datastreams.theme": EntryField(LocalizedText("onderwerp", "subject"), _code(codes.Theme)),
    "datastreams.personal_data": EntryField(
        LocalizedText("persoonsgegevens", "personal data"), _code(codes.PersonalData)
    ),
    "datastreams.data_types": EntryField(
        LocalizedText("soort gegevens", "type of data"), _list_of(_dtpr_element("data", {}))
    ),
    "datastreams.privacy_rules": EntryField(
        LocalizedText("privacyregels", "privacy rules"), _list_of(_privacy_rule, "; ")
    ),
    "datastreams.stored_fields": EntryField(LocalizedText("wat we opslaan", "what we store"), _list_of(_stored_field)),
    "datastreams.retention.raw": EntryField(LocalizedText("bewaard", "kept"), _retention),
    "datastreams.retention.aggregate": EntryField(LocalizedText("totalen bewaard", "totals kept"), _retention),
    "datastreams.storage": EntryField(
        LocalizedText("plaats van opslag", "where it is stored"), _dtpr_element("storage", STORAGE)
    ),
    "datastreams.access": EntryField(
        LocalizedText("wie erbij kan", "who can access it"), _list_of(_dtpr_element("access", ACCESS))
    ),
    "datastreams.access_parties": EntryField(LocalizedText("gaat ook naar", "also goes to"), _list_of(verbatim)),
    "datastreams.public": EntryField(LocalizedText("openbaar", "public"), _code(codes.Public)),
    "device.category": EntryField(LocalizedText("apparaat", "device"), _code(codes.DeviceCategory)),
    "device.sensor_types": EntryField(
        LocalizedText("wat het apparaat kan", "what it senses"), _list_of(_code(codes.SensorType))
    ),
    "device.technology": EntryField(
        LocalizedText("techniek", "technology"), _list_of(_dtpr_element("technology", TECHNOLOGY))
    ),
    "device.make": EntryField(LocalizedText("merk", "make"), verbatim),
    "device.model": EntryField(LocalizedText("model", "model"), verbatim),
    "device.supplier": EntryField(LocalizedText("leverancier", "supplier"), verbatim),
    "device.connectivity": EntryField(LocalizedText("verbinding", "connection"), _list_of(_code(codes.Connectivity))),
    "location.kind": EntryField(LocalizedText("vast of bewegend", "fixed or moving"), _code(codes.LocationKind)),
    "location.geometry": EntryField(LocalizedText("plek op de kaart", "location on the map"), _geometry),
    "location.precision": EntryField(
        LocalizedText("zo precies is de plek te zien", "how precisely the location is shown"), _code(codes.Precision)
    ),
    "location.height_m": EntryField(LocalizedText("hoogte", "height"), _metres),
    "location.observed_area": EntryField(LocalizedText("gebied dat hij ziet", "area it sees"), _geometry),
    "location.host_object": EntryField(
        LocalizedText("waar hij aan hangt of in staat", "what it is mounted on or in"), _code(codes.HostObject)
    ),
    "location.host_reference": EntryField(
        LocalizedText("nummer van waar hij aan hangt of in staat", "number of what it is mounted on or in"), verbatim
    ),
    "location.address": EntryField(LocalizedText("straat", "street"), verbatim),
    "location.neighbourhood": EntryField(LocalizedText("buurt", "neighbourhood"), _area),
    "location.district": EntryField(LocalizedText("wijk", "district"), _area),
    "legal.ground": EntryField(LocalizedText("grond in de wet", "legal basis"), _code(codes.LegalGround)),
    "legal.basis": EntryField(LocalizedText("wet of regel", "law or regulation"), _list_of(_title, "; ")),
    "legal.decision.body": EntryField(LocalizedText("wie het besloot", "who decided"), verbatim),
    "legal.decision.title": EntryField(LocalizedText("besluit", "decision"), localized),
    "legal.decision.date": EntryField(LocalizedText("datum van het besluit", "date of the decision"), _day),
    "legal.decision.url": EntryField(LocalizedText("adres van het besluit", "address of the decision"), verbatim),
    "legal.privacy_statement": EntryField(LocalizedText("privacyverklaring", "privacy statement"), verbatim),
    "legal.dpia.status": EntryField(
        LocalizedText("onderzoek naar privacy (DPIA)", "privacy assessment"), _code(codes.DpiaStatus)
    ),
    "legal.dpia.date": EntryField(
        LocalizedText("datum van het onderzoek naar privacy", "date of the privacy assessment"), _day
    ),
    "legal.dpia.url": EntryField(
        LocalizedText("adres van het onderzoek naar privacy", "address of the privacy assessment"), verbatim
    ),
    "legal.processing_register": EntryField(
        LocalizedText("verwerkingsregister", "record of processing activities"), verbatim
    ),
    "legal.algorithms": EntryField(LocalizedText("algoritmes", "algorithms"), _list_of(_title, "; ")),
    "legal.officer.name": EntryField(
        LocalizedText("functionaris gegevensbescherming", "data protection officer"), verbatim
    ),
    "legal.officer.email": EntryField(LocalizedText("e-mail van de functionaris", "email of the officer"), verbatim),
    "legal.officer.phone": EntryField(
        LocalizedText("telefoon van de functionaris", "telephone of the officer"), verbatim
    ),
    "legal.officer.url": EntryField(LocalizedText("website van de functionaris", "website of the officer"), verbatim),
    "legal.supervisory_authority.title": EntryField(
        LocalizedText("toezichthouder", "supervisory authority"), localized
    ),
    "legal.supervisory_authority.url": EntryField(
        LocalizedText("adres van de toezichthouder", "address of the supervisory authority"), verbatim
    ),
    "legal.transfers": EntryField(
        LocalizedText("gaat naar landen buiten Europa", "goes to countries outside Europe"),
        _list_of(_transfer, "; "),
    ),
    "organisations": EntryField(LocalizedText("organisaties", "organisations"), _list_of(_organisation)),
    "project.name": EntryField(LocalizedText("project", "project"), verbatim),
    "project.description": EntryField(LocalizedText("uitleg van het project", "explanation of the project"), localized),
    "project.url": EntryField(LocalizedText("adres van het project", "address of the project"), verbatim),
    "contact.name": EntryField(LocalizedText("contact", "contact"), verbatim),
    "contact.email": EntryField(LocalizedText("e-mail", "email"), verbatim),
    "contact.phone": EntryField(LocalizedText("telefoon", "phone"), verbatim),
    "contact.url": EntryField(LocalizedText("website", "website"), verbatim),
    "rights": EntryField(LocalizedText("uw rechten", "your rights"), localized),
    "complaint.title": EntryField(LocalizedText("klagen", "complaints"), localized),
    "complaint.url": EntryField(LocalizedText("adres om te klagen", "address for complaints"), verbatim),
    "risks": EntryField(LocalizedText("risico's", "risks"), _list_of(_risk, "; ")),
    "reference": EntryField(LocalizedText("kenmerk", "reference"), verbatim),
    "municipality": EntryField(LocalizedText("gemeente", "municipality"), verbatim),
    "id": EntryField(LocalizedText("nummer in het register", "number in the register"), verbatim),
    "uri": EntryField(LocalizedText("vast adres", "permanent address"), verbatim),
    "schema_version": EntryField(LocalizedText("vorm van het register", "register format"), verbatim),
}
"""By path, in display order; fields of a datastream have paths below ``datastreams``."""
