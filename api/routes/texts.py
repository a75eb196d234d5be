"""Pages that are only text: what this register is, its jargon, privacy and accessibility."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from api import statement
from api.jargon import jargon
from api.register import NotFoundError
from api.state import Register

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
theme = APIRouter(include_in_schema=False)


@router.api_route("/over", methods=["GET", "HEAD"])
def about(request: Request, state: Register) -> Response:
    """What this register is."""
    return state.templates.TemplateResponse(request, "about.html", {})


@router.api_route("/woordenlijst", methods=["GET", "HEAD"])
def words(request: Request, state: Register) -> Response:
    """What hard words mean."""
    return state.templates.TemplateResponse(request, "jargon.html", {"jargon": jargon()})


@router.api_route("/privacy", methods=["GET", "HEAD"])
def privacy(request: Request, state: Register) -> Response:
    """What this site does with the data of its visitors."""
    return state.templates.TemplateResponse(request, "privacy.html", {})


@router.api_route("/toegankelijkheid", methods=["GET", "HEAD"])
def accessibility(request: Request, state: Register) -> Response:
    """How accessible this site is, from the tests' last results."""
    return state.templates.TemplateResponse(request, "accessibility.html", {"tested": statement.read()})


@theme.get("/theme.css")
def stylesheet(state: Register) -> Response:
    """The municipality's own design tokens. Raises NotFoundError when there are none."""
    if state.settings.theme is None:
        raise NotFoundError
    return FileResponse(state.settings.theme, media_type="text/css")
