"""Entries of the number plate cameras on the N270, which measure travel times without storing plates."""

from collections.abc import Iterator
from dataclasses import replace
from math import pi

from sensors.register.entry import Device, Entry, MatchInMemory
from sensors.register.part import Words
from sensors.vocabulary.codes import Connectivity, DeviceCategory, DpiaStatus, HostObject, LegalGround, SensorType
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
from simulators.devices.passages import PLATE_CAMERAS, PlateCamera

PLATE_CAMERA = SensorTemplate(
    kind="traffic",
    device=Device(
        category=DeviceCategory.CAMERA,
        sensor_types=(SensorType.OPTICAL,),
        technology=("video_camera", "identifiable_image"),
        connectivity=(Connectivity.FIBRE,),
    ),
    purposes=texts.TRAFFIC_PURPOSES,
    necessity=texts.PLATE_NECESSITY,
    legal=build_legal("kentekens", LegalGround.PUBLIC_TASK, (texts.TRAFFIC_ACT,), DpiaStatus.DONE),
    project=texts.TRAVEL_TIME_PROJECT,
    organisations=MUNICIPAL_ORGANISATIONS,
    risks=(texts.RISK_VEHICLE_TRACKING, texts.RISK_PLATE_FUNCTION_CREEP),
)


def plate_cameras() -> Iterator[Entry]:
    """Yield one entry per camera of the corridor."""
    for number, camera in enumerate(PLATE_CAMERAS, 1):
        place = fixed_location(placement.to_geojson(camera.point), HostObject.POLE, 6.0)
        spot = SensorInstance(
            camera.reference,
            bilingual(f"Kentekencamera {number}, {camera.road}", f"Number plate camera {number}, {camera.road}"),
            _summary(camera),
            place.model_copy(update={"observed_area": placement.camera_view(camera.point, pi / 2, 25.0)}),
            ("travel_time", "alive"),
        )
        rule = MatchInMemory(rule="match_in_memory", to=camera.to_reference, window=camera.window)
        yield build_entry(replace(PLATE_CAMERA, required_rule=rule), spot)


def _summary(camera: PlateCamera) -> Words:
    if camera.to_reference is None:
        return example_summary(
            "Deze camera leest kentekens om te weten hoe lang een rit naar hier duurt. Wij bewaren geen kentekens.",
            "This camera reads number plates to learn how long a trip to here takes. We keep no plates.",
        )
    end = next(each.road for each in PLATE_CAMERAS if each.reference == camera.to_reference)
    return example_summary(
        f"Deze camera leest kentekens om te weten hoe lang een rit naar de {end} duurt. Wij bewaren geen kentekens.",
        f"This camera reads number plates to learn how long a trip to {end} takes. We keep no plates.",
    )
