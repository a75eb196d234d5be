"""Labels shared by dashboards and alerts, in Dutch for the staff of a municipality."""

from collections.abc import Mapping

from dashboards.limits import NormKind
from sensors.vocabulary.rejection_reasons import RejectionReason

REASON_LABELS: Mapping[RejectionReason, str] = {
    RejectionReason.UNKNOWN_TOPIC: "Onbekend kanaal",
    RejectionReason.UNKNOWN_FORMAT: "Onbekend formaat",
    RejectionReason.UNREGISTERED: "Staat niet in het register",
    RejectionReason.NOT_ACTIVE: "Sensor is niet in gebruik",
    RejectionReason.NOT_INGESTED: "Nemen wij niet aan volgens het register",
    RejectionReason.TOO_LARGE: "Bericht is te groot",
    RejectionReason.TOO_OFTEN: "Veel vaker dan afgesproken",
    RejectionReason.MALFORMED: "Bericht is niet te lezen",
    RejectionReason.NO_READINGS: "Geen meting in het bericht",
    RejectionReason.NO_TIME: "Tijd van de meting is onbekend",
    RejectionReason.BAD_TIME: "Tijd is niet te lezen",
    RejectionReason.TIME_WITHOUT_ZONE: "Tijd zonder tijdzone",
    RejectionReason.IN_FUTURE: "Tijd ligt in de toekomst",
    RejectionReason.TOO_LATE: "Ouder dan de bewaartermijn",
    RejectionReason.NOT_A_NUMBER: "Geen getal",
    RejectionReason.SENTINEL: "Code voor 'geen meting'",
    RejectionReason.SATURATED: "Meer dan de sensor kan meten",
    RejectionReason.UNKNOWN_UNIT: "Onbekende eenheid",
    RejectionReason.NOT_HERE: "Hoort op een ander kanaal",
    RejectionReason.ERASED: "Op verzoek gewist",
    RejectionReason.REFUSED_BY_DATABASE: "Geweigerd door de database",
    RejectionReason.CRASHED: "Ons programma liep erop vast",
}
"""A label for every rejection reason."""

NORM_LABELS: Mapping[NormKind, str] = {
    "limit value": "grenswaarde",
    "target value": "streefwaarde",
    "information threshold": "informatiedrempel",
    "alert threshold": "alarmdrempel",
    "guideline": "advies",
}
"""A label for every kind of norm that has a value."""
