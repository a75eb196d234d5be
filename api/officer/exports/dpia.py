"""What the register knows for a DPIA of a project, under the headings of the Dutch government's model.

The headings are those of the model that the ministry of the Interior publishes for the government's own DPIAs
(Rapportagemodel DPIA Rijksdienst); nothing else of it is here. What the register can't know, an officer writes.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from api import formatting, labels
from api.i18n import current_language, localize
from api.officer.exports import facts
from api.officer.exports.document import MISSING, ExportedDocument, ExportedField, ExportedRecord
from sensors.register.entry import Entry
from sensors.vocabulary.codes import label_of
from sensors.vocabulary.localized_text import LocalizedText

_TITLE = LocalizedText("Gegevens voor een DPIA", "Facts for a DPIA")
_MADE = LocalizedText(
    "Gemaakt op {day} uit het sensorregister. Dit is geen DPIA: het zijn de feiten die het register kent, onder de "
    "kopjes van het model van de rijksoverheid. Waar “{missing}” staat, schrijft u zelf.",
    "Made on {day} from the sensor register. This is not a DPIA: it is what the register knows, under the headings of "
    "the Dutch government's model. Where it says “{missing}”, you write.",
)
_SENSORS = LocalizedText("{n} keer: {kind} ({status})", "{n} times: {kind} ({status})")
_DELIVERS = LocalizedText("Stuurt gegevens aan de gemeente", "Sends data to the municipality")
_DELIVERS_NOT = LocalizedText("Stuurt geen gegevens aan de gemeente", "Sends no data to the municipality")
_RECIPIENT = LocalizedText("Ontvanger", "Recipient")
_ALGORITHM = LocalizedText("Algoritme", "Algorithm")
_DECISION = LocalizedText("Besluit", "Decision")
_STATEMENT = LocalizedText("Privacyverklaring", "Privacy statement")
_COMPLAINT = LocalizedText("Klachten", "Complaints")
_AUTHORITY = LocalizedText("Toezichthouder", "Supervisory authority")
_REVIEW = LocalizedText("Opnieuw bekijken op", "Review on")
_OFFICER = LocalizedText("Functionaris gegevensbescherming", "Data protection officer")
_TYPE_OF_DATA = LocalizedText("Gewoon, gevoelig of bijzonder", "Ordinary, sensitive or special")
_CHANCE = LocalizedText("Kans en impact van elk risico", "Chance and impact of each risk")
_LEFT_OVER = LocalizedText(
    "Wat er van elk risico overblijft, en wie dat beheert", "What is left of each risk, and who is responsible"
)
_FILE = LocalizedText("Versie, beheerder en advies", "Version, responsible person and advice")

_Lines = Callable[[Entry], Iterable[str]]


def dpia_summaries(entries: Iterable[Entry], today: date, project: str | None = None) -> ExportedDocument:
    """A summary for the project of this name; without, for each that has a sensor about people."""
    made = localize(_MADE).format(day=formatting.day(today), missing=localize(MISSING))
    projects = entries_by_project(entries)
    chosen = [project] if project is not None else [name for name, of in projects.items() if _needs_dpia(of)]
    records = tuple(_record(name, projects[name]) for name in chosen if name in projects)
    return ExportedDocument(localize(_TITLE), (made,), current_language(), today, records, sideways=True)


def entries_by_project(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The entries of each project, by its name."""
    projects: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.project is not None:
            projects[entry.project.name].append(entry)
    return dict(projects)


def _needs_dpia(entries: Iterable[Entry]) -> bool:
    return any(map(facts.is_about_people, entries))


def _record(name: str, entries: Sequence[Entry]) -> ExportedRecord:
    fields = [
        ExportedField(localize(heading), _answer(entries, lines, unknown)) for heading, lines, unknown in _HEADINGS
    ]
    proposal = ExportedField(localize(_PROPOSAL), (*facts.lines_of_all(entries, _aims), *_sensors(entries)))
    return ExportedRecord(name, (proposal, *fields))


def _answer(entries: Sequence[Entry], lines: _Lines | None, unknown: LocalizedText | None) -> tuple[str, ...]:
    """What the entries say, and what they can't: that an officer must write."""
    known = facts.lines_of_all(entries, lines) if lines is not None else ()
    return (*known, f"{localize(unknown)}: {localize(MISSING)}") if unknown is not None else known


def _aims(entry: Entry) -> Iterator[str]:
    if entry.project is not None and entry.project.description is not None:
        yield localize(entry.project.description)
    if entry.project is not None and entry.project.url is not None:
        yield str(entry.project.url)


def _sensors(entries: Iterable[Entry]) -> Iterator[str]:
    counted = Counter((facts.kind_of_sensor(entry), localize(label_of(entry.status)).lower()) for entry in entries)
    return (localize(_SENSORS).format(n=n, kind=kind, status=status) for (kind, status), n in counted.items())


def _data(entry: Entry) -> Iterator[str]:
    yield from facts.people(entry)
    yield from facts.personal_data(entry)


def _processing(entry: Entry) -> Iterator[str]:
    yield localize(entry.summary)
    yield localize(_DELIVERS if entry.delivers_data else _DELIVERS_NOT)


