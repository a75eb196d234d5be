"""The code lists of a register entry, each code with its label for residents.

Sources: sensor types and themes from Amsterdam's sensor register (bulk registration sheet); legal grounds from
AVG/GDPR article 6(1); DTPR identifiers from the DTPR taxonomy v1 (CC BY 4.0, Helpful Places).
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from sensors.vocabulary.localized_text import LocalizedText


class Status(StrEnum):
    """A sensor's stage in its life cycle."""

    PLANNED = "planned"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class DeviceCategory(StrEnum):
    """The thing people see in the street (SensRNet: device category)."""

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
    """How the device transmits its data."""

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
    """What the device is mounted on or in."""

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
    """A point, an area that contains the device, or an area that it moves through."""

    FIXED = "fixed"
    AREA = "area"
    MOBILE = "mobile"


class Precision(StrEnum):
    """How precisely the register shows the location. Sensors at people's homes never show the exact point."""

    EXACT = "exact"
    CELL_100M = "cell_100m"
    CELL_1KM = "cell_1km"


class PersonalData(StrEnum):
    """Noord-Brabant schema: whether the data is about people, and whether they can be identified."""

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
    """Status of the data protection impact assessment (AVG art. 35)."""

    NOT_NEEDED = "not_needed"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"


class TransferSafeguard(StrEnum):
    """What protects data about people outside the European Economic Area (AVG art. 45 to 47 and 49)."""

    ADEQUACY_DECISION = "adequacy_decision"
    STANDARD_CLAUSES = "standard_clauses"
    BINDING_RULES = "binding_rules"
    EXCEPTION = "exception"


class Role(StrEnum):
    """An organisation's role with respect to the sensor."""

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
        """0 (nothing) to 3 (every value); higher discloses more."""
        return list(Public).index(self)


class VehicleClass(StrEnum):
    """The class of a passing vehicle, as reported by the device; ``other`` if it can't tell."""

    CAR = "car"
    VAN = "van"
    TRUCK = "truck"
    BUS = "bus"
    MOTORCYCLE = "motorcycle"
    BICYCLE = "bicycle"
    OTHER = "other"


class RetentionClass(StrEnum):
    """Retention of single values: one table per class (ISO 8601 durations; ``none``: never stored)."""

    NONE = "none"
    P1D = "P1D"
    P7D = "P7D"
    P31D = "P31D"
    P1Y = "P1Y"
    P5Y = "P5Y"
    P10Y = "P10Y"


def _load_dtpr_elements() -> Mapping[str, Mapping[str, str]]:
    return json.loads((Path(__file__).parents[1] / "data" / "dtpr.json").read_text(encoding="utf-8"))


DTPR_ELEMENTS: Mapping[str, Mapping[str, str]] = _load_dtpr_elements()
"""DTPR element identifiers and English names, by category (``technology``, ``data``, ``purpose``, …)."""


def _dtpr_code_validator(category: str) -> AfterValidator:
    allowed = ", ".join(DTPR_ELEMENTS[category])

    def check(identifier: str) -> str:
        if identifier not in DTPR_ELEMENTS[category]:
            raise PydanticCustomError("dtpr_element", "not in the DTPR list: {expected}", {"expected": allowed})
        return identifier

    return AfterValidator(check)


def _dtpr_code_json_schema(category: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(DTPR_ELEMENTS[category])})


TechnologyCode = Annotated[str, _dtpr_code_validator("technology"), _dtpr_code_json_schema("technology")]
DataTypeCode = Annotated[str, _dtpr_code_validator("data"), _dtpr_code_json_schema("data")]
PurposeCode = Annotated[str, _dtpr_code_validator("purpose"), _dtpr_code_json_schema("purpose")]
StorageCode = Annotated[str, _dtpr_code_validator("storage"), _dtpr_code_json_schema("storage")]
AccessCode = Annotated[str, _dtpr_code_validator("access"), _dtpr_code_json_schema("access")]
RiskCode = Annotated[str, _dtpr_code_validator("risk"), _dtpr_code_json_schema("risk")]

