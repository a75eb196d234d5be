"""Detect names, mailboxes and phone numbers of individuals. The register lists desks, never persons.

Heuristics: they reject what is very likely a person and suggest an alternative. An editor still reviews entries.
"""

import json
import re
from pathlib import Path

_FILE = Path(__file__).parents[1] / "data" / "persons.json"
_WORD_LISTS: dict[str, list[str]] = json.loads(_FILE.read_text(encoding="utf-8"))
HOUSEHOLD_MAIL_DOMAINS = frozenset(_WORD_LISTS["private_providers"])
"""Mail providers for consumers; organisations have their own domain."""
ROLE_WORDS = frozenset(_WORD_LISTS["role_words"])
"""Words that mark a name or mailbox as that of a desk or organisation."""
FIRST_NAMES = frozenset(_WORD_LISTS["first_names"])
"""Common Dutch first names that are not also role words."""

_SALUTATION = re.compile(r"(dhr|mevr|mej|mw|drs|dr|ir|ing|mr|prof)\.?\s|((de\s+)?heer|mevrouw|meneer)\s", re.IGNORECASE)
_INITIALS = re.compile(r"([A-Z]|Th|Ch|Ph|IJ)\.\s?(([A-Z]|Th)\.\s?)*(([a-z']{1,4}\s){0,3})[A-Z][a-z]+")
_WORD = re.compile(r"[^\W\d_]+")


def is_personal_name(name: str) -> bool:
    """Whether it begins with a title, or is initials or a common first name with a surname and has no role word."""
    words = _WORD.findall(name)
    if _SALUTATION.match(name):
        return True
    if ROLE_WORDS & {word.lower() for word in words}:
        return False
    named = len(words) in range(2, 6) and words[0].lower() in FIRST_NAMES and words[-1][0].isupper()
    return named or _INITIALS.match(name) is not None


def is_personal_mailbox(email: str) -> bool:
    """Whether it is at a consumer provider or named after a person: ``p.ersoon``, ``jan.jansen``, ``pieter``."""
    local, _, domain = email.lower().rpartition("@")
    words = [word for word in re.split(r"[._+-]", local) if word]
    if domain in HOUSEHOLD_MAIL_DOMAINS or FIRST_NAMES & set(words):
        return True
    if any(len(word) == 1 for word in words[:-1]):
        return True
    return len(words) > 1 and not ROLE_WORDS & set(words)


def is_mobile_number(phone: str) -> bool:
    """Whether it is a Dutch mobile number: 06 …, with or without country code (ACM numbering plan)."""
    return re.match(r"(\+31|0031|0)0?6\d{8}$", re.sub(r"[^+\d]", "", phone)) is not None
