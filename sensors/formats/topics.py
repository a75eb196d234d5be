"""The topics devices publish on (``docs/payloads.md``): ``{municipality}/{kind}/{reference}/{format}``."""

EVENT_PREFIX = "event/"
"""Prefix of topics about single vehicles or persons, so that a broker can apply different rules to them."""


def reading_topic(municipality: str, kind: str, reference: str, code: str) -> str:
    """The topic on which a sensor publishes readings in this format."""
    return f"{municipality}/{kind}/{reference}/{code}"


def event_topic(municipality: str, kind: str, reference: str, code: str) -> str:
    """The topic on which a sensor publishes events in this format."""
    return EVENT_PREFIX + reading_topic(municipality, kind, reference, code)
