"""The topics on which devices publish (``docs/payloads.md``): ``{municipality}/{kind}/{reference}/{format}``."""

EVENT_PREFIX = "event/"
"""Before the topics of what tells of single vehicles or persons, so that a broker can treat those by other rules."""


def reading_topic(municipality: str, kind: str, reference: str, code: str) -> str:
    """The topic on which a sensor sends readings in the format with this code."""
    return f"{municipality}/{kind}/{reference}/{code}"


def event_topic(municipality: str, kind: str, reference: str, code: str) -> str:
    """The topic on which a sensor sends events in the format with this code."""
    return EVENT_PREFIX + reading_topic(municipality, kind, reference, code)
