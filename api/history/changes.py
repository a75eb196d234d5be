"""Differences between two versions of an entry in plain language: ``bewaard: 31 dagen → 1 jaar``."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, cast

from api.history.fields import FIELDS, EntryField, localized, verbatim
from api.history.json_patch import is_same_json
from sensors.kinds import KINDS
from sensors.register.redaction import REMOVED_TEXT
from sensors.vocabulary.localized_text import LocalizedText

Document = Mapping[str, Any]

_PARTLY_REMOVED = LocalizedText("deels weggehaald op verzoek", "partly removed on request")
_DATASTREAM = re.compile(r"datastreams\[(\d+)\]\.")
_INDEX = re.compile(r"\[\d+\]")

UNNAMED_CHANGE = LocalizedText("Volgorde of opmaak", "Order or formatting")
"""Reported if no named field changed."""


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field of an entry. ``value`` is as in the document."""

    field: EntryField
    property_label: LocalizedText | None
    """The observed property it belongs to, if any."""
    value: object
    is_removed: bool = False
    """Whether it, or something in it, was removed on request."""

    @property
    def label(self) -> LocalizedText:
        """The full label: ``Fijnstof, bewaard``."""
        name = self.field.label
        return (
            LocalizedText(f"{self.property_label.nl}, {name.nl}", f"{self.property_label.en}, {name.en}")
            if self.property_label
            else self.short_label
        )

    @property
    def short_label(self) -> LocalizedText:
        """The label under a heading naming the property: ``Bewaard``."""
        return _capitalise(self.field.label)

    @property
    def value_text(self) -> LocalizedText:
        """The value in words; empty for geometries."""
        if self.is_removed and self.value is None:
            return REMOVED_TEXT
        text = self.field.format_value(self.value)
        if not self.is_removed or REMOVED_TEXT.nl in text.nl:
            return text
        return LocalizedText(f"{text.nl} ({_PARTLY_REMOVED.nl})", f"{text.en} ({_PARTLY_REMOVED.en})")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``before`` or ``after`` is None if absent; both are None if it cannot be put into words."""

    label: LocalizedText
    before: LocalizedText | None
    after: LocalizedText | None

    @property
    def sentence(self) -> LocalizedText:
        """The difference in one line."""
        return LocalizedText(
            _format_sentence(
                self.label.nl, self.before and self.before.nl, self.after and self.after.nl, _DUTCH_PATTERNS
            ),
            _format_sentence(
                self.label.en, self.before and self.before.en, self.after and self.after.en, _ENGLISH_PATTERNS
            ),
        )


_DUTCH_PATTERNS = ("{} is veranderd", "{}, nieuw: {}", "{}, niet meer: {}", "{}: {} → {}")
_ENGLISH_PATTERNS = ("{} has changed", "{}, new: {}", "{}, no longer: {}", "{}: {} → {}")


def _format_sentence(label: str, before: str | None, after: str | None, forms: tuple[str, str, str, str]) -> str:
    changed, added, removed, replaced = forms
    if before and after:
        return replaced.format(label, before, after)
    if after:
        return added.format(label, after)
    return removed.format(label, before) if before else changed.format(label)


def _capitalise(text: LocalizedText) -> LocalizedText:
    return LocalizedText(text.nl[:1].upper() + text.nl[1:], text.en[:1].upper() + text.en[1:])


def find_changes(
    before: Document, after: Document, removed_before: Collection[str] = (), removed_after: Collection[str] = ()
) -> tuple[Change, ...]:
    """All differences, in display order; empty only if the documents are equal.

    ``removed_before`` and ``removed_after``: the fields that were removed from them on request.
    """
    if is_same_json(before, after):
        return ()
    old, new = field_values(before, removed_before), field_values(after, removed_after)
    in_both = {code for _, code in old} & {code for _, code in new}
    names = sorted((name for name in {**old, **new} if name[1] in {"", *in_both}), key=_sort_key)
    found = [change for name in names for change in _field_changes(old.get(name), new.get(name))]
    return (*_datastream_changes(before, after), *found) or (Change(UNNAMED_CHANGE, None, None),)


def field_values(document: Document, removed: Collection[str] = ()) -> dict[tuple[str, str], FieldValue]:
    """All fields in display order, by path and observed property (empty for fields outside datastreams).

    ``removed``: the fields that were removed on request, which are told in their place.
    """
    values = {
        (path, ""): FieldValue(_field(path), None, value)
        for path, value in _leaf_fields("", document)
        if path != "datastreams"
    }
    for stream in document.get("datastreams", ()):
        code = stream["observed_property"]
        about = _property_label(document, code)
        for path, value in _leaf_fields("datastreams", stream):
            values[path, code] = FieldValue(_field(path), about, value)
    for path, code in _removed_places(document, removed):
        about = _property_label(document, code) if code else None
        held = values.get((path, code), FieldValue(_field(path), about, None))
        values[path, code] = replace(held, is_removed=True)
    return dict(sorted(values.items(), key=lambda pair: _sort_key(pair[0])))


def _leaf_fields(path: str, part: Document) -> Iterator[tuple[str, object]]:
    """Yield named fields, descending into unnamed ones."""
    for name, value in part.items():
        where = f"{path}.{name}" if path else name
        if isinstance(value, dict) and where not in FIELDS:
            yield from _leaf_fields(where, cast("Document", value))
        else:
            yield where, value


def _removed_places(document: Document, removed: Collection[str]) -> Iterator[tuple[str, str]]:
    """The field that each of these is or is in, and its observed property, if it has one."""
    for field in removed:
        stream = _DATASTREAM.match(field)
        code = document["datastreams"][int(stream[1])]["observed_property"] if stream else ""
        name = _INDEX.sub("", field)
        around = (path for path in FIELDS if f"{name}.".startswith(f"{path}."))
        within = (path for path in FIELDS if path.startswith(f"{name}."))
        yield from ((path, code) for path in islice(chain(sorted(around, key=len, reverse=True), within), 1))


def _field(path: str) -> EntryField:
    """Label an unknown field, of an older or newer schema, by its own name."""
    return FIELDS.get(path) or EntryField(verbatim(path), verbatim)


def _property_label(document: Document, code: str) -> LocalizedText:
    kind = KINDS.get(document.get("kind") or "")
    known = kind.properties.get(code) if kind else None
    return known.label if known else verbatim(code.replace("_", " "))


_FIELD_POSITIONS = {path: place for place, path in enumerate(FIELDS)}


def _sort_key(name: tuple[str, str]) -> tuple[bool, str, int, str]:
    """Sort fields outside datastreams first, then by property."""
    path, code = name
    return bool(code), code, _FIELD_POSITIONS.get(path, len(_FIELD_POSITIONS)), path


def _datastream_changes(before: Document, after: Document) -> Iterator[Change]:
    """Properties added and removed."""
    label = _capitalise(FIELDS["datastreams"].label)
    old, new = ({each["observed_property"]: None for each in doc.get("datastreams", ())} for doc in (before, after))
    for code in new:
        if code not in old:
            yield Change(label, None, _property_label(after, code))
    for code in old:
        if code not in new:
            yield Change(label, _property_label(before, code), None)


def _field_changes(old: FieldValue | None, new: FieldValue | None) -> Iterator[Change]:
    fact = new or old
    if fact is None or (old and new and is_same_json(old.value, new.value)):
        return
    is_text = fact.field.format_value is localized
    if is_text and old and new and old.value is not None and new.value is not None:
        yield from _text_changes(fact.label, cast("Document", old.value), cast("Document", new.value))
        return
    before, after = old and old.value_text, new and new.value_text
    yield Change(fact.label, None, None) if before == after else Change(fact.label, before, after)


def _text_changes(label: LocalizedText, old: Document, new: Document) -> Iterator[Change]:
    """Changes to a text; if only the English changed, the Dutch label says so."""
    if old["nl"] != new["nl"]:
        yield Change(label, localized(old), localized(new))
        return
    english = LocalizedText(f"{label.nl} (in het Engels)", label.en)
    before, after = (verbatim(each["en"]) if "en" in each else None for each in (old, new))
    yield Change(english, before, after)
