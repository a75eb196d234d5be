"""How finely a datastream may be published, and suppression of small counts."""

from sensors.policy.constraints import (
    exceeds_finest_public,
    has_public_threshold,
    has_unsupported_threshold,
    publishes_small_counts,
)
from sensors.register.entry import Datastream, Entry
from sensors.register.validation.finders import (
    datastream_paths_if,
    ingested_paths_if,
    known_property_paths_if,
    property_definition,
)
from sensors.register.validation.rule import Rule
from sensors.vocabulary.codes import PersonalData, Public


def _publishes_small_counts(entry: Entry, datastream: Datastream) -> bool:
    definition = property_definition(entry, datastream)
    if definition is not None:
        return publishes_small_counts(entry, datastream, definition)
    return (
        datastream.personal_data is not PersonalData.NONE
        and datastream.public is not Public.NONE
        and not has_public_threshold(datastream)
    )


PUBLICATION_RULES: tuple[Rule, ...] = (
    Rule(
        "public_not_too_fine",
        "Dit mag niet zo precies openbaar zijn: het kan iets over mensen verraden.",
        "This may not be public in this much detail: it could reveal something about people.",
        known_property_paths_if("public", exceeds_finest_public),
    ),
    Rule(
        "small_numbers_hidden",
        "Dit telt mensen of voertuigen. Openbaar mag het alleen met de regel “public_threshold”.",
        "This counts people or vehicles. It may only be public with the rule “public_threshold”.",
        datastream_paths_if("privacy_rules", _publishes_small_counts),
    ),
    Rule(
        "threshold_as_published",
        "Wij verbergen geen kleine aantallen meer: in elke telling zit een toevallig getal. Laat “below” en "
        "“round_to” weg.",
        "We no longer hide small counts: there is a random number in each count. Leave out “below” and “round_to”.",
        ingested_paths_if("privacy_rules", has_unsupported_threshold),
    ),
)
