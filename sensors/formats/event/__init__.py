"""The native payload of event topics: passages, movements and passers-by in JSON, under the code of native readings."""

from sensors.formats.event.decoder import decode_events
from sensors.formats.model import EventFormat
from sensors.formats.native import CODE

__all__ = ["FORMAT"]

FORMAT = EventFormat(CODE, decode_events)
