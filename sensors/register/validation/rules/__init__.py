"""The rules between the parts of a register entry: one module per topic, and all of them as one list.

Sources: AVG/GDPR articles 5, 6, 13, 14 and 35; the Geonovum model ordinance for sensors; the Noord-Brabant schema.
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
