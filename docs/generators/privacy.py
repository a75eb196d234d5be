"""The table in ``docs/privacy.md``, from the program: ``python -m docs.generators.privacy`` writes it anew."""

from collections.abc import Iterator
from pathlib import Path

from sensors.policy.compiler import NO_TERM, NOT_KEPT, NOT_MEASURED
from sensors.policy.constraints import OBJECTIONS

PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"
START = "<!-- From here written by `python -m docs.generators.privacy`. -->\n"
END = "<!-- To here. -->\n"


def page() -> str:
    """What the page should be: its own words as they are, and the table between the marks."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    return before + START + "\n".join(_refusals()) + "\n" + END + rest.partition(END)[2]


def _refusals() -> Iterator[str]:
    yield "\n| rule at import | why nothing is taken in | waarom wij niets aannemen |\n|---|---|---|"
    yield f"| `property_of_kind` | {NOT_MEASURED.en} | {NOT_MEASURED.nl} |"
    yield f"| `retention` | {NO_TERM.en} | {NO_TERM.nl} |"
    for each in OBJECTIONS:
        yield f"| `{each.rule}` | {each.reason.en} | {each.reason.nl} |"
    yield f"| (none: it is allowed) | {NOT_KEPT.en} | {NOT_KEPT.nl} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
