"""Feeds of changes: Atom (RFC 4287) and JSON Feed 1.1, paged (RFC 5005)."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from markupsafe import Markup

from api.formatting import day
from api.history.queries import Version
from api.i18n import gettext as _
from api.i18n import localize, ngettext

FeedFormat = Literal["atom", "json"]
MEDIA_TYPES: Mapping[FeedFormat, str] = {"atom": "application/atom+xml", "json": "application/feed+json"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""The update time of an empty feed, required by Atom."""
LICENCE_URL = "https://creativecommons.org/publicdomain/zero/1.0/"
_ATOM = "http://www.w3.org/2005/Atom"
_JSON_FEED = "https://jsonfeed.org/version/1.1"
_INVALID_XML_CHARACTERS = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters XML 1.0 (section 2.2) does not allow, even escaped."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of a feed, with absolute URLs. ``name``: identifies the feed; the same on all pages and permanent."""

    identity: str
    title: str
    author: str
    language: str
    origin: str
    page_url: str
    self_url: str
    first_url: str
    next_url: str | None
    versions: Sequence[Version]

    @property
    def changed_at(self) -> datetime:
        """The time of the latest change."""
        return max((each.changed_at for each in self.versions), default=EPOCH)

    @property
    def id(self) -> str:
        """Permanent, even if the register moves."""
        return uuid5(NAMESPACE_URL, f"lantaarn:{self.identity}").urn


def item_id(version: Version) -> str:
    """The permanent id of a version, the same in every feed."""
    return uuid5(version.entry_id, str(version.version)).urn


def item_title(version: Version) -> str:
    """The title of a version, after the name of the sensor."""
    return f"{localize(version.name)}: {summarise_changes(version)}"


def summarise_changes(version: Version) -> str:
    """A short summary of a version: its only change, or their number."""
    if version.document_before is None:
        return _("nieuw in het register")
    if version.document["status"] == "ended" != version.document_before["status"]:
        return _("weggehaald")
    found = version.changes
    if not found:
        return _("aangepast")
    if len(found) == 1:
        return localize(found[0].sentence)
    return ngettext("%(num)s verandering", "%(num)s veranderingen", len(found)) % {"num": len(found)}


def item_html(version: Version) -> str:
    """What changed and why, as HTML."""
    parts = [Markup("<p>{}</p>").format(localize(version.summary))] if version.document_before is None else []
    changes = Markup("").join(Markup("<li>{}</li>").format(localize(each.sentence)) for each in version.changes)
    parts += [Markup("<ul>{}</ul>").format(changes)] if changes else []
    parts += [Markup("<p>{}</p>").format(sentence) for sentence in _remarks(version)]
    return Markup("").join(parts)


def _remarks(version: Version) -> Iterator[str]:
    if version.told_reason:
        yield _("Reden: {reason}").format(reason=localize(version.told_reason))
    if version.redacted_at:
        told = _("Op {day} is uit deze versie iets weggehaald, om iemand te beschermen.")
        yield told.format(day=day(version.redacted_at))


def version_url(version: Version, origin: str) -> str:
    """The permanent URL of a version."""
    return f"{origin}/id/{version.entry_id}/{version.version}"


def render_json_feed(feed: Feed) -> bytes:
    """Render the feed as JSON Feed 1.1."""
    document = {
        "version": _JSON_FEED,
        "title": feed.title,
        "home_page_url": feed.page_url,
        "feed_url": feed.self_url,
        **({"next_url": feed.next_url} if feed.next_url else {}),
        "language": feed.language,
        "authors": [{"name": feed.author}],
        "items": [_json_item(each, feed) for each in feed.versions],
    }
    return json.dumps(document, ensure_ascii=False).encode()


def _json_item(version: Version, feed: Feed) -> dict[str, Any]:
    return {
        "id": item_id(version),
        "url": version_url(version, feed.origin),
        "title": item_title(version),
        "content_html": item_html(version),
        "date_published": version.recorded_at.isoformat(),
        "date_modified": version.changed_at.isoformat(),
        "authors": [{"name": version.editor or feed.author}],
        "_lantaarn": {
            "about": f"{feed.origin}/v1/openapi.json",
            "reference": version.reference,
            "version": version.version,
            "differences": f"{feed.origin}/v1/sensors/{version.entry_id}/versions/{version.version}",
        },
    }


def render_atom(feed: Feed) -> bytes:
    """Render the feed as Atom."""
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": feed.language})
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", feed.changed_at.isoformat())
    _add(ET.SubElement(root, "author"), "name", feed.author)
    _link(root, "self", feed.self_url, MEDIA_TYPES["atom"])
    _link(root, "alternate", feed.page_url, "text/html")
    _link(root, "first", feed.first_url, MEDIA_TYPES["atom"])
    if feed.next_url:
        _link(root, "next", feed.next_url, MEDIA_TYPES["atom"])
    _link(root, "license", LICENCE_URL, "text/html")
    for version in feed.versions:
        _atom_entry(ET.SubElement(root, "entry"), version, feed)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _atom_entry(entry: ET.Element, version: Version, feed: Feed) -> None:
    _add(entry, "id", item_id(version))
    _add(entry, "title", item_title(version))
    _add(entry, "updated", version.changed_at.isoformat())
    _add(entry, "published", version.recorded_at.isoformat())
    _add(ET.SubElement(entry, "author"), "name", version.editor or feed.author)
    _link(entry, "alternate", version_url(version, feed.origin), "text/html")
    differences = f"{feed.origin}/v1/sensors/{version.entry_id}/versions/{version.version}"
    _link(entry, "related", differences, "application/json")
    _add(entry, "content", item_html(version), type="html")


def _add(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = _INVALID_XML_CHARACTERS.sub("\ufffd", text)


def _link(parent: ET.Element, rel: str, href: str, media: str) -> None:
    ET.SubElement(parent, "link", {"rel": rel, "type": media, "href": href})


RENDERERS = {"atom": render_atom, "json": render_json_feed}
