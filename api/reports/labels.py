"""Kinds and statuses of reports, and validation messages: codes and their texts."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from sensors.policy.personal_data import PersonalDataMatch
from sensors.vocabulary.localized_text import LocalizedText

MIN_TEXT_LENGTH, MAX_TEXT_LENGTH = 10, 2000
"""Length in characters of a report's text and of an answer."""


class ReportKind(StrEnum):
    """What a report is about."""

    WRONG = "wrong"
    QUESTION = "question"


class ReportStatus(StrEnum):
    """The status of a report."""

    RECEIVED = "received"
    ANSWERED = "answered"
    CLOSED = "closed"


KIND_LABELS: Mapping[ReportKind, LocalizedText] = {
    ReportKind.WRONG: LocalizedText("Er klopt iets niet", "Something is wrong"),
    ReportKind.QUESTION: LocalizedText("Ik heb een vraag", "I have a question"),
}
STATUS_LABELS: Mapping[ReportStatus, LocalizedText] = {
    ReportStatus.RECEIVED: LocalizedText("Wacht op antwoord", "Waiting for an answer"),
    ReportStatus.ANSWERED: LocalizedText("Beantwoord", "Answered"),
    ReportStatus.CLOSED: LocalizedText("Afgesloten", "Closed"),
}
PERSONAL_DATA_MESSAGES: Mapping[PersonalDataMatch, LocalizedText] = {
    PersonalDataMatch.PLATE: LocalizedText(
        "In uw tekst staat iets dat op een kenteken lijkt. Haal het weg: wij hebben het niet nodig.",
        "Your text contains something that looks like a number plate. Please remove it: we do not need it.",
    ),
    PersonalDataMatch.MAC: LocalizedText(
        "In uw tekst staat iets dat op het nummer van een apparaat lijkt. Haal het weg: wij hebben het niet nodig.",
        "Your text contains something that looks like a device number. Please remove it: we do not need it.",
    ),
    PersonalDataMatch.IP: LocalizedText(
        "In uw tekst staat iets dat op een internetadres van een apparaat lijkt. Haal het weg: wij hebben het niet "
        "nodig.",
        "Your text contains something that looks like a device’s internet address. Please remove it: we do not "
        "need it.",
    ),
    PersonalDataMatch.EMAIL: LocalizedText(
        "In uw tekst staat een e-mailadres. Haal het weg. Wilt u een mail van ons? Vul uw adres dan hieronder in.",
        "Your text contains an email address. Please remove it. If you would like an email from us, enter your "
        "address below.",
    ),
    PersonalDataMatch.PHONE: LocalizedText(
        "In uw tekst staat iets dat op een telefoonnummer lijkt. Haal het weg: wij bellen niet.",
        "Your text contains something that looks like a phone number. Please remove it: we do not call people back.",
    ),
    PersonalDataMatch.BSN: LocalizedText(
        "In uw tekst staat iets dat op een burgerservicenummer (BSN) lijkt. Haal het weg: wij hebben het niet nodig.",
        "Your text contains something that looks like a citizen service number (BSN). Please remove it: we do not need "
        "it.",
    ),
    PersonalDataMatch.IBAN: LocalizedText(
        "In uw tekst staat iets dat op een rekeningnummer lijkt. Haal het weg: wij hebben het niet nodig.",
        "Your text contains something that looks like a bank account number. Please remove it: we do not need it.",
    ),
    PersonalDataMatch.BIRTH_DATE: LocalizedText(
        "In uw tekst staat een geboortedatum. Haal hem weg: wij hebben hem niet nodig.",
        "Your text contains a date of birth. Please remove it: we do not need it.",
    ),
    PersonalDataMatch.ADDRESS: LocalizedText(
        "In uw tekst staat een adres met een huisnummer. Kunnen wij u zonder dat nummer ook helpen? Haal het dan weg.",
        "Your text contains an address with a house number. If we can help you without that number, please remove it.",
    ),
    PersonalDataMatch.PERSON_ADDRESS: LocalizedText(
        "In uw tekst lijkt iemand met naam en huisnummer te staan. Haal de naam weg: wij hebben die niet nodig.",
        "Your text seems to name someone with a house number. Please remove the name: we do not need it.",
    ),
    PersonalDataMatch.NAME: LocalizedText(
        "In uw tekst lijkt de naam van iemand te staan. Haal hem weg als het zonder kan.",
        "Your text seems to contain someone's name. Please remove it if you can do without.",
    ),
    PersonalDataMatch.COORDINATES: LocalizedText(
        "In uw tekst staat een precieze plek op de kaart, in cijfers. Woont daar iemand? Haal de cijfers dan weg.",
        "Your text contains an exact place on the map, in numbers. If someone lives there, please remove the numbers.",
    ),
}
KEPT_LABELS: Mapping[PersonalDataMatch, LocalizedText] = {
    PersonalDataMatch.ADDRESS: LocalizedText("het adres", "the address"),
    PersonalDataMatch.PERSON_ADDRESS: LocalizedText("de naam met het huisnummer", "the name with the house number"),
    PersonalDataMatch.COORDINATES: LocalizedText("de plek in cijfers", "the place in numbers"),
    PersonalDataMatch.NAME: LocalizedText("de naam", "the name"),
}
"""What a resident may keep, in a sentence."""
REST_MESSAGE = LocalizedText("De rest moet weg.", "The rest has to go.")


def kept_label(matches: Iterable[PersonalDataMatch]) -> LocalizedText:
    """What a resident may keep, of all these: "het adres en de naam"."""
    labels = [KEPT_LABELS[match] for match in matches]
    return LocalizedText(" en ".join(each.nl for each in labels), " and ".join(each.en for each in labels))


def keep_message(matches: Iterable[PersonalDataMatch]) -> LocalizedText:
    """How to keep these."""
    kept = kept_label(matches)
    return LocalizedText(
        f"Toch nodig: {kept.nl}? Zet dan een vinkje onder uw tekst.",
        f"Do you need to keep {kept.en}? Then tick the box below your text.",
    )


NO_KIND_MESSAGE = LocalizedText("Kies waar het over gaat.", "Choose what your message is about.")
TOO_SHORT_MESSAGE = LocalizedText(
    f"Schrijf wat meer: minstens {MIN_TEXT_LENGTH} tekens.",
    f"Please write a little more: at least {MIN_TEXT_LENGTH} characters.",
)
TOO_LONG_MESSAGE = LocalizedText(
    f"Uw tekst is te lang. Er passen {MAX_TEXT_LENGTH} tekens in.",
    f"Your text is too long. You can use up to {MAX_TEXT_LENGTH} characters.",
)
BAD_EMAIL_MESSAGE = LocalizedText(
    "Dit is geen e-mailadres. Een adres ziet eruit als naam@voorbeeld.nl. Of laat het leeg.",
    "This is not an email address. Use an address like name@example.com, or leave it empty.",
)
HONEYPOT_MESSAGE = LocalizedText(
    "Maak dit veld leeg en verstuur opnieuw.", "Leave this field empty and send the form again."
)
