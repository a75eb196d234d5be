"""The message catalogue: the Dutch sentences in the sources and their English translations.

``make texts`` updates the catalogue; a new sentence has no English until someone writes it.
"""

from io import SEEK_END, BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from api.i18n import LOCALES_DIR

API_DIR = Path(__file__).parents[1]
ENGLISH_CATALOGUE_PATH = LOCALES_DIR / "en" / "LC_MESSAGES" / "messages.po"
_METHODS = [("**.py", "python"), ("**.html", "jinja2")]
_OPTIONS = {"**.html": {"trimmed": "true", "silent": "false", "trim_blocks": "true"}}
_HEADER = """\
msgid ""
msgstr ""
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
_KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "ngettext": (1, 2)}


def extract_messages() -> Catalog:
    """Extract all marked messages, by first location."""
    found = Catalog(project="Lantaarn", charset="utf-8", locale="en", fuzzy=False)
    messages = extract_from_dir(API_DIR, _METHODS, _OPTIONS, keywords=_KEYWORDS, comment_tags=())
    for path, _, message, _, context in sorted(messages, key=lambda each: (each[0], each[1])):
        found.add(message, locations=[(path, 0)], context=context)
    return found


def load_catalogue() -> Catalog:
    """Load the English catalogue."""
    with ENGLISH_CATALOGUE_PATH.open("rb") as file:
        return read_po(file, "en")


def update_catalogue() -> Catalog:
    """Return the stored catalogue, updated to exactly the messages in the sources."""
    catalogue = load_catalogue()
    catalogue.update(extract_messages(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    return catalogue


def serialize_catalogue(catalogue: Catalog) -> bytes:
    """Serialize a catalogue, without line numbers and dates, which change with every edit."""
    text = BytesIO(_HEADER.encode())
    text.seek(0, SEEK_END)
    write_po(text, catalogue, width=120, include_lineno=False, omit_header=True, sort_by_file=True)
    return text.getvalue()


if __name__ == "__main__":
    ENGLISH_CATALOGUE_PATH.write_bytes(serialize_catalogue(update_catalogue()))
