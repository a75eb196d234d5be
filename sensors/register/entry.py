"""The register entry: who measures what, where, why, on which legal ground, made private how, kept how long.

The merge of Amsterdam's register of sensors, SensRNet, the Noord-Brabant schema, the Geonovum model ordinance and DTPR.
An entry is a versioned document: this module is its schema, ``sensors.register.validation`` what must hold between its
parts, ``sensors.policy.compiler`` what ingest may do because of it, ``sensors.register.repository`` where it lives.
"""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, StringConstraints

from sensors.policy.promises import (
    COUNT_ROUNDING,
    COUNT_THRESHOLD,
    MIN_GROUP_SENSORS,
    MIN_TRIPS,
    TravelTimeWindow,
)
from sensors.vocabulary.codes import (
    AccessCode,
    Connectivity,
    DataTypeCode,
    DeviceCategory,
    DpiaStatus,
    HostObject,
    LegalGround,
    LocationKind,
    PersonalData,
    Precision,
    Public,
    PurposeCode,
    RiskCode,
    Role,
    SensorType,
    Status,
    StorageCode,
    TechnologyCode,
    Theme,
)
from sensors.vocabulary.geometry import Geometry
from sensors.vocabulary.slug import Slug

# Without control characters: PostgreSQL keeps no U+0000, and the others hide what a text says.
ShortText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$"),
]
LongText = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$"
    ),
]
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Email = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,63}$", max_length=254),
]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()-]{1,22}[0-9]$")]
Duration = Annotated[str, StringConstraints(pattern=r"^P([1-9][0-9]{0,3}[YMWD]|T[1-9][0-9]{0,3}[HMS])$")]
"""An ISO 8601 duration of one part, such as ``PT15M`` or ``P2Y``."""


