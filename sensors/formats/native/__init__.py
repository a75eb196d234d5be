"""The native payload: JSON objects with a time and values by property code."""

from sensors.formats.model import ReadingFormat
from sensors.formats.native.decoder import decode_readings

__all__ = ["CODE", "FORMAT"]

CODE = "json"
FORMAT = ReadingFormat(CODE, decode_readings)
