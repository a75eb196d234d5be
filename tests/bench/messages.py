"""Benchmark messages. The number fully determines a message, so every process generates the same ones."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MUNICIPALITY = "helmond"
PROPERTIES = ("no2", "pm10", "pm2_5")
OBSERVATION_TABLE = "observation_1y"
SEND_INTERVAL = timedelta(seconds=10)
"""Time between messages of one sensor."""
SENSOR_STRIDE = 7919
"""A prime: sensors send in a fixed order that differs from index order."""

ObservationRow = tuple[int, datetime, float, int]
"""(datastream id, time, value, quality)."""


@dataclass(frozen=True, slots=True)
class NumberedTraffic:
    """Messages from ``start`` on, from ``sensors`` sensors in turn, with three values each."""

    sensors: int
    start: datetime

    def sensor(self, number: int) -> int:
        """The sensor that sends the message."""
        return number * SENSOR_STRIDE % self.sensors

    def time(self, number: int) -> datetime:
        """The time in the message."""
        return self.start + number // self.sensors * SEND_INTERVAL

    def values(self, number: int) -> Sequence[float]:
        """One value per property: plausible, smooth, and never repeated."""
        level = 10 + (self.sensor(number) + number // self.sensors) % 50 / 10
        return tuple(level + place for place in range(len(PROPERTIES)))

    def topic(self, number: int) -> str:
        """The topic of the message."""
        return f"{MUNICIPALITY}/air_quality/{sensor_reference(self.sensor(number))}/json"

    def payload(self, number: int) -> bytes:
        """The payload in the native format."""
        content = {"time": self.time(number).isoformat(), **dict(zip(PROPERTIES, self.values(number), strict=True))}
        return json.dumps(content).encode()

    def rows(self, numbers: range, datastreams: Mapping[int, Sequence[int]]) -> Iterator[ObservationRow]:
        """Yield the rows stored for these messages; ``datastreams`` by sensor, in the order of PROPERTIES."""
        for number in numbers:
            time = self.time(number)
            for datastream, value in zip(datastreams[self.sensor(number)], self.values(number), strict=True):
                yield datastream, time, value, 0


def sensor_reference(sensor: int) -> str:
    """The sensor's reference in the register."""
    return f"S{sensor}"
