"""Entries of sensors that deliver no data to us: a register names them all the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from math import pi
from random import Random

from pydantic import AnyHttpUrl

from sensors.register.entry import Datastream, Device, Entry, Location, Organisation, Retention
from sensors.register.location import Area
from sensors.vocabulary.codes import (
    Connectivity,
    DeviceCategory,
    DpiaStatus,
    HostObject,
    LegalGround,
    LocationKind,
    PersonalData,
    Role,
    SensorType,
    Status,
    Theme,
)
from simulators.city import places, texts
from simulators.city.entry import CITY, Design, Spot, at, legal, register_entry
from simulators.city.texts import summary, words

POLICE = Design(
    kind=None,
    delivers_data=False,
    device=Device(
        category=DeviceCategory.CAMERA,
        sensor_types=(SensorType.OPTICAL,),
        technology=("video_camera", "identifiable_video"),
        connectivity=(Connectivity.FIBRE,),
    ),
    purposes=texts.CALM_STREETS,
    necessity=texts.NEED_CAMERA,
    legal=legal("cameratoezicht", LegalGround.PUBLIC_TASK, (texts.MUNICIPALITIES_ACT,), DpiaStatus.DONE),
    organisations=(
        *CITY,
        Organisation(role=Role.PROCESSOR, name="Politie", url=AnyHttpUrl("https://www.politie.nl/")),
    ),
    risks=(texts.RISK_CAMERA,),
)
_FOOTAGE = Datastream(
    observed_property="video",
    unit="1",
    description=words("Beelden van de straat, zonder geluid.", "Images of the street, without sound."),
    theme=Theme.SAFETY_CAMERA,
    personal_data=PersonalData.IDENTIFIABLE,
    data_types=("pixel_based_image", "personal"),
    retention=Retention(raw="P28D", aggregate="P28D"),
    storage="stored_locally",
    access=("not_available_to_me",),
    access_parties=("Politie",),
)
ANTENNA = Design(
    kind=None,
    delivers_data=False,
    device=Device(
        category=DeviceCategory.ANTENNA,
        sensor_types=(SensorType.POSITION,),
        technology=("cellular",),
        connectivity=(Connectivity.FIBRE,),
    ),
    purposes=texts.CONNECTED,
    necessity=texts.NEED_ANTENNA,
    legal=legal("antennes", LegalGround.CONTRACT, (texts.TELECOM_ACT,)),
    organisations=(
        Organisation(role=Role.OWNER, name="Mobiel netwerk (voorbeeld)"),
        Organisation(role=Role.CONTROLLER, name="Mobiel netwerk (voorbeeld)"),
    ),
)
AIR = Design(
    kind="air_quality",
    delivers_data=False,
    device=Device(
        category=DeviceCategory.SENSOR,
        sensor_types=(SensorType.CHEMICAL,),
        technology=("air_quality",),
        connectivity=(Connectivity.CELLULAR,),
    ),
    purposes=texts.CLEAN_AIR,
    necessity=texts.NEED_AIR,
    legal=legal("lucht", LegalGround.PUBLIC_TASK, (texts.ENVIRONMENT_ACT,)),
    organisations=CITY,
)
SOUND = replace(
    AIR,
    kind=None,
    device=Device(
        category=DeviceCategory.SENSOR,
        sensor_types=(SensorType.SOUND,),
        technology=("sound_level_meter",),
        connectivity=(Connectivity.LORAWAN,),
    ),
    purposes=texts.QUIET,
    necessity=texts.NEED_SOUND,
    legal=legal("geluid", LegalGround.PUBLIC_TASK, (texts.ENVIRONMENT_ACT,)),
)


def silent_entries(dice: Random) -> Iterator[Entry]:
    """A camera, an antenna, a sensor to come, one that is gone, one that moves and one somewhere in an area."""
    areas = {area.name: area for area in places.neighbourhoods()}
    yield _camera(areas["Centrum"], dice)
    yield register_entry(ANTENNA, _antenna(areas["Hoogeind"], dice))
    planned = replace(AIR, status=Status.PLANNED, active=(date(2027, 9, 1), None))
    yield register_entry(planned, _planned(areas["Brand"], dice))
    ended = replace(AIR, status=Status.ENDED, active=(date(2019, 5, 1), date(2024, 12, 31)))
    yield register_entry(ended, _ended(areas["Leonardus"], dice))
    yield register_entry(replace(AIR, project=texts.SWEEPING_AIR), _moving(areas["Centrum"]))
    yield register_entry(SOUND, _somewhere(areas["Stationsgebied"]))


def _camera(area: Area, dice: Random) -> Entry:
    point = places.point_in(area, dice)
    place = at(places.geojson(point), HostObject.POLE, 5.0)
    spot = Spot(
        "camera-politie-01",
        words("Camera van de politie, Centrum", "Police camera, city centre"),
        summary(
            "Deze camera filmt de straat. Alleen de politie kijkt mee. Wij krijgen de beelden niet.",
            "This camera films the street. Only the police watch. We don't get the images.",
        ),
        place.model_copy(update={"observed_area": places.view(point, dice.uniform(0, 2 * pi))}),
    )
    return register_entry(POLICE, spot).model_copy(update={"datastreams": (_FOOTAGE,)})


def _antenna(area: Area, dice: Random) -> Spot:
    return Spot(
        "antenne-5g-01",
        words("Antenne voor 5G, Hoogeind", "5G antenna, Hoogeind"),
        summary(
            "Deze antenne verbindt telefoons met het mobiele netwerk. Wij krijgen er geen gegevens van.",
            "This antenna connects phones to the mobile network. We get no data from it.",
        ),
        at(places.geojson(places.point_in(area, dice)), HostObject.POLE, 32.0),
    )


def _planned(area: Area, dice: Random) -> Spot:
    return Spot(
        "lucht-gepland-01",
        words("Luchtmeter die nog komt, Brand", "Air sensor to come, Brand"),
        summary("Deze meter komt er in 2027.", "This sensor will be placed in 2027."),
        at(places.geojson(places.point_in(area, dice)), HostObject.POLE, 4.0),
        ("pm2_5", "pm10", "no2"),
    )


def _ended(area: Area, dice: Random) -> Spot:
    return Spot(
        "lucht-weg-01",
        words("Luchtmeter die weg is, Leonardus", "Air sensor that is gone, Leonardus"),
        summary("Deze meter hing hier van 2019 tot en met 2024.", "This sensor hung here from 2019 to 2024."),
        at(places.geojson(places.point_in(area, dice)), HostObject.FACADE, 3.0),
        ("no2",),
    )


def _moving(area: Area) -> Spot:
    return Spot(
        "lucht-veegwagen-01",
        words("Luchtmeter op een veegwagen", "Air sensor on a street sweeper"),
        summary(
            "Deze meter rijdt mee op een veegwagen door het centrum. Hij doet mee aan een proef.",
            "This sensor rides through the centre on a street sweeper. It takes part in a trial.",
        ),
        Location(kind=LocationKind.MOBILE, geometry=area.geometry, host_object=HostObject.VEHICLE),
        ("pm2_5", "pm10"),
    )


def _somewhere(area: Area) -> Spot:
    return Spot(
        "geluid-station-01",
        words("Geluidmeter bij het station", "Sound meter near the station"),
        summary(
            "Deze meter meet hoe hard het geluid is. Hij neemt niets op. Hij staat elke maand op een andere plek.",
            "This meter measures how loud it is. It records nothing. It stands somewhere else every month.",
        ),
        Location(kind=LocationKind.AREA, geometry=area.geometry, host_object=HostObject.POLE),
    )