LABELS: tuple[tuple[StrEnum, LocalizedText], ...] = (
    (Status.PLANNED, LocalizedText("Gepland", "Planned")),
    (Status.ACTIVE, LocalizedText("Aan", "Active")),
    (Status.PAUSED, LocalizedText("Tijdelijk uit", "Paused")),
    (Status.ENDED, LocalizedText("Weggehaald", "Ended")),
    (DeviceCategory.SENSOR, LocalizedText("Sensor", "Sensor")),
    (DeviceCategory.CAMERA, LocalizedText("Camera", "Camera")),
    (DeviceCategory.BEACON, LocalizedText("Zendertje (beacon)", "Beacon")),
    (DeviceCategory.ANTENNA, LocalizedText("Antenne", "Antenna")),
    (DeviceCategory.OTHER, LocalizedText("Ander apparaat", "Other device")),
    (SensorType.PROXIMITY, LocalizedText("Merkt of er iets dichtbij is", "Presence or proximity sensor")),
    (SensorType.TEMPERATURE, LocalizedText("Meet temperatuur", "Temperature sensor")),
    (SensorType.DENSITY, LocalizedText("Meet dichtheid", "Density sensor")),
    (SensorType.PRESSURE, LocalizedText("Meet druk", "Pressure sensor")),
    (SensorType.POSITION, LocalizedText("Meet plaats of beweging", "Position or displacement sensor")),
    (SensorType.FLOW, LocalizedText("Meet hoe water of gas stroomt", "Liquid or gas flow sensor")),
    (SensorType.ELECTRICITY, LocalizedText("Meet stroom", "Electricity sensor")),
    (SensorType.CHEMICAL, LocalizedText("Meet stoffen in de lucht of het water", "Chemical sensor")),
    (SensorType.CLIMATE, LocalizedText("Meet het weer en de lucht", "Climate sensor")),
    (SensorType.SOUND, LocalizedText("Meet geluid", "Sound sensor")),
    (SensorType.OPTICAL, LocalizedText("Ziet licht of beeld (camera)", "Optical sensor or camera")),
    (Theme.ECONOMY_BUILDING, LocalizedText("Bouwen en verbouwen", "Construction")),
    (Theme.ECONOMY_SERVICES, LocalizedText("Diensten", "Services")),
    (Theme.ECONOMY_MARKETING, LocalizedText("Reclame", "Marketing and advertising")),
    (Theme.ECONOMY_SUPERVISION, LocalizedText("Toezicht op markten", "Market supervision")),
    (Theme.ENVIRONMENT_WASTE, LocalizedText("Afval", "Waste")),
    (Theme.ENVIRONMENT_ENERGY, LocalizedText("Energie", "Energy")),
    (Theme.ENVIRONMENT_NOISE, LocalizedText("Geluid", "Noise")),
    (Theme.ENVIRONMENT_CLIMATE, LocalizedText("Klimaat", "Climate change")),
    (Theme.ENVIRONMENT_NATURE, LocalizedText("Natuur en landschap", "Nature and landscape")),
    (Theme.ENVIRONMENT_SUBSTANCES, LocalizedText("Gevaarlijke stoffen", "Hazardous substances")),
    (Theme.ENVIRONMENT_WATER_SOIL_AIR, LocalizedText("Water, bodem en lucht", "Water, soil and air")),
    (Theme.MOBILITY_CAR, LocalizedText("Auto's", "Cars")),
    (Theme.MOBILITY_BICYCLE, LocalizedText("Fietsen", "Cycling")),
    (Theme.MOBILITY_PEDESTRIAN, LocalizedText("Voetgangers", "Walking")),
    (Theme.MOBILITY_AVIATION, LocalizedText("Vliegen", "Aviation")),
    (Theme.MOBILITY_PUBLIC_TRANSPORT, LocalizedText("Bus en trein", "Public transport")),
    (Theme.MOBILITY_RAIL, LocalizedText("Spoor", "Rail")),
    (Theme.MOBILITY_SHIPPING, LocalizedText("Schepen", "Shipping")),
    (Theme.SAFETY_CAMERA, LocalizedText("Beveiliging met camera's", "Security cameras")),
    (Theme.SAFETY_HEALTH, LocalizedText("Gezondheid", "Health")),
    (Connectivity.LORAWAN, LocalizedText("LoRaWAN (zuinig radionetwerk)", "LoRaWAN")),
    (Connectivity.NB_IOT, LocalizedText("NB-IoT (mobiel netwerk)", "NB-IoT")),
    (Connectivity.LTE_M, LocalizedText("LTE-M (mobiel netwerk)", "LTE-M")),
    (Connectivity.CELLULAR, LocalizedText("Mobiel netwerk", "Mobile network")),
    (Connectivity.WIFI, LocalizedText("Wifi", "Wi-Fi")),
    (Connectivity.ETHERNET, LocalizedText("Netwerkkabel", "Ethernet")),
    (Connectivity.FIBRE, LocalizedText("Glasvezel", "Fibre")),
    (Connectivity.DALI, LocalizedText("Kabel in de lantaarnpaal (DALI)", "DALI")),
    (Connectivity.NONE, LocalizedText("Geen verbinding", "None")),
    (HostObject.STREETLIGHT, LocalizedText("Lantaarnpaal", "Streetlight")),
    (HostObject.POLE, LocalizedText("Paal", "Pole")),
    (HostObject.FACADE, LocalizedText("Gevel", "Façade")),
    (HostObject.CABINET, LocalizedText("Kast", "Cabinet")),
    (HostObject.TRAFFIC_LIGHT, LocalizedText("Verkeerslicht", "Traffic light")),
    (HostObject.ROAD_SURFACE, LocalizedText("Wegdek", "Road surface")),
    (HostObject.BRIDGE, LocalizedText("Brug", "Bridge")),
    (HostObject.TREE, LocalizedText("Boom", "Tree")),
    (HostObject.VEHICLE, LocalizedText("Voertuig", "Vehicle")),
    (HostObject.OTHER, LocalizedText("Iets anders", "Something else")),
    (LocationKind.FIXED, LocalizedText("Vaste plek", "Fixed location")),
    (LocationKind.AREA, LocalizedText("Ergens in dit gebied", "Somewhere in this area")),
    (LocationKind.MOBILE, LocalizedText("Beweegt door dit gebied", "Moves through this area")),
    (Precision.EXACT, LocalizedText("De precieze plek", "The exact location")),
    (
        Precision.CELL_100M,
        LocalizedText("Een vak van ongeveer 100 bij 100 meter", "A square of about 100 by 100 metres"),
    ),
    (Precision.CELL_1KM, LocalizedText("Een vak van ongeveer 1 bij 1 kilometer", "A square of about 1 by 1 kilometre")),
    (PersonalData.NONE, LocalizedText("Nee", "No")),
    (
        PersonalData.DE_IDENTIFIED,
        LocalizedText("Ja, maar niemand is te herkennen", "Yes, but nobody can be recognised"),
    ),
    (PersonalData.IDENTIFIABLE, LocalizedText("Ja, mensen zijn te herkennen", "Yes, people can be recognised")),
    (LegalGround.CONSENT, LocalizedText("Toestemming", "Consent")),
    (LegalGround.CONTRACT, LocalizedText("Een overeenkomst", "A contract")),
    (LegalGround.LEGAL_OBLIGATION, LocalizedText("De wet verplicht het", "A legal obligation")),
    (LegalGround.VITAL_INTERESTS, LocalizedText("Het beschermt levens", "Vital interests")),
    (LegalGround.PUBLIC_TASK, LocalizedText("Een taak van de overheid", "A public task")),
    (LegalGround.LEGITIMATE_INTERESTS, LocalizedText("Een gerechtvaardigd belang", "Legitimate interests")),
    (DpiaStatus.NOT_NEEDED, LocalizedText("Niet nodig", "Not needed")),
    (DpiaStatus.PLANNED, LocalizedText("Gepland", "Planned")),
    (DpiaStatus.IN_PROGRESS, LocalizedText("Bezig", "In progress")),
    (DpiaStatus.DONE, LocalizedText("Gedaan", "Done")),
    (
        TransferSafeguard.ADEQUACY_DECISION,
        LocalizedText("De wet daar beschermt genoeg, zegt de Europese Commissie", "An adequacy decision"),
    ),
    (TransferSafeguard.STANDARD_CLAUSES, LocalizedText("Een vast Europees contract", "Standard contractual clauses")),
    (TransferSafeguard.BINDING_RULES, LocalizedText("Goedgekeurde regels van het bedrijf", "Binding corporate rules")),
    (TransferSafeguard.EXCEPTION, LocalizedText("Een uitzondering in de wet", "An exception in the law")),
    (Role.CONTROLLER, LocalizedText("Verantwoordelijk", "Controller")),
    (Role.PROCESSOR, LocalizedText("Verwerkt de gegevens", "Processor")),
    (Role.OWNER, LocalizedText("Eigenaar", "Owner")),
    (Role.OPERATOR, LocalizedText("Beheert de sensor", "Operator")),
    (Role.SUPPLIER, LocalizedText("Leverancier", "Supplier")),
    (Public.NONE, LocalizedText("Niet openbaar", "Not public")),
    (Public.DAY, LocalizedText("Eén waarde per dag", "One value per day")),
    (Public.HOUR, LocalizedText("Eén waarde per uur", "One value per hour")),
    (Public.LIVE, LocalizedText("Elke meting", "Every reading")),
    (VehicleClass.CAR, LocalizedText("Auto's", "Cars")),
    (VehicleClass.VAN, LocalizedText("Bestelbusjes", "Vans")),
    (VehicleClass.TRUCK, LocalizedText("Vrachtwagens", "Trucks")),
    (VehicleClass.BUS, LocalizedText("Bussen", "Buses")),
    (VehicleClass.MOTORCYCLE, LocalizedText("Motoren", "Motorcycles")),
    (VehicleClass.BICYCLE, LocalizedText("Fietsen", "Bicycles")),
    (VehicleClass.OTHER, LocalizedText("Overig verkeer", "Other traffic")),
    (RetentionClass.NONE, LocalizedText("Niet bewaard", "Not kept")),
    (RetentionClass.P1D, LocalizedText("1 dag", "1 day")),
    (RetentionClass.P7D, LocalizedText("7 dagen", "7 days")),
    (RetentionClass.P31D, LocalizedText("31 dagen", "31 days")),
    (RetentionClass.P1Y, LocalizedText("1 jaar", "1 year")),
    (RetentionClass.P5Y, LocalizedText("5 jaar", "5 years")),
    (RetentionClass.P10Y, LocalizedText("10 jaar", "10 years")),
)
"""Labels for residents. Not keyed by code, as codes of different lists may be equal: ``none`` occurs in four."""

_LABEL_BY_CODE: Mapping[tuple[type[StrEnum], str], LocalizedText] = {(type(code), code): text for code, text in LABELS}


def label_of(code: StrEnum) -> LocalizedText:
    """The label of a code for residents."""
    return _LABEL_BY_CODE[type(code), code]
