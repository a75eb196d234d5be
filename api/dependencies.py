"""Dependencies shared by all request handlers."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.templating import Jinja2Templates

from api.areas.recent_values import RecentValues
from api.database import Pool
from api.middleware import HttpMetrics
from api.reports.intake import Intake
from api.search.facets import Facets
from api.statistics import StatisticsCache
from sensors.settings.web import ApiSettings


@dataclass(frozen=True, slots=True)
class AppState:
    """Long-lived objects of a running application."""

    settings: ApiSettings
    pool: Pool
    templates: Jinja2Templates
    metrics: HttpMetrics
    intake: Intake
    facets: Facets
    statistics: StatisticsCache = field(default_factory=StatisticsCache)
    recent_values: RecentValues = field(default_factory=RecentValues)


def _app_state(request: Request) -> AppState:
    return request.app.state.app_state


AppStateDependency = Annotated[AppState, Depends(_app_state)]
