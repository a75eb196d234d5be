"""What entries say, as lines of text in the language that is set (``api.i18n``)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from api import dtpr_labels, formatting, labels
from api.i18n import localize
from api.officer.exports.document import MISSING
from sensors.policy.constraints import is_of_resident
from sensors.policy.terms import at_most, kept_retention, totals_limit
from sensors.register.entry import Datastream, Entry
from sensors.register.files import document_of
from sensors.register.legal import Contact, Organisation
from sensors.register.part import Link
from sensors.register.people import personal_data_level
from sensors.register.redaction import is_erased
from sensors.register.validation.finders import property_definition
from sensors.vocabulary.codes import DeviceCategory, PersonalData, Role, Status, Theme, label_of
from sensors.vocabulary.durations import approximate_length
from sensors.vocabulary.localized_text import LocalizedText

_PART_OF_ALL = LocalizedText("{line} ({some} van de {all} sensoren)", "{line} ({some} of {all} sensors)")
_LEVELS: Mapping[PersonalData, LocalizedText] = {
    PersonalData.NONE: LocalizedText("gaat niet over mensen", "not about people"),
    PersonalData.DE_IDENTIFIED: LocalizedText("niemand is te herkennen", "nobody can be recognised"),
    PersonalData.IDENTIFIABLE: LocalizedText("mensen zijn te herkennen", "people can be recognised"),
}
_OF_EVENTS: Mapping[str, LocalizedText] = {
    "match_in_memory": LocalizedText(
        "kenteken: alleen in het geheugen verwerkt, nooit bewaard", "number plate: processed in memory only, never kept"
    ),
    "window_count": LocalizedText(
        "beweging van wie langskomt: per groep geteld in het geheugen, niemand is te herkennen",
        "movement of who passes: counted by group in memory, nobody can be recognised",
    ),
    "count_in_memory": LocalizedText(
        "een bericht voor elke weggebruiker: geteld in het geheugen, niemand is te herkennen",
        "a message for each road user: counted in memory, nobody can be recognised",
    ),
}
"""What is made of events is about more than what is kept of it."""
_IMAGES = LocalizedText("beelden waarop mensen te herkennen zijn", "images on which people can be recognised")
_RESIDENTS = LocalizedText("Inwoners met een sensor bij hun huis", "Residents with a sensor at their home")
_PEOPLE: Mapping[Theme, LocalizedText] = {
    Theme.MOBILITY_CAR: LocalizedText("Mensen in voertuigen", "People in vehicles"),
    Theme.MOBILITY_BICYCLE: LocalizedText("Fietsers", "Cyclists"),
    Theme.MOBILITY_PEDESTRIAN: LocalizedText("Voetgangers", "Pedestrians"),
    Theme.MOBILITY_PUBLIC_TRANSPORT: LocalizedText("Reizigers", "Passengers"),
    Theme.MOBILITY_RAIL: LocalizedText("Reizigers", "Passengers"),
}
_PASSERS_BY = LocalizedText("Mensen die langs de sensor komen", "People who pass the sensor")
_PLACE = LocalizedText(
    "De precieze plek van de sensor bij een huis: niet openbaar", "The exact place of the sensor at a home: not public"
)
_PLACE_TERM = LocalizedText(
    "De precieze plek: tot die op verzoek is gewist", "The exact place: until it is erased on request"
)
_SHOWN = LocalizedText("Openbaar van de plek: {place}", "Public of the place: {place}")
_TERMS = LocalizedText("{what}: losse waarden {raw}, totalen {totals}", "{what}: single values {raw}, totals {totals}")
_TRUE_TOTALS = LocalizedText(", precieze totalen per uur {term}", ", exact hourly totals {term}")
_NOT_KEPT = LocalizedText("niet bewaard", "not kept")
_NO_TRANSFER = LocalizedText(
    "Geen doorgifte buiten de Europese Economische Ruimte", "No transfer outside the European Economic Area"
)
_NO_PROCESSOR = LocalizedText("Geen verwerker", "No processor")
_AGREEMENT = LocalizedText("overeenkomst", "agreement")


def lines_of_all(entries: Sequence[Entry], lines_of: Callable[[Entry], Iterable[str]]) -> tuple[str, ...]:
    """The lines that these entries have, each once; behind one that not all have, how many do."""
    found = Counter(line for entry in entries for line in dict.fromkeys(lines_of(entry)))
    total = len(entries)
    return tuple(
        line if some == total else localize(_PART_OF_ALL).format(line=line, some=some, all=total)
        for line, some in found.items()
    )


def is_about_people(entry: Entry) -> bool:
    """Whether it processes personal data: it measures people, or it is a resident's."""
    return entry.personal_data is not PersonalData.NONE or is_of_resident(entry)


