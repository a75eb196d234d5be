"""The language of a request: Dutch, or English under ``/en``.

Only the URL decides: a link shows the same page to everyone, and nothing about a visitor is stored. Sentences are
translated by gettext, with the Dutch as msgid; labels of codes carry both languages
(``sensors.vocabulary.localized_text.LocalizedText``).
"""

import gettext as gnu
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Protocol, get_args

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from sensors.vocabulary.localized_text import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
URL_PREFIXES: dict[Language, str] = {"nl": "", "en": "/en"}
"""The path prefix of pages, per language."""
LANGUAGE_NAMES: dict[Language, str] = {"nl": "Nederlands", "en": "English"}
LOCALES_DIR = Path(__file__).parent / "web" / "locales"

_current_language: ContextVar[Language] = ContextVar("language", default="nl")
_locales: dict[Language, Locale] = {"nl": Locale("nl", "NL"), "en": Locale("en", "GB")}


class Localizable(Protocol):
    """A text in Dutch, optionally in English."""

    @property
    def nl(self) -> str: ...
    @property
    def en(self) -> str | None: ...


def current_language() -> Language:
    """The language of this request."""
    return _current_language.get()


def set_language(language: Language) -> None:
    """Set the language of the current task or thread."""
    _current_language.set(language)


def current_locale() -> Locale:
    """The locale for numbers and dates in this request."""
    return _locales[current_language()]


def language_of_path(path: str) -> Language:
    """The language of a path."""
    return "en" if path == "/en" or path.startswith("/en/") else "nl"


def url(path: str, language: Language | None = None) -> str:
    """The URL path of a page in the language of this request, or in the one given."""
    return URL_PREFIXES[language or current_language()] + path


def alternate_urls(path: str, query: str) -> dict[Language, str]:
    """The URL of the same page in each language."""
    bare = path.removeprefix(URL_PREFIXES[language_of_path(path)]) or "/"
    return {each: url(bare, each) + (f"?{query}" if query else "") for each in LANGUAGES}


def gettext(message: str) -> str:
    """Translate a Dutch sentence into the language of this request."""
    return _translations(current_language()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Translate a Dutch sentence with singular and plural forms."""
    return _translations(current_language()).ngettext(one, many, count)


def localize(text: Localizable) -> str:
    """Return a text in the language of this request, falling back to Dutch."""
    return (text.en or text.nl) if current_language() == "en" else text.nl


def localize_html(text: Localizable) -> Markup:
    """Like ``localize``, but mark Dutch on an English page with ``lang``, for screen readers."""
    if current_language() == "en" and not text.en:
        return Markup('<span lang="nl">{}</span>').format(text.nl)
    return escape(localize(text))


@cache
def _translations(language: Language) -> gnu.NullTranslations:
    """The catalogue, compiled from the .po file on first use: no .mo file that could be stale."""
    if language == "nl":
        return gnu.NullTranslations()
    compiled = BytesIO()
    with (LOCALES_DIR / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        write_mo(compiled, read_po(file, language))
    compiled.seek(0)
    return gnu.GNUTranslations(compiled)
