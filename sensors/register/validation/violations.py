"""Violations in a register entry, in plain words and without repeating the input.

Schema errors become violations here, and invalid parts can be repaired temporarily, so that the rules between parts
(``sensors.register.validation.validator``) can still be checked on the rest.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sensors.register.part import Part
from sensors.vocabulary.localized_text import LocalizedText


@dataclass(frozen=True, slots=True)
class Violation:
    """A violation: its path in the entry (``datastreams[2].retention``), the rule, and how to fix it."""

    path: str
    rule_id: str
    message: LocalizedText


FieldPath = tuple[int | str, ...]

_FIELD_NAMES = {name for part in Part.__subclasses__() for name in part.model_fields}


def format_path(field_path: FieldPath) -> str:
    """``("datastreams", 2, "retention")`` → ``datastreams[2].retention``. Leaves out names that are not in the schema,
    so that invented field names can't reach a log."""
    path = ""
    for step in field_path:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step in _FIELD_NAMES:
            path += f".{step}" if path else step
    return path


def schema_violations(error: ValidationError) -> Iterator[Violation]:
    """Convert every schema error to a violation, without its input."""
    for each in error.errors(include_input=False, include_url=False):
        yield _schema_violation(each)


def _schema_violation(error: ErrorDetails) -> Violation:
    path = format_path(error["loc"])
    kind = error["type"]
    limits: dict[str, Any] = error.get("ctx", {})
    if kind == "extra_forbidden":
        return Violation(path, "unknown_field", _unknown_field(str(error["loc"][-1])))
    if kind in CODE_LIST_ERROR_TYPES:
        allowed = str(limits.get("expected") or limits.get("expected_tags", "")).replace(" or ", ", ")
        allowed = _ENUM_MEMBER.sub(r"\1", allowed)
        return Violation(
            path, "not_in_list", LocalizedText(f"Kies een van deze codes: {allowed}.", f"Choose one of: {allowed}.")
        )
    if kind == "string_pattern_mismatch":
        return Violation(path, "wrong_form", FORMAT_HINTS.get(path.rpartition(".")[2], PLAIN_TEXT_HINT))
    rule, nl, en = MESSAGE_BY_ERROR_TYPE.get(kind) or MESSAGE_BY_ERROR_TYPE.get(
        kind.partition("_")[0], FALLBACK_MESSAGE
    )
    return Violation(path, rule, LocalizedText(nl.format_map(limits), en.format_map(limits)))


def _unknown_field(name: str) -> LocalizedText:
    """Names it if it looks like the name of a field, and suggests the nearest one that exists.

    Anything else may be content, such as an address that was put where a name belongs.
    """
    near = get_close_matches(name[:100], sorted(_FIELD_NAMES), n=1, cutoff=0.75)
    shown = f" “{name}”" if _LIKE_A_FIELD.fullmatch(name) else ""
    if near and near[0] != name:
        return LocalizedText(
            f"Het veld{shown} kennen wij niet. Bedoelt u “{near[0]}”?",
            f"We do not know the field{shown}. Did you mean “{near[0]}”?",
        )
    return LocalizedText(f"Het veld{shown} hoort hier niet.", f"The field{shown} does not belong here.")


_LIKE_A_FIELD = re.compile(r"[a-z]+(?:_[a-z]+)*", re.ASCII)
_ENUM_MEMBER = re.compile(r"<\w+\.\w+: ('\w+')>")
"""How Pydantic names one of some members of an enum."""
CODE_LIST_ERROR_TYPES = frozenset({"enum", "literal_error", "dtpr_element", "union_tag_invalid"})

FALLBACK_MESSAGE = ("wrong_value", "Deze waarde kan hier niet.", "This value is not allowed here.")

MESSAGE_BY_ERROR_TYPE: dict[str, tuple[str, str, str]] = {
    "missing": ("missing", "Dit is verplicht.", "This is required."),
    "union_tag_not_found": ("missing", "Zeg in “rule” welke regel dit is.", "State in “rule” which rule this is."),
    "string_too_long": (
        "too_long",
        "Dit is te lang. Gebruik hoogstens {max_length} tekens.",
        "This is too long. Use at most {max_length} characters.",
    ),
    "too_long": ("too_long", "Geef er hoogstens {max_length}.", "Give at most {max_length}."),
    "string_too_short": ("empty", "Hier moet iets staan.", "This must not be empty."),
    "too_short": ("empty", "Geef er minstens {min_length}.", "Give at least {min_length}."),
    "greater_than_equal": ("out_of_range", "Dit is minstens {ge}.", "This must be at least {ge}."),
    "less_than_equal": ("out_of_range", "Dit is hoogstens {le}.", "This must be at most {le}."),
    "geometry_form": (
        "not_geojson",
        "Dit is geen punt of vlak in GeoJSON: alleen “type” (Point, Polygon of MultiPolygon) en “coordinates”.",
        "This is not a point or area in GeoJSON: only “type” (Point, Polygon or MultiPolygon) and “coordinates”.",
    ),
    "geometry_invalid": (
        "not_geojson",
        "De rand van dit vlak kruist zichzelf.",
        "The outline of this area crosses itself.",
    ),
    "geometry_range": (
        "not_geojson",
        "Dit zijn geen graden. Zet eerst de lengtegraad (oost), dan de breedtegraad (noord).",
        "These are not degrees. Put the longitude (east) first, then the latitude (north).",
    ),
    # By the first word of Pydantic's error type: the expected type.
    "string": ("wrong_type", "Hier hoort tekst.", "Text is expected here."),
    "int": ("wrong_type", "Hier hoort een heel getal.", "A whole number is expected here."),
    "float": ("wrong_type", "Hier hoort een getal.", "A number is expected here."),
    "finite": ("wrong_type", "Hier hoort een getal.", "A number is expected here."),
    "bool": ("wrong_type", "Hier hoort true (ja) of false (nee).", "true or false is expected here."),
    "date": ("wrong_type", "Hier hoort een datum, zoals 2025-01-31.", "A date is expected here, such as 2025-01-31."),
    "uuid": ("wrong_type", "Hier hoort een UUID.", "A UUID is expected here."),
    "url": ("wrong_type", "Hier hoort een webadres met https://.", "A web address with https:// is expected here."),
    "tuple": ("wrong_type", "Hier hoort een lijst: [ … ].", "A list is expected here: [ … ]."),
    "dict": ("wrong_type", "Hier horen velden: {{ … }}.", "Fields are expected here: {{ … }}."),
    "model": ("wrong_type", "Hier horen velden: {{ … }}.", "Fields are expected here: {{ … }}."),
}
"""Pydantic error types to the rule, and the Dutch and English message. Limits come from the schema."""