def is_processing(entry: Entry, today: date) -> bool:
    """Whether anything is or will be processed: it hasn't ended, or not all terms of what it measured are over.

    Of an erased sensor nothing is left, and what stands in place of its organisations processes nothing.
    """
    if entry.status is Status.ENDED and is_erased(document_of(entry)):
        return False
    if entry.active_until is None or entry.active_until >= today:
        return True
    terms = [kept.aggregate for each in entry.datastreams if (kept := each.retention) is not None]
    return any(entry.active_until + approximate_length(term) >= today for term in terms)


def controllers(entry: Entry) -> Iterator[str]:
    """Who is responsible for the processing."""
    return (each.name for each in entry.organisations if each.role is Role.CONTROLLER)


def kind_of_sensor(entry: Entry) -> str:
    """The kind of sensor."""
    return labels.kind_label(entry.kind, entry.device.category)


def contact_line(contact: Contact) -> str:
    """A desk and how to reach it."""
    return ", ".join(str(each) for each in (contact.name, contact.email, contact.phone, contact.url) if each)


def contacts(entry: Entry) -> Iterator[str]:
    """The desk that answers for the sensor."""
    yield contact_line(entry.contact)


def officers(entry: Entry) -> Iterator[str]:
    """The data protection officer."""
    if entry.legal.officer is not None:
        yield contact_line(entry.legal.officer)


def purposes(entry: Entry) -> Iterator[str]:
    """What it is for."""
    return (localize(each.words) for each in entry.purposes)


def people(entry: Entry) -> Iterator[str]:
    """The categories of data subjects."""
    for each in _about_people(entry):
        of_camera = entry.device.category is DeviceCategory.CAMERA
        yield localize(_PASSERS_BY if of_camera else _PEOPLE.get(each.theme, _PASSERS_BY))
    if is_of_resident(entry):
        yield localize(_RESIDENTS)


def personal_data(entry: Entry) -> Iterator[str]:
    """The categories of personal data."""
    for each in _about_people(entry):
        yield f"{_datastream_label(entry, each)}: {localize(_category(entry, each))}"
    if is_of_resident(entry):
        yield localize(_PLACE)


def _category(entry: Entry, datastream: Datastream) -> LocalizedText:
    level, rule = _level(entry, datastream), _event_rule(entry, datastream)
    if rule is not None and (rule == "match_in_memory" or level is not PersonalData.IDENTIFIABLE):
        return _OF_EVENTS[rule]
    of_camera = entry.device.category is DeviceCategory.CAMERA
    return _IMAGES if of_camera and level is PersonalData.IDENTIFIABLE else _LEVELS[level]


def _event_rule(entry: Entry, datastream: Datastream) -> str | None:
    """The rule of what is made of events: declared, or always needed for what is measured."""
    declared = (each.rule for each in datastream.privacy_rules if each.rule in _OF_EVENTS)
    definition = property_definition(entry, datastream)
    return next(declared, definition.required_privacy_rule if definition else None)


def rules_of_processing(entry: Entry) -> frozenset[str]:
    """What is done with data about people before it is kept: other rules make another processing."""
    streams = _about_people(entry)
    declared = {each.rule for datastream in streams for each in datastream.privacy_rules}
    return frozenset(declared | {rule for each in streams if (rule := _event_rule(entry, each))})


def made_of_events(entry: Entry) -> str:
    """What it measures by events, to tell it from others of its kind."""
    made = [_datastream_label(entry, each) for each in _about_people(entry) if _event_rule(entry, each)]
    return ", ".join(dict.fromkeys(made))


