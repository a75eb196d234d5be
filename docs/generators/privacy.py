"""Generate the table in ``docs/privacy.md``: run ``python -m docs.generators.privacy``."""

from collections.abc import Iterator
from pathlib import Path

from sensors.policy.compiler import NOTHING_STORED, PROPERTY_NOT_OF_KIND, RETENTION_MISSING
from sensors.policy.constraints import CONSTRAINTS

PAGE_PATH = Path(__file__).parents[2] / "docs" / "privacy.md"
TABLE_START = "<!-- From here written by `python -m docs.generators.privacy`. -->\n"
TABLE_END = "<!-- To here. -->\n"


def render_page() -> str:
    """The page with the table between the marks regenerated."""
    before, _, rest = PAGE_PATH.read_text(encoding="utf-8").partition(TABLE_START)
    return before + TABLE_START + "\n".join(_constraint_rows()) + "\n" + TABLE_END + rest.partition(TABLE_END)[2]


def _constraint_rows() -> Iterator[str]:
    yield "\n| rule at import | why nothing is ingested | waarom wij niets aannemen |\n|---|---|---|"
    yield f"| `property_of_kind` | {PROPERTY_NOT_OF_KIND.en} | {PROPERTY_NOT_OF_KIND.nl} |"
    yield f"| `retention` | {RETENTION_MISSING.en} | {RETENTION_MISSING.nl} |"
    for each in CONSTRAINTS:
        yield f"| `{each.rule_id}` | {each.reason.en} | {each.reason.nl} |"
    yield f"| (none: allowed) | {NOTHING_STORED.en} | {NOTHING_STORED.nl} |"


if __name__ == "__main__":
    PAGE_PATH.write_text(render_page(), encoding="utf-8")
