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
