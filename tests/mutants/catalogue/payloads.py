"""Payloads: units, false values and numbers, of declared fields only."""

from tests.mutants.catalogue.readings import PIPELINE_TESTS
from tests.mutants.mutant import Mutant, mutants_in

VALUE_TESTS = ("tests/unit/sensors/test_stated_units.py", "tests/unit/sensors/test_false_values.py")

MUTANTS: tuple[Mutant, ...] = (
    *mutants_in(
        "sensors/formats/collector.py",
        PIPELINE_TESTS,
        ("a message that says nothing", "if not self.size:", "if not (self.size or self.fields_dropped):"),
    ),
    *mutants_in(
        "sensors/formats/stated_units.py",
        VALUE_TESTS,
        ("a unit that is not understood", "return agreed or RejectionReason.UNKNOWN_UNIT", "return agreed or IDENTITY"),
        ("units that disagree", " or (unit and agreed and unit != agreed)", ""),
        ("a unit of something else", "not in (None, IDENTITY) for each", "in () for each"),
    ),
    *mutants_in(
        "sensors/formats/values.py",
        VALUE_TESTS,
        ("a known lie", "    if reason is not None:\n        return reason\n", ""),
    ),
    *mutants_in(
        "sensors/formats/native/decoder.py",
        VALUE_TESTS,
        ("a lie on the short way", "definition.clear_range[0] < given < definition.clear_range[1]", "True"),
        ("a unit on the short way", "not (has_units or ", "not ("),
        ("an implausible temperature of a volume ratio", "and low <= value <= high else None", "else None"),
    ),
    *mutants_in(
        "sensors/formats/native/decoder.py",
        PIPELINE_TESTS,
        ("only declared values", "if key in self._declared_codes else None", "if True else None"),
        ("dropped fields are counted", "self.fields_dropped += key not in self._time_fields", "pass"),
    ),
    *mutants_in(
        "sensors/formats/values.py",
        PIPELINE_TESTS,
        ("a period that ends before it starts", "if start < end else RejectionReason.BAD_TIME", "if True else start"),
        ("a fraction that would round up", 'given = _BEYOND_MICROSECONDS.sub("", given)', "pass"),
        ("only numbers as JSON writes them", "if _JSON_NUMBER.fullmatch(given) else None", "if given else None"),
    ),
)
