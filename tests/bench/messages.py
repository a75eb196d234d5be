"""The messages of a measurement. A number says everything about its message, so every process makes the same ones."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MUNICIPALITY = "helmond"
PROPERTIES = ("no2", "pm10", "pm2_5")
OBSERVATION_TABLE = "observation_1y"
SEND_INTERVAL = timedelta(seconds=10)
"""The time between two messages of one sensor."""
SENSOR_STRIDE = 7919
"""A prime: sensors send in an order that is not that of the index, the same one each round."""

ObservationRow = tuple[int, datetime, float, int]
"""Datastream, time, value, quality."""


@dataclass(frozen=True, slots=True)
class NumberedTraffic:
    """``sensors`` that take turns from ``start`` on, three values a message."""

    sensors: int
    start: datetime

    def sensor(self, number: int) -> int:
        """Whose message this is."""
        return number * SENSOR_STRIDE % self.sensors

    def time(self, number: int) -> datetime:
        """The time in the message."""
        return self.start + number // self.sensors * SEND_INTERVAL

    def values(self, number: int) -> Sequence[float]:
        """One for each property: plausible, without jumps, never the same twice."""
        level = 10 + (self.sensor(number) + number // self.sensors) % 50 / 10
        return tuple(level + place for place in range(len(PROPERTIES)))

    def topic(self, number: int) -> str:
        """Where the message is published."""
        return f"{MUNICIPALITY}/air_quality/{sensor_reference(self.sensor(number))}/json"

    def payload(self, number: int) -> bytes:
        """The message in the native format."""
        content = {"time": self.time(number).isoformat(), **dict(zip(PROPERTIES, self.values(number), strict=True))}
        return json.dumps(content).encode()

    def rows(self, numbers: range, datastreams: Mapping[int, Sequence[int]]) -> Iterator[ObservationRow]:
        """The rows that these messages come to; ``datastreams`` by sensor, in the order of PROPERTIES."""
        for number in numbers:
            time = self.time(number)
            for datastream, value in zip(datastreams[self.sensor(number)], self.values(number), strict=True):
                yield datastream, time, value, 0


def sensor_reference(sensor: int) -> str:
    """The sensor's name in the register."""
    return f"S{sensor}"
