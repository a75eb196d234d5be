"""Datastreams: a known kind of sensor, each property once and in its canonical unit."""

from sensors.kinds import KINDS
from sensors.policy.constraints import (
    MAX_ALIVE_HOURS,
    adds_up_otherwise,
    has_unknown_wait,
    has_wrong_same_time,
    has_wrong_unit,
    is_not_by_the_clock,
)
from sensors.register.entry import Datastream, Entry
from sensors.register.validation.finders import (
    datastream_paths_if,
    duplicates_of,
    ingested_paths_if,
    known_property_paths_if,
    path_if,
    property_definition,
)
from sensors.register.validation.rule import Rule


def _is_unknown_property(entry: Entry, datastream: Datastream) -> bool:
    return entry.delivers_data and entry.kind in KINDS and property_definition(entry, datastream) is None


DATASTREAM_RULES: tuple[Rule, ...] = (
    Rule(
        "kind_known",
        f"Wij krijgen gegevens van deze sensor. Zeg welk soort het is: {', '.join(KINDS)}.",
        f"This sensor sends us data. State which kind it is: {', '.join(KINDS)}.",
        path_if("kind", lambda entry: entry.delivers_data and entry.kind not in KINDS),
    ),
    Rule(
        "data_needs_datastream",
        "Wij krijgen gegevens van deze sensor. Zeg wat hij meet.",
        "This sensor sends us data. State what it measures.",
        path_if("datastreams", lambda entry: entry.delivers_data and not entry.datastreams),
    ),
    Rule(
        "property_once",
        "Deze meting staat er al.",
        "This observed property is already listed.",
        duplicates_of("datastreams", "observed_property"),
    ),
    Rule(
        "property_of_kind",
        "Dit soort sensor meet dit niet.",
        "This kind of sensor does not measure this.",
        datastream_paths_if("observed_property", _is_unknown_property),
    ),
    Rule(
        "unit_of_property",
        "Dit is niet de eenheid van deze meting.",
        "This is not the unit of this observed property.",
        known_property_paths_if("unit", has_wrong_unit),
    ),
    Rule(
        "amount_or_meter_reading",
        "Alleen een hoeveelheid kan een meterstand zijn, en alleen als bekend is hoe snel die hooguit oploopt.",
        "Only an amount can be a meter reading, and only if it is known how fast it can increase.",
        known_property_paths_if("aggregation", adds_up_otherwise),
    ),
    Rule(
        "same_time_of_property",
        "Optellen kan alleen bij hoeveelheden. Vervangen kan niet bij tellingen van mensen of voertuigen.",
        "Only amounts can be summed. Counts of people or vehicles can't be replaced.",
        known_property_paths_if("same_time", has_wrong_same_time),
    ),
    Rule(
        "alive_by_the_clock",
        f"Een teken van leven komt op vaste tijden. Zeg hoe vaak: minstens elke {MAX_ALIVE_HOURS} uur.",
        f"A sign of life is sent at fixed times. State how often: at least every {MAX_ALIVE_HOURS} hours.",
        known_property_paths_if("interval", is_not_by_the_clock),
    ),
    Rule(
        "interval_without_clock",
        "De sensor heeft geen klok. Zeg hoe vaak hij meet: wat langer onderweg kan zijn geweest, bewaren wij niet.",
        "The sensor has no clock. State how often it measures: we do not keep what may have waited for longer.",
        ingested_paths_if("interval", has_unknown_wait),
    ),
)
