"""Build entries of the example register from a template per sensor type and the details of each sensor."""

from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_URL, uuid5

from pydantic import AnyHttpUrl

from sensors.kinds import ALIVE, KINDS, ObservedProperty
from sensors.register.entry import (
    CountInMemory,
    Datastream,
    Device,
    Entry,
    EventPrivacyRule,
    Location,
    MatchInMemory,
    PrivacyRule,
    Project,
    PublicThreshold,
    Purpose,
    Retention,
    Risk,
    WindowCount,
)
from sensors.register.legal import Contact, Decision, Dpia, Legal, Organisation
from sensors.register.location import GeoJsonGeometry
from sensors.register.part import Link, Words
from sensors.vocabulary.codes import (
    DpiaStatus,
    HostObject,
    LegalGround,
    LocationKind,
    PersonalData,
    Public,
    RetentionClass,
    Role,
    SensorType,
    Status,
    Theme,
)
from sensors.vocabulary.measurement import Stamp
from simulators.city import texts
from simulators.city.texts import bilingual

MUNICIPALITY = "helmond"
WEBSITE_URL = "https://helmond.example"
REGISTER_URI_BASE = "https://sensoren.helmond.example/id"
TOOI_URI = AnyHttpUrl("https://identifier.overheid.nl/tooi/id/gemeente/gm0794")
PLACEMENT_DATE = date(2024, 3, 1)
_REVIEW_DATE = date(2028, 3, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorTemplate:
    """What sensors of one type share. ``retention``: the terms for raw values and for aggregates.

    ``privacy_rules`` apply to all datastreams, ``required_rule`` to those that are made of events.
    """

    kind: str | None
    device: Device
    purposes: tuple[Purpose, ...]
    necessity: Words
    legal: Legal
    organisations: tuple[Organisation, ...]
    project: Project | None = None
    risks: tuple[Risk, ...] = ()
    retention: tuple[RetentionClass, str] = (RetentionClass.P5Y, "P10Y")
    interval: str = "PT15M"
    stamp: Stamp | None = None
    """What devices stamp, if it is not what docs/payloads.md says."""
    personal_data: PersonalData = PersonalData.NONE
    privacy_rules: tuple[PrivacyRule, ...] = ()
    required_rule: EventPrivacyRule | None = None
    delivers_data: bool = True
    status: Status = Status.ACTIVE
    active_period: tuple[date, date | None] = (PLACEMENT_DATE, None)


@dataclass(frozen=True, slots=True)
class SensorInstance:
    """One sensor of a template: its name, its place and its observed properties (codes)."""

    reference: str
    name: Words
    summary: Words
    location: Location
    observed_properties: tuple[str, ...] = ()


def municipality_as(role: Role) -> Organisation:
    """The municipality, in a role."""
    return Organisation(role=role, name="Gemeente Helmond", tooi=TOOI_URI, url=AnyHttpUrl(WEBSITE_URL))


MUNICIPAL_ORGANISATIONS = (municipality_as(Role.OWNER), municipality_as(Role.CONTROLLER))


def build_legal(
    url_slug: str, ground: LegalGround, basis: tuple[Link, ...], dpia: DpiaStatus = DpiaStatus.NOT_NEEDED
) -> Legal:
    """The legal ground and documents for a type of sensor; ``url_slug`` names the type in the documents' URLs."""
    done = dpia is DpiaStatus.DONE
    return Legal(
        ground=ground,
        basis=basis,
        decision=Decision(
            body="College van burgemeester en wethouders",
            title=bilingual("Voorbeeldbesluit over sensoren op straat", "Example decision on sensors in the street"),
            date=date(2024, 1, 16),
            url=AnyHttpUrl(f"{WEBSITE_URL}/besluiten/sensoren"),
        ),
        privacy_statement=AnyHttpUrl(f"{WEBSITE_URL}/privacy/{url_slug}"),
        dpia=Dpia(
            status=dpia,
            date=date(2024, 2, 6) if done else None,
            url=AnyHttpUrl(f"{WEBSITE_URL}/dpia/{url_slug}") if done else None,
        ),
        processing_register=AnyHttpUrl(f"{WEBSITE_URL}/verwerkingsregister/{url_slug}"),
        officer=Contact(
            name="Functionaris gegevensbescherming",
            email="privacy@helmond.example",
            url=AnyHttpUrl(f"{WEBSITE_URL}/privacy/functionaris"),
        ),
        supervisory_authority=Link(
            title=bilingual("Autoriteit Persoonsgegevens", "Dutch Data Protection Authority"),
            url=AnyHttpUrl("https://www.autoriteitpersoonsgegevens.nl/"),
        ),
        transfers=(),
    )


def build_entry(template: SensorTemplate, instance: SensorInstance) -> Entry:
    """Build the entry of one sensor, with a UUID derived from its reference."""
    identity = uuid5(NAMESPACE_URL, f"{REGISTER_URI_BASE}/{instance.reference}")
    return Entry(
        id=identity,
        uri=AnyHttpUrl(f"{REGISTER_URI_BASE}/{identity}"),
        reference=instance.reference,
        municipality=MUNICIPALITY,
        kind=template.kind,
        delivers_data=template.delivers_data,
        name=instance.name,
        summary=instance.summary,
        status=template.status,
        device=template.device,
        location=instance.location,
        datastreams=tuple(_datastream(template, code) for code in instance.observed_properties),
        purposes=template.purposes,
        necessity=template.necessity,
        legal=template.legal,
        organisations=template.organisations,
        project=template.project,
        contact=Contact(
            name="Team sensoren", email="sensoren@helmond.example", url=AnyHttpUrl(f"{WEBSITE_URL}/sensoren")
        ),
        rights=texts.RIGHTS,
        complaint=texts.COMPLAINT,
        risks=template.risks,
        active_from=template.active_period[0],
        active_until=template.active_period[1],
        review_date=None if template.status is Status.ENDED else _REVIEW_DATE,
    )


_THEMES = {
    "count_bicycle": Theme.MOBILITY_BICYCLE,
    "count_pedestrian": Theme.MOBILITY_PEDESTRIAN,
    "presence": Theme.MOBILITY_PEDESTRIAN,
}
_KIND_THEMES = {
    "streetlight": Theme.ENVIRONMENT_ENERGY,
    "air_quality": Theme.ENVIRONMENT_WATER_SOIL_AIR,
    "traffic": Theme.MOBILITY_CAR,
}


_AGGREGATE_ONLY = (RetentionClass.NONE, "P5Y")
_PASSES = (RetentionClass.P7D, "P5Y")
_SIGN_OF_LIFE = (RetentionClass.P31D, "P31D")


def _event_rule(design: SensorTemplate, known: ObservedProperty) -> EventPrivacyRule | None:
    counts = isinstance(design.required_rule, CountInMemory) and known.counts_people
    return design.required_rule if known.required_privacy_rule or counts else None


def _terms(design: SensorTemplate, known: ObservedProperty) -> tuple[RetentionClass, str]:
    if _event_rule(design, known):
        return _AGGREGATE_ONLY
    if known.passes:
        return _PASSES
    if known.follows_people and SensorType.PROXIMITY in design.device.sensor_types:
        return RetentionClass.P7D, design.retention[1]
    return _SIGN_OF_LIFE if known is ALIVE else design.retention


def _datastream(design: SensorTemplate, code: str) -> Datastream:
    known = KINDS[design.kind or ""].properties[code]
    ruled_by = _event_rule(design, known)
    raw, aggregate = _terms(design, known)
    rules = (*design.privacy_rules, *((ruled_by,) if ruled_by else ()))
    is_thresholded = (known.counts_people or ruled_by) and not isinstance(ruled_by, WindowCount | CountInMemory)
    few = (PublicThreshold(rule="public_threshold"),) if is_thresholded else ()
    ends_here = isinstance(ruled_by, MatchInMemory) and ruled_by.to is None
    return Datastream(
        observed_property=code,
        unit=known.unit,
        interval=None if isinstance(ruled_by, CountInMemory) else design.interval,
        stamp=design.stamp,
        theme=_THEMES.get(code, _KIND_THEMES[design.kind or ""]),
        personal_data=PersonalData.DE_IDENTIFIED if ruled_by else design.personal_data,
        data_types=("values_time",),
        privacy_rules=(*rules, *few),
        retention=Retention(raw=raw, aggregate=aggregate),
        storage="stored_primarily_locally",
        access=("available_to_download",),
        # Travel times belong to the sensor where the trip starts; a pure end point has nothing to publish.
        public=Public.NONE if ends_here else known.finest_public,
    )


def fixed_location(geometry: GeoJsonGeometry, host: HostObject, height_m: float | None = None) -> Location:
    """A fixed location, published exactly."""
    return Location(kind=LocationKind.FIXED, geometry=geometry, host_object=host, height_m=height_m)
