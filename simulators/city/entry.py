"""How an entry of the example register is made: what sensors of one sort share, and what each has of its own."""

from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_URL, uuid5

from pydantic import AnyHttpUrl

from sensors.kinds import KINDS
from sensors.register.entry import (
    Contact,
    Datastream,
    Decision,
    Device,
    Dpia,
    Entry,
    Legal,
    Link,
    Location,
    MatchInMemory,
    Organisation,
    PrivacyRule,
    Project,
    PublicThreshold,
    Purpose,
    Retention,
    Risk,
    WindowCount,
    Words,
)
from sensors.register.location import Geometry
from sensors.vocabulary.codes import (
    DpiaStatus,
    HostObject,
    LegalGround,
    LocationKind,
    PersonalData,
    Public,
    RetentionClass,
    Role,
    Status,
    Theme,
)
from simulators.city import texts
from simulators.city.texts import words

MUNICIPALITY = "helmond"
SITE = "https://helmond.example"
REGISTER = "https://sensoren.helmond.example/id"
TOOI = AnyHttpUrl("https://identifier.overheid.nl/tooi/id/gemeente/gm0794")
PLACED = date(2024, 3, 1)
_REVIEW = date(2028, 3, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What sensors of one sort have in common. ``keeps``: how long single values and totals are kept.

    ``rules`` hold for everything measured; ``ruled_by`` for what needs a rule before it may be taken in.
    """

    kind: str | None
    device: Device
    purposes: tuple[Purpose, ...]
    necessity: Words
    legal: Legal
    organisations: tuple[Organisation, ...]
    project: Project | None = None
    risks: tuple[Risk, ...] = ()
    keeps: tuple[RetentionClass, str] = (RetentionClass.P5Y, "P10Y")
    interval: str = "PT15M"
    personal_data: PersonalData = PersonalData.NONE
    rules: tuple[PrivacyRule, ...] = ()
    ruled_by: MatchInMemory | WindowCount | None = None
    delivers_data: bool = True
    status: Status = Status.ACTIVE
    active: tuple[date, date | None] = (PLACED, None)


@dataclass(frozen=True, slots=True)
class Spot:
    """One sensor of a design: what it is called, where it is and what it measures (property codes)."""

    reference: str
    name: Words
    summary: Words
    location: Location
    measures: tuple[str, ...] = ()


def organisation(role: Role) -> Organisation:
    """The municipality, in a role."""
    return Organisation(role=role, name="Gemeente Helmond", tooi=TOOI, url=AnyHttpUrl(SITE))


CITY = (organisation(Role.OWNER), organisation(Role.CONTROLLER))


def legal(slug: str, ground: LegalGround, basis: tuple[Link, ...], dpia: DpiaStatus = DpiaStatus.NOT_NEEDED) -> Legal:
    """The ground and the papers of a sort of sensors; ``slug`` is its name in the addresses of those."""
    done = dpia is DpiaStatus.DONE
    return Legal(
        ground=ground,
        basis=basis,
        decision=Decision(
            body="College van burgemeester en wethouders",
            title=words("Voorbeeldbesluit over sensoren op straat", "Example decision on sensors in the street"),
            date=date(2024, 1, 16),
            url=AnyHttpUrl(f"{SITE}/besluiten/sensoren"),
        ),
        privacy_statement=AnyHttpUrl(f"{SITE}/privacy/{slug}"),
        dpia=Dpia(
            status=dpia,
            date=date(2024, 2, 6) if done else None,
            url=AnyHttpUrl(f"{SITE}/dpia/{slug}") if done else None,
        ),
        processing_register=AnyHttpUrl(f"{SITE}/verwerkingsregister/{slug}"),
    )


def register_entry(design: Design, spot: Spot) -> Entry:
    """The entry of one sensor. Its UUID follows from its reference."""
    identity = uuid5(NAMESPACE_URL, f"{REGISTER}/{spot.reference}")
    return Entry(
        id=identity,
        uri=AnyHttpUrl(f"{REGISTER}/{identity}"),
        reference=spot.reference,
        municipality=MUNICIPALITY,
        kind=design.kind,
        delivers_data=design.delivers_data,
        name=spot.name,
        summary=spot.summary,
        status=design.status,
        device=design.device,
        location=spot.location,
        datastreams=tuple(_datastream(design, code) for code in spot.measures),
        purposes=design.purposes,
        necessity=design.necessity,
        legal=design.legal,
        organisations=design.organisations,
        project=design.project,
        contact=Contact(name="Team sensoren", email="sensoren@helmond.example", url=AnyHttpUrl(f"{SITE}/sensoren")),
        rights=texts.RIGHTS,
        complaint=texts.COMPLAINT,
        risks=design.risks,
        active_from=design.active[0],
        active_until=design.active[1],
        review_date=None if design.status is Status.ENDED else _REVIEW,
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


_NEVER_KEPT = (RetentionClass.NONE, "P5Y")


def _datastream(design: Design, code: str) -> Datastream:
    known = KINDS[design.kind or ""].properties[code]
    ruled_by = design.ruled_by if known.needs_rule else None
    raw, aggregate = _NEVER_KEPT if ruled_by else design.keeps
    rules = (*design.rules, *((ruled_by,) if ruled_by else ()))
    few = (PublicThreshold(rule="public_threshold"),) if known.counts_people or ruled_by else ()
    ends_here = isinstance(ruled_by, MatchInMemory) and ruled_by.to is None
    return Datastream(
        observed_property=code,
        unit=known.unit,
        interval=design.interval,
        theme=_THEMES.get(code, _KIND_THEMES[design.kind or ""]),
        personal_data=PersonalData.DE_IDENTIFIED if ruled_by else design.personal_data,
        data_types=("values_time",),
        privacy_rules=(*rules, *few),
        retention=Retention(raw=raw, aggregate=aggregate),
        storage="stored_primarily_locally",
        access=("available_to_download",),
        # Travel times belong to the sensor where the trip starts: where it only ends there is nothing to publish.
        public=Public.NONE if ends_here else known.finest_public,
    )


def at(geometry: Geometry, host: HostObject, height: float | None = None) -> Location:
    """A fixed place, shown exactly."""
    return Location(kind=LocationKind.FIXED, geometry=geometry, host_object=host, height_m=height)
