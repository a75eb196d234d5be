"""What people see: templates, styles, scripts, and what they need in Python."""

import hashlib
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import InternationalizationExtension
from starlette.templating import Jinja2Templates

from api import formatting, i18n, labels
from api.i18n import gettext as _
from sensors.register.location import municipality_name
from sensors.settings import ApiSettings
from sensors.vocabulary import codes

HERE = Path(__file__).parent
STATIC = HERE / "static"


def make_templates(settings: ApiSettings) -> Jinja2Templates:
    """The templates, with every value escaped and a name that is not there an error."""
    environment = Environment(
        loader=FileSystemLoader((HERE / "templates", HERE.parent)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[InternationalizationExtension],
    )
    environment.policies["ext.i18n.trimmed"] = True
    _install_gettext(environment)
    environment.filters.update(formatting.FILTERS)
    environment.filters.update(said=i18n.said_in_html, plain=i18n.said)
    known: dict[str, Any] = {
        "city": municipality_name(settings.municipality),
        "static": static,
        "words": labels,
        "label": _label,
        "settings": settings,
        "language": i18n,
        "url": i18n.url,
        "footer": _footer,
    }
    cast("dict[str, Any]", environment.globals).update(known)
    return Jinja2Templates(env=environment)


def _install_gettext(environment: Environment) -> None:
    """``_`` and ``ngettext`` in the templates; what is filled in is escaped."""
    install: Any = environment  # the extension adds this method when it is loaded
    install.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)


@cache
def static(name: str) -> str:
    """The address of a file in ``static``, with its digest: another content is another address."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12] if (STATIC / name).exists() else "none"
    return f"/static/{name}?v={digest}"


def _label(code: StrEnum) -> str:
    return i18n.said(codes.label(code))


def _footer() -> list[tuple[str, str]]:
    return [
        ("/over", _("Over dit register")),
        ("/over#gegevens", _("Gegevens voor hergebruik")),
        ("/buurten", _("Buurten")),
        ("/organisaties", _("Organisaties")),
        ("/projecten", _("Projecten")),
        ("/kwaliteit", _("Klopt het register?")),
        ("/wijzigingen", _("Wat er veranderde")),
        ("/meldingen", _("Vragen en meldingen")),
        ("/woordenlijst", _("Woordenlijst")),
        ("/privacy", _("Privacy")),
        ("/toegankelijkheid", _("Toegankelijkheid")),
    ]
