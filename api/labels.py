"""Texts for residents in plain language (Dutch at level B1). Most codes carry their own text."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from api import dtpr_labels, formatting
from api.i18n import gettext as _
from api.i18n import localize, localize_html
from api.search.filters import OTHER_KIND
from api.sensor.queries import PublicDatastream
from sensors.kinds import KINDS, ObservedProperty
from sensors.policy.explanation import SAMPLE_SENTENCE
from sensors.policy.promises import MIN_MOVEMENT_LAMPS, MIN_SAMPLED_VEHICLES
from sensors.register.entry import (
    CountInMemory,
    Datastream,
    Entry,
    EventPrivacyRule,
    Location,
    MatchInMemory,
    NoIdentifiers,
    OnDevice,
    PrivacyRule,
    PublicThreshold,
    WindowCount,
)
from sensors.register.legal import Organisation
from sensors.register.part import Words
from sensors.vocabulary.codes import DeviceCategory, PersonalData, Precision, Public, Role, Status, label_of
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.measurement import Aggregation
from sensors.vocabulary.rejection_reasons import RejectionReason

LAST_SEEN: Mapping[str | None, LocalizedText] = {
    "today": LocalizedText("Vandaag", "Today"),
    "this_week": LocalizedText("Deze week", "This week"),
    "last_week": LocalizedText("Vorige week", "Last week"),
    "longer": LocalizedText("Langer geleden", "Longer ago"),
    "never": LocalizedText("Nog nooit", "Never"),
    "unknown": LocalizedText("Niet bekend", "Not known"),
    None: LocalizedText("Stuurt ons niets", "Sends us nothing"),
}

STATUS_NOTES: Mapping[str, LocalizedText] = {
    "planned": LocalizedText(
        "Deze sensor is er nog niet. Hij meet nog niets.", "This sensor is not there yet. It is not measuring anything."
    ),
    "paused": LocalizedText(
        "Deze sensor staat tijdelijk uit. Hij meet nu niets.",
        "This sensor is temporarily switched off. It is not measuring anything now.",
    ),
    "ended": LocalizedText(
        "Deze sensor is weggehaald. Hij meet niets meer.",
        "This sensor has been removed. It no longer measures anything.",
    ),
}

PERSONAL_DATA_NOTES: Mapping[PersonalData, LocalizedText] = {
    PersonalData.NONE: LocalizedText(
        "Deze sensor meet niets over personen.", "This sensor does not measure anything about people."
    ),
    PersonalData.DE_IDENTIFIED: LocalizedText(
        "De sensor neemt mensen waar. Maar wat wij bewaren, wijst niemand aan: u bent er niet in te herkennen.",
        "The sensor detects people, but what we keep does not identify anyone: you cannot be recognised in it.",
    ),
    PersonalData.IDENTIFIABLE: LocalizedText(
        "Zulke gegevens slaan wij zelf niet op.", "We do not store this kind of data ourselves."
    ),
}

PUBLICATION_NOTES: Mapping[Public, LocalizedText] = {
    Public.NONE: LocalizedText("De metingen zijn niet openbaar.", "The readings are not public."),
    Public.DAY: LocalizedText("Openbaar: één waarde per dag.", "Public: one value per day."),
    Public.HOUR: LocalizedText(
        "Openbaar: één waarde per uur, als dat uur voorbij is.", "Public: one value per hour, once that hour is over."
    ),
    Public.LIVE: LocalizedText("Openbaar: elke meting.", "Public: every reading."),
}

ROLE_DESCRIPTIONS: Mapping[Role, LocalizedText] = {
    Role.CONTROLLER: LocalizedText("Beslist waarvoor de gegevens zijn", "Decides what the data is used for"),
    Role.PROCESSOR: LocalizedText("Werkt met de gegevens voor een ander", "Processes the data for someone else"),
    Role.OWNER: LocalizedText("Is eigenaar van de sensor", "Owns the sensor"),
    Role.OPERATOR: LocalizedText("Zorgt dat de sensor het doet", "Keeps the sensor running"),
    Role.SUPPLIER: LocalizedText("Levert de sensor of de cijfers", "Supplies the sensor or the figures"),
}
"""What an organisation does, as part of a sentence."""


REJECTION_REASONS: Mapping[RejectionReason, LocalizedText] = {
    RejectionReason.UNKNOWN_TOPIC: LocalizedText(
        "het bericht kwam op een plek die wij niet kennen", "the message arrived on a topic that we do not know"
    ),
    RejectionReason.UNKNOWN_FORMAT: LocalizedText(
        "wij kennen deze vorm van berichten niet", "we do not know this message format"
    ),
    RejectionReason.UNREGISTERED: LocalizedText("dit staat niet in het register", "this is not in the register"),
    RejectionReason.NOT_ACTIVE: LocalizedText(
        "de sensor staat in het register niet op ‘aan’", "according to the register, the sensor is not active"
    ),
    RejectionReason.NOT_INGESTED: LocalizedText(
        "deze sensor hoort ons geen gegevens te sturen", "this sensor should not send us any data"
    ),
    RejectionReason.TOO_LARGE: LocalizedText("het bericht was te groot", "the message was too large"),
    RejectionReason.TOO_OFTEN: LocalizedText(
        "de sensor stuurde veel vaker iets dan is afgesproken", "the sensor sent data far more often than agreed"
    ),
    RejectionReason.MALFORMED: LocalizedText("het bericht was niet te lezen", "the message could not be read"),
    RejectionReason.NO_READINGS: LocalizedText(
        "er stonden geen metingen in het bericht", "there were no readings in the message"
    ),
    RejectionReason.NO_TIME: LocalizedText(
        "wij weten niet van wanneer de meting was", "we do not know when it was measured"
    ),
    RejectionReason.BAD_TIME: LocalizedText("de tijd klopte niet", "the time was wrong"),
    RejectionReason.TIME_WITHOUT_ZONE: LocalizedText(
        "er stond niet bij in welke tijdzone de tijd was", "the time had no time zone"
    ),
    RejectionReason.IN_FUTURE: LocalizedText("de tijd lag in de toekomst", "the time was in the future"),
    RejectionReason.TOO_LATE: LocalizedText(
        "de meting was te oud: wij mogen die niet meer bewaren", "the reading was too old: we may no longer keep it"
    ),
    RejectionReason.NOT_A_NUMBER: LocalizedText("de waarde was geen getal", "the value was not a number"),
    RejectionReason.SENTINEL: LocalizedText(
        "de sensor gaf door dat hij niets kon meten", "the sensor reported that it could not measure anything"
    ),
    RejectionReason.SATURATED: LocalizedText(
        "er was meer dan de sensor kan meten", "there was more than the sensor can measure"
    ),
    RejectionReason.UNKNOWN_UNIT: LocalizedText("wij kennen de eenheid niet", "we do not know the unit"),
    RejectionReason.NOT_HERE: LocalizedText(
        "dit bericht hoort op een ander adres, waar niets blijft liggen",
        "this message belongs at another address, where nothing is kept",
    ),
    RejectionReason.ERASED: LocalizedText(
        "wat deze sensor in deze tijd mat, is gewist en blijft weg",
        "what this sensor measured in this period was erased and will not be stored again",
    ),
    RejectionReason.REFUSED_BY_DATABASE: LocalizedText(
        "de database nam de meting niet aan", "the database did not accept the reading"
    ),
    RejectionReason.CRASHED: LocalizedText(
        "ons programma liep vast op dit bericht", "our program crashed on this message"
    ),
}


MISSING_VALUE_NOTES: Mapping[str, LocalizedText] = {
    "travel_time": LocalizedText(
        f"{SAMPLE_SENTENCE.nl} Waren er te weinig voertuigen? Dan is er geen reistijd.",
        f"{SAMPLE_SENTENCE.en} If there were too few vehicles, there is no travel time.",
    ),
}
"""Why values can be missing from properties that are published only above a threshold."""

NO_DATA_NOTE = LocalizedText(
    "Staat er “geen gegevens”? Deze teller was stil: wij weten niet hoeveel mensen er waren. Komt een telling later "
    "binnen, dan telt die mee in het getal over vier weken.",
    "If it says “no data”, this counter was silent: we do not know how many people there were. If a count comes in "
    "later, it is included in the number over four weeks.",
)
"""What it means that a count has no number."""

NOT_COUNTED_NOTE = LocalizedText(
    "Staat er “geen gegevens”? Toen deed de teller het niet, of hoorden wij hem niet. Hoeveel mensen er waren, weten "
    "wij niet. Dat komt ook later niet meer binnen.",
    "If it says “no data”, the counter did not work, or we could not hear it. We do not know how many people there "
    "were, and that will not come in later.",
)
"""What it means that a count of single messages, which are kept nowhere, has no number."""

DRAWN_NUMBER_NOTE = LocalizedText(
    "In de gegevens voor computers staat bij “minder dan” wel een getal. Dat kan ook onder nul zijn. Zo klopt het als "
    "u getallen optelt.",
    "In the data for computers, there is a number where it says “fewer than”. It may be below zero. That way, sums of "
    "numbers are right.",
)
"""Why what can't be told from none has a number in ``/v1`` and downloads."""

