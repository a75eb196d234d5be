"""What every request may use."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.templating import Jinja2Templates

from api.database import Pool
from api.middleware import Metrics
from api.reports.intake import Desk
from api.search.queries import Choices
from api.statistics import Tallies
from sensors.settings import ApiSettings


@dataclass(frozen=True, slots=True)
class State:
    """The parts of a running register."""

    settings: ApiSettings
    pool: Pool
    templates: Jinja2Templates
    metrics: Metrics
    desk: Desk
    choices: Choices
    tallies: Tallies = field(default_factory=Tallies)


def _state(request: Request) -> State:
    return request.app.state.register


Register = Annotated[State, Depends(_state)]
