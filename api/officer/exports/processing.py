"""The record of processing activities (AVG art. 30(1)), as far as the register knows it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from api import formatting
from api.i18n import current_language, localize
from api.officer.exports import facts
from api.officer.exports.document import ExportedDocument, ExportedField, ExportedRecord
from sensors.register.entry import Entry
from sensors.vocabulary.localized_text import LocalizedText

_TITLE = LocalizedText("Register van verwerkingen: sensoren", "Record of processing activities: sensors")
_MADE = LocalizedText(
    "Gemaakt op {day} uit het sensorregister, voor het register van verwerkingen (AVG, artikel 30). Eén verwerking is: "
    "dezelfde verantwoordelijke, hetzelfde soort sensor, dezelfde doelen en grondslag, dezelfde privacyregels, DPIA en "
    "privacyverklaring.",
    "Made on {day} from the sensor register, for the record of processing activities (GDPR, article 30). One "
    "processing has the same controller, kind of sensor, purposes, legal ground, privacy rules, DPIA and privacy "
    "statement.",
)
_OTHERS = LocalizedText(
    "Niet hierin: vragen en meldingen van inwoners, en wat niet in het sensorregister staat.",
    "Not in here: questions and reports from residents, and what is not in the sensor register.",
)
_COLUMNS: tuple[tuple[LocalizedText, Callable[[Entry], Iterable[str]]], ...] = (
    (LocalizedText("Verwerkingsverantwoordelijke", "Controller"), facts.controllers),
    (LocalizedText("Contact", "Contact"), facts.contacts),
    (LocalizedText("Functionaris gegevensbescherming", "Data protection officer"), facts.officers),
    (LocalizedText("Doelen", "Purposes"), facts.purposes),
    (LocalizedText("Categorieën betrokkenen", "Categories of data subjects"), facts.people),
    (LocalizedText("Categorieën persoonsgegevens", "Categories of personal data"), facts.personal_data),
    (LocalizedText("Ontvangers", "Recipients"), facts.recipients),
    (LocalizedText("Waar de gegevens staan", "Where the data is stored"), facts.storage),
    (LocalizedText("Doorgifte en waarborgen", "Transfers and safeguards"), facts.transfers),
    (LocalizedText("Bewaartermijnen", "Retention terms"), facts.terms),
    (LocalizedText("Beveiliging", "Security measures"), facts.measures),
    (LocalizedText("Rechtsgrond", "Legal ground"), facts.grounds),
    (LocalizedText("Wettelijke basis", "Basis in law"), facts.bases),
    (LocalizedText("Verwerkers", "Processors"), facts.processors),
    (LocalizedText("DPIA", "DPIA"), facts.assessments),
)
_SENSORS = LocalizedText("Aantal sensoren", "Number of sensors")
_REFERENCES = LocalizedText("Kenmerken", "References")


def record_of_processing(entries: Iterable[Entry], today: date, *, everything: bool = False) -> ExportedDocument:
    """The processings of these entries: those about people that haven't ended, or ``everything``."""
    chosen = [
        entry for entry in entries if everything or (facts.is_about_people(entry) and facts.is_processing(entry, today))
    ]
    made = localize(_MADE).format(day=formatting.day(today))
    records = tuple(_record(group) for group in _processings(chosen))
    return ExportedDocument(localize(_TITLE), (made, localize(_OTHERS)), current_language(), today, records)


def _processings(entries: Iterable[Entry]) -> list[list[Entry]]:
    """The entries of each processing, in the order of the first of each."""
    groups: defaultdict[object, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[
            frozenset(facts.controllers(entry)) or entry.responsible,
            entry.kind or entry.device.category,
            facts.is_of_resident(entry),
            frozenset(each.code for each in entry.purposes),
            entry.legal.ground,
            facts.rules_of_processing(entry),
            entry.legal.dpia.url if entry.legal.dpia else None,
            entry.legal.privacy_statement,
        ].append(entry)
    return list(groups.values())


def _record(entries: Sequence[Entry]) -> ExportedRecord:
    made = facts.made_of_events(entries[0])
    kind = facts.kind_of_sensor(entries[0]) + (f" ({made})" if made else "")
    heading = f"{kind}: {next(facts.purposes(entries[0]))}"
    fields = [ExportedField(localize(label), facts.lines_of_all(entries, lines)) for label, lines in _COLUMNS]
    return ExportedRecord(
        heading,
        (
            *fields,
            ExportedField(localize(_SENSORS), (str(len(entries)),)),
            ExportedField(localize(_REFERENCES), (", ".join(entry.reference for entry in entries),)),
        ),
    )
