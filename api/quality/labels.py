"""Plain-language labels for the quality page."""

from collections.abc import Mapping

from sensors.policy import promises
from sensors.vocabulary.durations import describe_duration
from sensors.vocabulary.localized_text import LocalizedText

DEVIATION_EXPLANATIONS: Mapping[str, LocalizedText] = {
    "silent": LocalizedText(
        "Er kwam een dag lang geen meting binnen. Of een week lang, als de sensor kan merken dat er iemand langskomt. "
        "Berichten die we niet kunnen lezen, tellen niet mee.",
        "No reading came in for a day, or for a week if the sensor can detect that someone is passing by. Messages "
        "that we cannot read do not count.",
    ),
    "invalid": LocalizedText(
        "Een dag of een week lang klopte geen enkele meting. Ze waren bijvoorbeeld veel te hoog, of steeds hetzelfde. "
        "We gebruiken ze niet.",
        "For a day or a week, none of the readings was right. For example, they were far too high, or always the same. "
        "We do not use them.",
    ),
    "undeclared": LocalizedText(
        "De sensor stuurt gegevens die niet in het register staan. Die gooien we meteen weg.",
        "The sensor sends data that is not in the register. We delete that data at once.",
    ),
    "refused": LocalizedText(
        "Van de metingen weigerden we er meer dan 1 op de 20. Ze waren bijvoorbeeld te oud, of niet te lezen.",
        "We rejected more than 1 in 20 readings, for example because they were too old or could not be read.",
    ),
    "expired": LocalizedText(
        "De sensor zou er niet meer zijn. Toch staat hij nog als aanwezig in het register.",
        "The sensor should be gone, but the register still says that it is there.",
    ),
    "review_due": LocalizedText(
        "De dag is voorbij waarop we opnieuw zouden kijken of de sensor nodig is.",
        "The date on which we should have reviewed whether the sensor is needed has passed.",
    ),
}
"""What each of ``api.search.filters.DEVIATIONS`` means."""

WINDOW_LABELS: Mapping[str, LocalizedText] = {
    "window_count": LocalizedText("Beweging bij lampen", "Movement near streetlights"),
    "match_in_memory": LocalizedText("Reistijden", "Travel times"),
}
"""What is made of events, by privacy rule."""
CAPPED_TERMS: Mapping[str, LocalizedText] = {
    rule: LocalizedText(
        f"Van deze sensoren staat in het register dat we {what.nl} langer bewaren dan {describe_duration(limit).nl}. "
        "Dat doen we niet meer: het kan te veel over mensen verraden. Het register moet nog worden aangepast "
        f"(regel {rule}).",
        f"The register says of these sensors that we keep {what.en} for longer than {describe_duration(limit).en}. "
        "We no longer do, because it could reveal too much about people. The register is yet to be changed "
        f"(rule {rule}).",
    )
    for rule, what, limit in (
        ("people_raw_term", LocalizedText("losse metingen", "single readings"), promises.MAX_RAW_TERM),
        ("people_totals_term", LocalizedText("totalen", "totals"), promises.MAX_TRUE_HOURS_TERM),
        ("people_cells_term", LocalizedText("openbare totalen", "public totals"), promises.MAX_CELLS_TERM),
    )
}
"""What to say of sensors that go on under a shorter term than their entries declare, by the rule that shortens it."""

QUESTION_LABELS: Mapping[str, LocalizedText] = {
    "who_decided": LocalizedText("Wie heeft dit besloten?", "Who decided this?"),
    "which_law": LocalizedText("Welke wet of regel hoort erbij?", "Which law or regulation applies?"),
    "privacy_checked": LocalizedText(
        "Is gekeken wat het doet met uw privacy?", "Has the effect on your privacy been assessed?"
    ),
    "what_can_go_wrong": LocalizedText(
        "Wat kan er misgaan, en wat doen we eraan?", "What can go wrong, and what do we do about it?"
    ),
    "whom_to_ask": LocalizedText("Wie kunt u iets vragen?", "Who can you ask?"),
    "looked_at_again": LocalizedText(
        "Wanneer kijken we of het nog nodig is?", "When do we review whether it is still needed?"
    ),
    "in_english": LocalizedText("Staat het er ook in het Engels?", "Is it also in English?"),
    "how_often": LocalizedText("Hoe vaak meet het?", "How often does it measure?"),
    "where_kept": LocalizedText("Waar staan de gegevens?", "Where is the data stored?"),
    "who_gets_it": LocalizedText("Wie kan bij de gegevens?", "Who can access the data?"),
}
"""What residents ask about a sensor and entries may leave unanswered: codes of ``lantaarn.questions``."""

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
