"""Addresses made of names: of organisations and projects, whose names are all that entries know of them.

The first name to have an address keeps it for as long as there is a register, also when no entry has the name any
more; a later name that would have the same one gets a number.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Any

MAX_LENGTH = 80
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
FALLBACK_SLUGS: Mapping[str, str] = {"organisation": "organisatie", "project": "project"}
"""By sort: what the address is of a name without any letter that an address can have."""


def slugify(name: str, fallback: str) -> str:
    """A name in lower-case letters without accents, digits and hyphens; ``fallback`` when nothing is left."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return _NOT_IN_SLUG.sub("-", plain).strip("-")[:MAX_LENGTH].rstrip("-") or fallback


def unique_slug(base: str, taken: Collection[str]) -> str:
    """The slug, or the first of ``slug-2``, ``slug-3``, … that nobody has."""
    number, found = 1, base
    while found in taken:
        number += 1
        found = f"{base}-{number}"
    return found


def slug_owners(documents: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """Municipality, sort and name of every organisation and project in these entries, each once, in their order."""
    found: dict[tuple[str, str, str], None] = {}
    for document in documents:
        municipality = document["municipality"]
        found |= {(municipality, "organisation", each["name"]): None for each in document["organisations"]}
        if project := document.get("project"):
            found[municipality, "project", project["name"]] = None
    return list(found)