class Part(BaseModel):
    """A part of an entry. Unknown fields are refused; errors never repeat what was given."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)


class Words(Part):
    """A sentence or more for residents: Dutch always, English when there is one."""

    nl: LongText
    en: LongText | None = None


class Link(Part):
    """Something to read elsewhere."""

    title: Words
    url: AnyHttpUrl | None = None


class Device(Part):
    """What hangs in the street."""

    category: DeviceCategory
    """What kind of thing people see."""
    sensor_types: Annotated[tuple[SensorType, ...], Field(min_length=1)]
    """What it senses."""
    technology: tuple[TechnologyCode, ...] = ()
    """DTPR technology elements. A streetlight has none of its own."""
    make: ShortText | None = None
    """Who made it."""
    model: ShortText | None = None
    """Which model."""
    supplier: ShortText | None = None
    """Who delivered it."""
    connectivity: tuple[Connectivity, ...] = ()
    """How it sends its data."""


class Location(Part):
    """Where it is, as exactly as may be shown."""

    kind: LocationKind
    """A fixed point, somewhere in an area, or moving through it."""
    geometry: Geometry
    """GeoJSON, WGS84: a point when fixed, else the area. With a cell precision, publishing keeps only the cell."""
    precision: Precision = Precision.EXACT
    """How exactly the register shows the place. A sensor at a home: never exact."""
    height_m: Annotated[float, Field(ge=-50, le=400)] | None = None
    """Metres above the ground."""
    observed_area: Geometry | None = None
    """What a camera sees: a polygon."""
    host_object: HostObject | None = None
    """What it hangs on or stands in."""
    address: ShortText | None = None
    """The street, for people. Never a house number of a private home."""
    neighbourhood: Annotated[str, StringConstraints(pattern=r"^BU[0-9]{8}$")] | None = None
    """CBS buurt code. Derived from the geometry when the entry is published."""
    district: Annotated[str, StringConstraints(pattern=r"^WK[0-9]{6}$")] | None = None
    """CBS wijk code. Derived likewise."""


class MatchInMemory(Part):
    """Passages at two points are matched in memory; only times of groups come out."""

    rule: Literal["match_in_memory"]
    to: Reference | None = None
    """The reference of the sensor at the other end. None: passages here only end the segments of other sensors."""
    minimum: Annotated[int, Field(ge=MIN_TRIPS)] = MIN_TRIPS
    """Windows with fewer matches are not stored."""
    window: TravelTimeWindow = "PT15M"
    """The time over which passages are taken together."""


class WindowCount(Part):
    """Events become counts over a group of sensors and a window; no event is stored."""

    rule: Literal["window_count"]
    group: Slug
    minimum_sensors: Annotated[int, Field(ge=MIN_GROUP_SENSORS)] = MIN_GROUP_SENSORS
    """Windows in which fewer of them were heard are not stored."""
    window: Literal["PT1H", "PT2H", "PT3H", "PT6H", "PT12H"] = "PT1H"
    """The time over which movements are taken together, from 06:00; 23:00–06:00 is always one window."""


class NoIdentifiers(Part):
    """Fields that tell who someone is are dropped on arrival."""

    rule: Literal["no_identifiers"]
    fields: Annotated[tuple[ShortText, ...], Field(min_length=1)]


class OnDevice(Part):
    """The device itself turns images or signals into counts; the image never leaves it."""

    rule: Literal["on_device"]
    explanation: Words


class PublicThreshold(Part):
    """Small counts are not published as such, and the rest is rounded."""

    rule: Literal["public_threshold"]
    below: Annotated[int, Field(ge=COUNT_THRESHOLD)] = COUNT_THRESHOLD
    round_to: Annotated[int, Field(ge=COUNT_ROUNDING)] = COUNT_ROUNDING


PrivacyRule = Annotated[
    MatchInMemory | WindowCount | NoIdentifiers | OnDevice | PublicThreshold, Field(discriminator="rule")
]


class Retention(Part):
    """How long it is kept: single values, and hourly and daily totals."""

    raw: Annotated[str, StringConstraints(pattern=r"^(none|P([0-9]+[YMWD]|T[0-9]+[HMS]))$")]
    """Single values: one of the retention classes, or any term where the data is not kept by us."""
    aggregate: Duration
    """Hourly and daily totals."""


class Datastream(Part):
    """One observed property of one sensor (OGC SensorThings Datastream) and everything promised about it."""

    observed_property: Slug
    """What is measured: a code of the kind of sensor."""
    unit: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,20}$")]
    """UCUM, case sensitive."""
    description: Words | None = None
    """In words, when the property says too little."""
    interval: Duration | None = None
    """How often it measures."""
    theme: Theme
    """The subject."""
    personal_data: PersonalData
    """Is it about people, and can they be recognised?"""
    data_types: tuple[DataTypeCode, ...] = ()
    """DTPR data elements."""
    privacy_rules: tuple[PrivacyRule, ...] = ()
    """What is done so that nobody is harmed; see the privacy rules."""
    stored_fields: tuple[Literal["time", "value", "quality"], ...] = ("time", "value", "quality")
    """Which fields are stored: never anything but numbers and the time."""
    retention: Retention | None = None
    """How long it is kept."""
    storage: StorageCode | None = None
    """Where it is stored (DTPR storage)."""
    access: tuple[AccessCode, ...] = ()
    """Who can get at it (DTPR access)."""
    access_parties: tuple[ShortText, ...] = ()
    """Who else gets the data: organisations, never persons."""
    public: Public = Public.NONE
    """The finest form in which everyone may see it."""


class Purpose(Part):
    """What the measuring is for: a DTPR purpose, and in words."""

    code: PurposeCode
    """A DTPR purpose."""
    words: Words
    """The same in words for residents."""


class Decision(Part):
    """The democratic decision behind it."""

    body: ShortText
    """Who decided: the council, the mayor and aldermen."""
    title: Words
    date: dt.date
    url: AnyHttpUrl | None = None


class Dpia(Part):
    """The data protection impact assessment (AVG art. 35)."""

    status: DpiaStatus
    """Was it done?"""
    date: dt.date | None = None
    """When."""
    url: AnyHttpUrl | None = None
    """Where to read it."""


class Legal(Part):
    """On which ground, decided by whom, written down where."""

    ground: LegalGround | None = None
    """The ground of AVG article 6(1)."""
    basis: tuple[Link, ...] = ()
    """The laws or regulations that the task follows from."""
    decision: Decision | None = None
    """The democratic decision."""
    privacy_statement: AnyHttpUrl | None = None
    """Where to read what is done with personal data."""
    dpia: Dpia | None = None
    """The data protection impact assessment."""
    processing_register: AnyHttpUrl | None = None
    """Where to find it in the register of processing activities (AVG art. 30)."""
    algorithms: tuple[Link, ...] = ()
    """Algorithms that use the data, in the algorithm register."""


class Organisation(Part):
    """An organisation in its role. ``tooi``: its URI in the Dutch government's list of organisations."""

    role: Role
    name: ShortText
    tooi: AnyHttpUrl | None = None
    url: AnyHttpUrl | None = None


