"""What people see: templates, styles, scripts, and what they need in Python."""

import hashlib
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.templating import Jinja2Templates

from api import formats, words
from sensors import codes
from sensors.settings import ApiSettings

HERE = Path(__file__).parent
STATIC = HERE / "static"


def make_templates(settings: ApiSettings) -> Jinja2Templates:
    """The templates, with every value escaped and a name that is not there an error."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(formats.FILTERS)
    known: dict[str, Any] = {
        "city": city_name(settings.municipality),
        "static": static,
        "words": words,
        "label": _label,
        "settings": settings,
    }
    cast("dict[str, Any]", environment.globals).update(known)
    return Jinja2Templates(env=environment)


def city_name(municipality: str) -> str:
    """The name of a municipality, from the slug that topics have."""
    return municipality.replace("-", " ").replace("_", " ").title()


@cache
def static(name: str) -> str:
    """The address of a file in ``static``, with its digest: another content is another address."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12] if (STATIC / name).exists() else "none"
    return f"/static/{name}?v={digest}"


def _label(code: StrEnum) -> str:
    return codes.label(code).nl
