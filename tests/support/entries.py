"""Register entries for tests: valid example documents, and a Hypothesis strategy for arbitrary ones."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from hypothesis import strategies as st

from sensors.kinds import ALIVE, KINDS, ObservedProperty
from sensors.policy.personal_data import find_personal_data
from sensors.vocabulary.codes import (
    DTPR_ELEMENTS,
    Connectivity,
    DeviceCategory,
    HostObject,
    LegalGround,
    Public,
    RetentionClass,
    SensorType,
    Status,
    Theme,
)

Document = dict[str, Any]


def example_entry(**changes: Any) -> Document:
    """A valid entry: an air quality station in the centre of Helmond, with ``changes`` replacing whole fields.

    The id is derived from the reference.
    """
    reference = changes.get("reference", "LML-1")
    document: Document = {
        "schema_version": 1,
        "id": str(uuid5(NAMESPACE_URL, reference)),
        "uri": f"https://sensoren.helmond.example/id/{reference}",
        "reference": reference,
        "municipality": "helmond",
        "kind": "air_quality",
        "delivers_data": True,
        "name": {"nl": "Luchtmeter in het centrum", "en": "Air quality sensor in the centre"},
        "summary": {"nl": "Deze sensor meet hoe schoon de lucht is."},
        "status": "active",
        "device": {"category": "sensor", "sensor_types": ["chemical", "climate"], "technology": ["air_quality"]},
        "location": {"kind": "fixed", "geometry": {"type": "Point", "coordinates": [5.66, 51.48]}, "height_m": 3.0},
        "datastreams": [example_datastream("no2"), example_datastream("pm10"), example_datastream("pm2_5")],
        "purposes": [{"code": "health", "words": {"nl": "Weten of de lucht gezond is."}}],
        "necessity": {"nl": "Zonder metingen weten wij niet waar de lucht vies is."},
        "legal": {"ground": "public_task", "basis": [{"title": {"nl": "Omgevingswet, artikel 20.1"}}]},
        "organisations": [
            {"role": "owner", "name": "Gemeente Helmond"},
            {"role": "controller", "name": "Gemeente Helmond"},
        ],
        "contact": {"name": "Team Sensoren", "email": "sensoren@helmond.example"},
        "rights": {"nl": "U mag vragen wat wij meten."},
        "complaint": {"title": {"nl": "Een klacht doorgeven"}, "url": "https://helmond.example/klacht"},
        "active_from": "2023-01-01",
    }
    return document | changes


def example_datastream(observed_property: str, kind: str = "air_quality", **changes: Any) -> Document:
    """A valid datastream without personal data, in its canonical unit."""
    definition = KINDS[kind].properties[observed_property]
    document: Document = {
        "observed_property": observed_property,
        "unit": definition.unit,
        "theme": "environment_water_soil_air",
        "personal_data": "none",
        "retention": dict(COUNT_TERMS if definition.passes else {"raw": "P1Y", "aggregate": "P10Y"}),
        "public": "live",
    }
    return document | changes


COUNT_TERMS: Document = {"raw": "P7D", "aggregate": "P1Y"}
"""Of what passes; short enough whether or not it is public."""


LAW_OF_PERSONAL_DATA: Document = {
    "privacy_statement": "https://helmond.example/privacy",
    "dpia": {"status": "done", "date": "2022-11-03"},
    "officer": {"name": "Functionaris gegevensbescherming", "email": "privacy@helmond.example"},
    "supervisory_authority": {"title": {"nl": "Autoriteit Persoonsgegevens"}},
    "transfers": [],
}
"""What the law asks of an entry about people, apart from its ground."""


def example_camera_entry(**changes: Any) -> Document:
    """A valid entry of a traffic camera that records people and delivers no data to Lantaarn."""
    field_of_view = {
        "type": "Polygon",
        "coordinates": [[[5.66, 51.48], [5.661, 51.48], [5.661, 51.481], [5.66, 51.48]]],
    }
    document = example_entry(
        reference="camera-001",
        delivers_data=False,
        kind=None,
        device={"category": "camera", "sensor_types": ["optical"], "technology": ["video_camera"]},
        datastreams=[
            {
                "observed_property": "image",
                "unit": "1",
                "theme": "safety_camera",
                "personal_data": "identifiable",
                "retention": {"raw": "none", "aggregate": "P1M"},
            }
        ],
        legal={
            "ground": "public_task",
            "basis": [{"title": {"nl": "Gemeentewet, artikel 151c"}}],
            **LAW_OF_PERSONAL_DATA,
        },
    )
    document["location"] = document["location"] | {"observed_area": field_of_view}
    return document | changes


PERSON_RULES: dict[str, Document] = {
    "window_count": {"rule": "window_count", "group": "centrum"},
    "match_in_memory": {"rule": "match_in_memory", "to": "verkeer-002"},
    "count_in_memory": {"rule": "count_in_memory"},
}
"""An example of each privacy rule for what is made of events, by rule name."""


def person_datastream(code: str, kind: str, *rules: Document, **changes: Any) -> Document:
    """A valid datastream derived from single persons, with its required rule or with ``rules``."""
    known = KINDS[kind].properties[code]
    needed = known.required_privacy_rule or "count_in_memory"
    private = {
        "personal_data": "de_identified",
        "privacy_rules": list(rules or (PERSON_RULES[needed],)),
        "retention": {"raw": "none", "aggregate": "P1Y"},
        "public": "none" if known.required_privacy_rule else "hour",
    }
    return example_datastream(code, kind, **private) | changes


def alive_datastream(interval: str = "PT1H", kind: str = "traffic") -> Document:
    """The sign of life of a sensor that sends events."""
    retention = {"raw": "P31D", "aggregate": "P31D"}
    return example_datastream("alive", kind, interval=interval, public="none", retention=retention)


_short_texts = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=40
).filter(lambda text: find_personal_data(text) is None)
_durations = st.builds("P{}{}".format, st.integers(1, 99), st.sampled_from("DWMY"))
_texts = st.fixed_dictionaries({"nl": _short_texts}, optional={"en": _short_texts})
_links = st.fixed_dictionaries({"title": _texts}, optional={"url": st.just("https://helmond.example/lees")})
_dates = st.dates(dt.date(2015, 1, 1), dt.date(2030, 1, 1))


def _point(x: float, y: float) -> Document:
    return {"type": "Point", "coordinates": [x, y]}


def _rectangle(x: float, y: float, w: float, h: float) -> Document:
    return {"type": "Polygon", "coordinates": [[[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]]]}


_points = st.builds(_point, st.floats(3.4, 7.2), st.floats(50.76, 53.5))
_areas = st.builds(
    _rectangle, st.floats(3.4, 7.0), st.floats(50.76, 53.5), st.floats(0.001, 0.05), st.floats(0.001, 0.05)
)


def _unique_codes(codes: Any, min_size: int = 0, max_size: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from([str(code) for code in codes]), min_size=min_size, max_size=max_size, unique=True)


@st.composite
def entry_documents(draw: st.DrawFn, *, delivers_data: bool | None = None) -> Document:
    """Draw any valid entry document in its published form.

    Covers every kind, with and without personal data, at an exact place, in an area or at a resident's home.
    """
    delivers = draw(st.booleans()) if delivers_data is None else delivers_data
    kind = draw(st.sampled_from(sorted(KINDS))) if delivers or draw(st.booleans()) else None
    codes = draw(_unique_codes(KINDS[kind].properties if kind else ["mast"], min_size=1, max_size=5))
    known: Mapping[str, ObservedProperty] = KINDS[kind].properties if kind else {}
    datastreams = [draw(_datastreams(code, known.get(code), delivers)) for code in codes]
    if any(PERSON_RULES["count_in_memory"] in each["privacy_rules"] for each in datastreams):
        alive: Document = alive_datastream("PT15M") | {"privacy_rules": []}
        datastreams = [*(each for each in datastreams if each["observed_property"] != ALIVE.code), alive]
    start = draw(_dates)
    document = example_entry(
        id=str(draw(st.uuids(version=4))),
        reference=draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)),
        kind=kind,
        delivers_data=delivers,
        name=draw(_texts),
        summary=draw(_texts),
        status=draw(st.sampled_from([each.value for each in Status])),
        device=draw(_devices),
        location=draw(_locations()),
        datastreams=datastreams,
        purposes=[
            {"code": code, "words": draw(_texts)} for code in draw(_unique_codes(DTPR_ELEMENTS["purpose"], min_size=1))
        ],
        necessity=draw(_texts),
        legal=draw(_legal()),
        rights=draw(_texts),
        complaint=draw(_links),
        risks=draw(st.lists(st.fixed_dictionaries({"risk": _texts, "mitigation": _texts}), max_size=2)),
        active_from=start.isoformat(),
        active_until=(start + dt.timedelta(days=draw(st.integers(1, 3000)))).isoformat(),
        **draw(_projects()),
    )
    return _with_resident(document) if document["location"]["precision"] != "exact" else document


_devices = st.fixed_dictionaries(
    {
        "category": st.sampled_from([each.value for each in DeviceCategory if each is not DeviceCategory.CAMERA]),
        "sensor_types": _unique_codes([each for each in SensorType if each is not SensorType.OPTICAL], min_size=1),
        "technology": _unique_codes(DTPR_ELEMENTS["technology"]),
        "connectivity": _unique_codes(Connectivity),
    },
    optional={"make": _short_texts, "model": _short_texts, "supplier": _short_texts},
)


def _with_resident(document: Document) -> Document:
    owners = [{"role": role, "name": "Inwoner"} for role in ("owner", "operator")]
    return document | {"organisations": [*owners, {"role": "controller", "name": "Gemeente Helmond"}]}


def _locations() -> st.SearchStrategy[Document]:
    rest = {"height_m": st.floats(-5, 100), "host_object": st.sampled_from([each.value for each in HostObject])}
    fixed = {"kind": st.just("fixed"), "geometry": _points, "precision": st.just("exact")}
    at_home = fixed | {"precision": st.sampled_from(["cell_100m", "cell_1km"])}
    spread = {"kind": st.sampled_from(["area", "mobile"]), "geometry": _areas, "precision": st.just("exact")}
    on_a_pole = fixed | {"host_reference": st.sampled_from(["LM-0123", "45.7"])}
    exact = [st.fixed_dictionaries(each, optional=rest) for each in (fixed, spread, on_a_pole)]
    return st.one_of(*exact, st.fixed_dictionaries(at_home))


def _projects() -> st.SearchStrategy[Document]:
    project: st.SearchStrategy[Document] = st.fixed_dictionaries(
        {"name": _short_texts}, optional={"description": _texts}
    )
    return st.fixed_dictionaries({}, optional={"project": project})


def _legal() -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries(
        {
            "ground": st.sampled_from([each.value for each in LegalGround]),
            "basis": st.lists(_links, min_size=1, max_size=2),
            **{name: st.just(value) for name, value in LAW_OF_PERSONAL_DATA.items()},
            "dpia": st.fixed_dictionaries({"status": st.just("done"), "date": _dates.map(dt.date.isoformat)}),
        }
    )


@st.composite
def _datastreams(draw: st.DrawFn, code: str, known: ObservedProperty | None, delivers: bool) -> Document:
    finest = known.finest_public if known else Public.DAY
    rule = known.required_privacy_rule if known else None
    personal = draw(st.sampled_from(_personal_data_levels(rule is not None, delivers)))
    public = [each.value for each in Public if each.fineness <= finest.fineness]
    terms = ["none"] if rule else [each.value for each in RetentionClass]
    of_people = delivers and known is not None and bool(known.passes or known.follows_people)
    if of_people:
        terms = ["none", "P1D", "P7D"]
    document: Document = {
        "observed_property": code,
        "unit": known.unit if known else "1",
        "theme": draw(st.sampled_from([each.value for each in Theme])),
        "personal_data": personal,
        "privacy_rules": [{"rule": "public_threshold"}, *([PERSON_RULES[rule]] if rule else [])],
        "retention": {
            "raw": draw(st.sampled_from(terms)),
            "aggregate": draw(st.just("P1Y") if of_people else _durations),
        },
        "public": "none" if personal == "identifiable" else draw(st.sampled_from(public)),
        **({"interval": draw(st.sampled_from(["PT10M", "PT6H"]))} if known is ALIVE else {}),
    }
    # Not of motor vehicles, beside which there may be a speed.
    is_on_foot = known is not None and bool(known.sums_minutes) and known.passes <= {"bicycle", "pedestrian"}
    if delivers and personal == "de_identified" and is_on_foot and draw(st.booleans()):
        in_memory = {"public": "hour", "retention": {"raw": "none", "aggregate": "P1Y"}}
        return document | in_memory | {"privacy_rules": [PERSON_RULES["count_in_memory"]]}
    return document


def _personal_data_levels(of_people: bool, delivers: bool) -> list[str]:
    """The permitted levels: data delivered to Lantaarn is never identifiable."""
    levels = [] if of_people else ["none"]
    return [*levels, "de_identified"] if delivers else [*levels, "de_identified", "identifiable"]
