"""Generate the tables in ``docs/privacy.md``: run ``python -m docs.generators.privacy``."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from docs.generators import counter_bound, travel_time_bound, usefulness
from sensors.policy.compiler import NOTHING_STORED, PROPERTY_NOT_OF_KIND, RETENTION_MISSING
from sensors.policy.constraints import CONSTRAINTS

PAGE_PATH = Path(__file__).parents[2] / "docs" / "privacy.md"
TABLE_START = "<!-- From here written by `python -m docs.generators.privacy`. -->\n"
TABLE_END = "<!-- To here. -->\n"


def render_page() -> str:
    """The page with the tables between the marks regenerated."""
    return _render(
        (
            travel_time_bound.table_rows(),
            usefulness.travel_time_rows(),
            counter_bound.table_rows(),
            usefulness.count_rows(),
            _constraint_rows(),
        )
    )


def _render(tables: Iterable[Iterable[str]]) -> str:
    done, rest = "", PAGE_PATH.read_text(encoding="utf-8")
    for rows in tables:
        before, _, rest = rest.partition(TABLE_START)
        done += before + TABLE_START + "\n".join(rows) + "\n" + TABLE_END
        rest = rest.partition(TABLE_END)[2]
    return done + rest


def _constraint_rows() -> Iterator[str]:
    yield "\n| rule at import | why nothing is ingested | waarom wij niets aannemen |\n|---|---|---|"
    yield f"| `property_of_kind` | {PROPERTY_NOT_OF_KIND.en} | {PROPERTY_NOT_OF_KIND.nl} |"
    yield f"| `retention` | {RETENTION_MISSING.en} | {RETENTION_MISSING.nl} |"
    for each in CONSTRAINTS:
        yield f"| `{each.rule_id}` | {each.reason.en} | {each.reason.nl} |"
    yield f"| (none: allowed) | {NOTHING_STORED.en} | {NOTHING_STORED.nl} |"


if __name__ == "__main__":
    PAGE_PATH.write_text(render_page(), encoding="utf-8")
