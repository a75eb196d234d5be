"""Generate the tables in ``docs/register.md``: run ``python -m docs.generators.register``."""

from collections.abc import Iterator
from pathlib import Path

from sensors.register.entry import Entry
from sensors.register.part import Part
from sensors.register.validation.validator import RULES
from sensors.vocabulary.codes import DTPR_ELEMENTS, LABELS

PAGE_PATH = Path(__file__).parents[2] / "docs" / "register.md"
GENERATED_MARK = "<!-- From here on written by `python -m docs.generators.register`. -->\n"


def render_page() -> str:
    """The page with everything after the mark regenerated."""
    words = PAGE_PATH.read_text(encoding="utf-8").partition(GENERATED_MARK)[0]
    return words + GENERATED_MARK + "\n".join([*_fields(), *_codes(), *_rules()]) + "\n"


def _fields() -> Iterator[str]:
    yield "\n## Every field\n\n`●`: required. Rules may require other fields; see below."
    for part in sorted(Part.__subclasses__(), key=lambda each: each is not Entry):
        yield f"\n### {part.__name__}\n\n{(part.__doc__ or '').strip()}\n\n| field | | |\n|---|---|---|"
        for name, field in part.model_fields.items():
            yield f"| `{name}` | {'●' if field.is_required() else ''} | {_cell(field.description or '')} |"


def _codes() -> Iterator[str]:
    yield "\n## Code lists"
    seen: set[str] = set()
    for code, label in LABELS:
        name = type(code).__name__
        if name not in seen:
            seen.add(name)
            yield f"\n### {name}\n\n| code | Nederlands | English |\n|---|---|---|"
        yield f"| `{code.value}` | {_cell(label.nl)} | {_cell(label.en)} |"
    yield "\n### DTPR\n\nFrom the DTPR taxonomy (CC BY 4.0, Helpful Places).\n\n| list | codes |\n|---|---|"
    for category in ("technology", "data", "purpose", "storage", "access", "risk"):
        yield f"| {category} | {', '.join(f'`{code}`' for code in DTPR_ELEMENTS[category])} |"


def _rules() -> Iterator[str]:
    yield "\n## Rules\n\n| rule | Nederlands | English |\n|---|---|---|"
    for rule in RULES:
        yield f"| `{rule.id}` | {_cell(rule.nl)} | {_cell(rule.en)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("``", "`")


if __name__ == "__main__":
    PAGE_PATH.write_text(render_page(), encoding="utf-8")
