"""The tables in ``docs/payloads.md``, from the program: ``python -m docs.generators.payloads`` writes them anew."""

from collections.abc import Iterator
from pathlib import Path

from sensors.kinds import KINDS, Factor, Property
from sensors.vocabulary.units import SAME

PAGE = Path(__file__).parents[2] / "docs" / "payloads.md"
MARK = "<!-- From here on written by `python -m docs.generators.payloads`. -->\n"
ONLY = {
    "window_count": "only kept as a count over many lamps",
    "match_in_memory": "only kept for groups",
}


def page() -> str:
    """What the page should be: its own words as they are, and the tables after the mark."""
    words = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    return words + MARK + "\n".join(_tables()) + "\n"


def _tables() -> Iterator[str]:
    for kind in KINDS.values():
        yield f"\n### {kind.label.en} (`{kind.code}`)\n"
        yield "| code | what | unit | also accepted | no value | |\n|---|---|---|---|---|---|"
        yield from map(_row, kind.properties.values())


def _row(each: Property) -> str:
    sentinels = ", ".join(f"−{-number:g}" for number in sorted(each.sentinels, reverse=True))
    return f"| `{each.code}` | {each.label.en} | `{each.unit}` | {_others(each)} | {sentinels} | {_remarks(each)} |"


def _others(each: Property) -> str:
    """One spelling, the first, of each other unit."""
    first: dict[Factor, str] = {}
    for spelling, factor in each.units.items():
        first.setdefault(factor, f"`{spelling}`")
    return ", ".join(spelling for factor, spelling in first.items() if factor != SAME)


def _remarks(each: Property) -> str:
    whole = ["a whole number from 0"] if each.whole else []
    boolean = ["or `true`, `false`"] if each.boolean else []
    return ", ".join(whole + boolean + ([ONLY[each.needs_rule]] if each.needs_rule else []))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