PLAIN_TEXT_HINT = LocalizedText("Gebruik alleen gewone tekst.", "Use plain text only.")
_DURATION_HINT = LocalizedText(
    "Schrijf een duur als PT15M (15 minuten), PT1H (1 uur), P31D (31 dagen) of P2Y (2 jaar).",
    "Write a duration as PT15M (15 minutes), PT1H (1 hour), P31D (31 days) or P2Y (2 years).",
)
_SLUG_HINT = LocalizedText(
    "Gebruik kleine letters, cijfers, - en _, en begin met een letter.",
    "Use lower-case letters, digits, - and _, and start with a letter.",
)
FORMAT_HINTS = {
    "reference": LocalizedText(
        "Gebruik hoogstens 64 letters, cijfers, punten, - en _.", "Use at most 64 letters, digits, dots, - and _."
    ),
    "municipality": _SLUG_HINT,
    "kind": _SLUG_HINT,
    "group": _SLUG_HINT,
    "observed_property": _SLUG_HINT,
    "to": LocalizedText(
        "Noem het kenmerk (reference) van de andere sensor.", "Give the reference of the other sensor."
    ),
    "unit": LocalizedText("Schrijf de eenheid in UCUM, zoals ug/m3.", "Write the unit in UCUM, such as ug/m3."),
    "interval": _DURATION_HINT,
    "raw": LocalizedText(
        "Schrijf “none”, of een duur als P7D (7 dagen) of P1Y (1 jaar).",
        "Write “none”, or a duration such as P7D (7 days) or P1Y (1 year).",
    ),
    "aggregate": _DURATION_HINT,
    "country": LocalizedText(
        "Schrijf de code van het land in twee hoofdletters, zoals US.",
        "Write the code of the country in two capitals, such as US.",
    ),
    "window": _DURATION_HINT,
    "email": LocalizedText("Dit is geen e-mailadres.", "This is not an email address."),
    "phone": LocalizedText("Dit is geen telefoonnummer.", "This is not a phone number."),
    "neighbourhood": LocalizedText("Dit is geen buurtcode, zoals BU07941000.", "Not a buurt code, such as BU07941000."),
    "district": LocalizedText("Dit is geen wijkcode, zoals WK079410.", "Not a wijk code, such as WK079410."),
}
"""Formats of fields that are more than plain text, by field name."""

_PLACEHOLDER_TEXT = {"nl": "x"}
PLACEHOLDER_ENTRY: dict[str, Any] = {
    "id": "00000000-0000-0000-0000-000000000000",
    "uri": "https://x.example/",
    "reference": "x",
    "municipality": "x",
    "delivers_data": False,
    "name": _PLACEHOLDER_TEXT,
    "summary": _PLACEHOLDER_TEXT,
    "status": "active",
    "device": {"category": "sensor", "sensor_types": ["climate"]},
    "location": {"kind": "fixed", "geometry": {"type": "Point", "coordinates": [5.3, 52.1]}},
    "datastreams": [
        {
            "observed_property": "x",
            "unit": "1",
            "theme": "environment_climate",
            "personal_data": "none",
            "retention": {"raw": "P1D", "aggregate": "P1D"},
        }
    ],
    "purposes": [{"code": "inform", "words": _PLACEHOLDER_TEXT}],
    "necessity": _PLACEHOLDER_TEXT,
    "legal": {
        "dpia": {"status": "done", "date": "0001-01-01"},
        "officer": {"name": "x", "email": "privacy@example.org"},
        "supervisory_authority": {"title": _PLACEHOLDER_TEXT},
        "transfers": [{"recipient": "x", "country": "US", "safeguard": "standard_clauses"}],
    },
    "organisations": [{"role": "owner", "name": "x"}],
    "contact": {"name": "x"},
    "rights": _PLACEHOLDER_TEXT,
    "complaint": {"title": _PLACEHOLDER_TEXT},
    "active_from": "0001-01-01",
}
"""Placeholders that violate no rule, for parts that are missing or invalid. Anything not listed is left out instead."""


def repair(document: Any, error: ValidationError) -> Any:
    """A copy of the document with every part that failed the schema replaced or left out."""
    for each in error.errors(include_input=False, include_url=False, include_context=False):
        document = _repaired(document, PLACEHOLDER_ENTRY, each["loc"])
    return document


def _repaired(inside: Any, placeholder: Any, path: FieldPath) -> Any:
    if not path:
        return placeholder
    step = path[0]
    if isinstance(step, str) and step not in placeholder:
        return {name: value for name, value in inside.items() if name != step}
    copy = inside.copy()
    # Every list in the placeholder has one member, which stands in for any.
    part_placeholder = placeholder[0 if isinstance(step, int) else step]
    copy[step] = _repaired(inside[step], part_placeholder, path[1:]) if path[1:] else part_placeholder
    return copy
