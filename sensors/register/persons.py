"""Does a name, mailbox or phone number look like a person's own? The register shows desks, never persons.

Heuristics: they refuse what is very likely a person, and say how to put it differently. An editor still looks.
"""

import json
import re
from pathlib import Path

_FILE = Path(__file__).parents[1] / "data" / "persons.json"
_WORD_LISTS: dict[str, list[str]] = json.loads(_FILE.read_text(encoding="utf-8"))
HOUSEHOLD_MAIL_DOMAINS = frozenset(_WORD_LISTS["private_providers"])
"""Where people have their own mailbox; an organisation has its own domain."""
ROLE_WORDS = frozenset(_WORD_LISTS["role_words"])
"""Words that make a name or a mailbox one of a desk or an organisation."""
FIRST_NAMES = frozenset(_WORD_LISTS["first_names"])
"""Common first names in the Netherlands that are not also a desk's word."""

_SALUTATION = re.compile(r"(dhr|mevr|mej|mw|drs|dr|ir|ing|mr|prof)\.?\s|((de\s+)?heer|mevrouw|meneer)\s", re.IGNORECASE)
_INITIALS = re.compile(r"([A-Z]|Th|Ch|Ph|IJ)\.\s?(([A-Z]|Th)\.\s?)*(([a-z']{1,4}\s){0,3})[A-Z][a-z]+")
_WORD = re.compile(r"[^\W\d_]+")


def is_personal_name(name: str) -> bool:
    """A salutation, initials with a surname, or a common first name with a surname, and no word of a desk."""
    words = _WORD.findall(name)
    if _SALUTATION.match(name):
        return True
    if ROLE_WORDS & {word.lower() for word in words}:
        return False
    named = len(words) in range(2, 6) and words[0].lower() in FIRST_NAMES and words[-1][0].isupper()
    return named or _INITIALS.match(name) is not None


def is_personal_mailbox(email: str) -> bool:
    """At a provider for households, or called after a person: ``p.ersoon``, ``jan.jansen``, ``pieter``."""
    local, _, domain = email.lower().rpartition("@")
    words = [word for word in re.split(r"[._+-]", local) if word]
    if domain in HOUSEHOLD_MAIL_DOMAINS or FIRST_NAMES & set(words):
        return True
    if any(len(word) == 1 for word in words[:-1]):
        return True
    return len(words) > 1 and not ROLE_WORDS & set(words)


def is_mobile_number(phone: str) -> bool:
    """A Dutch mobile number: 06 …, with or without the country code (ACM numbering plan)."""
    return re.match(r"(\+31|0031|0)0?6\d{8}$", re.sub(r"[^+\d]", "", phone)) is not None
