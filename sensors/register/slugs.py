"""Slugs for organisations and projects, which entries identify by name only.

A slug permanently belongs to the first name that got it, even after the last entry with that name is gone. A later
name with the same slug gets a numeric suffix.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sensors.register.redaction import REMOVED_TEXT

MAX_LENGTH = 80
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
FALLBACK_SLUGS: Mapping[str, str] = {"organisation": "organisatie", "project": "project"}
"""By type: the slug of a name without any usable character."""


def slugify(name: str, fallback: str) -> str:
    """A name as lower-case unaccented letters, digits and hyphens; ``fallback`` if nothing is left."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return _NOT_IN_SLUG.sub("-", plain).strip("-")[:MAX_LENGTH].rstrip("-") or fallback


def unique_slug(base: str, taken: Collection[str]) -> str:
    """The slug itself, or the first of ``slug-2``, ``slug-3``, … that is not taken."""
    number, found = 1, base
    while found in taken:
        number += 1
        found = f"{base}-{number}"
    return found


def slug_owners(documents: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """Municipality, type and name of every distinct organisation and project in these entries, in order.

    What stands in place of a name that was removed on request is not one.
    """
    found: dict[tuple[str, str, str], None] = {}
    for document in documents:
        municipality = document["municipality"]
        found |= {(municipality, "organisation", each["name"]): None for each in document["organisations"]}
        if project := document.get("project"):
            found[municipality, "project", project["name"]] = None
    return [owner for owner in found if owner[2] != REMOVED_TEXT.nl]
