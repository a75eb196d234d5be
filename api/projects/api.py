"""API: projects with sensors."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.projects.schemas import ProjectInFull, ProjectInShort, Projects
from api.responses import json_response, problem_responses, summary_response
from api.schemas import Words
from api.search.filters import Filters
from api.statistics import ProjectStatistics

router = APIRouter(default_response_class=JSONResponse)


@router.get("/v1/projects", response_model=Projects, responses=problem_responses(503), operation_id="projects")
def projects(state: AppStateDependency) -> Response:
    """Projects with sensors, by name."""
    with read_transaction(state.pool) as db:
        statistics = state.statistics.get(db, state.settings.municipality)
    return json_response(Projects(projects=[_project(each) for each in statistics.projects]))


@router.get(
    "/v1/projects/{id}", response_model=ProjectInFull, responses=problem_responses(404, 503), operation_id="project"
)
def project(state: AppStateDependency, id: str) -> Response:  # noqa: A002 - the name in the address
    """One project, with a summary of its sensors."""
    with read_transaction(state.pool) as db:
        statistics = state.statistics.get(db, state.settings.municipality)
    project = statistics.project(id)
    summary = summary_response(statistics.of_project(project.name), Filters(project=project.name))
    return json_response(ProjectInFull(**dict(_project(project)), summary=summary))


def _project(statistics: ProjectStatistics) -> ProjectInShort:
    project = statistics.project
    description = project.description if project else None
    return ProjectInShort(
        id=statistics.slug,
        name=statistics.name,
        description=Words(nl=description.nl, en=description.en) if description else None,
        url=str(project.url) if project and project.url else None,
        sensors=statistics.sensor_count,
        href=f"/v1/projects/{statistics.slug}",
    )
