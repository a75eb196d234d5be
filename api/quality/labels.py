"""What the page about quality says of its codes, in plain words."""

from collections.abc import Mapping

from sensors.vocabulary.localized_text import LocalizedText

DEVIATION_EXPLANATIONS: Mapping[str, LocalizedText] = {
    "silent": LocalizedText(
        "Er kwam een dag lang niets binnen. Of een week lang, als de sensor kan merken dat er iemand langskomt.",
        "Nothing came in for a day. Or for a week, if the sensor can notice that someone passes.",
    ),
    "undeclared": LocalizedText(
        "De sensor stuurt gegevens die niet in het register staan. Die gooien we meteen weg.",
        "The sensor sends data that are not in the register. We throw those away at once.",
    ),
    "refused": LocalizedText(
        "Van de metingen weigerden we er meer dan 1 op de 20. Ze waren bijvoorbeeld te oud, of niet te lezen.",
        "We refused more than 1 in 20 readings. They were too old, for example, or could not be read.",
    ),
    "expired": LocalizedText(
        "De sensor zou er niet meer zijn. Toch staat hij nog als aanwezig in het register.",
        "The sensor should be gone. Still the register says that it is there.",
    ),
    "review_due": LocalizedText(
        "De dag is voorbij waarop we opnieuw zouden kijken of de sensor nodig is.",
        "The day is past on which we would look again whether the sensor is needed.",
    ),
}
"""What each of ``api.search.filters.DEVIATIONS`` means."""

QUESTION_LABELS: Mapping[str, LocalizedText] = {
    "who_decided": LocalizedText("Wie heeft dit besloten?", "Who decided this?"),
    "which_law": LocalizedText("Welke wet of regel hoort erbij?", "Which law or rule goes with it?"),
    "privacy_checked": LocalizedText(
        "Is gekeken wat het doet met uw privacy?", "Was it checked what it does to your privacy?"
    ),
    "what_can_go_wrong": LocalizedText(
        "Wat kan er misgaan, en wat doen we eraan?", "What can go wrong, and what do we do?"
    ),
    "whom_to_ask": LocalizedText("Wie kunt u iets vragen?", "Whom can you ask?"),
    "looked_at_again": LocalizedText(
        "Wanneer kijken we of het nog nodig is?", "When do we look whether it is still needed?"
    ),
    "in_english": LocalizedText("Staat het er ook in het Engels?", "Is it there in English too?"),
    "how_often": LocalizedText("Hoe vaak meet het?", "How often does it measure?"),
    "where_kept": LocalizedText("Waar staan de gegevens?", "Where are the data kept?"),
    "who_gets_it": LocalizedText("Wie kan bij de gegevens?", "Who can get at the data?"),
}
"""What residents ask of a sensor and its entry may leave open: codes of the function ``lantaarn.questions``."""

TABLE_LABELS: Mapping[str, LocalizedText] = {
    "rollup_hour": LocalizedText("Totalen per uur", "Totals by the hour"),
    "public_cell": LocalizedText("Openbare uren en dagen", "Public hours and days"),
    "travel_time": LocalizedText("Reistijden", "Travel times"),
    "window_count": LocalizedText("Tellingen van groepen lampen", "Counts of groups of lamps"),
    "ledger": LocalizedText("Wat er per uur binnenkwam", "What came in by the hour"),
    "ledger_reason": LocalizedText("Waarom iets geweigerd is", "Why something was refused"),
    "quarantine": LocalizedText("Lijst van geweigerde berichten", "List of refused messages"),
    "deletion_log": LocalizedText("Lijst van wat we weggooiden", "List of what we threw away"),
}
"""What has a term, besides the single values: names of tables."""
OBSERVATIONS_LABEL = LocalizedText("Losse metingen", "Single readings")
"""What is in a table of a retention class."""


def table_label(table: str) -> LocalizedText:
    """What rows of this table are."""
    return TABLE_LABELS.get(table, OBSERVATIONS_LABEL)
