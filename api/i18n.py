"""In which language we speak to this visitor: Dutch, or English under ``/en``.

The address decides, and nothing else: a link shows the same page to everyone, and nothing about a visitor is kept.
Sentences are looked up by gettext, with the Dutch sentence as key; words that come with a code bring both languages
themselves (``sensors.vocabulary.localized_text.Text``).
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
"""What the addresses of pages begin with."""
LANGUAGE_NAMES: dict[Language, str] = {"nl": "Nederlands", "en": "English"}
LOCALES_DIR = Path(__file__).parent / "web" / "locales"

_current_language: ContextVar[Language] = ContextVar("language", default="nl")
_locales: dict[Language, Locale] = {"nl": Locale("nl", "NL"), "en": Locale("en", "GB")}


class Localizable(Protocol):
    """A text in Dutch, and in English when there is one."""

    @property
    def nl(self) -> str: ...
    @property
    def en(self) -> str | None: ...


def current_language() -> Language:
    """The language of this request."""
    return _current_language.get()


def set_language(language: Language) -> None:
    """From here on, in this task or thread, this language."""
    _current_language.set(language)


def current_locale() -> Locale:
    """How numbers and dates are written in the language of this request."""
    return _locales[current_language()]


def language_of_path(path: str) -> Language:
    """The language that an address is in."""
    return "en" if path == "/en" or path.startswith("/en/") else "nl"


def url(path: str, language: Language | None = None) -> str:
    """The address of a page, ``/…``, in the language of this request or another one."""
    return URL_PREFIXES[language or current_language()] + path


def alternate_urls(path: str, query: str) -> dict[Language, str]:
    """The same page in every language."""
    bare = path.removeprefix(URL_PREFIXES[language_of_path(path)]) or "/"
    return {each: url(bare, each) + (f"?{query}" if query else "") for each in LANGUAGES}


def gettext(message: str) -> str:
    """A Dutch sentence in the language of this request."""
    return _translations(current_language()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """A Dutch sentence about one or more, in the language of this request."""
    return _translations(current_language()).ngettext(one, many, count)


def localize(text: Localizable) -> str:
    """A text in the language of this request; Dutch where it has no English."""
    return (text.en or text.nl) if current_language() == "en" else text.nl


def localize_html(text: Localizable) -> Markup:
    """As ``localize``; Dutch on an English page is marked as such, so that it is read aloud as Dutch."""
    if current_language() == "en" and not text.en:
        return Markup('<span lang="nl">{}</span>').format(text.nl)
    return escape(localize(text))


@cache
def _translations(language: Language) -> gnu.NullTranslations:
    """The catalogue, compiled from its text when it is first needed: there is no second file that could be older."""
    if language == "nl":
        return gnu.NullTranslations()
    compiled = BytesIO()
    with (LOCALES_DIR / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        write_mo(compiled, read_po(file, language))
    compiled.seek(0)
    return gnu.GNUTranslations(compiled)
