"""Entries of the number plate cameras on the N270, which measure travel time and remember nobody."""

from collections.abc import Iterator
from dataclasses import replace
from math import pi

from sensors.register.entry import Device, Entry, MatchInMemory, Words
from sensors.vocabulary.codes import Connectivity, DeviceCategory, DpiaStatus, HostObject, LegalGround, SensorType
from simulators.city import places, texts
from simulators.city.entry import CITY, Design, Spot, at, legal, register_entry
from simulators.city.texts import summary, words
from simulators.devices.passages import CAMERAS, Camera

PLATES = Design(
    kind="traffic",
    device=Device(
        category=DeviceCategory.CAMERA,
        sensor_types=(SensorType.OPTICAL,),
        technology=("video_camera", "identifiable_image"),
        connectivity=(Connectivity.FIBRE,),
    ),
    purposes=texts.SMOOTH_TRAFFIC,
    necessity=texts.NEED_PLATES,
    legal=legal("kentekens", LegalGround.PUBLIC_TASK, (texts.TRAFFIC_ACT,), DpiaStatus.DONE),
    project=texts.FLOWING_TRAFFIC,
    organisations=CITY,
    risks=(texts.RISK_PLATE, texts.RISK_FINES),
)


def plate_cameras() -> Iterator[Entry]:
    """One entry for each camera of the corridor."""
    for number, camera in enumerate(CAMERAS, 1):
        place = at(places.geojson(camera.point), HostObject.POLE, 6.0)
        spot = Spot(
            camera.reference,
            words(f"Kentekencamera {number}, {camera.road}", f"Number plate camera {number}, {camera.road}"),
            _summary(camera),
            place.model_copy(update={"observed_area": places.view(camera.point, pi / 2, 25.0)}),
            ("travel_time",),
        )
        rule = MatchInMemory(rule="match_in_memory", to=camera.to, window="PT15M")
        yield register_entry(replace(PLATES, ruled_by=rule), spot)


def _summary(camera: Camera) -> Words:
    if camera.to is None:
        return summary(
            "Deze camera leest kentekens om te weten hoe lang een rit naar hier duurt. Wij bewaren geen kentekens.",
            "This camera reads number plates to learn how long a trip to here takes. We keep no plates.",
        )
    end = next(each.road for each in CAMERAS if each.reference == camera.to)
    return summary(
        f"Deze camera leest kentekens om te weten hoe lang een rit naar de {end} duurt. Wij bewaren geen kentekens.",
        f"This camera reads number plates to learn how long a trip to {end} takes. We keep no plates.",
    )
