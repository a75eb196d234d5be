"""The JSON Schema of a register entry, published for those who make entries with other tools.

``python -m sensors.schema`` writes it anew after the entry has changed.
"""

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from sensors.entry import Entry

FILE = Path(__file__).parent / "data" / "register-entry-1.schema.json"


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of what ``sensors.entry`` accepts. The rules between the parts are not in it."""
    about = {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": "urn:lantaarn:register-entry:1",
        "title": "Lantaarn register entry, version 1",
    }
    return about | {key: value for key, value in Entry.model_json_schema().items() if key != "title"}


def text() -> str:
    """The schema as it is published."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
