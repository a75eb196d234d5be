"""Generate the tables in ``docs/payloads.md``: run ``python -m docs.generators.payloads``."""

from collections.abc import Iterator
from pathlib import Path

from sensors.kinds import KINDS, DeviceModel, ObservedProperty, UnitConversion
from sensors.vocabulary.measurement import Aggregation, Stamp
from sensors.vocabulary.units import IDENTITY

PAGE_PATH = Path(__file__).parents[2] / "docs" / "payloads.md"
GENERATED_MARK = "<!-- From here on written by `python -m docs.generators.payloads`. -->\n"
RULE_REMARKS = {
    "window_count": "stored only as a count over many lamps",
    "match_in_memory": "stored only of a sample of the vehicles",
}
STAMP_WORDS = {
    Stamp.START: "start of the period",
    Stamp.END: "end of the period",
    Stamp.INSTANT: "moment",
}
AGGREGATION_WORDS = {
    Aggregation.MEAN: "mean",
    Aggregation.DELTA: "sum",
    Aggregation.COUNTER: "increase of the meter",
    Aggregation.MAX: "highest",
    Aggregation.LAST: "last",
    Aggregation.ENERGY_MEAN: "mean energy",
    Aggregation.CIRCULAR_MEAN: "mean direction",
    Aggregation.NONE: "none",
}


def render_page() -> str:
    """The page with everything after the mark regenerated."""
    words = PAGE_PATH.read_text(encoding="utf-8").partition(GENERATED_MARK)[0]
    return words + GENERATED_MARK + "\n".join(_tables()) + "\n"


def _tables() -> Iterator[str]:
    for kind in KINDS.values():
        yield f"\n### {kind.label.en} (`{kind.code}`)\n"
        yield "| code | what | unit | resolution | also accepted | no value | time | adds up as | |"
        yield "|---|---|---|--:|---|---|---|---|---|"
        yield from map(_row, kind.properties.values())
        yield from map(_model, kind.device_models)


def _row(observed_property: ObservedProperty) -> str:
    numbers = sorted({*observed_property.sentinels, *observed_property.false_values}, key=abs)
    sentinels = ", ".join(map(_number, numbers))
    known = (f"`{observed_property.code}`", observed_property.label.en, f"`{observed_property.unit}`")
    resolution = f"{observed_property.resolution:.10f}".rstrip("0").rstrip(".")
    meaning = (STAMP_WORDS[observed_property.stamp], AGGREGATION_WORDS[observed_property.aggregation])
    columns = (*known, resolution, _other_units(observed_property), sentinels, *meaning, _remarks(observed_property))
    return f"| {' | '.join(columns)} |"


def _number(number: float) -> str:
    return f"−{-number:.9g}" if number < 0 else f"{number:.9g}"


def _model(model: DeviceModel) -> str:
    lies = (
        f"`{code}` {_number(number)} (`{reason}`)"
        for code, false_values in model.false_values.items()
        for number, reason in false_values.items()
    )
    return f"\nFrom a {model.label}, also {', '.join(lies)}."


def _other_units(each: ObservedProperty) -> str:
    """The first spelling of each non-canonical unit."""
    first: dict[UnitConversion, str] = {}
    for spelling, factor in each.conversions.items():
        first.setdefault(factor, f"`{spelling}`")
    ratios = ["`ppb`, `ppm` ([with conditions](#units))"] if each.molar_mass is not None else []
    return ", ".join([*(spelling for factor, spelling in first.items() if factor != IDENTITY), *ratios])


def _remarks(each: ObservedProperty) -> str:
    whole = ["a whole number from 0"] if each.is_integer else []
    boolean = ["or `true`, `false`"] if each.accepts_boolean else []
    return ", ".join(
        whole + boolean + ([RULE_REMARKS[each.required_privacy_rule]] if each.required_privacy_rule else [])
    )


if __name__ == "__main__":
    PAGE_PATH.write_text(render_page(), encoding="utf-8")