COMPLETED_NOTE = LocalizedText(
    "Staat er “aangevuld”? Dan kwamen er later nog metingen binnen, of zijn er metingen verbeterd. Die tellen nu mee.",
    "If it says “completed”, readings came in later or were corrected. They count now.",
)
"""What it means that a value changed after it had been published."""

JUMP_NOTE = LocalizedText(
    "Staat er “de meter versprong”? Dan gaf de meter een stand die niet kan kloppen. Dat deel telt niet mee.",
    "If it says “the meter jumped”, the meter gave a reading that can't be right. That part isn't counted.",
)
"""What it means that readings of a meter were not counted."""

DTPR_ICONS = frozenset(file.stem for file in (Path(__file__).parent / "web" / "static" / "dtpr").glob("*.svg"))
"""DTPR elements with an icon."""

MARKER_SHAPES = (
    "M12 3 22 21H2z",
    "M12 1 23 12 12 23 1 12z",
    "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
    "M4 4h16v16H4z",
    "M7 3h10l5 9-5 9H7l-5-9z",
)
"""Marker shapes by kind, so that colour is not the only cue. The first is for sensors of no known kind."""


def kind_label(kind: str | None, category: str) -> str:
    """The label of the kind, or of the device category if the kind is unknown."""
    if kind is not None and kind in KINDS:
        return localize(KINDS[kind].label)
    return localize(label_of(DeviceCategory(category)))


