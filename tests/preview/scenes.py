"""What is drawn: each dashboard as it opens, and with every choice that makes its panels another case."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dashboards.build import DASHBOARDS
from dashboards.spec import Dashboard

NEIGHBOURHOOD = "BU07941003"
"""A neighbourhood with few sensors."""
CHOICES: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "air_quality": {
        "pm10": {"stof": "pm10"},
        "no2": {"stof": "no2"},
        "o3": {"stof": "o3"},
        "short-station": {"station": "lucht-gemeente-02"},
        "neighbourhood": {"buurt": NEIGHBOURHOOD},
    },
    "city_today": {"neighbourhood": {"buurt": NEIGHBOURHOOD}},
    "lighting": {
        "neighbourhood": {"buurt": NEIGHBOURHOOD},
        "co2-comma": {"co2": "0,4"},
        "co2-empty": {"co2": ""},
    },
    "movement": {"steenweg": {"groep": "steenweg"}},
    "register": {"organisation": {"organisatie": "Gemeente Helmond"}},
    "traffic": {
        "bicycles": {"teller": "verkeer-fiets-01"},
        "camera": {"teller": "verkeer-camera-01"},
        "neighbourhood": {"buurt": NEIGHBOURHOOD},
        "dutch-date": {"datum": "01-11-2026"},
        "no-date": {"datum": "binnenkort"},
    },
}
"""By dashboard: what each choice is called in the name of the picture, and the variables that it sets."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A dashboard with some choices made; the others are as it opens."""

    dashboard: Dashboard
    name: str
    chosen: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def file_name(self) -> str:
        """The start of the name of its pictures."""
        name = self.dashboard.name.replace("_", "-")
        return f"{name}-{self.name}" if self.name else name


def scenes_of(names: frozenset[str]) -> Iterator[Scene]:
    """The scenes of the dashboards with these names; of all if there are none."""
    for dashboard in DASHBOARDS:
        if not names or dashboard.name in names:
            yield Scene(dashboard, "")
            for name, chosen in CHOICES.get(dashboard.name, {}).items():
                yield Scene(dashboard, name, chosen)
