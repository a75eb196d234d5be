"""Sound level meters: a kind with a unit that no other kind has."""

from sensors.kinds import Kind, ObservedProperty, properties_by_code
from sensors.vocabulary.codes import Public
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.measurement import Aggregation
from sensors.vocabulary.units import IDENTITY, UnitConversion, conversions_by_spelling

KIND = Kind(
    code="noise",
    label=LocalizedText("Geluid", "Noise"),
    theme="noise",
    unit_labels={"dB[SPL]": (LocalizedText("dB", "dB"), LocalizedText("decibel", "decibels"))},
    grafana_units={"dB[SPL]": "dB"},
    properties=properties_by_code(
        ObservedProperty(
            code="sound_level",
            label=LocalizedText("Geluidsniveau", "Sound level"),
            explanation=LocalizedText("Hoe hard het geluid is.", "How loud the sound is."),
            unit="dB[SPL]",
            conversions=conversions_by_spelling(("dB[SPL] dB 2N", IDENTITY), ("B[SPL]", UnitConversion(10.0))),
            plausible_range=(0, 140),
            finest_public=Public.LIVE,
            aggregation=Aggregation.ENERGY_MEAN,
            resolution=0.1,
        ),
    ),
)
