"""The JSON Schema of a register entry, published for tools that create entries.

Run ``python -m sensors.register.json_schema`` to regenerate it after changing the entry.
"""

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from sensors.register.entry import Entry

SCHEMA_FILE = Path(__file__).parents[1] / "data" / "register-entry-1.schema.json"


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of what ``sensors.register.entry`` accepts, without the rules between parts."""
    about = {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": "urn:lantaarn:register-entry:1",
        "title": "Lantaarn register entry, version 1",
    }
    return about | {key: value for key, value in Entry.model_json_schema().items() if key != "title"}


def schema_text() -> str:
    """The schema in its published form."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
