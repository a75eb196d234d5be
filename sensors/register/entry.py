"""The register entry: who measures what, where, why, on which legal ground, with which privacy rules and retention.

Combines Amsterdam's sensor register, SensRNet, the Noord-Brabant schema, the Geonovum model ordinance and DTPR. An
entry is a versioned document. This module is its schema; ``sensors.register.validation`` has the rules between its
parts, ``sensors.policy.compiler`` derives what ingest may do, and ``sensors.register.repository`` stores it.
"""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AnyHttpUrl, Field, StringConstraints

from sensors.policy.promises import (
    MIN_MOVEMENT_LAMPS,
    MIN_SAMPLED_VEHICLES,
)
from sensors.register.legal import Contact, Legal, Organisation
from sensors.register.part import Duration, Link, Part, Reference, ShortText, Words, unless
from sensors.register.people import personal_data_level
from sensors.vocabulary.codes import (
    AccessCode,
    Connectivity,
    DataTypeCode,
    DeviceCategory,
    HostObject,
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
from sensors.vocabulary.measurement import Aggregation, SameTime, Stamp
from sensors.vocabulary.slug import Slug

_EARLIER_MIN_LAMPS = 8
"""What published entries may say; a rule refuses less than MIN_MOVEMENT_LAMPS in new versions."""


class Device(Part):
    """The device in the street."""

    category: DeviceCategory
    """The category of device that people see."""
    sensor_types: Annotated[tuple[SensorType, ...], Field(min_length=1)]
    """What the device senses."""
    technology: tuple[TechnologyCode, ...] = ()
    """DTPR technology elements. DTPR has none for a streetlight."""
    make: ShortText | None = None
    """The manufacturer."""
    model: ShortText | None = None
    """The model, and the sensors in it: what a model is known to report falsely is refused."""
    supplier: ShortText | None = None
    """The supplier."""
    connectivity: tuple[Connectivity, ...] = ()
    """How the device transmits its data."""


class Location(Part):
    """The location, as precisely as it may be published."""

    kind: LocationKind
    """Fixed point, somewhere in an area, or moving through an area."""
    geometry: Geometry
    """GeoJSON, WGS84: a point if fixed, otherwise the area. With a cell precision, only the cell is published."""
    precision: Precision = Precision.EXACT
    """How precisely the register shows the location. A sensor at a home must never be exact."""
    height_m: Annotated[float, Field(ge=-50, le=400)] | None = None
    """Height above ground, in metres."""
    observed_area: Geometry | None = None
    """The area that a camera sees: a polygon."""
    host_object: HostObject | None = None
    """What the device is mounted on or in."""
    host_reference: Reference | None = None
    """The owner's number of that object, such as of the lamppost. Sensors of one municipality with the same number are
    at one place, for the noise in what they count. Never with a cell precision: it tells the exact place."""
    address: ShortText | None = None
    """The street, for people to read. Never include the house number of a private home."""
    neighbourhood: Annotated[str, StringConstraints(pattern=r"^BU[0-9]{8}$")] | None = None
    """CBS buurt code, derived from the geometry on publication."""
    district: Annotated[str, StringConstraints(pattern=r"^WK[0-9]{6}$")] | None = None
    """CBS wijk code, derived from the geometry on publication."""


class MatchInMemory(Part):
    """Passages at two points are matched in memory; only travel times of groups are stored."""

    rule: Literal["match_in_memory"]
    to: Reference | None = None
    """The reference of the sensor at the other end. None: passages here only end other sensors' segments."""
    minimum: Annotated[int, Field(ge=5)] = MIN_SAMPLED_VEHICLES
    """Windows with fewer sampled vehicles of a class are not stored. Less than 8 is only in versions from before, which
    need 8 too."""
    window: Literal["PT5M", "PT15M", "PT1H"] = "PT1H"
    """The window over which passages are aggregated: an hour, or a quarter of an hour where 200 or more vehicles an
    hour pass. ``PT5M`` is only in versions from before, and nothing is stored for it any more."""


class WindowCount(Part):
    """Events are counted over a group of sensors and a window, and a random number is added. No event is stored."""

    rule: Literal["window_count"]
    group: Slug
    """Sensors of one municipality with the same group are counted together: 12 at least, better 24 to 80."""
    minimum_sensors: Annotated[int, Field(ge=_EARLIER_MIN_LAMPS)] = MIN_MOVEMENT_LAMPS
    """A group with fewer sensors in the register is not counted."""
    nights: Literal["doubled"] | None = None
    """``doubled``: the random number of nights is twice as large, for a group that few people pass at night."""
    window: Literal["PT1H", "PT2H", "PT3H", "PT6H", "PT12H"] = "PT1H"
    """The window over which movements are counted, from 06:00; 23:00–06:00 is always one window."""


class CountInMemory(Part):
    """The device sends a message for each road user. They are counted in memory, by the hour, and a random number is
    added before anything is written."""

    rule: Literal["count_in_memory"]


EventPrivacyRule = MatchInMemory | WindowCount | CountInMemory
"""The rules of what is made of events: each message is about one person or vehicle, and none is stored."""


class NoIdentifiers(Part):
    """Identifying fields are dropped on arrival."""

    rule: Literal["no_identifiers"]
    fields: Annotated[tuple[ShortText, ...], Field(min_length=1)]


class OnDevice(Part):
    """The device itself turns images or signals into counts; images never leave it."""

    rule: Literal["on_device"]
    explanation: Words


class PublicThreshold(Part):
    """Counts are published with a random number in them only. The rule is named after the one before, which hid small
    counts; leave out ``below`` and ``round_to``, which were its numbers."""

    rule: Literal["public_threshold"]
    below: Annotated[int, Field(ge=15), AfterValidator(lambda said: None if said == 15 else said)] | None = None
    round_to: Annotated[int, Field(ge=5), AfterValidator(lambda said: None if said == 5 else said)] | None = None
    # Entries from before say 15 and 5, which they had unless they said otherwise. They mean the rule by itself.


PrivacyRule = Annotated[
    EventPrivacyRule | NoIdentifiers | OnDevice | PublicThreshold,
    Field(discriminator="rule"),
]


class Retention(Part):
    """Retention of single values, and of hourly and daily totals."""

    raw: Annotated[str, StringConstraints(pattern=r"^(none|P([0-9]+[YMWD]|T[0-9]+[HMS]))$")]
    """Single values: one of the retention classes, or any term if the data is not stored by us."""
    aggregate: Duration
    """Hourly and daily totals."""


class Datastream(Part):
    """One observed property of one sensor (OGC SensorThings Datastream), with every promise about it."""

    observed_property: Slug
    """What is measured: a property code of the kind of sensor."""
    unit: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,20}$")]
    """UCUM, case-sensitive."""
    description: Words | None = None
    """A description, where the property alone is not clear enough."""
    interval: Duration | None = None
    """The measurement interval: the length of the period that a value is about, or the time between two values."""
    stamp: Stamp | None = None
    """Whether the device stamps a value with the start or the end of its period, or a moment; default: the property's
    own, in docs/payloads.md. A period that is stamped at its end is stored under its start if the interval is known."""
    sends_zeros: Annotated[bool, unless(True)] = True
    """Whether the device also sends a value when nothing happened. If not, a missing value may mean zero."""
    aggregation: Literal[Aggregation.DELTA, Aggregation.COUNTER] | None = None
    """For amounts: whether a value is the amount since the previous one, or a meter reading; default: the property's
    own, in docs/payloads.md."""
    same_time: Annotated[SameTime, unless(SameTime.FIRST)] = SameTime.FIRST
    """What becomes of a second, different value for one instant."""
    theme: Theme
    """The theme."""
    personal_data: PersonalData
    """Whether the data is about people, and whether they can be identified."""
    data_types: tuple[DataTypeCode, ...] = ()
    """DTPR data elements."""
    privacy_rules: tuple[PrivacyRule, ...] = ()
    """The measures that protect people; see the privacy rules."""
    stored_fields: tuple[Literal["time", "value", "quality"], ...] = ("time", "value", "quality")
    """The stored fields: never anything but the time, the value and its quality."""
    retention: Retention | None = None
    """How long the data is kept."""
    storage: StorageCode | None = None
    """Where the data is stored (DTPR storage)."""
    access: tuple[AccessCode, ...] = ()
    """Who has access to the data (DTPR access)."""
    access_parties: tuple[ShortText, ...] = ()
    """Other recipients of the data: organisations, never persons."""
    public: Public = Public.NONE
    """The finest form in which the data is public."""


