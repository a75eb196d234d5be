"""Why a reading was rejected: a closed list, shared by the ledger, the quarantine and the register."""

from enum import StrEnum


class RejectionReason(StrEnum):
    """One word per cause. A reason never contains part of the message."""

    UNKNOWN_TOPIC = "unknown_topic"
    UNKNOWN_FORMAT = "unknown_format"
    UNREGISTERED = "unregistered"
    NOT_ACTIVE = "not_active"
    NOT_INGESTED = "not_ingested"
    TOO_LARGE = "too_large"
    TOO_OFTEN = "too_often"
    MALFORMED = "malformed"
    NO_READINGS = "no_readings"
    NO_TIME = "no_time"
    BAD_TIME = "bad_time"
    TIME_WITHOUT_ZONE = "time_without_zone"
    IN_FUTURE = "in_future"
    TOO_LATE = "too_late"
    NOT_A_NUMBER = "not_a_number"
    SENTINEL = "sentinel"
    SATURATED = "saturated"
    UNKNOWN_UNIT = "unknown_unit"
    NOT_HERE = "not_here"
    ERASED = "erased"
    REFUSED_BY_DATABASE = "refused_by_database"
    CRASHED = "crashed"
