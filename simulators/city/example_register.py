"""The example register: fictitious sensors within the real boundaries of Helmond.

The same seed gives the same register, byte for byte. The prefix of a reference is its sensor type: ``lantaarn-…``,
``lucht-…``, ``verkeer-…``, ``HD-ANPR-…``; recorded series use the references of ``simulators.replay``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from math import pi
from random import Random

from pydantic import AnyHttpUrl

from sensors.register.entry import Device, Entry, Location, OnDevice, Organisation, WindowCount, Words
from sensors.vocabulary.codes import (
    Connectivity,
    DeviceCategory,
    DpiaStatus,
    HostObject,
    LegalGround,
    LocationKind,
    PersonalData,
    Precision,
    RetentionClass,
    Role,
    SensorType,
)
from sensors.vocabulary.measurement import Stamp
from simulators import replay
from simulators.city import placement, texts
from simulators.city.entry_builder import (
    MUNICIPAL_ORGANISATIONS,
    PLACEMENT_DATE,
    SensorInstance,
    SensorTemplate,
    build_entry,
    build_legal,
    fixed_location,
    municipality_as,
)
from simulators.city.plate_cameras import plate_cameras
from simulators.city.texts import bilingual, example_summary
from simulators.city.without_data import entries_without_data
from simulators.devices.device import wattage

STREETLIGHT_ROWS, LAMPS_PER_ROW = 20, 10

EXAMPLE_SEED = 1
"""The seed of the demo's city."""


def example_entries(seed: int) -> Iterator[Entry]:
    """Yield all entries, in a fixed order."""
    yield from _streetlights(seed)
    yield from _official_air_stations(seed)
    yield from _municipal_air_stations(seed)
    yield from _citizen_air_sensors(seed)
    yield from _counters(seed)
    yield from _recorded_traffic(seed)
    yield from plate_cameras()
    yield from _motion_streetlights(seed)
    yield from entries_without_data(_rng(seed, "silent"))


def _rng(seed: int, of: str) -> Random:
    return Random(f"{seed}/city/{of}")  # noqa: S311 - places in an example, no secrets


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


def _streetlights(seed: int) -> Iterator[Entry]:
    rng = _rng(seed, "streetlights")
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


def _motion_streetlights(seed: int) -> Iterator[Entry]:
    """Yield motion-sensing streetlights, in groups large enough to aggregate over."""
    rng = _rng(seed, "wakeful streetlights")
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


AIR_STATION = SensorTemplate(
    kind="air_quality",
    device=Device(
        category=DeviceCategory.SENSOR,
        sensor_types=(SensorType.CHEMICAL, SensorType.CLIMATE),
        technology=("air_quality",),
        connectivity=(Connectivity.LTE_M,),
    ),
    purposes=texts.AIR_PURPOSES,
    necessity=texts.AIR_NECESSITY,
    legal=build_legal("lucht", LegalGround.PUBLIC_TASK, (texts.ENVIRONMENT_ACT,)),
    organisations=MUNICIPAL_ORGANISATIONS,
    interval="PT10M",
)
_STATION_PLACES = {
    "NL10131": "Vredepeel",
    "NL10230": "Biest-Houtakker",
    "NL10236": "Eindhoven, Genovevalaan",
    "NL10237": "Eindhoven, Noordbrabantlaan",
    "NL10247": "Veldhoven",
    "NL10248": "Nistelrode",
}
_WITHOUT_PM2_5 = frozenset({"NL10236", "NL10237"})


def _official_air_stations(seed: int) -> Iterator[Entry]:
    rng = _rng(seed, "official air")
    source = Organisation(
        role=Role.SUPPLIER, name="RIVM (bron van de cijfers)", url=AnyHttpUrl("https://www.luchtmeetnet.nl/")
    )
    design = replace(AIR_STATION, interval="PT1H", stamp=Stamp.START, organisations=(*MUNICIPAL_ORGANISATIONS, source))
    for code, area in zip(
        replay.STATION_CODES, rng.sample(placement.built_up_neighbourhoods(), len(replay.STATION_CODES)), strict=True
    ):
        place = _STATION_PLACES[code]
        spot = SensorInstance(
            replay.station_reference(code),
            bilingual(
                f"Meetpunt {area.name} (herhaling van station {code})", f"{area.name} (replay of station {code})"
            ),
            example_summary(
                f"Dit meetpunt herhaalt wat het station in {place} in 2023 echt gemeten heeft, ieder uur.",
                f"This point repeats what the station in {place} really measured in 2023, every hour.",
            ),
            fixed_location(placement.to_geojson(placement.random_point_in(area, rng)), HostObject.POLE, 3.5),
            ("no2", "pm10") if code in _WITHOUT_PM2_5 else ("no2", "pm10", "pm2_5"),
        )
        yield build_entry(design, spot)


