"""The example register: fictitious sensors within the real boundaries of Helmond.

The same seed gives the same register, byte for byte. The prefix of a reference is its sensor type: ``lantaarn-…``,
``lucht-…``, ``verkeer-…``, ``HD-ANPR-…``; recorded series use the references of ``simulators.replay``.
"""

from collections.abc import Iterator

from sensors.register.entry import Entry
from simulators.city import placement
from simulators.city.air_sensors import citizen_air_sensors, municipal_air_stations, official_air_stations
from simulators.city.plate_cameras import plate_cameras
from simulators.city.streetlights import motion_streetlights, streetlights
from simulators.city.traffic_counters import counters, recorded_traffic
from simulators.city.without_data import entries_without_data

EXAMPLE_SEED = 1
"""The seed of the demo's city."""


def example_entries(seed: int) -> Iterator[Entry]:
    """Yield all entries, in a fixed order."""
    yield from streetlights(seed)
    yield from official_air_stations(seed)
    yield from municipal_air_stations(seed)
    yield from citizen_air_sensors(seed)
    yield from counters(seed)
    yield from recorded_traffic(seed)
    yield from plate_cameras()
    yield from motion_streetlights(seed)
    yield from entries_without_data(placement.random_numbers(seed, "silent"))
