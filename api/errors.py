"""What goes wrong, as an answer: one table from exception to status, told to people as a page, to programs as JSON.

Nothing of what was sent is ever repeated: not in the answer, and not in the log.
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

from api.reports.forms import ElsewhereError, TooLargeError
from api.search.filters import UnknownFilterError
from api.sensor.queries import NotFoundError
from sensors.vocabulary.localized_text import Text


@dataclass(frozen=True, slots=True)
class Problem:
    """A status with what to say about it: a title, and what you can do."""

    status: int
    title: Text
    detail: Text


NOT_FOUND = Problem(
    404,
    Text("Deze pagina is er niet", "Not found"),
    Text(
        "Misschien is het adres verkeerd getypt. Of de sensor heeft nooit in dit register gestaan.",
        "There is nothing at this address, or no such sensor in the register.",
    ),
)
UNKNOWN_FILTER = Problem(
    400,
    Text("Deze keuze kennen we niet", "Unknown filter value"),
    Text(
        "In het adres staat een keuze die er niet is. Kies opnieuw in het hele register.",
        "A filter in the address has a value that does not exist.",
    ),
)
AWAY = Problem(
    503,
    Text("Het register is er even niet", "Database away"),
    Text(
        "We kunnen nu niet bij de gegevens. Probeer het over een paar minuten nog eens.",
        "The data can't be reached now. Try again in a few minutes.",
    ),
)
NOT_ALLOWED = Problem(
    405,
    Text("Dit kan hier niet", "Method not allowed"),
    Text("U kunt hier alleen lezen.", "This register can only be read: use GET."),
)
TOO_LARGE = Problem(
    413,
    Text("Dit is te veel", "Too much"),
    Text("Uw tekst is te lang. Ga terug en maak hem korter.", "Your text is too long. Go back and make it shorter."),
)
ELSEWHERE = Problem(
    403,
    Text("Dit kwam van een andere site", "Sent from another site"),
    Text(
        "Dit formulier werkt alleen op onze eigen bladzijde. Open de sensor in het register en probeer het daar.",
        "This form works on our own page only. Open the sensor in the register and try it there.",
    ),
)
FAILED = Problem(
    500,
    Text("Er ging iets mis bij ons", "Something went wrong"),
    Text("Dit is onze fout. Probeer het later nog eens.", "This is an error on our side. Try again later."),
)

PROBLEMS: Mapping[type[Exception], Problem] = {
    NotFoundError: NOT_FOUND,
    UnknownFilterError: UNKNOWN_FILTER,
    RequestValidationError: UNKNOWN_FILTER,
    TooLargeError: TOO_LARGE,
    ElsewhereError: ELSEWHERE,
    PoolTimeout: AWAY,
    psycopg.OperationalError: AWAY,
}
"""Everything else is our own fault: 500."""

_BY_STATUS = {HTTPStatus.NOT_FOUND: NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED: NOT_ALLOWED}


def problem_of(error: Exception) -> Problem:
    """What to answer to an exception; a kind of a listed one counts as that one."""
    if isinstance(error, HTTPException):
        return _BY_STATUS.get(HTTPStatus(error.status_code), FAILED)
    return next((PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS), FAILED)


def answer(request: Request, problem: Problem, templates: Jinja2Templates) -> Response:
    """Problem details (RFC 9457) under ``/v1``, a page elsewhere."""
    if request.url.path.startswith("/v1"):
        return JSONResponse(
            {"status": problem.status, "title": problem.title.en, "detail": problem.detail.en},
            problem.status,
            media_type="application/problem+json",
        )
    return templates.TemplateResponse(request, "error.html", {"problem": problem}, problem.status)
