"""Entries of air sensors: of stations that are replayed, of the city, and of residents."""

from collections.abc import Iterator
from dataclasses import replace

from pydantic import AnyHttpUrl

from sensors.register.entry import Device, Entry, Location
from sensors.register.legal import Organisation
from sensors.vocabulary.codes import (
    Connectivity,
    DeviceCategory,
    DpiaStatus,
    HostObject,
    LegalGround,
    LocationKind,
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
    SensorInstance,
    SensorTemplate,
    build_entry,
    build_legal,
    fixed_location,
    municipality_as,
)
from simulators.city.texts import bilingual, example_summary

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


def official_air_stations(seed: int) -> Iterator[Entry]:
    """Yield points that replay the official stations."""
    rng = placement.random_numbers(seed, "official air")
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


def municipal_air_stations(seed: int) -> Iterator[Entry]:
    """Yield the sensors of the city."""
    rng = placement.random_numbers(seed, "municipal air")
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


def citizen_air_sensors(seed: int) -> Iterator[Entry]:
    """Yield the sensors of residents, whose place is shown as a cell."""
    rng = placement.random_numbers(seed, "citizens")
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
            ),
            ("pm2_5", "pm10"),
        )
        yield build_entry(CITIZEN_AIR_SENSOR, spot)
