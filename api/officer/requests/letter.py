"""The letters to who asked, in plain words (Dutch at level B1): what is held, or what was erased and what stays.

What people wrote is in them, an address only where it is what is held. The language is the one that is set
(``api.i18n``).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from textwrap import fill, indent

from api import formatting
from api.i18n import localize
from api.officer.exports import facts
from api.officer.requests.held import Asked, Held, HeldReport, HeldSensor
from api.reports.labels import KIND_LABELS, STATUS_LABELS, ReportKind, ReportStatus
from sensors.policy.promises import LEDGER_TERM, MAX_TEXT_TERM, SPOOLED_MAIL_TERM
from sensors.register.entry import Entry
from sensors.register.location import municipality_name
from sensors.vocabulary.localized_text import LocalizedText

_WIDTH = 78
READINGS_FILE = "metingen.csv"
"""Single values of a sensor, beside the letter."""
DATA_FILE = "gegevens.json"
"""All else that is held, beside the letter."""

_GREETING = LocalizedText("Geachte heer of mevrouw,", "Dear Sir or Madam,")
_CLOSING = LocalizedText("Met vriendelijke groet,", "Yours faithfully,")
_MUNICIPALITY = LocalizedText("Gemeente {name}", "Municipality of {name}")
_ASKED_ACCESS = LocalizedText(
    "U vroeg ons wat wij van u bewaren. Wij hebben gezocht met {given}. Dit is wat wij vonden.",
    "You asked us what we hold about you. We searched with {given}. This is what we found.",
)
_ASKED_ERASURE = LocalizedText(
    "U vroeg ons uw gegevens te wissen. Wij hebben gezocht met {given}. Dit hebben wij gedaan.",
    "You asked us to erase your data. We searched with {given}. This is what we did.",
)
_GIVEN: Mapping[str, LocalizedText] = {
    "report": LocalizedText("het nummer van uw melding: {it}", "the number of your report: {it}"),
    "email": LocalizedText("het e-mailadres dat u ons gaf", "the email address that you gave us"),
    "sensor": LocalizedText("het kenmerk van uw sensor: {it}", "the reference of your sensor: {it}"),
    "since": LocalizedText(", vanaf {day}", ", from {day}"),
    "until": LocalizedText(", tot en met {day}", ", until {day}"),
}
_NOTHING = LocalizedText(
    "Wij vonden niets. In wat sensoren op straat meten, kunnen wij u niet zoeken. Van wie een getal is, weten wij "
    "niet.",
    "We found nothing. We cannot search for you in what sensors in the street measure: we do not know whose a number "
    "is.",
)
_HELD = LocalizedText("Wat wij bewaren", "What we hold")
_ERASED = LocalizedText("Wat wij hebben gewist", "What we erased")
_STAYS = LocalizedText("Wat blijft, en waarom", "What stays, and why")
_WHY = LocalizedText("Waarom wij dit bewaren", "Why we hold it")
_RIGHTS = LocalizedText("Uw rechten", "Your rights")

_REPORT = LocalizedText(
    "Melding {number} over sensor {reference}, van {day}. Soort: {kind}. Stand: {status}.",
    "Report {number} about sensor {reference}, of {day}. Type: {kind}. Status: {status}.",
)
_WORDS = LocalizedText(
    "U schreef het volgende. Wij bewaren die tekst uiterlijk tot {day}.",
    "You wrote the following. We keep that text until {day} at the latest.",
)
_NO_WORDS = LocalizedText("Uw tekst hebben wij niet meer.", "We no longer have your text.")
_ADDRESS = LocalizedText(
    "Uw e-mailadres is {email}. Wij bewaren het uiterlijk tot {day}. Alleen ons antwoord gaat erheen.",
    "Your email address is {email}. We keep it until {day} at the latest. Only our answer is sent to it.",
)
_NO_ADDRESS = LocalizedText("Een e-mailadres hebben wij niet.", "We have no email address.")
_MAILS = LocalizedText(
    "Mails hierover die nog niet weg zijn: {n}. Wij bewaren ze hooguit {term}.",
    "Emails about it that have yet to go: {n}. We keep them for {term} at most.",
)
_ANSWER = LocalizedText(
    "Dit was ons antwoord. Het blijft openbaar, zonder uw naam of adres.",
    "This was our answer. It stays public, without your name or address.",
)
_WHY_REPORT = LocalizedText(
    "Wij bewaren uw melding om u antwoord te geven, en om te zien of wij dat op tijd doen. Dat hoort bij onze taak. "
    "Alleen de afdeling die antwoordt, leest wat u schreef. Het komt van u zelf.",
    "We keep your report to answer you, and to see whether we do so in time. That is part of our task. Only the "
    "department that answers reads what you wrote. It comes from you.",
)

_SENSOR = LocalizedText("Sensor {reference}: {name}.", "Sensor {reference}: {name}.")
_COUNTS: Mapping[str, LocalizedText] = {
    "observation": LocalizedText("losse metingen", "single readings"),
    "rollup_hour": LocalizedText("totalen per uur", "hourly totals"),
    "day_total": LocalizedText("totalen per dag", "daily totals"),
    "public_cell": LocalizedText("openbare waarden per uur of dag", "public values per hour or day"),
    "public_day": LocalizedText("openbare totalen per dag", "public daily totals"),
    "quarantine": LocalizedText(
        "geweigerde berichten, zonder wat erin stond", "refused messages, without their content"
    ),
    "ledger": LocalizedText("uren waarvan wij telden hoeveel er kwam", "hours of which we counted how much came"),
    "register_entry": LocalizedText("versies van de beschrijving", "versions of the description"),
    "location": LocalizedText("precieze plek, niet openbaar", "exact place, not public"),
    "report": LocalizedText("meldingen van anderen over deze sensor", "reports of others about this sensor"),
    "tombstone": LocalizedText("keren dat er al iets is gewist", "times that something was erased before"),
}
_TERMS = LocalizedText("Hoe lang wij bewaren:", "How long we keep it:")
_WHY_SENSOR = LocalizedText(
    "Wij bewaren dit voor: {purposes} Onze grondslag: {ground}.",
    "We hold it for: {purposes} Our legal ground: {ground}.",
)
_RECIPIENTS = LocalizedText("Wie het krijgt:", "Who gets it:")
_CONTACT = LocalizedText("Zo bereikt u ons: {contact}", "How to reach us: {contact}")
_MENTIONED = LocalizedText(
    "Uw adres staat ook in de beschrijving van een sensor: {where}. Dat bekijken wij apart.",
    "Your address also stands in the description of a sensor: {where}. We look at that separately.",
)
_OTHERS = LocalizedText(
    "Uw adres staat ook in wat een ander ons schreef. Dat geven wij u niet: het is van die ander. Wij bekijken of uw "
    "adres eruit kan.",
    "Your address also stands in what somebody else wrote to us. We do not give you that, because it is theirs. We "
    "look at whether your address can go.",
)
_FILES = LocalizedText(
    "Bij deze brief zit het bestand {files}. Daar staat alles precies in.",
    "With this letter comes the file {files}, which has everything in full.",
)
_AND = LocalizedText(" en ", " and ")
_RIGHTS_TEXT = LocalizedText(
    "U mag ons vragen om iets te verbeteren of te wissen, of om er niets meer mee te doen. U mag ook bezwaar maken, of "
    "vragen om uw gegevens voor een ander. Schrijf ons dan. Een computer beslist hier niet over u. Bent u het niet met "
    "ons eens? Dan kunt u klagen bij de Autoriteit Persoonsgegevens, of naar de rechter gaan.",
    "You may ask us to correct or erase something, or to stop using it. You may also object, or ask for your data in "
    "a form that others can use. Please write to us. No computer decides about you here. If you disagree with us, you "
    "can complain to the Dutch Data Protection Authority, or go to court.",
)
_PROOF = LocalizedText(
    "Wij hebben gekeken of de vraag van u kwam. Daarvan bewaren wij niets: geen kopie van een paspoort, geen nummer.",
    "We looked at whether the request came from you. We keep nothing of that: no copy of a passport, no number.",
)

_ERASED_REPORT = LocalizedText(
    "Melding {number}: uw tekst, uw e-mailadres en mails die nog niet weg waren.",
    "Report {number}: your text, your email address, and emails that had yet to go.",
)
_WITH_ANSWER = LocalizedText("Ook ons antwoord is weg.", "Our answer is gone too.")
_ERASED_SENSOR = LocalizedText(
    "Sensor {reference}: de precieze plek, de namen en alle tekst over u, en alles wat hij mat.",
    "Sensor {reference}: the exact place, the names and all text about you, and all that it measured.",
)
_ERASED_PERIOD = LocalizedText(
    "Sensor {reference}: alles wat hij in deze tijd mat.", "Sensor {reference}: all that it measured in this period."
)
_ROWS = LocalizedText("In totaal {n} regels in onze database.", "{n} rows of our database in all.")
_STAYS_OF_REPORT = LocalizedText(
    "Van een melding blijft: het nummer, over welke sensor het ging, de soort en de dagen. Zo kan iedereen zien of "
    "wij op tijd antwoorden. Er staat bij dat de tekst op verzoek is weggehaald. Waarom wij iets weghaalden, bewaren "
    "wij {term}, zonder uw naam.",
    "Of a report this stays: the number, which sensor it was about, the type and the days. So everyone can see "
    "whether we answer in time. It says that the text was removed on request. Why we erased something we keep for "
    "{term}, without your name.",
)
_STAYS_OF_ANSWER = LocalizedText("Ons antwoord blijft staan.", "Our answer stays.")
_STAYS_OF_SENSOR = LocalizedText(
    "Van de sensor blijft: het kenmerk, in welk vak van 1 kilometer hij hing, wat hij mat en waarom. Dat moeten wij "
    "kunnen uitleggen. Ook blijft hoeveel berichten er per uur kwamen, {term} lang. Wat erin stond, niet.",
    "Of the sensor this stays: its reference, in which square of 1 kilometre it was, what it measured and why. We "
    "must be able to explain that. How many messages came in an hour stays too, for {term}. What was in them does not.",
)
_STAYS_OF_PERIOD = LocalizedText(
    "De sensor zelf blijft in het register, en wat hij in een andere tijd mat.",
    "The sensor itself stays in the register, and what it measured at other times.",
)
_BACKUPS = LocalizedText(
    "In oude reservekopieën kan het nog staan. Zetten wij zo'n kopie terug, dan wissen wij het daar ook. Wat anderen "
    "al van onze site haalden, kunnen wij niet wissen.",
    "It may still be in old backups. If we restore one, we erase it there too. What others have already downloaded "
    "from our site, we cannot erase.",
)


def access_letter(held: Held, today: date) -> str:
    """The letter with what is held of someone (AVG art. 15)."""
    return _letter(held, _ASKED_ACCESS, _access_paragraphs(held), today)


def erasure_letter(held: Held, rows: int, today: date, *, with_answer: bool) -> str:
    """The letter with what was erased, what stays and why (AVG art. 17 and 12(3)). ``rows``: how many were erased."""
    return _letter(held, _ASKED_ERASURE, _erasure_paragraphs(held, rows, with_answer=with_answer), today)


def _letter(held: Held, opening: LocalizedText, paragraphs: Iterator[str], today: date) -> str:
    city = municipality_name(held.asked.municipality)
    parts = [
        f"{city}, {formatting.day(today)}",
        localize(_GREETING),
        localize(opening).format(given=_given(held.asked)),
        *paragraphs,
        _heading(_RIGHTS),
        localize(_RIGHTS_TEXT),
        *_contacts(held),
        localize(_PROOF),
        f"{localize(_CLOSING)}\n\n{localize(_MUNICIPALITY).format(name=city)}",
    ]
    return "\n\n".join(map(_wrapped, parts)) + "\n"


def _contacts(held: Held) -> Iterator[str]:
    desks = [report.held["desk"] for report in held.reports if report.held["desk"] is not None]
    if held.sensor is not None:
        desks += facts.contacts(held.sensor.entry)
    return (localize(_CONTACT).format(contact=contact) for contact in dict.fromkeys(desks))


def _wrapped(part: str) -> str:
    """Lines of at most 78 characters; what is quoted or listed stays as it is."""
    return part if "\n" in part else fill(part, _WIDTH)


def _heading(text: LocalizedText) -> str:
    return localize(text).upper()


def _given(asked: Asked) -> str:
    if asked.report is not None:
        return localize(_GIVEN["report"]).format(it=asked.report)
    if asked.email is not None:
        return localize(_GIVEN["email"])
    days = (("since", asked.first_day), ("until", asked.last_day))
    period = [localize(_GIVEN[what]).format(day=formatting.day(day)) for what, day in days if day is not None]
    return localize(_GIVEN["sensor"]).format(it=asked.reference) + "".join(period)


def _access_paragraphs(held: Held) -> Iterator[str]:
    if held.is_empty:
        yield localize(_NOTHING)
        return
    yield _heading(_HELD)
    for report in held.reports:
        yield from _report_paragraphs(report)
    if held.sensor is not None:
        yield from _sensor_paragraphs(held.sensor)
    yield from _mention_paragraphs(held)
    yield localize(_FILES).format(files=localize(_AND).join([DATA_FILE, *([READINGS_FILE] if held.sensor else [])]))
    yield _heading(_WHY)
    if held.reports:
        yield localize(_WHY_REPORT)
    if held.sensor is not None:
        yield from _why_sensor(held.sensor)


def _report_paragraphs(report: HeldReport) -> Iterator[str]:
    held = report.held
    yield localize(_REPORT).format(
        number=report.number,
        reference=held["reference"],
        day=formatting.day(held["received_at"]),
        kind=localize(KIND_LABELS[ReportKind(held["kind"])]).lower(),
        status=localize(STATUS_LABELS[ReportStatus(held["status"])]).lower(),
    )
    if held["words"] is None:
        yield localize(_NO_WORDS)
    else:
        yield _quoted(localize(_WORDS).format(day=formatting.day(held["words_until"])), held["words"])
    if held["email"] is None:
        yield localize(_NO_ADDRESS)
    else:
        yield localize(_ADDRESS).format(email=held["email"], day=formatting.day(held["email_until"]))
    mails = len(held["mails"]) + report.spooled
    if mails:
        yield localize(_MAILS).format(n=mails, term=formatting.duration(SPOOLED_MAIL_TERM))
    if held["answer"] is not None:
        yield _quoted(localize(_ANSWER), held["answer"])


def _quoted(before: str, text: str) -> str:
    lines = [fill(line, _WIDTH - 2) for line in text.splitlines()]
    return fill(before, _WIDTH) + "\n\n" + indent("\n".join(lines), "> ", lambda _: True)


def _sensor_paragraphs(sensor: HeldSensor) -> Iterator[str]:
    entry = sensor.entry
    yield localize(_SENSOR).format(reference=entry.reference, name=localize(entry.name))
    held = [
        f"- {formatting.number(sensor.counts[table])} {localize(label)}"
        for table, label in _COUNTS.items()
        if sensor.counts.get(table)
    ]
    yield "\n".join(held)
    yield "\n".join([localize(_TERMS), *(f"- {line}" for line in facts.terms(entry))])


def _why_sensor(sensor: HeldSensor) -> Iterator[str]:
    entry = sensor.entry
    ground = ", ".join(facts.grounds(entry)).lower()
    yield localize(_WHY_SENSOR).format(
        purposes=" ".join(facts.purposes(entry)), ground=ground or localize(facts.MISSING)
    )
    yield "\n".join([localize(_RECIPIENTS), *(f"- {line}" for line in dict.fromkeys(_recipients(entry)))])


def _recipients(entry: Entry) -> Iterator[str]:
    yield from facts.recipients(entry)
    yield from facts.transfers(entry)


def _mention_paragraphs(held: Held) -> Iterator[str]:
    if held.versions:
        yield localize(_MENTIONED).format(where=", ".join(sorted({reference for reference, _ in held.versions})))
    if held.mentions:
        yield localize(_OTHERS)


def _erasure_paragraphs(held: Held, rows: int, *, with_answer: bool) -> Iterator[str]:
    whole_sensor = held.asked.first_day is None and held.asked.last_day is None
    yield _heading(_ERASED)
    for report in held.reports:
        yield localize(_ERASED_REPORT).format(number=report.number)
    if held.reports and with_answer:
        yield localize(_WITH_ANSWER)
    if held.sensor is not None:
        text = _ERASED_SENSOR if whole_sensor else _ERASED_PERIOD
        yield localize(text).format(reference=held.sensor.entry.reference)
        yield localize(_ROWS).format(n=formatting.number(rows))
    yield _heading(_STAYS)
    if held.reports:
        yield localize(_STAYS_OF_REPORT).format(term=formatting.duration(MAX_TEXT_TERM))
    if any(report.held["answer"] is not None for report in held.reports) and not with_answer:
        yield localize(_STAYS_OF_ANSWER)
    if held.sensor is not None:
        yield localize(_STAYS_OF_SENSOR if whole_sensor else _STAYS_OF_PERIOD).format(
            term=formatting.duration(LEDGER_TERM)
        )
    yield from _mention_paragraphs(held)
    yield localize(_BACKUPS)
