"""The rules between the parts of a register entry: one module per topic, and all of them as one list.

Sources: AVG articles 5, 6, 13, 14, 28, 35 and 44; the Geonovum model ordinance for sensors; the Noord-Brabant schema.
Many rules for datastreams mirror ``sensors.policy.constraints``, with advice on how to fix the entry.
"""

from sensors.register.validation.rule import Rule
from sensors.register.validation.rules.datastreams import DATASTREAM_RULES
from sensors.register.validation.rules.dates import DATE_RULES
from sensors.register.validation.rules.deidentification import DEIDENTIFICATION_RULES
from sensors.register.validation.rules.law import LAW_RULES
from sensors.register.validation.rules.location import LOCATION_RULES
from sensors.register.validation.rules.organisations import ORGANISATION_RULES
from sensors.register.validation.rules.personal_data import PERSONAL_DATA_RULES
from sensors.register.validation.rules.publication import PUBLICATION_RULES
from sensors.register.validation.rules.retention import RETENTION_RULES
from sensors.register.validation.rules.texts import TEXT_RULES
from sensors.vocabulary.localized_text import LocalizedText

RULES: tuple[Rule, ...] = (
    *PERSONAL_DATA_RULES,
    *LAW_RULES,
    *LOCATION_RULES,
    *ORGANISATION_RULES,
    *DATE_RULES,
    *DATASTREAM_RULES,
    *RETENTION_RULES,
    *DEIDENTIFICATION_RULES,
    *PUBLICATION_RULES,
    *TEXT_RULES,
)
"""Every rule, in the order in which violations are reported."""

TERM_RULES = frozenset({"people_raw_term", "people_totals_term", "people_cells_term"})
"""Rules that also shorten a term that an entry from before declares."""
RULES_WITH_EFFECT = TERM_RULES | {"counted_while_alive", "travel_time_window"}
"""Rules that also shorten or stop what an entry from before declares; doctor and the quality page list that effect."""

_MESSAGES = {rule.id: rule.message for rule in RULES}
_OF_THE_SCHEMA = LocalizedText(
    "De vorm van het register is veranderd. Voer de sensor opnieuw in.",
    "The format of the register has changed. Import the sensor again.",
)


def message_of(rule_id: str) -> LocalizedText:
    """How to comply with a rule, or with the schema."""
    return _MESSAGES.get(rule_id, _OF_THE_SCHEMA)
