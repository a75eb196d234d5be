"""Everything that the page needs to draw a scene: the dashboard as rendered, and the data source's answers."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from dashboards.build import build_dashboard
from dashboards.render import to_json
from sensors.db import Connection
from sensors.settings.grafana import AlertSettings
from tests.preview.choices import Choice, make_choices
from tests.preview.frames import Answer, ask
from tests.preview.scenes import Scene
from tests.support.grafana_macros import TimeRange, expand_macros

GRID_COLUMNS = 24
PANEL_PADDING_PIXELS = 18
UNIT_DAYS = {"h": 1 / 24, "d": 1, "w": 7, "M": 30, "y": 365}
UNIT_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
INTERVAL_STEPS = (1, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
"""The lengths in seconds that Grafana rounds ``$__interval`` to."""


def drawing_data(db: Connection, scene: Scene, width: int, now: datetime) -> dict[str, Any]:
    """The scene at ``now``, on a screen of ``width`` pixels. ``db`` acts as Grafana's role."""
    model = _rendered(scene)
    since = now - _length(model["time"]["from"])
    period = TimeRange(since, now)
    choices = make_choices(db, model["templating"]["list"], scene.chosen, period)
    answers = {panel["id"]: _answer(db, panel, choices, period, width) for panel in model["panels"]}
    return {
        "title": model["title"],
        "caption": f"{model['time']['from']} – {model['time']['to']} · {model['timezone']} · ↻ {model['refresh']}",
        "panels": model["panels"],
        "answers": {number: asdict(answer) for number, answer in answers.items()},
        "choices": [
            {"name": each.name, "label": each.label, "text": each.text, "isHidden": each.is_hidden} for each in choices
        ],
        "from": round(since.timestamp() * 1000),
        "to": round(now.timestamp() * 1000),
        "timezone": model["timezone"],
        "width": width,
    }


def _rendered(scene: Scene) -> dict[str, Any]:
    """The dashboard's JSON, as Grafana reads it."""
    settings = AlertSettings()
    return json.loads(to_json(build_dashboard(scene.dashboard, settings.grafana_datasource, settings.register_url)))


def _length(start: str) -> timedelta:
    """Of a period such as ``now-30d``. Raises ValueError for another form."""
    found = re.fullmatch(r"now-(\d+)([hdwMy])", start)
    if found is None:
        raise ValueError(f"{start} is no period that the preview knows")
    return timedelta(days=int(found[1]) * UNIT_DAYS[found[2]])


def _answer(db: Connection, panel: Mapping[str, Any], choices: list[Choice], period: TimeRange, width: int) -> Answer:
    target = panel["targets"][0]
    pixels = width * panel["gridPos"]["w"] / GRID_COLUMNS - PANEL_PADDING_PIXELS
    period = replace(period, interval=_interval(period.until - period.since, pixels))
    query = expand_macros(target["rawSql"], period, {each.name: each.value for each in choices})
    return ask(db, query, target["format"])


def _interval(length: timedelta, points: float) -> str:
    """The value of ``$__interval``: a round time, so that there are about as many points as pixels."""
    exact = length.total_seconds() / points
    seconds = next((low for low, high in pairwise(INTERVAL_STEPS) if exact < (low + high) / 2), INTERVAL_STEPS[-1])
    unit, size = next((unit, size) for unit, size in UNIT_SECONDS.items() if seconds % size == 0)
    return f"{seconds // size}{unit}"
