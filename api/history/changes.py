"""What differs between two versions of an entry, as a resident would say it: ``bewaard: 31 dagen → 1 jaar``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from api.history.fields import FIELDS, Field, plain, words
from api.history.json_patch import same
from sensors.kinds import KINDS
from sensors.vocabulary.localized_text import Text

Document = Mapping[str, Any]

OTHERWISE = Text("Volgorde of opmaak", "Order or form")
"""What changed when nothing that has a name did."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that an entry says. ``value`` is as in the document."""

    field: Field
    about: Text | None
    """The property it is about, where an entry says it of several."""
    value: object

    @property
    def label(self) -> Text:
        """What it is called: ``Fijnstof, bewaard``."""
        name = self.field.label
        return Text(f"{self.about.nl}, {name.nl}", f"{self.about.en}, {name.en}") if self.about else self.name

    @property
    def name(self) -> Text:
        """What it is called under a heading that says what it is about: ``Bewaard``."""
        return _capital(self.field.label)

    @property
    def told(self) -> Text:
        """Its value in words; empty for a shape on the map."""
        return self.field.tell(self.value)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``before`` or ``after`` is None where it was not said; both are None when no words can tell."""

    label: Text
    before: Text | None
    after: Text | None

    @property
    def sentence(self) -> Text:
        """In one line."""
        return Text(
            _line(self.label.nl, self.before and self.before.nl, self.after and self.after.nl, _DUTCH),
            _line(self.label.en, self.before and self.before.en, self.after and self.after.en, _ENGLISH),
        )


_DUTCH = ("{} is veranderd", "{}, nieuw: {}", "{}, niet meer: {}", "{}: {} → {}")
_ENGLISH = ("{} has changed", "{}, new: {}", "{}, no longer: {}", "{}: {} → {}")


def _line(label: str, before: str | None, after: str | None, forms: tuple[str, str, str, str]) -> str:
    changed, added, removed, replaced = forms
    if before and after:
        return replaced.format(label, before, after)
    if after:
        return added.format(label, after)
    return removed.format(label, before) if before else changed.format(label)


def _capital(text: Text) -> Text:
    return Text(text.nl[:1].upper() + text.nl[1:], text.en[:1].upper() + text.en[1:])


def changes(before: Document, after: Document) -> tuple[Change, ...]:
    """Every difference, in the order in which an entry is told; none only when the documents are the same."""
    if same(before, after):
        return ()
    old, new = facts(before), facts(after)
    in_both = {code for _, code in old} & {code for _, code in new}
    names = sorted((name for name in {**old, **new} if name[1] in {"", *in_both}), key=_order)
    found = [change for name in names for change in _compare(old.get(name), new.get(name))]
    return (*_streams(before, after), *found) or (Change(OTHERWISE, None, None),)


def facts(document: Document) -> dict[tuple[str, str], Fact]:
    """Everything that an entry says, in order, by path and observed property (empty for what is said once)."""
    said = {
        (path, ""): Fact(_field(path), None, value) for path, value in _leaves("", document) if path != "datastreams"
    }
    for stream in document.get("datastreams", ()):
        code = stream["observed_property"]
        about = _property(document, code)
        for path, value in _leaves("datastreams", stream):
            said[path, code] = Fact(_field(path), about, value)
    return dict(sorted(said.items(), key=lambda pair: _order(pair[0])))


def _leaves(path: str, part: Document) -> Iterator[tuple[str, object]]:
    """What has a name of its own; of what has none, its parts."""
    for name, value in part.items():
        where = f"{path}.{name}" if path else name
        if isinstance(value, dict) and where not in FIELDS:
            yield from _leaves(where, cast("Document", value))
        else:
            yield where, value


def _field(path: str) -> Field:
    """A field that this program doesn't know, of an older or newer form, keeps its own name."""
    return FIELDS.get(path) or Field(plain(path), plain)


def _property(document: Document, code: str) -> Text:
    kind = KINDS.get(document.get("kind") or "")
    known = kind.properties.get(code) if kind else None
    return known.label if known else plain(code.replace("_", " "))


_PLACES = {path: place for place, path in enumerate(FIELDS)}


def _order(name: tuple[str, str]) -> tuple[bool, str, int, str]:
    """What is said once comes first, then property by property."""
    path, code = name
    return bool(code), code, _PLACES.get(path, len(_PLACES)), path


def _streams(before: Document, after: Document) -> Iterator[Change]:
    """What is measured from now on, and what no longer."""
    label = _capital(FIELDS["datastreams"].label)
    old, new = ({each["observed_property"]: None for each in doc.get("datastreams", ())} for doc in (before, after))
    for code in new:
        if code not in old:
            yield Change(label, None, _property(after, code))
    for code in old:
        if code not in new:
            yield Change(label, _property(before, code), None)


def _compare(old: Fact | None, new: Fact | None) -> Iterator[Change]:
    fact = new or old
    if fact is None or (old and new and same(old.value, new.value)):
        return
    if old and new and fact.field.tell is words:
        yield from _rewritten(fact.label, cast("Document", old.value), cast("Document", new.value))
        return
    before, after = old and old.told, new and new.told
    yield Change(fact.label, None, None) if before == after else Change(fact.label, before, after)


def _rewritten(label: Text, old: Document, new: Document) -> Iterator[Change]:
    """A text that is written anew: when only its English is, a Dutch reader is told that."""
    if old["nl"] != new["nl"]:
        yield Change(label, words(old), words(new))
        return
    english = Text(f"{label.nl} (in het Engels)", label.en)
    before, after = (plain(each["en"]) if "en" in each else None for each in (old, new))
    yield Change(english, before, after)
