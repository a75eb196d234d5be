"""Apply JSON Patch (RFC 6902): an independent implementation to verify the patches we create."""

from copy import deepcopy
from typing import Any


def apply_patch(document: Any, patch: list[dict[str, Any]]) -> Any:
    """The document after all operations. Raises an exception if a path does not exist."""
    root = {"": deepcopy(document)}
    for operation in patch:
        *parents, last = ["", *map(_unescape, operation["path"].split("/")[1:])]
        target: Any = root
        for token in parents:
            target = target[_key(target, token)]
        _apply_operation(operation, target, last)
    return root[""]


def _apply_operation(operation: dict[str, Any], target: Any, last: str) -> None:
    """Modify one list or object in place."""
    key = _key(target, last)
    value = deepcopy(operation.get("value"))
    match operation["op"]:
        case "remove":
            del target[key]
        case "replace":
            assert key in (target if last == key else range(len(target)))
            target[key] = value
        case "add" if last != key:
            assert 0 <= key <= len(target)
            target[key:key] = [value]
        case "add":
            target[key] = value
        case other:
            raise AssertionError(other)


def _key(target: Any, token: str) -> Any:
    return int(token) if isinstance(target, list) else token


def _unescape(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")
