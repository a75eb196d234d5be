"""De-identification: the privacy rule that removes persons from a datastream, and that it can be applied."""

from collections.abc import Callable

from sensors.kinds import ObservedProperty
from sensors.policy.constraint import ConstraintPredicate
from sensors.policy.constraints import (
    denies_personal_data,
    has_duplicate_rule,
    has_rule_of_other_property,
    is_identifiable,
    is_matched_with_itself,
    lacks_required_rule,
    reads_dropped_field,
)
from sensors.policy.counted_in_memory import (
    MAX_COUNTER_ALIVE_MINUTES,
    averages_the_counted,
    has_no_sign_of_life,
    has_terms_of_sums,
    is_not_counted_by_the_hour,
)
from sensors.policy.promises import MIN_MOVEMENT_LAMPS, MIN_SAMPLED_VEHICLES, TRAVEL_TIME_WINDOWS
from sensors.register.entry import Datastream, Entry, MatchInMemory, WindowCount
from sensors.register.validation.finders import datastream_paths_if, ingested_paths_if, known_property_paths_if
from sensors.register.validation.rule import Rule
from sensors.vocabulary.codes import PersonalData, Public


def _any_matching(is_violated: Callable[[MatchInMemory], bool]) -> ConstraintPredicate:
    """Whether this holds of a rule by which passages are matched."""

    def has_such_rule(_: Entry, datastream: Datastream, __: ObservedProperty) -> bool:
        return any(isinstance(rule, MatchInMemory) and is_violated(rule) for rule in datastream.privacy_rules)

    return has_such_rule


DEIDENTIFICATION_RULES: tuple[Rule, ...] = (
    Rule(
        "identifiable_not_public",
        "Mensen zijn hierin te herkennen. Dan mag het niet openbaar zijn.",
        "This can identify people, so it may not be public.",
        datastream_paths_if(
            "public",
            lambda _, datastream: (
                datastream.personal_data is PersonalData.IDENTIFIABLE and datastream.public is not Public.NONE
            ),
        ),
    ),
    Rule(
        "identifiable_not_stored",
        "Mensen zijn hierin te herkennen. Zulke gegevens slaan wij niet op.",
        "This can identify people. We do not store such data.",
        ingested_paths_if("personal_data", is_identifiable),
    ),
    Rule(
        "people_not_denied",
        "Deze meting gaat over mensen. Kies “de_identified”.",
        "This observed property is about people. Choose “de_identified”.",
        ingested_paths_if("personal_data", denies_personal_data),
    ),
    Rule(
        "property_needs_rule",
        "Bij deze meting hoort een privacyregel: “window_count” voor beweging, “match_in_memory” voor reistijd.",
        "This requires a privacy rule: “window_count” for presence, “match_in_memory” for travel time.",
        known_property_paths_if("privacy_rules", lacks_required_rule),
    ),
    Rule(
        "rule_of_property",
        "Deze privacyregel past niet bij deze meting. Laat hem weg.",
        "This privacy rule does not apply to this observed property. Leave it out.",
        ingested_paths_if("privacy_rules", has_rule_of_other_property),
    ),
    Rule(
        "rule_once",
        "Dezelfde privacyregel staat er meer dan één keer. Laat er één staan.",
        "The same privacy rule appears more than once. Keep only one.",
        ingested_paths_if("privacy_rules", has_duplicate_rule),
    ),
    Rule(
        "counted_by_the_hour",
        "De sensor stuurt een bericht voor elke voorbijganger. Die tellen we per uur. Kies bij “public” “hour”.",
        "The sensor sends a message for each passer-by. We count those by the hour: choose “hour” for “public”.",
        ingested_paths_if("public", is_not_counted_by_the_hour),
    ),
    Rule(
        "no_mean_of_the_counted",
        "De sensor stuurt een bericht voor elk voertuig. Dan zou dit over één voertuig gaan. Laat deze meting weg.",
        "The sensor sends a message for each vehicle, so this would be about a single one. Leave it out.",
        ingested_paths_if("observed_property", averages_the_counted),
    ),
    Rule(
        "counted_one_by_one",
        "De sensor stuurt een bericht voor elke voorbijganger, met de tijd erin. Laat “interval”, “stamp”, “same_time” "
        "en “sends_zeros” weg, en bij “payload” ook “time”.",
        "The sensor sends a message for each passer-by, with the time in it. Leave out “interval”, “stamp”, "
        "“same_time” and “sends_zeros”, as well as “time” in “payload”.",
        ingested_paths_if("privacy_rules", has_terms_of_sums),
    ),
    Rule(
        "counted_while_alive",
        "De sensor stuurt een bericht voor elke voorbijganger. Is hij stil, dan weten wij niet of hij het nog doet. "
        f"Voeg de meting “alive” toe, en bewaar die: minstens elke {MAX_COUNTER_ALIVE_MINUTES} minuten.",
        "The sensor sends a message for each passer-by. When it is silent, we do not know whether it still works. Add "
        f"“alive”, which is kept, at least every {MAX_COUNTER_ALIVE_MINUTES} minutes.",
        ingested_paths_if("privacy_rules", lambda entry, datastream, _: has_no_sign_of_life(entry, datastream)),
    ),
    Rule(
        "group_minimum",
        f"Een groep heeft minstens {MIN_MOVEMENT_LAMPS} lampen. Laat “minimum_sensors” weg, of kies een hoger getal.",
        f"A group has at least {MIN_MOVEMENT_LAMPS} lamps. Leave out “minimum_sensors”, or choose a higher number.",
        datastream_paths_if(
            "privacy_rules",
            lambda _, datastream: any(
                isinstance(rule, WindowCount) and rule.minimum_sensors < MIN_MOVEMENT_LAMPS
                for rule in datastream.privacy_rules
            ),
        ),
    ),
    Rule(
        "match_elsewhere",
        "De reistijd begint en eindigt bij dezelfde sensor. Noem bij “to” een andere sensor.",
        "The travel time starts and ends at the same sensor. Name another sensor in “to”.",
        ingested_paths_if("privacy_rules", is_matched_with_itself),
    ),
    Rule(
        "travel_time_window",
        "Reistijden maken wij over 15 of 60 minuten. Kies bij “window” PT1H, of PT15M op een weg met 200 voertuigen of "
        "meer per uur.",
        "We compute travel times over 15 or 60 minutes. In “window”, choose PT1H, or PT15M on a road with 200 or more "
        "vehicles an hour.",
        ingested_paths_if("privacy_rules", _any_matching(lambda rule: rule.window not in TRAVEL_TIME_WINDOWS)),
    ),
    Rule(
        "travel_time_minimum",
        f"Een reistijd bewaren wij pas vanaf {MIN_SAMPLED_VEHICLES} voertuigen. Kies bij “minimum” dat aantal of meer.",
        f"We only store a travel time of {MIN_SAMPLED_VEHICLES} vehicles or more. Choose that number or more in "
        "“minimum”.",
        ingested_paths_if("privacy_rules", _any_matching(lambda rule: rule.minimum < MIN_SAMPLED_VEHICLES)),
    ),
    Rule(
        "identifiers_not_read",
        "Deze meting leest een veld dat volgens “no_identifiers” wordt weggegooid. Kies één van de twee.",
        "This reads a field that “no_identifiers” says is deleted. Choose one of the two.",
        ingested_paths_if("privacy_rules", reads_dropped_field),
    ),
)