class Payload(Part):
    """What a device can't do better; each makes its data less certain, so the register tells."""

    time: Literal["sent", "on_receipt"] = "sent"
    """``on_receipt``: the device has no clock, so its values are of the moment at which they arrive. Each datastream
    then needs an ``interval``: what may have waited for longer is rejected."""
    numbers_as_text: bool = False
    """The device sends numbers as text, such as "12.3"."""


class Purpose(Part):
    """A purpose of the measurements: a DTPR code, and a description."""

    code: PurposeCode
    """A DTPR purpose."""
    words: Words
    """The purpose in words, for residents."""


class Project(Part):
    """The project that the sensor belongs to, such as a trial. Entries with the same name share a project."""

    name: ShortText
    """The project's name, identical in each of its entries."""
    description: Words | None = None
    """The aim of the project, in one or two sentences."""
    url: AnyHttpUrl | None = None
    """Where to read more."""


class Risk(Part):
    """A risk to people, and how it is mitigated."""

    code: RiskCode | None = None
    risk: Words
    mitigation: Words


class Entry(Part):
    """One sensor in the public register."""

    schema_version: Literal[1] = 1
    id: UUID
    """Assigned once and never changed."""
    uri: AnyHttpUrl
    """The permanent address of the entry, which is never changed or reused."""
    reference: Reference
    """The owner's own reference, unique within the municipality; the third level of the MQTT topic."""
    municipality: Slug
    """The first level of the MQTT topic, such as helmond."""
    kind: Slug | None = None
    """The kind of sensor for ingest (``sensors/kinds``); none for a sensor that delivers no data to us."""
    delivers_data: bool
    """Whether it sends its data to us. A police camera, for example, is registered but does not."""
    name: Words
    """A short name in everyday language."""
    summary: Words
    """What the sensor does, in one or two sentences."""
    status: Status
    """The sensor's stage in its life cycle."""
    device: Device
    location: Location
    datastreams: tuple[Datastream, ...] = ()
    payload: Annotated[Payload, unless(Payload())] = Payload()
    """Peculiarities of the messages of this device."""
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1, max_length=3)]
    """One to three purposes."""
    necessity: Words
    """Why the sensor is needed, and why less intrusive means do not suffice."""
    legal: Legal = Legal()
    organisations: Annotated[tuple[Organisation, ...], Field(min_length=1)]
    """The organisations responsible for it, owning it or operating it."""
    project: Project | None = None
    """The project or trial that the sensor belongs to."""
    contact: Contact
    rights: Words
    """The rights that people have, and how to exercise them."""
    complaint: Link
    """Where to file a complaint."""
    risks: tuple[Risk, ...] = ()
    active_from: dt.date
    """The first day of operation."""
    active_until: dt.date | None = None
    """The last day of operation."""
    review_date: dt.date | None = None
    """When the need for the sensor is reviewed."""

    @property
    def personal_data(self) -> PersonalData:
        """Whether it is about people, and whether they can be identified: over all that it measures."""
        measured = [(each.observed_property, each.personal_data) for each in self.datastreams]
        return personal_data_level(self.kind, measured)

    @property
    def responsible(self) -> str:
        """The accountable organisation: the controller, else the owner, else the first one named."""
        by_role = {each.role: each.name for each in reversed(self.organisations)}
        return by_role.get(Role.CONTROLLER) or by_role.get(Role.OWNER) or self.organisations[0].name