def kinds() -> dict[str, str]:
    """The kinds a visitor can choose from: code → label."""
    return {code: localize(kind.label) for code, kind in KINDS.items()} | {OTHER_KIND: _("Andere apparaten")}


def marker_shape(kind: str | None) -> int:
    """The index of a kind's marker, from 1 up; 0 for sensors of no known kind."""
    codes = list(KINDS)
    return codes.index(kind) % (len(MARKER_SHAPES) - 1) + 1 if kind in codes else 0


def datastream_label(datastream: Datastream, definition: ObservedProperty | None) -> str:
    """A short label for what a datastream measures."""
    return localize(definition.label) if definition else datastream.observed_property.replace("_", " ").capitalize()


def aggregation_label(datastream: PublicDatastream) -> str:
    """The column heading for hourly and daily values of a datastream."""
    if datastream.counts_people:
        return _("Aantal")
    if datastream.travel_times:
        return _("Middelste reistijd")
    if datastream.is_categorical or datastream.aggregation is Aggregation.MAX:
        return _("Hoogste")
    if datastream.aggregation is Aggregation.LAST:
        return _("Laatste")
    return _("Totaal") if datastream.is_summed else _("Gemiddeld")


def icon_path(code: str) -> str | None:
    """The path of a DTPR element's icon, or None."""
    return f"dtpr/{code}.svg" if code in DTPR_ICONS else None


def datastream_description(declared: Datastream, datastream: PublicDatastream, delivers_data: bool) -> str:
    """Describe how often it measures, what is public, and what the unit means."""
    sentences = (
        [_("Meet {interval}.").format(interval=formatting.interval(declared.interval))] if declared.interval else []
    )
    if delivers_data:
        sentences.append(_publication_note(datastream))
    if delivers_data and not declared.sends_zeros:
        sentences.append(_("Is er niets te meten? Dan stuurt hij niets. Een gat betekent dus niet dat hij stuk is."))
    unit_symbol, unit_name = formatting.unit(declared.unit), formatting.unit_in_words(declared.unit)
    if unit_symbol not in {"", unit_name}:
        sentences.append(_("{sign} betekent: {words}.").format(sign=unit_symbol, words=unit_name))
    return " ".join(sentences)


def _publication_note(datastream: PublicDatastream) -> str:
    if datastream.public is None:
        return _("Wij slaan deze metingen niet op.")
    if datastream.movement is not None:
        return _("Openbaar: gemiddelden over vier weken, of over twaalf weken in het weekend.")
    return localize(PUBLICATION_NOTES[datastream.public])


def technology(code: str) -> str:
    """The label of a DTPR technology."""
    return localize(dtpr_labels.TECHNOLOGY[code])


def privacy_rule(rule: object, write: Callable[[Words], str] = localize_html) -> str:
    """Explain a privacy rule to residents. ``write``: what becomes of a text that the organisation wrote; HTML, if
    nothing else is said."""
    match rule:
        case MatchInMemory(minimum=least):
            return _(
                "We vergelijken in het geheugen van de computer wie er op twee punten langskwam, en gooien dat daarna "
                "weg. We bewaren alleen hoe lang een groep van {n} of meer erover deed."
            ).format(n=max(least, MIN_SAMPLED_VEHICLES))
        case WindowCount(minimum_sensors=least):
            return _(
                "We tellen {n} of meer sensoren samen, en tellen er een toevallig getal bij op of af. Zo kan niemand "
                "zien of u er was."
            ).format(n=max(least, MIN_MOVEMENT_LAMPS))
        case CountInMemory():
            return _(
                "We tellen per uur op wie er langskomt, in het geheugen van de computer, en tellen er een toevallig "
                "getal bij op of af. Zo kan niemand zien of u langskwam."
            )
        case NoIdentifiers():
            return _("Wat iemand kan aanwijzen, gooien we bij binnenkomst meteen weg.")
        case OnDevice(explanation=explanation):
            return write(explanation)
        case PublicThreshold():
            return _("Bij elke telling komt een toevallig getal erbij of eraf. Zo kan niemand zien of u langskwam.")
        case _unknown:
            raise AssertionError("every privacy rule has its words")


