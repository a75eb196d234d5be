"""The page of one sensor, in plain words: what, whether you are in it, why, who, how long, and what it measures now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api import formatting, labels
from api.charts import Chart, draw, medians, shown
from api.database import reading
from api.dependencies import Register
from api.history.queries import gone_since
from api.i18n import current, said
from api.search import facets
from api.sensor import queries as sensor_queries
from api.sensor.queries import Stream, TravelTime
from api.sensor.retention_status import retention_classes
from api.themes.content import THEMES
from sensors.policy.explanation import explain
from sensors.register.entry import Datastream
from sensors.register.themes import themes_of
from sensors.vocabulary import codes
from sensors.vocabulary.codes import Public

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.api_route("/sensors/{reference}", methods=["GET", "HEAD"])
def sensor(request: Request, state: Register, reference: str) -> Response:
    """One sensor in plain words."""
    now = datetime.now(UTC)
    with reading(state.pool) as db:
        found = sensor_queries.sensor(db, state.settings.municipality, reference, now)
        classes = retention_classes(db)
        tally = state.tallies.get(db, state.settings.municipality)
    streams = zip(found.entry.datastreams, found.streams, strict=True)
    page = {
        "sensor": found,
        "entry": found.entry,
        "deviation": facets.deviation,
        "gone_since": gone_since(found.document, found.valid_from),
        "worst": found.entry.personal_data,
        "about": [THEMES[code] for code in themes_of(found.document)],
        "tally": tally,
        "explanation": explain(found.entry, found.version, current(), classes),
        "measured": [_measured(declared, stream, found.entry.delivers_data, now) for declared, stream in streams],
    }
    return state.templates.TemplateResponse(request, "sensor/sensor.html", page)


@dataclass(frozen=True, slots=True)
class Travelled:
    """A window of travel times as the page tells it."""

    when: str
    who: str
    median: str
    quick: str
    slow: str


@dataclass(frozen=True, slots=True)
class Measured:
    """One datastream as the page tells it."""

    declared: Datastream
    stream: Stream
    label: str
    unit: str
    about: str
    latest: str | None
    when: str | None
    chart: Chart | None
    travelled: Sequence[Travelled]


def _measured(declared: Datastream, stream: Stream, delivers: bool, now: datetime) -> Measured:
    unit = formatting.unit(declared.unit)
    label = labels.stream_label(declared, stream.known)
    drawn = replace(stream, values=medians(stream.travel_times)) if stream.travel_times else stream
    latest, when = _latest(drawn, unit, now)
    about = labels.about_stream(declared, stream, delivers)
    travelled = [_travelled(each) for each in stream.travel_times]
    return Measured(declared, stream, label, unit, about, latest, when, draw(drawn, label, unit, now), travelled)


def _travelled(found: TravelTime) -> Travelled:
    when = formatting.window(found.start, found.start + timedelta(minutes=found.minutes))
    seconds = (formatting.number(each) for each in (found.median, found.p15, found.p85))
    return Travelled(when, said(codes.label(found.vehicle_class)), *seconds)


def _latest(stream: Stream, unit: str, now: datetime) -> tuple[str | None, str | None]:
    """The newest public value and when that was: a single one, or that of an hour or day."""
    if stream.latest is not None:
        time, value = stream.latest
        whole = stream.known is not None and stream.known.whole
        return f"{formatting.measured(value, whole)} {unit}".strip(), formatting.moment(time, now)
    if not stream.values or stream.public is None:
        return None, None
    last = stream.values[-1]
    when = formatting.day(last.start) if stream.public is Public.DAY else formatting.hours(last.start, last.until, now)
    return shown(last, stream, unit), when if stream.counts_people else f"{labels.how_totalled(stream).lower()}, {when}"