class Project(Part):
    """What the sensor is a part of: a trial, a programme. Entries with the same name belong to the same project."""

    name: ShortText
    """The same in every entry of the project."""
    description: Words | None = None
    """What the project is for, in one or two sentences."""
    url: AnyHttpUrl | None = None
    """Where to read more."""


class Contact(Part):
    """A desk, never a person."""

    name: ShortText
    """The name of the desk or department."""
    email: Email | None = None
    """A shared mailbox."""
    phone: Phone | None = None
    """The number of a desk."""
    url: AnyHttpUrl | None = None


class Risk(Part):
    """What could go wrong for people, and what is done against it."""

    code: RiskCode | None = None
    risk: Words
    mitigation: Words


class Entry(Part):
    """One sensor in the public register."""

    schema_version: Literal[1] = 1
    id: UUID
    """Made once; it stays the same for as long as the sensor is in the register."""
    uri: AnyHttpUrl
    """The stable address of the entry; it never changes and is never used again."""
    reference: Reference
    """The owner's own reference, unique in the municipality; the third part of the MQTT topic."""
    municipality: Slug
    """The first part of the MQTT topic, such as helmond."""
    kind: Slug | None = None
    """The kind of sensor that ingest knows (``sensors/kinds``); none for a sensor that delivers no data to us."""
    delivers_data: bool
    """Does it send its data to us? A camera of the police is registered without."""
    name: Words
    """A short name, as people in the street would call it."""
    summary: Words
    """What it does, in one or two sentences."""
    status: Status
    """Where the sensor is in its life."""
    device: Device
    location: Location
    datastreams: tuple[Datastream, ...] = ()
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1, max_length=3)]
    """One to three: what the measuring is for."""
    necessity: Words
    """Why it is needed, and why a lighter way will not do."""
    legal: Legal = Legal()
    organisations: Annotated[tuple[Organisation, ...], Field(min_length=1)]
    """Who is responsible, owns it, runs it."""
    project: Project | None = None
    """The project or trial that it is a part of."""
    contact: Contact
    rights: Words
    """What people can ask, and how."""
    complaint: Link
    """Where to complain."""
    risks: tuple[Risk, ...] = ()
    active_from: dt.date
    """The first day."""
    active_until: dt.date | None = None
    """The last day."""
    review_date: dt.date | None = None
    """When it is looked at again whether it is still needed."""

    @property
    def personal_data(self) -> PersonalData:
        """How personal its data is: that of its most personal datastream."""
        levels = list(PersonalData)
        return max((each.personal_data for each in self.datastreams), key=levels.index, default=PersonalData.NONE)

    @property
    def responsible(self) -> str:
        """Who answers for it: the controller, else the owner, else whoever is named first."""
        by_role = {each.role: each.name for each in reversed(self.organisations)}
        return by_role.get(Role.CONTROLLER) or by_role.get(Role.OWNER) or self.organisations[0].name
