"""Entries of counters: loops, infrared and cameras that count, and recorded series."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import pi

from sensors.register.entry import CountInMemory, Device, Entry, OnDevice
from sensors.register.part import Words
from sensors.vocabulary.codes import (
    Connectivity,
    DeviceCategory,
    DpiaStatus,
    HostObject,
    LegalGround,
    PersonalData,
    SensorType,
)
from sensors.vocabulary.measurement import Stamp
from simulators.city import placement, texts
from simulators.city.entry_builder import (
    MUNICIPAL_ORGANISATIONS,
    SensorInstance,
    SensorTemplate,
    build_entry,
    build_legal,
    fixed_location,
)
from simulators.city.texts import bilingual, example_summary

INDUCTION_LOOP = SensorTemplate(
    kind="traffic",
    device=Device(
        category=DeviceCategory.SENSOR,
        sensor_types=(SensorType.PROXIMITY,),
        technology=("induction_loop",),
        connectivity=(Connectivity.CELLULAR,),
    ),
    purposes=texts.TRAFFIC_PURPOSES,
    necessity=texts.TRAFFIC_NECESSITY,
    legal=build_legal("verkeer", LegalGround.PUBLIC_TASK, (texts.TRAFFIC_ACT,), DpiaStatus.DONE),
    organisations=MUNICIPAL_ORGANISATIONS,
    risks=(texts.RISK_SMALL_COUNTS,),
)
INFRARED_COUNTER = replace(
    INDUCTION_LOOP,
    device=INDUCTION_LOOP.device.model_copy(
        update={"technology": ("passive_infrared_sensor",), "connectivity": (Connectivity.LORAWAN,)}
    ),
)
SINGLE_PASS_COUNTER = replace(INFRARED_COUNTER, required_rule=CountInMemory(rule="count_in_memory"))
COUNTING_CAMERA = replace(
    INDUCTION_LOOP,
    device=Device(
        category=DeviceCategory.CAMERA,
        sensor_types=(SensorType.OPTICAL,),
        technology=("video_camera", "non_identifiable_video"),
        connectivity=(Connectivity.FIBRE,),
    ),
    personal_data=PersonalData.DE_IDENTIFIED,
    privacy_rules=(OnDevice(rule="on_device", explanation=texts.ON_DEVICE_EXPLANATION),),
)
_EVERY_QUARTER = bilingual("ieder kwartier", "every 15 minutes")


@dataclass(frozen=True, slots=True)
class TrafficCounter:
    """A type of traffic counter: the number of counters and what they count."""

    slug: str
    count: int
    template: SensorTemplate
    name: Words
    counted: Words
    observed_properties: tuple[str, ...]
    host_object: HostObject = HostObject.ROAD_SURFACE
    when: Words = _EVERY_QUARTER


_VEHICLE_PROPERTIES = ("count_car", "count_van", "count_truck", "count_bus", "count_motorcycle")
TRAFFIC_COUNTERS = (
    TrafficCounter(
        "lus",
        30,
        INDUCTION_LOOP,
        bilingual("Autoteller", "Vehicle counter"),
        bilingual("auto's, bussen, vrachtwagens en motoren", "cars, buses, trucks and motorcycles"),
        (*_VEHICLE_PROPERTIES, "mean_speed", "occupancy"),
    ),
    TrafficCounter(
        "fiets",
        14,
        INDUCTION_LOOP,
        bilingual("Fietsteller", "Bicycle counter"),
        bilingual("fietsen", "bicycles"),
        ("count_bicycle",),
    ),
    TrafficCounter(
        "loop",
        7,
        INFRARED_COUNTER,
        bilingual("Voetgangersteller", "Pedestrian counter"),
        bilingual("voetgangers", "people walking"),
        ("count_pedestrian",),
        HostObject.POLE,
    ),
    TrafficCounter(
        "poort",
        1,
        SINGLE_PASS_COUNTER,
        bilingual("Voetgangersteller", "Pedestrian counter"),
        bilingual("voetgangers", "people walking"),
        ("count_pedestrian", "alive"),
        HostObject.POLE,
        bilingual("één voor één", "one by one"),
    ),
    TrafficCounter(
        "camera",
        6,
        COUNTING_CAMERA,
        bilingual("Telcamera", "Counting camera"),
        bilingual("wie er rijdt, fietst of loopt", "who drives, cycles or walks by"),
        (*_VEHICLE_PROPERTIES[:4], "count_bicycle", "count_pedestrian"),
        HostObject.TRAFFIC_LIGHT,
    ),
)


def counters(seed: int) -> Iterator[Entry]:
    """Yield the counters of all types."""
    for counter in TRAFFIC_COUNTERS:
        rng = placement.random_numbers(seed, counter.slug)
        for number, area in enumerate(rng.sample(placement.built_up_neighbourhoods(), counter.count), 1):
            point = placement.random_point_in(area, rng)
            place = fixed_location(placement.to_geojson(point), counter.host_object)
            if counter.template is COUNTING_CAMERA:
                place = place.model_copy(update={"observed_area": placement.camera_view(point, rng.uniform(0, 2 * pi))})
            spot = SensorInstance(
                f"verkeer-{counter.slug}-{number:02}",
                bilingual(f"{counter.name.nl} {number}, {area.name}", f"{counter.name.en} {number}, {area.name}"),
                example_summary(
                    f"Deze teller telt {counter.counted.nl}, {counter.when.nl}. Hij herkent niemand, ook geen auto's.",
                    f"This counter counts {counter.counted.en}, {counter.when.en}. It recognises nobody, and no cars.",
                ),
                place,
                counter.observed_properties,
            )
            yield build_entry(counter.template, spot)


_RECORDED_COUNTERS = (
    (
        "verkeer-fremont-oost",
        "count_bicycle",
        "Fietsteller",
        "de Fremont-brug in Seattle, oostkant",
        "Fremont Bridge in Seattle, east side",
    ),
    (
        "verkeer-fremont-west",
        "count_bicycle",
        "Fietsteller",
        "de Fremont-brug in Seattle, westkant",
        "Fremont Bridge in Seattle, west side",
    ),
    (
        "verkeer-metro",
        "count_motor_vehicle",
        "Snelwegteller",
        "de snelweg I-94 in Minneapolis",
        "motorway I-94 in Minneapolis",
    ),
)


def recorded_traffic(seed: int) -> Iterator[Entry]:
    """Yield the counters that replay a recorded series."""
    rng = placement.random_numbers(seed, "recorded traffic")
    design = replace(INDUCTION_LOOP, interval="PT1H", stamp=Stamp.START)
    for (reference, code, name, nl, en), area in zip(
        _RECORDED_COUNTERS, rng.sample(placement.built_up_neighbourhoods(), 3), strict=True
    ):
        spot = SensorInstance(
            reference,
            bilingual(f"{name} {area.name} (herhaling van {nl})", f"Counter {area.name} (replay of {en})"),
            example_summary(
                f"Deze teller herhaalt wat er bij {nl} echt geteld is, ieder uur.",
                f"This counter repeats what was really counted at {en}, every hour.",
            ),
            fixed_location(placement.to_geojson(placement.random_point_in(area, rng)), HostObject.ROAD_SURFACE),
            (code,),
        )
        yield build_entry(design, spot)
