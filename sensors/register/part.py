"""What the parts of a register entry are made of: texts, durations, links, and how a part is read."""

from typing import Annotated, Any

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, StringConstraints

# No control characters: PostgreSQL can't store U+0000, and others can disguise a text.
ShortText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$"),
]
LongText = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$"
    ),
]
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Email = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,63}$", max_length=254),
]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()-]{1,22}[0-9]$")]
Duration = Annotated[str, StringConstraints(pattern=r"^P([1-9][0-9]{0,3}[YMWD]|T[1-9][0-9]{0,3}[HMS])$")]
"""An ISO 8601 duration of one part, such as ``PT15M`` or ``P2Y``."""


def unless(usual: object) -> Any:
    """A field that a published document leaves out if it has its usual value: entries from before it stay equal."""

    def is_usual(value: object) -> bool:
        return value == usual

    return Field(exclude_if=is_usual)


class Part(BaseModel):
    """A part of an entry. Unknown fields are rejected; errors never repeat the input."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)


class Words(Part):
    """One or more sentences for residents: Dutch required, English optional."""

    nl: LongText
    en: LongText | None = None


class Link(Part):
    """A reference to a document elsewhere."""

    title: Words
    url: AnyHttpUrl | None = None
