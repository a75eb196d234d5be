"""The reasons that the program itself gives for a version: kept in both languages, told in the reader's."""

from sensors.register.redaction import REMOVED_TEXT
from sensors.vocabulary.localized_text import LocalizedText

_ERASED = LocalizedText("gewist (AVG artikel 17)", "erased (GDPR article 17)")
_IMPORTED = LocalizedText("bijgewerkt uit een bestand", "updated from a file")


def _kept(text: LocalizedText) -> str:
    return f"{text.nl} / {text.en}"


ERASURE_REASON = _kept(_ERASED)
"""Why an erased entry ends; the actual reason is recorded in the tombstone only."""
IMPORT_REASON = _kept(_IMPORTED)
"""Why an entry was imported, if nobody said."""
_OURS = {ERASURE_REASON: _ERASED, IMPORT_REASON: _IMPORTED, REMOVED_TEXT.nl: REMOVED_TEXT}


def as_told(reason: str) -> LocalizedText:
    """A reason, or an editor, as it is told: what staff said has no English beside it."""
    return _OURS.get(reason, LocalizedText(reason, ""))
