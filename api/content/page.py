"""Static pages: about, glossary, privacy and accessibility."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

from api.content.accessibility import condition_label, read_results
from api.content.glossary import glossary_terms
from api.dependencies import AppStateDependency
from api.exceptions import NotFoundError
from api.web import READ_METHODS

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
unlocalized_router = APIRouter(include_in_schema=False)
"""Routes without a language."""


@router.api_route("/over", methods=READ_METHODS)
def about(request: Request, state: AppStateDependency) -> Response:
    """About this register."""
    return state.templates.TemplateResponse(request, "content/about.html", {})


@router.api_route("/woordenlijst", methods=READ_METHODS)
def glossary(request: Request, state: AppStateDependency) -> Response:
    """The glossary."""
    return state.templates.TemplateResponse(request, "content/glossary.html", {"terms": glossary_terms()})


@router.api_route("/privacy", methods=READ_METHODS)
def privacy(request: Request, state: AppStateDependency) -> Response:
    """The privacy page of this site."""
    return state.templates.TemplateResponse(request, "content/privacy.html", {})


@router.api_route("/toegankelijkheid", methods=READ_METHODS)
def accessibility(request: Request, state: AppStateDependency) -> Response:
    """The accessibility statement, from the last test results."""
    context = {"results": read_results(), "condition_label": condition_label}
    return state.templates.TemplateResponse(request, "content/accessibility.html", context)


@unlocalized_router.get("/theme.css")
def theme_stylesheet(state: AppStateDependency) -> Response:
    """The municipality's own design tokens. Raises NotFoundError if there are none."""
    if state.settings.theme is None:
        raise NotFoundError
    return FileResponse(state.settings.theme, media_type="text/css")


@unlocalized_router.api_route("/.well-known/security.txt", methods=READ_METHODS)
def security_txt(state: AppStateDependency) -> PlainTextResponse:
    """Whom to tell about a weakness (RFC 9116). Raises NotFoundError when nobody says that it is still read: better no
    address than one that nobody answers."""
    contact, until = state.settings.contact, state.settings.security_until
    if contact is None or until is None or until < datetime.now(UTC).date():
        raise NotFoundError
    return PlainTextResponse(f"Contact: mailto:{contact}\nExpires: {until}T23:59:59Z\nPreferred-Languages: nl, en\n")
