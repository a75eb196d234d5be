"""The fields of a register entry, each with what it is called and how its value is told, in both languages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from babel.dates import format_date

from api.formatting import UNITS
from api.labels import ACCESS, STORAGE, TECHNOLOGY
from sensors.kinds import KINDS
from sensors.register.location import areas
from sensors.vocabulary import codes, durations
from sensors.vocabulary.codes import DTPR, RetentionClass
from sensors.vocabulary.localized_text import Text

Tell = Callable[[Any], Text]


@dataclass(frozen=True, slots=True)
class Field:
    """A field: what it is called, in the middle of a sentence too, and how its value is told."""

    label: Text
    tell: Tell


def plain(value: object) -> Text:
    """A text, a number or an address as it is."""
    return Text(str(value), str(value))


def _joined(texts: list[Text], between: str) -> Text:
    """Beside each other; of sentences only the last one keeps its full stop."""

    def line(parts: list[str]) -> str:
        return between.join([*(each.removesuffix(".") for each in parts[:-1]), *parts[-1:]])

    return Text(line([each.nl for each in texts]), line([each.en for each in texts]))


def _each(tell: Tell, between: str = ", ") -> Tell:
    return lambda values: _joined([tell(value) for value in values], between)


def words(value: Mapping[str, str]) -> Text:
    """What someone wrote, in Dutch where there is no English."""
    return Text(value["nl"], value.get("en", value["nl"]))


def _title(value: Mapping[str, Any]) -> Text:
    return words(value["title"])


def _code(known: type[StrEnum]) -> Tell:
    return lambda value: codes.label(known(value)) if value in list(known) else plain(value)


def _element(category: str, texts: Mapping[str, Text]) -> Tell:
    """A DTPR element: in our words, or by its English name where we have none."""
    return lambda value: texts.get(value) or plain(DTPR[category].get(value, value))


def _yes_or_no(value: bool) -> Text:
    return Text("ja", "yes") if value else Text("nee", "no")


def _day(value: str) -> Text:
    day = date.fromisoformat(value)
    return Text(format_date(day, "d MMMM y", "nl_NL"), format_date(day, "d MMMM y", "en_GB"))


def _term(value: str) -> Text:
    return codes.label(RetentionClass.NONE) if value == RetentionClass.NONE else durations.in_words(value)


def _metres(value: float) -> Text:
    number = f"{value:g}"
    return Text(f"{number.replace('.', ',')} meter", f"{number} metres")


def _unit(value: str) -> Text:
    return UNITS[value][0] if value in UNITS else plain(value)


def _kind(value: str) -> Text:
    return KINDS[value].label if value in KINDS else plain(value)


def _area(value: str) -> Text:
    return plain(next((area.name for area in areas() if area.code == value), value))


def _by_role(value: Mapping[str, Any]) -> Text:
    role = _code(codes.Role)(value["role"])
    return Text(f"{value['name']} ({role.nl.lower()})", f"{value['name']} ({role.en.lower()})")


def _risk(value: Mapping[str, Any]) -> Text:
    return _joined([words(value["risk"]), words(value["mitigation"])], " – ")


def _purpose(value: Mapping[str, Any]) -> Text:
    return words(value["words"])


def _privacy_rule(value: Mapping[str, Any]) -> Text:
    match value["rule"]:
        case "match_in_memory":
            return Text(
                f"alleen reistijden van groepen vanaf {value['minimum']}",
                f"only travel times of groups of {value['minimum']} or more",
            )
        case "window_count":
            least = value["minimum_sensors"]
            return Text(
                f"alleen samen geteld met {least} of meer sensoren", f"only counted over {least} sensors or more"
            )
        case "no_identifiers":
            return Text("wat iemand aanwijst, gooien we weg", "what points to someone is thrown away")
        case "on_device":
            return Text("het apparaat zelf maakt er aantallen van", "the device itself turns it into counts")
        case "public_threshold":
            return Text(f"aantallen onder {value['below']} niet openbaar", f"counts below {value['below']} not public")
        case other:
            return plain(other)


def _stored(value: str) -> Text:
    known = {"time": Text("tijd", "time"), "value": Text("waarde", "value"), "quality": Text("kwaliteit", "quality")}
    return known.get(value, plain(value))


def _nothing(_: object) -> Text:
    """Of a shape on the map: that it changed says enough."""
    return Text("", "")


FIELDS: Mapping[str, Field] = {
    "name": Field(Text("naam", "name"), words),
    "summary": Field(Text("wat de sensor doet", "what it does"), words),
    "status": Field(Text("status", "status"), _code(codes.Status)),
    "active_from": Field(Text("eerste dag", "first day"), _day),
    "active_until": Field(Text("laatste dag", "last day"), _day),
    "review_date": Field(Text("opnieuw bekijken of hij nodig is", "reviewed again"), _day),
    "kind": Field(Text("soort sensor", "kind of sensor"), _kind),
    "delivers_data": Field(Text("stuurt ons gegevens", "sends us data"), _yes_or_no),
    "purposes": Field(Text("doel", "purpose"), _each(_purpose, "; ")),
    "necessity": Field(Text("waarom het nodig is", "why it is needed"), words),
    "datastreams": Field(Text("wat de sensor meet", "what it measures"), plain),
    "datastreams.observed_property": Field(Text("code", "code"), plain),
    "datastreams.unit": Field(Text("eenheid", "unit"), _unit),
    "datastreams.description": Field(Text("uitleg", "explanation"), words),
    "datastreams.interval": Field(Text("tijd tussen twee metingen", "time between measurements"), durations.in_words),
    "datastreams.theme": Field(Text("onderwerp", "subject"), _code(codes.Theme)),
    "datastreams.personal_data": Field(Text("persoonsgegevens", "personal data"), _code(codes.PersonalData)),
    "datastreams.data_types": Field(Text("soort gegevens", "type of data"), _each(_element("data", {}))),
    "datastreams.privacy_rules": Field(Text("privacyregels", "privacy rules"), _each(_privacy_rule, "; ")),
    "datastreams.stored_fields": Field(Text("wat we opslaan", "what is stored"), _each(_stored)),
    "datastreams.retention.raw": Field(Text("bewaard", "kept"), _term),
    "datastreams.retention.aggregate": Field(Text("totalen bewaard", "totals kept"), _term),
    "datastreams.storage": Field(Text("plaats van opslag", "place of storage"), _element("storage", STORAGE)),
    "datastreams.access": Field(Text("wie erbij kan", "who can get at it"), _each(_element("access", ACCESS))),
    "datastreams.access_parties": Field(Text("gaat ook naar", "also goes to"), _each(plain)),
    "datastreams.public": Field(Text("openbaar", "public"), _code(codes.Public)),
    "device.category": Field(Text("apparaat", "device"), _code(codes.DeviceCategory)),
    "device.sensor_types": Field(Text("wat het apparaat kan", "what it senses"), _each(_code(codes.SensorType))),
    "device.technology": Field(Text("techniek", "technology"), _each(_element("technology", TECHNOLOGY))),
    "device.make": Field(Text("merk", "make"), plain),
    "device.model": Field(Text("model", "model"), plain),
    "device.supplier": Field(Text("leverancier", "supplier"), plain),
    "device.connectivity": Field(Text("verbinding", "connection"), _each(_code(codes.Connectivity))),
    "location.kind": Field(Text("vast of bewegend", "fixed or moving"), _code(codes.LocationKind)),
    "location.geometry": Field(Text("plek op de kaart", "place on the map"), _nothing),
    "location.precision": Field(
        Text("zo precies is de plek te zien", "how exactly it is shown"), _code(codes.Precision)
    ),
    "location.height_m": Field(Text("hoogte", "height"), _metres),
    "location.observed_area": Field(Text("gebied dat hij ziet", "area it sees"), _nothing),
    "location.host_object": Field(Text("waar hij aan hangt of in staat", "what it hangs on"), _code(codes.HostObject)),
    "location.address": Field(Text("straat", "street"), plain),
    "location.neighbourhood": Field(Text("buurt", "neighbourhood"), _area),
    "location.district": Field(Text("wijk", "district"), _area),
    "legal.ground": Field(Text("grond in de wet", "legal ground"), _code(codes.LegalGround)),
    "legal.basis": Field(Text("wet of regel", "law or regulation"), _each(_title, "; ")),
    "legal.decision.body": Field(Text("wie het besloot", "who decided"), plain),
    "legal.decision.title": Field(Text("besluit", "decision"), words),
    "legal.decision.date": Field(Text("datum van het besluit", "date of the decision"), _day),
    "legal.decision.url": Field(Text("adres van het besluit", "address of the decision"), plain),
    "legal.privacy_statement": Field(Text("privacyverklaring", "privacy statement"), plain),
    "legal.dpia.status": Field(Text("onderzoek naar privacy (DPIA)", "privacy assessment"), _code(codes.DpiaStatus)),
    "legal.dpia.date": Field(Text("datum van het onderzoek naar privacy", "date of the privacy assessment"), _day),
    "legal.dpia.url": Field(Text("adres van het onderzoek naar privacy", "address of the privacy assessment"), plain),
    "legal.processing_register": Field(Text("verwerkingsregister", "processing register"), plain),
    "legal.algorithms": Field(Text("algoritmes", "algorithms"), _each(_title, "; ")),
    "organisations": Field(Text("organisaties", "organisations"), _each(_by_role)),
    "project.name": Field(Text("project", "project"), plain),
    "project.description": Field(Text("uitleg van het project", "explanation of the project"), words),
    "project.url": Field(Text("adres van het project", "address of the project"), plain),
    "contact.name": Field(Text("contact", "contact"), plain),
    "contact.email": Field(Text("e-mail", "e-mail"), plain),
    "contact.phone": Field(Text("telefoon", "phone"), plain),
    "contact.url": Field(Text("website", "website"), plain),
    "rights": Field(Text("uw rechten", "your rights"), words),
    "complaint.title": Field(Text("klagen", "complaints"), words),
    "complaint.url": Field(Text("adres om te klagen", "address for complaints"), plain),
    "risks": Field(Text("risico's", "risks"), _each(_risk, "; ")),
    "reference": Field(Text("kenmerk", "reference"), plain),
    "municipality": Field(Text("gemeente", "municipality"), plain),
    "id": Field(Text("nummer in het register", "number in the register"), plain),
    "uri": Field(Text("vast adres", "permanent address"), plain),
    "schema_version": Field(Text("vorm van het register", "form of the register"), plain),
}
"""By path, in the order in which they are told; what is in a list of datastreams has the path of a datastream."""
