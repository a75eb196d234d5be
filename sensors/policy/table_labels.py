"""What the tables with a retention period hold, in plain language."""

from collections.abc import Mapping

from sensors.vocabulary.localized_text import LocalizedText

TABLE_LABELS: Mapping[str, LocalizedText] = {
    "rollup_hour": LocalizedText("Totalen per uur", "Hourly totals"),
    "public_cell": LocalizedText("Openbare uren en dagen", "Public hourly and daily values"),
    "day_total": LocalizedText("Totalen per dag", "Daily totals"),
    "public_day": LocalizedText("Openbare uren, opgeteld per dag", "Public hourly values, put together by day"),
    "lamp_day": LocalizedText("Stroom van lampen, per dag", "Electricity of streetlights, by day"),
    "travel_time": LocalizedText("Reistijden", "Travel times"),
    "travel_hour": LocalizedText("Reistijden per uur", "Hourly travel times"),
    "window_count": LocalizedText("Tellingen van groepen lampen", "Counts for groups of streetlights"),
    "movement_cell": LocalizedText("Gemiddelde beweging bij lampen", "Mean movement near streetlights"),
    "ledger": LocalizedText("Wat er per uur binnenkwam", "What came in each hour"),
    "ledger_reason": LocalizedText("Waarom iets geweigerd is", "Why something was rejected"),
    "book_day": LocalizedText("Wat er per dag binnenkwam", "What came in each day"),
    "book_reason_day": LocalizedText("Waarom iets geweigerd is, per dag", "Why something was rejected, by day"),
    "window_day": LocalizedText("Of we steeds hebben geteld", "Whether we kept counting"),
    "window_due": LocalizedText("Hoe vaak we moesten tellen", "How often we had to count"),
    "event_refusal": LocalizedText("Geweigerd, per soort sensor", "Rejected, by kind of sensor"),
    "pulse": LocalizedText("Of ons programma werkt, per minuut", "Whether our program works, by the minute"),
    "quarantine": LocalizedText("Lijst van geweigerde berichten", "List of rejected messages"),
    "report": LocalizedText("Wat inwoners schreven", "What residents wrote"),
    "answered_report": LocalizedText(
        "Wat inwoners schreven, na ons antwoord", "What residents wrote, after our answer"
    ),
    "report_address": LocalizedText("E-mailadressen van inwoners", "Email addresses of residents"),
    "answered_report_address": LocalizedText(
        "E-mailadressen van inwoners, na ons antwoord", "Email addresses of residents, after our answer"
    ),
    "report_mail": LocalizedText("Mail die nog niet weg is", "Mail that was not sent yet"),
    "report_decision": LocalizedText("Waarom een antwoord is veranderd", "Why an answer was changed"),
    "mail_spool": LocalizedText(
        "Mail in een map, als er geen mailserver is", "Mail in a folder, without a mail server"
    ),
    "staff_log": LocalizedText("Wie van ons iets wiste of veranderde", "Who of us erased or changed something"),
    "register_entry": LocalizedText(
        "Het register, met alles van vroeger", "The register, with all that was in it before"
    ),
    "tombstone": LocalizedText("Lijst van wat we op verzoek wisten", "List of what we erased on request"),
    "orphan_total": LocalizedText(
        "Totalen van sensoren die zijn gewist of er nooit waren", "Totals of sensors that were erased or never existed"
    ),
    "deletion_log": LocalizedText("Lijst van wat we weggooiden", "List of what we deleted"),
}
"""Tables with a retention period, besides individual readings."""
OBSERVATIONS_LABEL = LocalizedText("Losse metingen", "Individual readings")
"""The label of a retention class's table."""


def table_label(table: str) -> LocalizedText:
    """The label of a table's rows."""
    return OBSERVATIONS_LABEL if table.startswith("observation_") else TABLE_LABELS[table]
