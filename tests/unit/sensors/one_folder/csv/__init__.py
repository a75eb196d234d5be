"""Lines of ``property,time,value``: a format that the product does not have."""

from sensors.formats.model import DecodedReadings, PayloadRules, Reading, ReadingFormat, Rejection
from sensors.formats.values import parse_time, parse_value
from sensors.kinds import Kind
from sensors.vocabulary.rejection_reasons import RejectionReason


def _decode(kind: Kind, payload: bytes, declared_codes: frozenset[str], _rules: PayloadRules) -> DecodedReadings:
    lines = payload.decode("utf-8", "replace").splitlines()
    declared = [line for line in lines if line.partition(",")[0] in declared_codes & kind.properties.keys()]
    read = [_read(kind, line) for line in declared]
    return DecodedReadings(
        tuple(each for each in read if isinstance(each, Reading)),
        tuple(each for each in read if isinstance(each, Rejection)),
        len(lines) - len(declared),
    )


def _read(kind: Kind, line: str) -> Reading | Rejection:
    code, _, rest = line.partition(",")
    time_text, _, value_text = rest.partition(",")
    time = parse_time(time_text)
    if isinstance(time, RejectionReason):
        return Rejection(time, "time")
    value = parse_value(kind.properties[code], _number(value_text), None)
    return Rejection(value, code) if isinstance(value, RejectionReason) else Reading(code, time, value)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


FORMAT = ReadingFormat("csv", _decode)
