"""The words of dashboards and alerts that are not beside a panel. Dutch: they are for the staff of a municipality."""

from collections.abc import Mapping

from sensors.vocabulary.rejection_reasons import Reason

REASONS: Mapping[Reason, str] = {
    Reason.UNKNOWN_TOPIC: "Onbekend kanaal",
    Reason.UNKNOWN_FORMAT: "Onbekend formaat",
    Reason.UNREGISTERED: "Staat niet in het register",
    Reason.NOT_ACTIVE: "Sensor is niet in gebruik",
    Reason.NOT_INGESTED: "Nemen wij niet aan volgens het register",
    Reason.TOO_LARGE: "Bericht is te groot",
    Reason.MALFORMED: "Bericht is niet te lezen",
    Reason.NO_READINGS: "Geen meting in het bericht",
    Reason.NO_TIME: "Geen tijd in het bericht",
    Reason.BAD_TIME: "Tijd is niet te lezen",
    Reason.TIME_WITHOUT_ZONE: "Tijd zonder tijdzone",
    Reason.IN_FUTURE: "Tijd ligt in de toekomst",
    Reason.TOO_LATE: "Ouder dan de bewaartermijn",
    Reason.NOT_A_NUMBER: "Geen getal",
    Reason.SENTINEL: "Code voor 'geen meting'",
    Reason.UNKNOWN_UNIT: "Onbekende eenheid",
    Reason.NOT_HERE: "Hoort op een ander kanaal",
    Reason.ERASED: "Op verzoek gewist",
    Reason.REFUSED_BY_DATABASE: "Geweigerd door de database",
}
"""Why a reading was refused, for every reason there is."""
