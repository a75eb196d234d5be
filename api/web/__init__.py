"""The web front end: templates, styles, scripts, and their Python support."""

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
from sensors.policy import promises
from sensors.register.location import municipality_name
from sensors.settings.web import ApiSettings
from sensors.vocabulary import codes

WEB_DIR = Path(__file__).parent
STATIC_DIR = WEB_DIR / "static"
READ_METHODS = ["GET", "HEAD"]
"""Methods of every page: HEAD is answered like GET, without a body."""


def create_templates(settings: ApiSettings) -> Jinja2Templates:
    """The template environment, with autoescaping and strict undefined names."""
    environment = Environment(
        loader=FileSystemLoader((WEB_DIR / "templates", WEB_DIR.parent)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[InternationalizationExtension],
    )
    environment.policies["ext.i18n.trimmed"] = True
    _install_gettext(environment)
    environment.filters.update(formatting.TEMPLATE_FILTERS)
    environment.filters.update(localize_html=i18n.localize_html, localize=i18n.localize)
    template_globals: dict[str, Any] = {
        "city": municipality_name(settings.municipality),
        "static_url": static_url,
        "labels": labels,
        "promises": promises,
        "label": _label,
        "settings": settings,
        "i18n": i18n,
        "url": i18n.url,
        "footer_links": _footer_links,
    }
    cast("dict[str, Any]", environment.globals).update(template_globals)
    return Jinja2Templates(env=environment)


def _install_gettext(environment: Environment) -> None:
    """Install ``_`` and ``ngettext`` in the templates; interpolated values are escaped."""
    install: Any = environment  # the extension adds this method when it is loaded
    install.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)


@cache
def static_url(name: str) -> str:
    """The URL of a static file, including its digest, so that changed content gets a new URL."""
    digest = (
        hashlib.sha256((STATIC_DIR / name).read_bytes()).hexdigest()[:12] if (STATIC_DIR / name).exists() else "none"
    )
    return f"/static/{name}?v={digest}"


def _label(code: StrEnum) -> str:
    return i18n.localize(codes.label_of(code))


def _footer_links() -> list[tuple[str, str]]:
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