_PRIVACY_RULE: TypeAdapter[PrivacyRule] = TypeAdapter(PrivacyRule)


def privacy_rule_texts(rules: Iterable[Mapping[str, Any]]) -> list[str]:
    """Explain privacy rules as stored in entries, without duplicates."""
    return list(dict.fromkeys(privacy_rule(_PRIVACY_RULE.validate_python(rule)) for rule in rules))


def rejection_reason(code: str) -> str:
    """Why readings were rejected."""
    return localize(REJECTION_REASONS[RejectionReason(code)])


def event_refusal(kind: str, code: str) -> str:
    """Which events were refused, and why; ``undeclared`` is not a reason to refuse them."""
    reason = _("er stond meer in dan in het register staat") if code == "undeclared" else rejection_reason(code)
    return f"{kinds().get(kind) or _('Andere apparaten')}: {reason}"


def statuses() -> list[Status]:
    """The statuses a visitor can choose from."""
    return list(Status)


def status(code: str) -> str:
    """The label of a status."""
    return localize(label_of(Status(code)))


def last_seen(band: str | None) -> str:
    """When a sensor was last heard from, as a band."""
    return localize(LAST_SEEN[band])


def has_personal_data_text(personal_data: str) -> str:
    """Whether there is personal data: yes or no."""
    return _("nee") if personal_data == PersonalData.NONE else _("ja")


def entry_privacy_rules(entry: Entry, write: Callable[[Words], str] = localize_html) -> list[str]:
    """The privacy rules of all datastreams, without duplicates; ``write`` as for ``privacy_rule``."""
    rules = (rule for each in entry.datastreams for rule in _applied_rules(each))
    return list(dict.fromkeys(privacy_rule(rule, write) for rule in rules))


def _applied_rules(datastream: Datastream) -> Iterable[PrivacyRule]:
    """What is made of events follows rules of its own, also where an entry has the one for counts too."""
    is_made_of_events = any(isinstance(rule, EventPrivacyRule) for rule in datastream.privacy_rules)
    return (rule for rule in datastream.privacy_rules if not (is_made_of_events and isinstance(rule, PublicThreshold)))


def access_and_storage(entry: Entry) -> list[tuple[str, str]]:
    """Who gets the data and where it is stored: DTPR elements with a sentence, without duplicates."""
    streams = entry.datastreams
    parties = dict.fromkeys(party for each in streams for party in each.access_parties)
    to_others = _("De gegevens gaan ook naar: {parties}.").format(parties=", ".join(parties))
    elements = [("available_to_3rd_parties", to_others)] if parties else []
    elements += [(code, localize(dtpr_labels.ACCESS[code])) for each in streams for code in each.access]
    elements += [(each.storage, localize(dtpr_labels.STORAGE[each.storage])) for each in streams if each.storage]
    return list(dict.fromkeys(elements))


def organisation_roles(entry: Entry) -> list[tuple[Organisation, str]]:
    """The organisations without duplicates, with their roles in words."""
    named = {each.name: each for each in reversed(entry.organisations)}
    roles = {
        name: [localize(label_of(each.role)) for each in entry.organisations if each.name == name] for name in named
    }
    return [(each, ", ".join(roles[name]).lower()) for name, each in reversed(named.items())]


def location_label(location: Location) -> str:
    """The location, as precisely as may be published."""
    if location.precision is not Precision.EXACT:
        cell = localize(label_of(location.precision))
        told = _("Ongeveer: {cell}. De precieze plek laten we niet zien.")
        return told.format(cell=cell[0].lower() + cell[1:])
    return localize(label_of(location.kind))


LEDGER_LINES: Mapping[str, LocalizedText] = {
    "received": LocalizedText("Ontvangen", "Received"),
    "stored": LocalizedText("Bewaard", "Kept"),
    "duplicate": LocalizedText("Dubbel, dus niet nog eens bewaard", "Duplicate, so not kept again"),
    "conflict": LocalizedText(
        "Tegenstrijdig: er was al een andere waarde voor dat moment",
        "Contradictory: there was already another value for that moment",
    ),
    "aggregated": LocalizedText("Opgeteld in een totaal, niet los bewaard", "Added to a total, not kept individually"),
    "quarantined": LocalizedText("Geweigerd", "Rejected"),
}
"""Labels for the lines of the ledger."""
