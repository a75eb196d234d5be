"""The code lists of a register entry, each with its text for residents.

Sources: sensor types and themes from Amsterdam's register of sensors (bulk registration sheet); legal grounds from
AVG/GDPR article 6(1); DTPR identifiers from the DTPR taxonomy v1 (CC BY 4.0, Helpful Places).
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from sensors.vocabulary.localized_text import Text


class Status(StrEnum):
    """Where a sensor is in its life."""

    PLANNED = "planned"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class DeviceCategory(StrEnum):
    """What the thing is that people see in the street (SensRNet: device category)."""

    SENSOR = "sensor"
    CAMERA = "camera"
    BEACON = "beacon"
    ANTENNA = "antenna"
    OTHER = "other"


class SensorType(StrEnum):
    """Amsterdam's list: soort / type sensor."""

    PROXIMITY = "proximity"
    TEMPERATURE = "temperature"
    DENSITY = "density"
    PRESSURE = "pressure"
    POSITION = "position"
    FLOW = "flow"
    ELECTRICITY = "electricity"
    CHEMICAL = "chemical"
    CLIMATE = "climate"
    SOUND = "sound"
    OPTICAL = "optical"


class Theme(StrEnum):
    """Amsterdam's list: thema."""

    ECONOMY_BUILDING = "economy_building"
    ECONOMY_SERVICES = "economy_services"
    ECONOMY_MARKETING = "economy_marketing"
    ECONOMY_SUPERVISION = "economy_supervision"
    ENVIRONMENT_WASTE = "environment_waste"
    ENVIRONMENT_ENERGY = "environment_energy"
    ENVIRONMENT_NOISE = "environment_noise"
    ENVIRONMENT_CLIMATE = "environment_climate"
    ENVIRONMENT_NATURE = "environment_nature"
    ENVIRONMENT_SUBSTANCES = "environment_substances"
    ENVIRONMENT_WATER_SOIL_AIR = "environment_water_soil_air"
    MOBILITY_CAR = "mobility_car"
    MOBILITY_BICYCLE = "mobility_bicycle"
    MOBILITY_PEDESTRIAN = "mobility_pedestrian"
    MOBILITY_AVIATION = "mobility_aviation"
    MOBILITY_PUBLIC_TRANSPORT = "mobility_public_transport"
    MOBILITY_RAIL = "mobility_rail"
    MOBILITY_SHIPPING = "mobility_shipping"
    SAFETY_CAMERA = "safety_camera"
    SAFETY_HEALTH = "safety_health"


class Connectivity(StrEnum):
    """How the device sends its data."""

    LORAWAN = "lorawan"
    NB_IOT = "nb_iot"
    LTE_M = "lte_m"
    CELLULAR = "cellular"
    WIFI = "wifi"
    ETHERNET = "ethernet"
    FIBRE = "fibre"
    DALI = "dali"
    NONE = "none"


class HostObject(StrEnum):
    """What the device hangs on or stands in."""

    STREETLIGHT = "streetlight"
    POLE = "pole"
    FACADE = "facade"
    CABINET = "cabinet"
    TRAFFIC_LIGHT = "traffic_light"
    ROAD_SURFACE = "road_surface"
    BRIDGE = "bridge"
    TREE = "tree"
    VEHICLE = "vehicle"
    OTHER = "other"


class LocationKind(StrEnum):
    """A point, an area in which the device may stand, or a device that moves through an area."""

    FIXED = "fixed"
    AREA = "area"
    MOBILE = "mobile"


class Precision(StrEnum):
    """How exactly the register shows the place. Sensors at people's homes never show the exact point."""

    EXACT = "exact"
    CELL_100M = "cell_100m"
    CELL_1KM = "cell_1km"


class PersonalData(StrEnum):
    """Noord-Brabant schema: are the measured data about people, and can the person be told?"""

    NONE = "none"
    DE_IDENTIFIED = "de_identified"
    IDENTIFIABLE = "identifiable"


