"""The page of one sensor: what it is, whether it is about you, why, who, how long, and its current values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api import formatting, labels
from api.charts import Chart, draw_chart, margin_in_words, median_travel_times, value_with_unit
from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.history.queries import removed_on
from api.i18n import current_language, localize
from api.i18n import gettext as _
from api.movement.queries import load_groups
from api.movement.view import MovementView, movement_view
from api.search import facets
from api.sensor import queries as sensor_queries
from api.sensor.queries import LatestValue, PublicDatastream, TravelTime
from api.sensor.retention_status import load_retention_classes
from api.slot_means import MeansSection, means_section
from api.themes.content import THEMES
from api.web import READ_METHODS
from sensors.policy.counted_in_memory import is_counted_in_memory
from sensors.policy.explanation import explain_policy
from sensors.policy.retention_explanation import noise_sentence, speed_sentence
from sensors.policy.terms import kept_retention
from sensors.register.entry import Datastream, Entry, EventPrivacyRule, Retention
from sensors.register.redaction import is_erased
from sensors.register.themes import themes_of
from sensors.vocabulary import codes
from sensors.vocabulary.codes import Public

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.api_route("/sensors/{reference}", methods=READ_METHODS)
def sensor(request: Request, state: AppStateDependency, reference: str) -> Response:
    """The page of one sensor."""
    now = datetime.now(UTC)
    with read_transaction(state.pool) as db:
        found = sensor_queries.load_sensor(db, state.settings.municipality, reference, now)
        classes = load_retention_classes(db)
        groups = load_groups(db, state.settings.municipality)
        statistics = state.statistics.get(db, state.settings.municipality)
    erased = is_erased(found.document)
    # Of an erased sensor nothing is kept or shown any more, so that its terms and values would be untrue.
    datastreams = () if erased else zip(found.entry.datastreams, found.datastreams, strict=True)
    context = {
        "sensor": found,
        "entry": found.entry,
        "sends_events": any(map(_sends_events, found.entry.datastreams)),
        "deviation_label": facets.deviation_label,
        "is_erased": erased,
        "removed_on": removed_on(found.document, found.valid_from),
        "personal_data_level": found.entry.personal_data,
        "themes": [THEMES[code] for code in themes_of(found.document)],
        "statistics": statistics,
        "explanation": explain_policy(
            found.entry, found.version, current_language(), classes, {each.name: each.lamps for each in groups}
        ),
        "datastreams": [
            _datastream_view(found.entry, declared, datastream, now) for declared, datastream in datastreams
        ],
    }
    return state.templates.TemplateResponse(request, "sensor/sensor.html", context)


def _sends_events(declared: Datastream) -> bool:
    """Whether a message of it is about one vehicle or person, so that it is in no ledger."""
    return any(isinstance(rule, EventPrivacyRule) for rule in declared.privacy_rules)


@dataclass(frozen=True, slots=True)
class TravelTimeRow:
    """A window of travel times as shown on the page."""

    when: str
    vehicle_class: str
    median: str
    p85: str


@dataclass(frozen=True, slots=True)
class DatastreamView:
    """One datastream as shown on the page."""

    declared: Datastream
    datastream: PublicDatastream
    label: str
    unit: str
    description: str
    retention: Retention | None
    """How long it is kept."""
    noise_note: str | None
    """That its numbers have a random one in them, and why."""
    is_counted_in_memory: bool
    """Its messages are kept nowhere, so that none comes in later."""
    latest: str | None
    latest_margin: str
    """How far it may be off; empty if it has no margin."""
    latest_when: str | None
    chart: Chart | None
    travel_time_rows: Sequence[TravelTimeRow]
    movement: MovementView | None
    means: tuple[MeansSection, ...]
    """Of a counter: over four weeks, by sort of days."""


def _datastream_view(entry: Entry, declared: Datastream, datastream: PublicDatastream, now: datetime) -> DatastreamView:
    unit = formatting.unit(declared.unit)
    label = labels.datastream_label(declared, datastream.definition)
    charted = (
        replace(datastream, values=median_travel_times(datastream.travel_times))
        if datastream.travel_times
        else datastream
    )
    latest, when = _latest(charted, unit, now)
    return DatastreamView(
        declared=declared,
        datastream=datastream,
        label=label,
        unit=unit,
        description=labels.datastream_description(declared, datastream, entry.delivers_data),
        retention=kept_retention(entry, declared, datastream.definition),
        noise_note=_noise_note(datastream),
        is_counted_in_memory=is_counted_in_memory(declared),
        latest=latest,
        latest_margin="" if charted.latest or not charted.values else margin_in_words(charted.values[-1]),
        latest_when=when,
        chart=draw_chart(charted, label, unit, now),
        travel_time_rows=[_travel_time_row(each) for each in datastream.travel_times],
        movement=movement_view(datastream.movement, label) if datastream.movement else None,
        means=tuple(_means_sections(datastream, label)),
    )


def _means_sections(datastream: PublicDatastream, label: str) -> Iterator[MeansSection]:
    for days, heading in (("weekday", _("Maandag tot en met vrijdag")), ("weekend", _("Zaterdag en zondag"))):
        means = [each for each in datastream.count_means if each.days == days]
        if means:
            yield means_section(means, heading, label, lambda value, _: formatting.number(value))


def _noise_note(datastream: PublicDatastream) -> str | None:
    margin = max((each.margin for each in datastream.values if each.margin is not None), default=None)
    if margin is None or datastream.public is None:
        return None
    return localize(noise_sentence(margin / 2) if datastream.counts_people else speed_sentence(datastream.public))


def _travel_time_row(found: TravelTime) -> TravelTimeRow:
    when = formatting.time_range(found.start, found.start + timedelta(minutes=found.minutes))
    slow = "–" if found.p85 is None else formatting.number(found.p85)
    return TravelTimeRow(when, localize(codes.label_of(found.vehicle_class)), formatting.number(found.median), slow)


def _latest(datastream: PublicDatastream, unit: str, now: datetime) -> tuple[str | None, str | None]:
    """The latest public value and its time: an individual reading, or an hourly or daily value."""
    if datastream.latest is not None:
        latest = datastream.latest
        whole = datastream.definition is not None and datastream.definition.is_integer
        return f"{formatting.measurement(latest.value, whole)} {unit}".strip(), _when(latest, now)
    if not datastream.values or datastream.public is None:
        return None, None
    last = datastream.values[-1]
    when = (
        formatting.day(last.start)
        if datastream.public is Public.DAY
        else formatting.relative_time_range(last.start, last.until, now)
    )
    return value_with_unit(
        last, datastream, unit
    ), when if datastream.counts_people else f"{labels.aggregation_label(datastream).lower()}, {when}"


def _when(latest: LatestValue, now: datetime) -> str:
    """The moment, the period or the day that the latest value is about."""
    if latest.until == latest.time:
        return formatting.relative_time(latest.time, now)
    if latest.until - latest.time > timedelta(hours=12):
        return formatting.day(latest.time)
    return formatting.relative_time_range(latest.time, latest.until, now)
