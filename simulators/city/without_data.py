"""Entries of sensors that deliver no data to Lantaarn but belong in the register all the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from math import pi
from random import Random

from pydantic import AnyHttpUrl

from sensors.register.entry import Datastream, Device, Entry, Location, Retention
from sensors.register.legal import Organisation
from sensors.register.location import AreaBoundary
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

POLICE_CAMERA = SensorTemplate(
    kind=None,
    delivers_data=False,
    device=Device(
        category=DeviceCategory.CAMERA,
        sensor_types=(SensorType.OPTICAL,),
        technology=("video_camera", "identifiable_video"),
        connectivity=(Connectivity.FIBRE,),
    ),
    purposes=texts.SURVEILLANCE_PURPOSES,
    necessity=texts.SURVEILLANCE_NECESSITY,
    legal=build_legal("cameratoezicht", LegalGround.PUBLIC_TASK, (texts.MUNICIPALITIES_ACT,), DpiaStatus.DONE),
    organisations=(
        *MUNICIPAL_ORGANISATIONS,
        Organisation(
            role=Role.PROCESSOR,
            name="Politie",
            url=AnyHttpUrl("https://www.politie.nl/"),
            agreement="Verwerkersovereenkomst cameratoezicht 2024-01",
        ),
    ),
    risks=(texts.RISK_FOOTAGE_FUNCTION_CREEP,),
)
_FOOTAGE = Datastream(
    observed_property="video",
    unit="1",
    description=bilingual("Beelden van de straat, zonder geluid.", "Images of the street, without sound."),
    theme=Theme.SAFETY_CAMERA,
    personal_data=PersonalData.IDENTIFIABLE,
    data_types=("pixel_based_image", "personal"),
    retention=Retention(raw="P28D", aggregate="P28D"),
    storage="stored_locally",
    access=("not_available_to_me",),
    access_parties=("Politie",),
)
MOBILE_ANTENNA = SensorTemplate(
    kind=None,
    delivers_data=False,
    device=Device(
        category=DeviceCategory.ANTENNA,
        sensor_types=(SensorType.POSITION,),
        technology=("cellular",),
        connectivity=(Connectivity.FIBRE,),
    ),
    purposes=texts.ANTENNA_PURPOSES,
    necessity=texts.ANTENNA_NECESSITY,
    legal=build_legal("antennes", LegalGround.CONTRACT, (texts.TELECOM_ACT,)),
    organisations=(
        Organisation(role=Role.OWNER, name="Mobiel netwerk (voorbeeld)"),
        Organisation(role=Role.CONTROLLER, name="Mobiel netwerk (voorbeeld)"),
    ),
)
AIR_WITHOUT_DATA = SensorTemplate(
    kind="air_quality",
    delivers_data=False,
    device=Device(
        category=DeviceCategory.SENSOR,
        sensor_types=(SensorType.CHEMICAL,),
        technology=("air_quality",),
        connectivity=(Connectivity.CELLULAR,),
    ),
    purposes=texts.AIR_PURPOSES,
    necessity=texts.AIR_NECESSITY,
    legal=build_legal("lucht", LegalGround.PUBLIC_TASK, (texts.ENVIRONMENT_ACT,)),
    organisations=MUNICIPAL_ORGANISATIONS,
)
SOUND_METER = replace(
    AIR_WITHOUT_DATA,
    kind=None,
    device=Device(
        category=DeviceCategory.SENSOR,
        sensor_types=(SensorType.SOUND,),
        technology=("sound_level_meter",),
        connectivity=(Connectivity.LORAWAN,),
    ),
    purposes=texts.SOUND_PURPOSES,
    necessity=texts.SOUND_NECESSITY,
    legal=build_legal("geluid", LegalGround.PUBLIC_TASK, (texts.ENVIRONMENT_ACT,)),
)


def entries_without_data(rng: Random) -> Iterator[Entry]:
    """Yield a camera, an antenna, and a planned, an ended, a mobile and an area sensor."""
    areas = {area.name: area for area in placement.built_up_neighbourhoods()}
    yield _police_camera(areas["Centrum"], rng)
    yield build_entry(MOBILE_ANTENNA, _antenna(areas["Hoogeind"], rng))
    planned = replace(AIR_WITHOUT_DATA, status=Status.PLANNED, active_period=(date(2027, 9, 1), None))
    yield build_entry(planned, _planned_sensor(areas["Brand"], rng))
    ended = replace(AIR_WITHOUT_DATA, status=Status.ENDED, active_period=(date(2019, 5, 1), date(2024, 12, 31)))
    yield build_entry(ended, _ended_sensor(areas["Leonardus"], rng))
    yield build_entry(replace(AIR_WITHOUT_DATA, project=texts.STREET_SWEEPER_PROJECT), _mobile_sensor(areas["Centrum"]))
    yield build_entry(SOUND_METER, _area_sensor(areas["Stationsgebied"]))


def _police_camera(area: AreaBoundary, rng: Random) -> Entry:
    point = placement.random_point_in(area, rng)
    place = fixed_location(placement.to_geojson(point), HostObject.POLE, 5.0)
    spot = SensorInstance(
        "camera-politie-01",
        bilingual("Camera van de politie, Centrum", "Police camera, city centre"),
        example_summary(
            "Deze camera filmt de straat. Alleen de politie kijkt mee. Wij krijgen de beelden niet.",
            "This camera films the street. Only the police watch. We don't get the images.",
        ),
        place.model_copy(update={"observed_area": placement.camera_view(point, rng.uniform(0, 2 * pi))}),
    )
    return build_entry(POLICE_CAMERA, spot).model_copy(update={"datastreams": (_FOOTAGE,)})


def _antenna(area: AreaBoundary, rng: Random) -> SensorInstance:
    return SensorInstance(
        "antenne-5g-01",
        bilingual("Antenne voor 5G, Hoogeind", "5G antenna, Hoogeind"),
        example_summary(
            "Deze antenne verbindt telefoons met het mobiele netwerk. Wij krijgen er geen gegevens van.",
            "This antenna connects phones to the mobile network. We get no data from it.",
        ),
        fixed_location(placement.to_geojson(placement.random_point_in(area, rng)), HostObject.POLE, 32.0),
    )


def _planned_sensor(area: AreaBoundary, rng: Random) -> SensorInstance:
    return SensorInstance(
        "lucht-gepland-01",
        bilingual("Luchtmeter die nog komt, Brand", "Air sensor to come, Brand"),
        example_summary("Deze meter komt er in 2027.", "This sensor will be placed in 2027."),
        fixed_location(placement.to_geojson(placement.random_point_in(area, rng)), HostObject.POLE, 4.0),
        ("pm2_5", "pm10", "no2"),
    )


def _ended_sensor(area: AreaBoundary, rng: Random) -> SensorInstance:
    return SensorInstance(
        "lucht-weg-01",
        bilingual("Luchtmeter die weg is, Leonardus", "Air sensor that is gone, Leonardus"),
        example_summary("Deze meter hing hier van 2019 tot en met 2024.", "This sensor hung here from 2019 to 2024."),
        fixed_location(placement.to_geojson(placement.random_point_in(area, rng)), HostObject.FACADE, 3.0),
        ("no2",),
    )


def _mobile_sensor(area: AreaBoundary) -> SensorInstance:
    return SensorInstance(
        "lucht-veegwagen-01",
        bilingual("Luchtmeter op een veegwagen", "Air sensor on a street sweeper"),
        example_summary(
            "Deze meter rijdt mee op een veegwagen door het centrum. Hij doet mee aan een proef.",
            "This sensor rides through the centre on a street sweeper. It takes part in a trial.",
        ),
        Location(kind=LocationKind.MOBILE, geometry=area.geometry, host_object=HostObject.VEHICLE),
        ("pm2_5", "pm10"),
    )


def _area_sensor(area: AreaBoundary) -> SensorInstance:
    return SensorInstance(
        "geluid-station-01",
        bilingual("Geluidmeter bij het station", "Sound meter near the station"),
        example_summary(
            "Deze meter meet hoe hard het geluid is. Hij neemt niets op. Hij staat elke maand op een andere plek.",
            "This meter measures how loud it is. It records nothing. It stands somewhere else every month.",
        ),
        Location(kind=LocationKind.AREA, geometry=area.geometry, host_object=HostObject.POLE),
    )
