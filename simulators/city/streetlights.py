"""Entries of streetlights: rows that report on themselves, and groups that react to who passes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from sensors.register.entry import Device, Entry, WindowCount
from sensors.vocabulary.codes import (
    Connectivity,
    DeviceCategory,
    DpiaStatus,
    HostObject,
    LegalGround,
    RetentionClass,
    SensorType,
)
from simulators.city import placement, texts
from simulators.city.entry_builder import (
    MUNICIPAL_ORGANISATIONS,
    PLACEMENT_DATE,
    SensorInstance,
    SensorTemplate,
    build_entry,
    build_legal,
    fixed_location,
)
from simulators.city.texts import bilingual, example_summary
from simulators.devices.device import wattage

STREETLIGHT_ROWS, LAMPS_PER_ROW = 20, 10

STREETLIGHT = SensorTemplate(
    kind="streetlight",
    device=Device(
        category=DeviceCategory.SENSOR,
        sensor_types=(SensorType.ELECTRICITY, SensorType.TEMPERATURE),
        connectivity=(Connectivity.DALI, Connectivity.NB_IOT),
    ),
    purposes=texts.LIGHTING_PURPOSES,
    necessity=texts.LIGHTING_NECESSITY,
    legal=build_legal("verlichting", LegalGround.PUBLIC_TASK, (texts.ROADS_ACT,)),
    organisations=MUNICIPAL_ORGANISATIONS,
    risks=(texts.RISK_LAMP_BRIGHTNESS,),
    retention=(RetentionClass.P31D, "P10Y"),
)
_STREETLIGHT_PROPERTIES = ("power", "energy", "dim_level", "lamp_temperature", "burning_hours", "fault_code")


def streetlights(seed: int) -> Iterator[Entry]:
    """Yield rows of streetlights that report on themselves only."""
    rng = placement.random_numbers(seed, "streetlights")
    for row, area in enumerate(rng.sample(placement.built_up_neighbourhoods(), STREETLIGHT_ROWS), 1):
        design = replace(STREETLIGHT, active_period=(PLACEMENT_DATE + timedelta(days=30 * row), None))
        for lamp, point in enumerate(placement.random_row(area, rng, LAMPS_PER_ROW), 1):
            reference = f"lantaarn-{row:02}{lamp:02}"
            spot = SensorInstance(
                reference,
                bilingual(
                    f"Straatlantaarn {lamp} in rij {row}, {area.name}", f"Streetlight {lamp} in row {row}, {area.name}"
                ),
                example_summary(
                    "Deze lantaarn meet hoeveel stroom hij gebruikt en of de lamp het doet. Hij ziet en hoort niets.",
                    "This streetlight measures its power and whether the lamp works. It sees and hears nothing.",
                ),
                fixed_location(placement.to_geojson(point), HostObject.STREETLIGHT, 6.0),
                _STREETLIGHT_PROPERTIES,
            )
            yield build_entry(_with_luminaire(design, reference, seed), spot)


def _with_luminaire(design: SensorTemplate, reference: str, seed: int) -> SensorTemplate:
    model = f"Armatuur {wattage(reference, seed):g} W"
    return replace(design, device=design.device.model_copy(update={"model": model}))


MOTION_STREETLIGHT = replace(
    STREETLIGHT,
    device=STREETLIGHT.device.model_copy(
        update={
            "sensor_types": (*STREETLIGHT.device.sensor_types, SensorType.PROXIMITY),
            "technology": ("passive_infrared_sensor",),
        }
    ),
    purposes=texts.MOTION_LIGHTING_PURPOSES,
    necessity=texts.MOTION_LIGHTING_NECESSITY,
    legal=build_legal("beweging", LegalGround.PUBLIC_TASK, (texts.ROADS_ACT,), DpiaStatus.DONE),
    project=texts.SMART_LIGHTING_PROJECT,
    risks=(texts.RISK_MOTION_TRACKING, texts.RISK_LAMP_BRIGHTNESS),
)
_LAMP_GROUPS = (
    (21, "kasteelpark", "Centrum", "het Kasteelpark", "the castle park"),
    (22, "steenweg", "Steenweg en omgeving", "de Steenweg", "the Steenweg"),
)
LAMPS_PER_GROUP = 12


def motion_streetlights(seed: int) -> Iterator[Entry]:
    """Yield motion-sensing streetlights, in groups large enough to aggregate over."""
    rng = placement.random_numbers(seed, "wakeful streetlights")
    areas = {area.name: area for area in placement.built_up_neighbourhoods()}
    for row, group, area, nl, en in _LAMP_GROUPS:
        design = replace(MOTION_STREETLIGHT, required_rule=WindowCount(rule="window_count", group=group))
        for lamp, point in enumerate(placement.random_row(areas[area], rng, LAMPS_PER_GROUP), 1):
            reference = f"lantaarn-{row}{lamp:02}"
            spot = SensorInstance(
                reference,
                bilingual(f"Straatlantaarn {lamp} bij {nl}", f"Streetlight {lamp} near {en}"),
                example_summary(
                    "Deze lantaarn merkt of er iemand langskomt. "
                    f"Wij bewaren alleen een telling van {LAMPS_PER_GROUP} lantaarns samen, met een toevallig getal "
                    "erin. De beweging van de eerste weken is bedacht.",
                    "This streetlight notices if someone passes by. "
                    f"We keep only a count of {LAMPS_PER_GROUP} streetlights together, with a random number in it. "
                    "The movement of the first weeks is made up.",
                ),
                fixed_location(placement.to_geojson(point), HostObject.STREETLIGHT, 6.0),
                (*_STREETLIGHT_PROPERTIES, "presence"),
            )
            yield build_entry(_with_luminaire(design, reference, seed), spot)
