"""The example register: Helmond on its real boundaries, with sensors that do not exist.

The same seed gives the same register, to the byte. References tell the sort of sensor: ``lantaarn-…``, ``lucht-…``,
``verkeer-…``, ``HD-ANPR-…``; the recorded series have the references of ``simulators.replay``.
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
from simulators import replay
from simulators.city import places, texts
from simulators.city.entry import CITY, PLACED, Design, Spot, at, legal, organisation, register_entry
from simulators.city.plate_cameras import plate_cameras
from simulators.city.silent import silent_entries
from simulators.city.texts import summary, words
from simulators.devices.device import wattage

ROWS, LAMPS = 20, 10


def entries(seed: int) -> Iterator[Entry]:
    """The whole register, always in the same order."""
    yield from _streetlights(seed)
    yield from _official_air(seed)
    yield from _municipal_air(seed)
    yield from _citizens(seed)
    yield from _counters(seed)
    yield from _recorded_traffic(seed)
    yield from plate_cameras()
    yield from _wakeful_streetlights(seed)
    yield from silent_entries(_dice(seed, "silent"))


def _dice(seed: int, of: str) -> Random:
    return Random(f"{seed}/city/{of}")  # noqa: S311 - places in an example, no secrets


LIGHT = Design(
    kind="streetlight",
    device=Device(
        category=DeviceCategory.SENSOR,
        sensor_types=(SensorType.ELECTRICITY, SensorType.TEMPERATURE),
        connectivity=(Connectivity.DALI, Connectivity.NB_IOT),
    ),
    purposes=texts.LIGHTING,
    necessity=texts.NEED_LIGHTING,
    legal=legal("verlichting", LegalGround.PUBLIC_TASK, (texts.ROADS_ACT,)),
    organisations=CITY,
    risks=(texts.RISK_LAMP,),
    keeps=(RetentionClass.P31D, "P10Y"),
)
_LIGHT_MEASURES = ("power", "energy", "dim_level", "lamp_temperature", "burning_hours", "fault_code")


def _streetlights(seed: int) -> Iterator[Entry]:
    dice = _dice(seed, "streetlights")
    for row, area in enumerate(dice.sample(places.neighbourhoods(), ROWS), 1):
        design = replace(LIGHT, active=(PLACED + timedelta(days=30 * row), None))
        for lamp, point in enumerate(places.street(area, dice, LAMPS), 1):
            reference = f"lantaarn-{row:02}{lamp:02}"
            spot = Spot(
                reference,
                words(
                    f"Straatlantaarn {lamp} in rij {row}, {area.name}", f"Streetlight {lamp} in row {row}, {area.name}"
                ),
                summary(
                    "Deze lantaarn meet hoeveel stroom hij gebruikt en of de lamp het doet. Hij ziet en hoort niets.",
                    "This streetlight measures its power and whether the lamp works. It sees and hears nothing.",
                ),
                at(places.geojson(point), HostObject.STREETLIGHT, 6.0),
                _LIGHT_MEASURES,
            )
            yield register_entry(_with_luminaire(design, reference, seed), spot)


def _with_luminaire(design: Design, reference: str, seed: int) -> Design:
    model = f"Armatuur {wattage(reference, seed):g} W"
    return replace(design, device=design.device.model_copy(update={"model": model}))


WAKEFUL = replace(
    LIGHT,
    device=LIGHT.device.model_copy(
        update={
            "sensor_types": (*LIGHT.device.sensor_types, SensorType.PROXIMITY),
            "technology": ("passive_infrared_sensor",),
        }
    ),
    purposes=texts.LIGHT_WHERE_PEOPLE_WALK,
    necessity=texts.NEED_MOVEMENT,
    legal=legal("beweging", LegalGround.PUBLIC_TASK, (texts.ROADS_ACT,), DpiaStatus.DONE),
    project=texts.SMART_LIGHT,
    risks=(texts.RISK_WALK, texts.RISK_LAMP),
)
_GROUPS = (
    (21, "kasteelpark", "Centrum", "het Kasteelpark", "the castle park"),
    (22, "steenweg", "Steenweg en omgeving", "de Steenweg", "the Steenweg"),
)
WAKEFUL_LAMPS = 12


def _wakeful_streetlights(seed: int) -> Iterator[Entry]:
    """Lamps that notice movement, in groups large enough to count over."""
    dice = _dice(seed, "wakeful streetlights")
    areas = {area.name: area for area in places.neighbourhoods()}
    for row, group, area, nl, en in _GROUPS:
        design = replace(WAKEFUL, ruled_by=WindowCount(rule="window_count", group=group))
        for lamp, point in enumerate(places.street(areas[area], dice, WAKEFUL_LAMPS), 1):
            reference = f"lantaarn-{row}{lamp:02}"
            spot = Spot(
                reference,
                words(f"Straatlantaarn {lamp} bij {nl}", f"Streetlight {lamp} near {en}"),
                summary(
                    "Deze lantaarn merkt of er iemand langskomt. "
                    f"Wij bewaren alleen een telling van {WAKEFUL_LAMPS} lantaarns samen.",
                    "This streetlight notices if someone passes by. "
                    f"We keep only a count of {WAKEFUL_LAMPS} streetlights together.",
                ),
                at(places.geojson(point), HostObject.STREETLIGHT, 6.0),
                (*_LIGHT_MEASURES, "presence"),
            )
            yield register_entry(_with_luminaire(design, reference, seed), spot)


AIR = Design(
    kind="air_quality",
    device=Device(
        category=DeviceCategory.SENSOR,
        sensor_types=(SensorType.CHEMICAL, SensorType.CLIMATE),
        technology=("air_quality",),
        connectivity=(Connectivity.LTE_M,),
    ),
    purposes=texts.CLEAN_AIR,
    necessity=texts.NEED_AIR,
    legal=legal("lucht", LegalGround.PUBLIC_TASK, (texts.ENVIRONMENT_ACT,)),
    organisations=CITY,
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


def _official_air(seed: int) -> Iterator[Entry]:
    dice = _dice(seed, "official air")
    source = Organisation(
        role=Role.SUPPLIER, name="RIVM (bron van de cijfers)", url=AnyHttpUrl("https://www.luchtmeetnet.nl/")
    )
    design = replace(AIR, interval="PT1H", organisations=(*CITY, source))
    for code, area in zip(replay.STATIONS, dice.sample(places.neighbourhoods(), len(replay.STATIONS)), strict=True):
        place = _STATION_PLACES[code]
        spot = Spot(
            replay.station(code),
            words(f"Meetpunt {area.name} (herhaling van station {code})", f"{area.name} (replay of station {code})"),
            summary(
                f"Dit meetpunt herhaalt wat het station in {place} in 2023 echt gemeten heeft, ieder uur.",
                f"This point repeats what the station in {place} really measured in 2023, every hour.",
            ),
            at(places.geojson(places.point_in(area, dice)), HostObject.POLE, 3.5),
            ("no2", "pm10") if code in _WITHOUT_PM2_5 else ("no2", "pm10", "pm2_5"),
        )
        yield register_entry(design, spot)


def _municipal_air(seed: int) -> Iterator[Entry]:
    dice = _dice(seed, "municipal air")
    for number, area in enumerate(dice.sample(places.neighbourhoods(), 9), 1):
        spot = Spot(
            f"lucht-gemeente-{number:02}",
            words(f"Luchtmeter {number}, {area.name}", f"Air sensor {number}, {area.name}"),
            summary(
                "Deze meter van de gemeente meet hoe schoon de lucht is, iedere tien minuten.",
                "This sensor of the city measures how clean the air is, every ten minutes.",
            ),
            at(places.geojson(places.point_in(area, dice)), HostObject.STREETLIGHT, 4.0),
            ("pm2_5", "pm10", "no2", "o3", "temperature", "relative_humidity"),
        )
        yield register_entry(AIR, spot)


CITIZEN = replace(
    AIR,
    device=Device(
        category=DeviceCategory.SENSOR,
        sensor_types=(SensorType.CLIMATE,),
        technology=("air_quality",),
        make="Nova Fitness",
        model="SDS011",
        connectivity=(Connectivity.WIFI,),
    ),
    legal=legal("meten-door-bewoners", LegalGround.CONSENT, (texts.ENVIRONMENT_ACT,), DpiaStatus.DONE),
    organisations=(Organisation(role=Role.OWNER, name="Inwoner"), organisation(Role.CONTROLLER)),
    project=texts.MEASURING_TOGETHER,
    risks=(texts.RISK_HOME,),
    keeps=(RetentionClass.P1Y, "P10Y"),
    interval="PT150S",
)


def _citizens(seed: int) -> Iterator[Entry]:
    dice = _dice(seed, "citizens")
    for number, area in enumerate(dice.sample(places.neighbourhoods(), 25)):
        recorded = number == 0
        nl, en = (
            (
                "Hij herhaalt wat sensor 15092 van sensor.community begin 2019 echt gemeten heeft.",
                "It repeats sensor.community 15092.",
            )
            if recorded
            else ("De bewoner deelt de metingen met iedereen.", "The resident shares the measurements with everyone.")
        )
        spot = Spot(
            replay.CITIZEN if recorded else f"lucht-bewoner-{number:02}",
            words(f"Fijnstofmeter van een bewoner, {area.name}", f"A resident's particle sensor, {area.name}"),
            summary(f"Een bewoner meet fijnstof bij huis. {nl}", f"A resident measures particles at home. {en}"),
            Location(
                kind=LocationKind.FIXED,
                geometry=places.geojson(places.point_in(area, dice)),
                precision=Precision.CELL_100M,
                host_object=HostObject.FACADE,
            ),
            ("pm2_5", "pm10"),
        )
        yield register_entry(CITIZEN, spot)


LOOP = Design(
    kind="traffic",
    device=Device(
        category=DeviceCategory.SENSOR,
        sensor_types=(SensorType.PROXIMITY,),
        technology=("induction_loop",),
        connectivity=(Connectivity.CELLULAR,),
    ),
    purposes=texts.SMOOTH_TRAFFIC,
    necessity=texts.NEED_TRAFFIC,
    legal=legal("verkeer", LegalGround.PUBLIC_TASK, (texts.TRAFFIC_ACT,), DpiaStatus.DONE),
    organisations=CITY,
    risks=(texts.RISK_FEW,),
)
INFRARED = replace(
    LOOP,
    device=LOOP.device.model_copy(
        update={"technology": ("passive_infrared_sensor",), "connectivity": (Connectivity.LORAWAN,)}
    ),
)
CAMERA = replace(
    LOOP,
    device=Device(
        category=DeviceCategory.CAMERA,
        sensor_types=(SensorType.OPTICAL,),
        technology=("video_camera", "non_identifiable_video"),
        connectivity=(Connectivity.FIBRE,),
    ),
    personal_data=PersonalData.DE_IDENTIFIED,
    rules=(OnDevice(rule="on_device", explanation=texts.DEVICE_ON_DEVICE),),
)


@dataclass(frozen=True, slots=True)
class Counter:
    """A sort of traffic counter: how many there are, and what they count."""

    slug: str
    number: int
    design: Design
    name: Words
    counts: Words
    measures: tuple[str, ...]
    host: HostObject = HostObject.ROAD_SURFACE


_VEHICLES = ("count_car", "count_van", "count_truck", "count_bus", "count_motorcycle")
COUNTERS = (
    Counter(
        "lus",
        30,
        LOOP,
        words("Autoteller", "Vehicle counter"),
        words("auto's, bussen, vrachtwagens en motoren", "cars, buses, trucks and motorcycles"),
        (*_VEHICLES, "mean_speed", "occupancy"),
    ),
    Counter(
        "fiets", 14, LOOP, words("Fietsteller", "Bicycle counter"), words("fietsen", "bicycles"), ("count_bicycle",)
    ),
    Counter(
        "loop",
        7,
        INFRARED,
        words("Voetgangersteller", "Pedestrian counter"),
        words("voetgangers", "people walking"),
        ("count_pedestrian",),
        HostObject.POLE,
    ),
    Counter(
        "camera",
        6,
        CAMERA,
        words("Telcamera", "Counting camera"),
        words("wie er rijdt, fietst of loopt", "who drives, cycles or walks by"),
        (*_VEHICLES[:4], "count_bicycle", "count_pedestrian"),
        HostObject.TRAFFIC_LIGHT,
    ),
)


def _counters(seed: int) -> Iterator[Entry]:
    for counter in COUNTERS:
        dice = _dice(seed, counter.slug)
        for number, area in enumerate(dice.sample(places.neighbourhoods(), counter.number), 1):
            point = places.point_in(area, dice)
            place = at(places.geojson(point), counter.host)
            if counter.design is CAMERA:
                place = place.model_copy(update={"observed_area": places.view(point, dice.uniform(0, 2 * pi))})
            spot = Spot(
                f"verkeer-{counter.slug}-{number:02}",
                words(f"{counter.name.nl} {number}, {area.name}", f"{counter.name.en} {number}, {area.name}"),
                summary(
                    f"Deze teller telt {counter.counts.nl}, ieder kwartier. Hij herkent niemand, ook geen auto's.",
                    f"This counter counts {counter.counts.en}, every 15 minutes. It recognises nobody, and no cars.",
                ),
                place,
                counter.measures,
            )
            yield register_entry(counter.design, spot)


_RECORDED = (
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
    dice = _dice(seed, "recorded traffic")
    design = replace(LOOP, interval="PT1H", keeps=(RetentionClass.P10Y, "P10Y"))
    for (reference, code, name, nl, en), area in zip(_RECORDED, dice.sample(places.neighbourhoods(), 3), strict=True):
        spot = Spot(
            reference,
            words(f"{name} {area.name} (herhaling van {nl})", f"Counter {area.name} (replay of {en})"),
            summary(
                f"Deze teller herhaalt wat er bij {nl} echt geteld is, ieder uur.",
                f"This counter repeats what was really counted at {en}, every hour.",
            ),
            at(places.geojson(places.point_in(area, dice)), HostObject.ROAD_SURFACE),
            (code,),
        )
        yield register_entry(design, spot)
