"""Map exceptions to error responses: a page for people, problem details for API clients.

User input is never echoed, neither in the response nor in the log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import psycopg
from fastapi.exceptions import RequestValidationError
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.templating import Jinja2Templates

from api.exceptions import NotFoundError
from api.reports.forms import CrossSiteError, FormTooLargeError
from api.search.filters import InvalidFilterError
from sensors.vocabulary.localized_text import LocalizedText


@dataclass(frozen=True, slots=True)
class Problem:
    """A status with a title and what the reader can do about it."""

    status: int
    title: LocalizedText
    detail: LocalizedText


NOT_FOUND = Problem(
    404,
    LocalizedText("Deze pagina is er niet", "Not found"),
    LocalizedText(
        "Misschien is het adres verkeerd getypt. Of de sensor heeft nooit in dit register gestaan.",
        "There is nothing at this address, or no such sensor in the register.",
    ),
)
INVALID_FILTER = Problem(
    400,
    LocalizedText("Deze keuze kennen we niet", "Unknown filter value"),
    LocalizedText(
        "In het adres staat een keuze die er niet is. Kies opnieuw in het hele register.",
        "A filter in the address has a value that does not exist.",
    ),
)
UNAVAILABLE = Problem(
    503,
    LocalizedText("Het register is er even niet", "Database unavailable"),
    LocalizedText(
        "We kunnen nu niet bij de gegevens. Probeer het over een paar minuten nog eens.",
        "We cannot reach the data at the moment. Please try again in a few minutes.",
    ),
)
METHOD_NOT_ALLOWED = Problem(
    405,
    LocalizedText("Dit kan hier niet", "Method not allowed"),
    LocalizedText("U kunt hier alleen lezen.", "This register can only be read: use GET."),
)
TOO_LARGE = Problem(
    413,
    LocalizedText("Dit is te veel", "Too long"),
    LocalizedText(
        "Uw tekst is te lang. Ga terug en maak hem korter.", "Your text is too long. Go back and make it shorter."
    ),
)
CROSS_SITE = Problem(
    403,
    LocalizedText("Dit kwam van een andere site", "Sent from another site"),
    LocalizedText(
        "Dit formulier werkt alleen op onze eigen bladzijde. Open de sensor in het register en probeer het daar.",
        "This form only works on our own page. Open the sensor in the register and try it there.",
    ),
)
INTERNAL_ERROR = Problem(
    500,
    LocalizedText("Er ging iets mis bij ons", "Something went wrong"),
    LocalizedText(
        "Dit is onze fout. Probeer het later nog eens.", "This is an error on our side. Please try again later."
    ),
)

PROBLEM_BY_EXCEPTION: Mapping[type[Exception], Problem] = {
    NotFoundError: NOT_FOUND,
    InvalidFilterError: INVALID_FILTER,
    RequestValidationError: INVALID_FILTER,
    FormTooLargeError: TOO_LARGE,
    CrossSiteError: CROSS_SITE,
    PoolTimeout: UNAVAILABLE,
    psycopg.OperationalError: UNAVAILABLE,
}
"""Any other exception becomes a 500."""

_PROBLEM_BY_STATUS = {HTTPStatus.NOT_FOUND: NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED: METHOD_NOT_ALLOWED}


def problem_of(error: Exception) -> Problem:
    """Return the problem for an exception, matching subclasses of the listed exceptions."""
    if isinstance(error, HTTPException):
        return _PROBLEM_BY_STATUS.get(HTTPStatus(error.status_code), INTERNAL_ERROR)
    return next(
        (PROBLEM_BY_EXCEPTION[kind] for kind in type(error).__mro__ if kind in PROBLEM_BY_EXCEPTION), INTERNAL_ERROR
    )


def error_response(request: Request, problem: Problem, templates: Jinja2Templates) -> Response:
    """Answer with problem details (RFC 9457) under ``/v1``, with a page elsewhere."""
    if request.url.path.startswith("/v1"):
        return JSONResponse(
            {"status": problem.status, "title": problem.title.en, "detail": problem.detail.en},
            problem.status,
            media_type="application/problem+json",
        )
    return templates.TemplateResponse(request, "error.html", {"problem": problem}, problem.status)