def _techniques(entry: Entry) -> Iterator[str]:
    yield from map(labels.technology, entry.device.technology)
    yield from (localize(label_of(each)) for each in (*entry.device.sensor_types, *entry.device.connectivity))
    yield from (f"{localize(_ALGORITHM)}: {facts.link_line(each)}" for each in entry.legal.algorithms)


def _parties(entry: Entry) -> Iterator[str]:
    yield from facts.parties(entry)
    others = (party for each in entry.datastreams for party in each.access_parties)
    yield from (f"{localize(_RECIPIENT)}: {party}" for party in others)


def _locations(entry: Entry) -> Iterator[str]:
    yield from facts.storage(entry)
    yield from facts.transfers(entry)


def _framework(entry: Entry) -> Iterator[str]:
    yield from facts.bases(entry)
    decision = entry.legal.decision
    if decision is not None:
        title = f"{localize(decision.title)}, {decision.body}, {formatting.day(decision.date)}"
        yield f"{localize(_DECISION)}: {title}"
    if entry.legal.privacy_statement is not None:
        yield f"{localize(_STATEMENT)}: {entry.legal.privacy_statement}"


def _necessity(entry: Entry) -> Iterator[str]:
    yield localize(entry.necessity)


def _rights(entry: Entry) -> Iterator[str]:
    yield localize(entry.rights)
    yield f"{localize(_COMPLAINT)}: {facts.link_line(entry.complaint)}"
    if entry.legal.supervisory_authority is not None:
        yield f"{localize(_AUTHORITY)}: {facts.link_line(entry.legal.supervisory_authority)}"


def _risks(entry: Entry) -> Iterator[str]:
    return (localize(each.risk) for each in entry.risks)


def _measures(entry: Entry) -> Iterator[str]:
    yield from facts.measures(entry)
    yield from (localize(each.mitigation) for each in entry.risks)


def _file(entry: Entry) -> Iterator[str]:
    yield from facts.assessments(entry)
    yield from (f"{localize(_OFFICER)}: {each}" for each in facts.officers(entry))
    if entry.review_date is not None:
        yield f"{localize(_REVIEW)}: {formatting.day(entry.review_date)}"


_PROPOSAL = LocalizedText("1. Voorstel", "1. Proposal")
_HEADINGS: tuple[tuple[LocalizedText, _Lines | None, LocalizedText | None], ...] = (
    (LocalizedText("2. Persoonsgegevens", "2. Personal data"), _data, _TYPE_OF_DATA),
    (LocalizedText("3. Gegevensverwerking", "3. Processing"), _processing, None),
    (
        LocalizedText(
            "4. Technieken en methoden van de gegevensverwerkingen", "4. Techniques and methods of the processing"
        ),
        _techniques,
        None,
    ),
    (LocalizedText("5. Verwerkingsdoeleinden", "5. Purposes of the processing"), facts.purposes, None),
    (LocalizedText("6. Betrokken partijen", "6. Parties involved"), _parties, None),
    (LocalizedText("7. Belangen bij de gegevensverwerkingen", "7. Interests in the processing"), None, None),
    (LocalizedText("8. Verwerkingslocaties", "8. Places of processing"), _locations, None),
    (LocalizedText("9. Juridisch en beleidsmatig kader", "9. Legal and policy framework"), _framework, None),
    (LocalizedText("10. Bewaartermijnen", "10. Retention terms"), facts.terms, None),
    (LocalizedText("11. Rechtsgrond", "11. Legal ground"), facts.grounds, None),
    (
        LocalizedText(
            "12. Bijzondere persoonsgegevens, strafrechtelijke persoonsgegevens en nationale identificatienummers",
            "12. Special categories, criminal data and national identification numbers",
        ),
        None,
        None,
    ),
    (LocalizedText("13. Doelbinding", "13. Purpose limitation"), None, None),
    (LocalizedText("14. Noodzaak en evenredigheid", "14. Necessity and proportionality"), _necessity, None),
    (LocalizedText("14.1 De beoordeling van de subsidiariteit", "14.1 Assessment of subsidiarity"), None, None),
    (LocalizedText("14.2 De beoordeling van de proportionaliteit", "14.2 Assessment of proportionality"), None, None),
    (LocalizedText("15. Rechten van de betrokkenen", "15. Rights of data subjects"), _rights, None),
    (LocalizedText("16. Risico's voor betrokkenen", "16. Risks to data subjects"), _risks, _CHANCE),
    (LocalizedText("17. Maatregelen", "17. Measures"), _measures, _LEFT_OVER),
    (LocalizedText("18. Managementsamenvatting", "18. Summary for management"), None, None),
    (
        LocalizedText(
            "19. Versie, status, DPIA-dossier, documentbeheerder en advies FG",
            "19. Version, status, DPIA file, document manager and advice of the data protection officer",
        ),
        _file,
        _FILE,
    ),
    (LocalizedText("20. Vaststelling en ondertekening", "20. Adoption and signature"), None, None),
)
"""Each heading, what the register knows of it (None: nothing), and what it can't know of the rest."""
