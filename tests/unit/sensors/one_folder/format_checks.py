"""What must be true once ``csv`` is a folder of ``sensors.formats``; run where it is (``test_one_folder``)."""

from sensors.devices.accounts import topics_of_sensor
from sensors.formats import EVENT_FORMATS, READING_FORMATS
from sensors.vocabulary.rejection_reasons import RejectionReason
from tests.unit.sensors.one_folder.kind_checks import MEASURED_AT, check_stored, processed

if __name__ == "__main__":
    assert set(READING_FORMATS) == {"csv", "json"}
    assert "csv" not in EVENT_FORMATS
    assert set(topics_of_sensor("helmond", "noise", "GLD-1")) == {
        "helmond/noise/GLD-1/csv",
        "helmond/noise/GLD-1/json",
    }
    check_stored(processed("csv", f"sound_level,{MEASURED_AT.isoformat()},54.5\n".encode()), "csv")
    refused = processed("csv", f"sound_level,{MEASURED_AT.isoformat()},loud\n".encode())
    assert [each.reason for each in refused.rejections] == [RejectionReason.NOT_A_NUMBER]