class LegalGround(StrEnum):
    """AVG/GDPR article 6(1), a to f."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"


class DpiaStatus(StrEnum):
    """State of the data protection impact assessment (AVG art. 35)."""

    NOT_NEEDED = "not_needed"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"


class Role(StrEnum):
    """What an organisation has to do with the sensor."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"
    OWNER = "owner"
    OPERATOR = "operator"
    SUPPLIER = "supplier"


class Public(StrEnum):
    """The finest form in which values are public, from nothing to every value."""

    NONE = "none"
    DAY = "day"
    HOUR = "hour"
    LIVE = "live"

    @property
    def fineness(self) -> int:
        """0 for nothing … 3 for every value: a finer form shows more."""
        return list(Public).index(self)


class VehicleClass(StrEnum):
    """What passes, as a device tells it; what it doesn't tell apart is ``other``."""

    CAR = "car"
    VAN = "van"
    TRUCK = "truck"
    BUS = "bus"
    MOTORCYCLE = "motorcycle"
    BICYCLE = "bicycle"
    OTHER = "other"


class RetentionClass(StrEnum):
    """How long single values are kept: one table per class (ISO 8601 durations; ``none``: never stored)."""

    NONE = "none"
    P1D = "P1D"
    P31D = "P31D"
    P1Y = "P1Y"
    P5Y = "P5Y"
    P10Y = "P10Y"


def _dtpr() -> Mapping[str, Mapping[str, str]]:
    return json.loads((Path(__file__).parents[1] / "data" / "dtpr.json").read_text(encoding="utf-8"))


DTPR: Mapping[str, Mapping[str, str]] = _dtpr()
"""DTPR element identifiers and English names, by category (``technology``, ``data``, ``purpose``, …)."""


def _known(category: str) -> AfterValidator:
    allowed = ", ".join(DTPR[category])

    def check(identifier: str) -> str:
        if identifier not in DTPR[category]:
            raise PydanticCustomError("dtpr_element", "not in the DTPR list: {expected}", {"expected": allowed})
        return identifier

    return AfterValidator(check)


def _listed(category: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(DTPR[category])})


Technology = Annotated[str, _known("technology"), _listed("technology")]
DataType = Annotated[str, _known("data"), _listed("data")]
PurposeCode = Annotated[str, _known("purpose"), _listed("purpose")]
StorageCode = Annotated[str, _known("storage"), _listed("storage")]
AccessCode = Annotated[str, _known("access"), _listed("access")]
RiskCode = Annotated[str, _known("risk"), _listed("risk")]