def _municipal_air_stations(seed: int) -> Iterator[Entry]:
    rng = _rng(seed, "municipal air")
    for number, area in enumerate(rng.sample(placement.built_up_neighbourhoods(), 9), 1):
        spot = SensorInstance(
            f"lucht-gemeente-{number:02}",
            bilingual(f"Luchtmeter {number}, {area.name}", f"Air sensor {number}, {area.name}"),
            example_summary(
                "Deze meter van de gemeente meet hoe schoon de lucht is, iedere tien minuten.",
                "This sensor of the city measures how clean the air is, every ten minutes.",
            ),
            fixed_location(placement.to_geojson(placement.random_point_in(area, rng)), HostObject.STREETLIGHT, 4.0),
            ("pm2_5", "pm10", "no2", "o3", "temperature", "relative_humidity"),
        )
        yield build_entry(AIR_STATION, spot)


CITIZEN_AIR_SENSOR = replace(
    AIR_STATION,
    device=Device(
        category=DeviceCategory.SENSOR,
        sensor_types=(SensorType.CLIMATE,),
        technology=("air_quality",),
        make="Nova Fitness",
        model="SDS011",
        connectivity=(Connectivity.WIFI,),
    ),
    legal=build_legal("meten-door-bewoners", LegalGround.CONSENT, (texts.ENVIRONMENT_ACT,), DpiaStatus.DONE),
    organisations=(Organisation(role=Role.OWNER, name="Inwoner"), municipality_as(Role.CONTROLLER)),
    project=texts.CITIZEN_SCIENCE_PROJECT,
    risks=(texts.RISK_HOME_LOCATION,),
    retention=(RetentionClass.P1Y, "P10Y"),
    interval="PT150S",
    # sensor.community's firmware runs the SDS011 for a few seconds each time.
    stamp=Stamp.INSTANT,
)


def _citizen_air_sensors(seed: int) -> Iterator[Entry]:
    rng = _rng(seed, "citizens")
    for number, area in enumerate(rng.sample(placement.built_up_neighbourhoods(), 25)):
        recorded = number == 0
        nl, en = (
            (
                "Hij herhaalt wat sensor 15092 van sensor.community begin 2019 echt gemeten heeft.",
                "It repeats sensor.community 15092.",
            )
            if recorded
            else ("De bewoner deelt de metingen met iedereen.", "The resident shares the measurements with everyone.")
        )
        spot = SensorInstance(
            replay.CITIZEN_REFERENCE if recorded else f"lucht-bewoner-{number:02}",
            bilingual(f"Fijnstofmeter van een bewoner, {area.name}", f"A resident's particle sensor, {area.name}"),
            example_summary(
                f"Een bewoner meet fijnstof bij huis. {nl}", f"A resident measures particles at home. {en}"
            ),
            Location(
                kind=LocationKind.FIXED,
                geometry=placement.to_geojson(placement.random_point_in(area, rng)),
                precision=Precision.CELL_100M,
                host_object=HostObject.FACADE,
            ),
            ("pm2_5", "pm10"),
        )
        yield build_entry(CITIZEN_AIR_SENSOR, spot)


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
        "camera",
        6,
        COUNTING_CAMERA,
        bilingual("Telcamera", "Counting camera"),
        bilingual("wie er rijdt, fietst of loopt", "who drives, cycles or walks by"),
        (*_VEHICLE_PROPERTIES[:4], "count_bicycle", "count_pedestrian"),
        HostObject.TRAFFIC_LIGHT,
    ),
)


def _counters(seed: int) -> Iterator[Entry]:
    for counter in TRAFFIC_COUNTERS:
        rng = _rng(seed, counter.slug)
        for number, area in enumerate(rng.sample(placement.built_up_neighbourhoods(), counter.count), 1):
            point = placement.random_point_in(area, rng)
            place = fixed_location(placement.to_geojson(point), counter.host_object)
            if counter.template is COUNTING_CAMERA:
                place = place.model_copy(update={"observed_area": placement.camera_view(point, rng.uniform(0, 2 * pi))})
            spot = SensorInstance(
                f"verkeer-{counter.slug}-{number:02}",
                bilingual(f"{counter.name.nl} {number}, {area.name}", f"{counter.name.en} {number}, {area.name}"),
                example_summary(
                    f"Deze teller telt {counter.counted.nl}, ieder kwartier. Hij herkent niemand, ook geen auto's.",
                    f"This counter counts {counter.counted.en}, every 15 minutes. It recognises nobody, and no cars.",
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


def _recorded_traffic(seed: int) -> Iterator[Entry]:
    rng = _rng(seed, "recorded traffic")
    design = replace(INDUCTION_LOOP, interval="PT1H", stamp=Stamp.START, retention=(RetentionClass.P10Y, "P10Y"))
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
