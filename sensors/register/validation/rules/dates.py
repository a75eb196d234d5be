"""The dates of a sensor, in a possible order."""

from sensors.register.validation.finders import path_if, path_if_not_after
from sensors.register.validation.rule import Rule
from sensors.vocabulary.codes import Status

DATE_RULES: tuple[Rule, ...] = (
    Rule(
        "ended_needs_date",
        "De sensor is weggehaald. Zeg op welke datum.",
        "The sensor has been removed. Give the date.",
        path_if("active_until", lambda entry: entry.status is Status.ENDED and entry.active_until is None),
    ),
    Rule(
        "until_after_from",
        "De laatste dag ligt na de eerste dag.",
        "The last day must be after the first day.",
        path_if_not_after("active_from", "active_until"),
    ),
    Rule(
        "review_after_from",
        "De dag van de evaluatie ligt na de eerste dag.",
        "The review date must be after the first day.",
        path_if_not_after("active_from", "review_date"),
    ),
)
