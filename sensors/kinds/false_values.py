"""Numbers that devices report although they measured nothing: an empty field, a faulty sensor, the end of its range.

Such a number is rejected every time, the first time too. Only a number that a real value practically never equals may
be listed: out of the property's range, at the very end of a sensor's range, or one of a million steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sensors.vocabulary.rejection_reasons import RejectionReason

DECIMALS = 3
"""Numbers are compared after rounding to this many: a device that counts in 32 bits writes 999.9 as 999.9000244."""

EMPTY_FIELD_NUMBERS = frozenset(
    {
        # All bits, or all but the sign, or the sign alone: "unknown" in DALI (IEC 62386-102, MASK), Zigbee (Cluster
        # Library, 0x8000 and 0xFFFF) and Sensirion's SEN5x (0xFFFF, 0x7FFF), and memory that was never written.
        *(255, -128, 65535, 32767, -32768, 4294967295, 2147483647, -2147483648),
        # The same in tenths, hundredths and 1/200, as sensors transmit decimals.
        *(6553.5, 3276.7, -3276.8, 655.35, 327.67, -327.68, 163.835),
        # Four bytes as a 32-bit float.
        *(4294967296, 2147483648),
    }
)
"""Numbers, before conversion, in a field that was never filled in. They are values all the same where the property's
plausible range includes them."""


@dataclass(frozen=True, slots=True, eq=False)
class DeviceModel:
    """What a model, or the sensor in it, is known to report falsely.

    ``names``: in lower case without separators; a register entry whose make and model contain one has this model.
    """

    label: str
    names: tuple[str, ...]
    false_values: Mapping[str, Mapping[float, RejectionReason]]
    """Numbers in the canonical unit, by property code."""

    def is_named_in(self, make_and_model: str) -> bool:
        """Whether this free text names the model."""
        text = "".join(filter(str.isalnum, make_and_model.casefold()))
        return any(name in text for name in self.names)
