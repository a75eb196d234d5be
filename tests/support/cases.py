"""The cases in ``tests/cases``: small inputs that once came out wrong."""

import json
from pathlib import Path
from typing import Any

INGEST_CASES = Path(__file__).parents[1] / "cases" / "ingest"


def ingest_case(name: str) -> dict[str, Any]:
    """One case, by the number its file's name starts with (``01``): its messages, and what is right."""
    (path,) = INGEST_CASES.glob(f"{name}_*.json")
    return json.loads(path.read_text(encoding="utf-8"))
