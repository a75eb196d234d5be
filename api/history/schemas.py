"""Response models for the history of an entry."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from api.history.changes import Change
from api.history.queries import Version
from api.schemas import ResponseModel, Words


class Difference(ResponseModel):
    """One difference from the previous version, in words."""

    sentence: Words
    label: Words
    before: Words | None
    after: Words | None

    @classmethod
    def of(cls, change: Change) -> Self:
        """In words."""
        before, after = (each and Words(nl=each.nl, en=each.en) for each in (change.before, change.after))
        sentence, label = (Words(nl=each.nl, en=each.en) for each in (change.sentence, change.label))
        return cls(sentence=sentence, label=label, before=before, after=after)


class EntryVersion(ResponseModel):
    """A version of a register entry: what changed, when, why and by which team."""

    entry_id: UUID
    version: int
    current: bool
    valid_from: datetime
    recorded_at: datetime
    redacted_at: datetime | None
    """When part of it was coarsened or erased."""
    removed_fields: list[str]
    """The fields that were removed on request: gone, or replaced by a text that says so."""
    editor: str | None
    reason: str | None
    differences: list[Difference]
    """In words; empty for the first version."""
    patch: list[dict[str, Any]]
    """JSON Patch (RFC 6902) from the previous version, or adding the whole document. In order, they give the entry."""

    @classmethod
    def of(cls, version: Version) -> Self:
        """The public part of a version."""
        return cls(**_common_fields(version))


class WholeVersion(EntryVersion):
    """A version of a register entry, with the entry as it was."""

    entry: dict[str, Any]

    @classmethod
    def of(cls, version: Version) -> Self:
        """The public part of a version."""
        return cls(**_common_fields(version), entry=dict(version.document))


class Versions(ResponseModel):
    """All versions of an entry, oldest first."""

    versions: list[EntryVersion]


def _common_fields(version: Version) -> dict[str, Any]:
    return {
        "entry_id": version.entry_id,
        "version": version.version,
        "current": version.is_current,
        "valid_from": version.valid_from,
        "recorded_at": version.recorded_at,
        "redacted_at": version.redacted_at,
        "removed_fields": list(version.removed_fields),
        "editor": version.editor,
        "reason": version.reason,
        "differences": [Difference.of(each) for each in version.changes],
        "patch": version.patch,
    }
