"""What is stored of each datastream, and for how long."""

from collections.abc import Collection

from sensors.policy.constraints import has_unknown_retention_class, retains_personal_values, stores_undeclared_fields
from sensors.policy.promises import MAX_CELLS_TERM, MAX_RAW_TERM, MAX_TRUE_HOURS_TERM
from sensors.policy.retention_classes import BUILT_IN_CLASSES, describe_classes
from sensors.policy.terms import has_long_cells_term, has_long_raw_term, has_long_totals_term
from sensors.register.validation.finders import datastream_paths_if, ingested_paths_if
from sensors.register.validation.rule import Rule
from sensors.vocabulary.codes import PersonalData
from sensors.vocabulary.durations import describe_duration

_RAW, _TOTALS, _CELLS = map(describe_duration, (MAX_RAW_TERM, MAX_TRUE_HOURS_TERM, MAX_CELLS_TERM))


def retention_class_rule(classes: Collection[str]) -> Rule:
    """The rule that data we store must have one of these retention classes."""
    options = describe_classes(classes)
    return Rule(
        "retention_class",
        f"Kies een bewaartermijn die wij kennen: {options.nl}.",
        f"Choose a retention period that we support: {options.en}.",
        datastream_paths_if(
            "retention",
            lambda entry, datastream: entry.delivers_data and has_unknown_retention_class(datastream, classes),
        ),
    )


RETENTION_RULES: tuple[Rule, ...] = (
    Rule(
        "retention",
        "Zeg hoe lang dit wordt bewaard.",
        "State how long this is kept.",
        datastream_paths_if(
            "retention",
            lambda entry, datastream: (
                datastream.retention is None
                and (entry.delivers_data or datastream.personal_data is not PersonalData.NONE)
            ),
        ),
    ),
    retention_class_rule(BUILT_IN_CLASSES),
    Rule(
        "persons_not_kept",
        "Losse waarden van mensen bewaren wij nooit. Kies bij “raw” de waarde “none”.",
        "We never store individual values about people. Choose “none” for “raw”.",
        ingested_paths_if("retention", retains_personal_values),
    ),
    Rule(
        "people_raw_term",
        f"Losse waarden die kunnen laten zien dat er iemand langskwam, bewaren wij hooguit {_RAW.nl}. Kies bij “raw” "
        f"{MAX_RAW_TERM} of korter.",
        f"We keep single values that can show that someone passed for {_RAW.en} at most. In “raw”, choose "
        f"{MAX_RAW_TERM} or shorter.",
        ingested_paths_if("retention", has_long_raw_term),
    ),
    Rule(
        "people_totals_term",
        f"Totalen die niet openbaar zijn, bewaren wij hooguit {_TOTALS.nl}. Kies bij “aggregate” "
        f"{MAX_TRUE_HOURS_TERM} of korter.",
        f"We keep totals that are not public for {_TOTALS.en} at most. In “aggregate”, choose {MAX_TRUE_HOURS_TERM} or "
        "shorter.",
        ingested_paths_if("retention", has_long_totals_term),
    ),
    Rule(
        "people_cells_term",
        f"Wat openbaar is over wie er langskwam, bewaren wij hooguit {_CELLS.nl}. Kies bij “aggregate” "
        f"{MAX_CELLS_TERM} of korter.",
        f"We keep what is public about who passed for {_CELLS.en} at most. In “aggregate”, choose {MAX_CELLS_TERM} or "
        "shorter.",
        ingested_paths_if("retention", has_long_cells_term),
    ),
    Rule(
        "stored_fields_all",
        "Van elke meting bewaren wij de tijd, de waarde en hoe goed die is. Noem ze alle drie.",
        "We store the time, the value and the quality of every reading. Name all three.",
        ingested_paths_if("stored_fields", stores_undeclared_fields),
    ),
)
