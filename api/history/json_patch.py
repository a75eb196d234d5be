"""Differences between two JSON documents as JSON Patch (RFC 6902)."""

import json
from collections.abc import Iterator
from itertools import takewhile
from typing import Any, cast

Operation = dict[str, Any]
"""``op`` (add, remove, replace), ``path`` (JSON Pointer, RFC 6901) and, except for remove, ``value``."""


def create_patch(before: object, after: object) -> list[Operation]:
    """The operations, in order, that turn ``before`` into ``after``; empty if they are equal."""
    return list(_operations("", before, after))


def is_same_json(before: object, after: object) -> bool:
    """Whether two JSON values are identical. In Python, 1 equals true."""
    return before == after and json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)


def _operations(path: str, before: object, after: object) -> Iterator[Operation]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _object_operations(path, cast("dict[str, object]", before), cast("dict[str, object]", after))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _list_operations(path, cast("list[object]", before), cast("list[object]", after))
    elif not is_same_json(cast("object", before), after):
        yield {"op": "replace", "path": path, "value": after}


def _object_operations(path: str, before: dict[str, object], after: dict[str, object]) -> Iterator[Operation]:
    for name, value in before.items():
        where = f"{path}/{_escape_token(name)}"
        if name in after:
            yield from _operations(where, value, after[name])
        else:
            yield {"op": "remove", "path": where}
    for name, value in after.items():
        if name not in before:
            yield {"op": "add", "path": f"{path}/{_escape_token(name)}", "value": value}


def _list_operations(path: str, before: list[object], after: list[object]) -> Iterator[Operation]:
    """Keep common items at both ends, so that inserting one item is one operation."""
    start = _common_prefix_length(before, after)
    end = _common_prefix_length(before[start:][::-1], after[start:][::-1])
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    for index, (old_item, now) in enumerate(zip(old, new, strict=False), start):
        yield from _operations(f"{path}/{index}", old_item, now)
    for index in reversed(range(len(new), len(old))):
        yield {"op": "remove", "path": f"{path}/{start + index}"}
    for index in range(len(old), len(new)):
        yield {"op": "add", "path": f"{path}/{start + index}", "value": new[index]}


def _common_prefix_length(before: list[object], after: list[object]) -> int:
    return sum(1 for _ in takewhile(lambda pair: is_same_json(*pair), zip(before, after, strict=False)))


def _escape_token(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