def recipients(entry: Entry) -> Iterator[str]:
    """Who gets the data, and what everyone can see."""
    for each in _about_people(entry) or entry.datastreams:
        yield from (localize(dtpr_labels.ACCESS[code]) for code in each.access)
        yield from each.access_parties
        yield localize(labels.PUBLICATION_NOTES[each.public])


def storage(entry: Entry) -> Iterator[str]:
    """Where the data is stored."""
    return (localize(dtpr_labels.STORAGE[each.storage]) for each in entry.datastreams if each.storage)


def transfers(entry: Entry) -> Iterator[str]:
    """What leaves the European Economic Area, and what protects it there."""
    if entry.legal.transfers == ():
        yield localize(_NO_TRANSFER)
    for each in entry.legal.transfers or ():
        where = f"{each.recipient}, {formatting.country(each.country)}"
        yield f"{where}: {localize(label_of(each.safeguard))}{_in_brackets(each.url)}"


def terms(entry: Entry) -> Iterator[str]:
    """How long what is about people is kept; of a sensor without that, all that it measures."""
    for each in _about_people(entry) or entry.datastreams:
        yield _term_line(entry, each)
    if is_of_resident(entry):
        yield localize(_PLACE_TERM)


def _term_line(entry: Entry, datastream: Datastream) -> str:
    definition = property_definition(entry, datastream)
    kept = kept_retention(entry, datastream, definition)
    what = _datastream_label(entry, datastream)
    if kept is None:
        return f"{what}: {localize(MISSING)}"
    raw = localize(_NOT_KEPT) if kept.raw == "none" else formatting.duration(kept.raw)
    line = localize(_TERMS).format(what=what, raw=raw, totals=formatting.duration(kept.aggregate))
    limit = totals_limit(entry, definition) if definition is not None and entry.delivers_data else None
    if limit is None or at_most(kept.aggregate, limit) == kept.aggregate:
        return line
    return line + localize(_TRUE_TOTALS).format(term=formatting.duration(limit))


def measures(entry: Entry) -> Iterable[str]:
    """What protects people: the privacy rules, and how coarsely the place of a home is shown."""
    shown = [localize(_SHOWN).format(place=localize(label_of(entry.location.precision)).lower())]
    return [*labels.entry_privacy_rules(entry, localize), *(shown if is_of_resident(entry) else [])]


def grounds(entry: Entry) -> Iterator[str]:
    """The legal ground."""
    if entry.legal.ground is not None:
        yield localize(label_of(entry.legal.ground))


def bases(entry: Entry) -> Iterator[str]:
    """The laws that define the task."""
    return map(link_line, entry.legal.basis)


def parties(entry: Entry) -> Iterator[str]:
    """The organisations, each with its role."""
    return (f"{localize(label_of(each.role))}: {_organisation(each)}" for each in entry.organisations)


def processors(entry: Entry) -> Iterable[str]:
    """The processors, each with the agreement with it."""
    found = [_organisation(each) for each in entry.organisations if each.role is Role.PROCESSOR]
    return found or [localize(_NO_PROCESSOR)]


def _organisation(organisation: Organisation) -> str:
    if organisation.role is not Role.PROCESSOR:
        return organisation.name
    agreement = organisation.agreement or localize(MISSING)
    return f"{organisation.name} ({localize(_AGREEMENT)}: {agreement})"


def assessments(entry: Entry) -> Iterator[str]:
    """The state of the data protection impact assessment, its date and where to read it."""
    dpia = entry.legal.dpia
    if dpia is not None:
        day = f", {formatting.day(dpia.date)}" if dpia.date else ""
        yield f"{localize(label_of(dpia.status))}{day}{_in_brackets(dpia.url)}"


def link_line(link: Link) -> str:
    """A document and its address."""
    return f"{localize(link.title)}{_in_brackets(link.url)}"


def _in_brackets(url: object | None) -> str:
    return f" ({url})" if url is not None else ""


def _about_people(entry: Entry) -> list[Datastream]:
    return [each for each in entry.datastreams if _level(entry, each) is not PersonalData.NONE]


def _level(entry: Entry, datastream: Datastream) -> PersonalData:
    return personal_data_level(entry.kind, [(datastream.observed_property, datastream.personal_data)])


def _datastream_label(entry: Entry, datastream: Datastream) -> str:
    return labels.datastream_label(datastream, property_definition(entry, datastream))