LABELS: tuple[tuple[StrEnum, Text], ...] = (
    (Status.PLANNED, Text("Gepland", "Planned")),
    (Status.ACTIVE, Text("Aan", "Active")),
    (Status.PAUSED, Text("Tijdelijk uit", "Paused")),
    (Status.ENDED, Text("Weggehaald", "Ended")),
    (DeviceCategory.SENSOR, Text("Sensor", "Sensor")),
    (DeviceCategory.CAMERA, Text("Camera", "Camera")),
    (DeviceCategory.BEACON, Text("Zendertje (beacon)", "Beacon")),
    (DeviceCategory.ANTENNA, Text("Antenne", "Antenna")),
    (DeviceCategory.OTHER, Text("Ander apparaat", "Other device")),
    (SensorType.PROXIMITY, Text("Merkt of er iets dichtbij is", "Presence or proximity sensor")),
    (SensorType.TEMPERATURE, Text("Meet temperatuur", "Temperature sensor")),
    (SensorType.DENSITY, Text("Meet dichtheid", "Density sensor")),
    (SensorType.PRESSURE, Text("Meet druk", "Pressure sensor")),
    (SensorType.POSITION, Text("Meet plaats of beweging", "Position or displacement sensor")),
    (SensorType.FLOW, Text("Meet hoe water of gas stroomt", "Liquid or gas flow sensor")),
    (SensorType.ELECTRICITY, Text("Meet stroom", "Electricity sensor")),
    (SensorType.CHEMICAL, Text("Meet stoffen in de lucht of het water", "Chemical sensor")),
    (SensorType.CLIMATE, Text("Meet het weer en de lucht", "Climate sensor")),
    (SensorType.SOUND, Text("Meet geluid", "Sound sensor")),
    (SensorType.OPTICAL, Text("Ziet licht of beeld (camera)", "Optical sensor or camera")),
    (Theme.ECONOMY_BUILDING, Text("Bouwen en verbouwen", "Building")),
    (Theme.ECONOMY_SERVICES, Text("Diensten", "Services")),
    (Theme.ECONOMY_MARKETING, Text("Reclame", "Marketing and advertising")),
    (Theme.ECONOMY_SUPERVISION, Text("Toezicht op markten", "Market supervision")),
    (Theme.ENVIRONMENT_WASTE, Text("Afval", "Waste")),
    (Theme.ENVIRONMENT_ENERGY, Text("Energie", "Energy")),
    (Theme.ENVIRONMENT_NOISE, Text("Geluid", "Noise")),
    (Theme.ENVIRONMENT_CLIMATE, Text("Klimaat", "Climate change")),
    (Theme.ENVIRONMENT_NATURE, Text("Natuur en landschap", "Nature and landscape")),
    (Theme.ENVIRONMENT_SUBSTANCES, Text("Gevaarlijke stoffen", "Hazardous substances")),
    (Theme.ENVIRONMENT_WATER_SOIL_AIR, Text("Water, bodem en lucht", "Water, soil and air")),
    (Theme.MOBILITY_CAR, Text("Auto's", "Cars")),
    (Theme.MOBILITY_BICYCLE, Text("Fietsen", "Cycling")),
    (Theme.MOBILITY_PEDESTRIAN, Text("Voetgangers", "Walking")),
    (Theme.MOBILITY_AVIATION, Text("Vliegen", "Aviation")),
    (Theme.MOBILITY_PUBLIC_TRANSPORT, Text("Bus en trein", "Public transport")),
    (Theme.MOBILITY_RAIL, Text("Spoor", "Rail")),
    (Theme.MOBILITY_SHIPPING, Text("Schepen", "Shipping")),
    (Theme.SAFETY_CAMERA, Text("Beveiliging met camera's", "Security cameras")),
    (Theme.SAFETY_HEALTH, Text("Gezondheid", "Health")),
    (Connectivity.LORAWAN, Text("LoRaWAN (zuinig radionetwerk)", "LoRaWAN")),
    (Connectivity.NB_IOT, Text("NB-IoT (mobiel netwerk)", "NB-IoT")),
    (Connectivity.LTE_M, Text("LTE-M (mobiel netwerk)", "LTE-M")),
    (Connectivity.CELLULAR, Text("Mobiel netwerk", "Cellular")),
    (Connectivity.WIFI, Text("Wifi", "Wi-Fi")),
    (Connectivity.ETHERNET, Text("Netwerkkabel", "Ethernet")),
    (Connectivity.FIBRE, Text("Glasvezel", "Fibre")),
    (Connectivity.DALI, Text("Kabel in de lantaarnpaal (DALI)", "DALI")),
    (Connectivity.NONE, Text("Geen verbinding", "None")),
    (HostObject.STREETLIGHT, Text("Lantaarnpaal", "Streetlight")),
    (HostObject.POLE, Text("Paal", "Pole")),
    (HostObject.FACADE, Text("Gevel", "Façade")),
    (HostObject.CABINET, Text("Kast", "Cabinet")),
    (HostObject.TRAFFIC_LIGHT, Text("Verkeerslicht", "Traffic light")),
    (HostObject.ROAD_SURFACE, Text("Wegdek", "Road surface")),
    (HostObject.BRIDGE, Text("Brug", "Bridge")),
    (HostObject.TREE, Text("Boom", "Tree")),
    (HostObject.VEHICLE, Text("Voertuig", "Vehicle")),
    (HostObject.OTHER, Text("Iets anders", "Something else")),
    (LocationKind.FIXED, Text("Vaste plek", "Fixed")),
    (LocationKind.AREA, Text("Ergens in dit gebied", "Somewhere in this area")),
    (LocationKind.MOBILE, Text("Beweegt door dit gebied", "Moves through this area")),
    (Precision.EXACT, Text("De precieze plek", "The exact place")),
    (Precision.CELL_100M, Text("Een vak van ongeveer 100 bij 100 meter", "A cell of about 100 by 100 metres")),
    (Precision.CELL_1KM, Text("Een vak van ongeveer 1 bij 1 kilometer", "A cell of about 1 by 1 kilometre")),
    (PersonalData.NONE, Text("Nee", "No")),
    (PersonalData.DE_IDENTIFIED, Text("Ja, maar niemand is te herkennen", "Yes, but nobody can be recognised")),
    (PersonalData.IDENTIFIABLE, Text("Ja, mensen zijn te herkennen", "Yes, people can be recognised")),
    (LegalGround.CONSENT, Text("Toestemming", "Consent")),
    (LegalGround.CONTRACT, Text("Een overeenkomst", "A contract")),
    (LegalGround.LEGAL_OBLIGATION, Text("De wet verplicht het", "A legal obligation")),
    (LegalGround.VITAL_INTERESTS, Text("Het beschermt levens", "Vital interests")),
    (LegalGround.PUBLIC_TASK, Text("Een taak van de overheid", "A public task")),
    (LegalGround.LEGITIMATE_INTERESTS, Text("Een gerechtvaardigd belang", "Legitimate interests")),
    (DpiaStatus.NOT_NEEDED, Text("Niet nodig", "Not needed")),
    (DpiaStatus.PLANNED, Text("Gepland", "Planned")),
    (DpiaStatus.IN_PROGRESS, Text("Bezig", "In progress")),
    (DpiaStatus.DONE, Text("Gedaan", "Done")),
    (Role.CONTROLLER, Text("Verantwoordelijk", "Controller")),
    (Role.PROCESSOR, Text("Verwerkt de gegevens", "Processor")),
    (Role.OWNER, Text("Eigenaar", "Owner")),
    (Role.OPERATOR, Text("Beheert de sensor", "Operator")),
    (Role.SUPPLIER, Text("Leverancier", "Supplier")),
    (Public.NONE, Text("Niet openbaar", "Not public")),
    (Public.DAY, Text("Eén waarde per dag", "One value a day")),
    (Public.HOUR, Text("Eén waarde per uur", "One value an hour")),
    (Public.LIVE, Text("Elke meting", "Every value")),
    (VehicleClass.CAR, Text("Auto's", "Cars")),
    (VehicleClass.VAN, Text("Bestelbusjes", "Vans")),
    (VehicleClass.TRUCK, Text("Vrachtwagens", "Trucks")),
    (VehicleClass.BUS, Text("Bussen", "Buses")),
    (VehicleClass.MOTORCYCLE, Text("Motoren", "Motorcycles")),
    (VehicleClass.BICYCLE, Text("Fietsen", "Bicycles")),
    (VehicleClass.OTHER, Text("Overig verkeer", "Other traffic")),
    (RetentionClass.NONE, Text("Niet bewaard", "Not kept")),
    (RetentionClass.P1D, Text("1 dag", "1 day")),
    (RetentionClass.P31D, Text("31 dagen", "31 days")),
    (RetentionClass.P1Y, Text("1 jaar", "1 year")),
    (RetentionClass.P5Y, Text("5 jaar", "5 years")),
    (RetentionClass.P10Y, Text("10 jaar", "10 years")),
)
"""Every code's text for residents. Not by code: codes of two lists can be equal strings, as ``none`` is in four."""

_LABELS: Mapping[tuple[type[StrEnum], str], Text] = {(type(code), code): text for code, text in LABELS}


def label(code: StrEnum) -> Text:
    """The text of a code for residents."""
    return _LABELS[type(code), code]
