"""Explain in plain words (language level B1) what happens to a sensor's data.

``lantaarn policy explain`` prints this text and the sensor's public page shows it, so it is derived from the compiled
policy that ingest follows, never written by hand.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from sensors.kinds import KINDS
from sensors.policy.compiler import (
    CountingRule,
    DatastreamPolicy,
    MatchingRule,
    PassCountingRule,
    compile_policy,
)
from sensors.policy.counted_in_memory import has_no_sign_of_life, is_counted_in_memory
from sensors.policy.promises import (
    DAY_START,
    MAX_TRAVEL_TIME,
    MIN_MOVEMENT_LAMPS,
    NIGHT_START,
    TRAVEL_TIME_ROUNDING_SECONDS,
    TRAVEL_TIME_WINDOWS,
)
from sensors.policy.retention_classes import BUILT_IN_CLASSES
from sensors.policy.retention_explanation import retention_sentences
from sensors.register.entry import Datastream, Entry, NoIdentifiers, OnDevice
from sensors.register.part import Words
from sensors.vocabulary.codes import LocationKind, Precision, VehicleClass, label_of
from sensors.vocabulary.durations import parse_duration
from sensors.vocabulary.localized_text import Language, LocalizedText

_MINUTE = timedelta(minutes=1)
MAX_TOKEN_AGE_MINUTES = MAX_TRAVEL_TIME // _MINUTE
"""The longest a passage is remembered, enforced by ``ingest.events.travel_time``."""


@dataclass(frozen=True, slots=True)
class ExplanationSection:
    """A heading with its sentences, in one language."""

    heading: str
    sentences: tuple[str, ...]


SAMPLE_SENTENCE = LocalizedText(
    "Wij gebruiken hooguit één op de vier voertuigen. Het lot bepaalt welke, en niemand kan dat nakijken. Zo kan "
    "niemand zien of uw auto erbij was, en klopt de reistijd op een paar seconden.",
    "We use at most one in four vehicles. Chance decides which, and nobody can check that. So nobody can see whether "
    "your car was among them, and the travel time is right to within a few seconds.",
)
"""Which vehicles a travel time is made of, and why."""


def explain_policy(
    entry: Entry,
    version: int,
    language: Language,
    classes: Collection[str] = BUILT_IN_CLASSES,
    lamps_by_group: Mapping[str, int] = MappingProxyType({}),
) -> tuple[ExplanationSection, ...]:
    """Explain one version of an entry: what is read, each property, the location, and the version.

    ``classes``: the names of the existing retention classes. ``lamps_by_group``: how many lamps the groups of its
    municipality have in the register.
    """
    sections = [
        *_input_section(entry),
        *_datastream_sections(entry, classes, lamps_by_group),
        _location_section(entry),
        _version_section(entry, version),
    ]
    return tuple(
        ExplanationSection(_in_language(heading, language), tuple(_in_language(line, language) for line in lines))
        for heading, lines in sections
    )


_Section = tuple[LocalizedText, list[LocalizedText]]


def _in_language(text: LocalizedText, language: Language) -> str:
    return getattr(text, language)


def _localized_text(words: Words) -> LocalizedText:
    return LocalizedText(words.nl, words.en or words.nl)


def _input_section(entry: Entry) -> Iterator[_Section]:
    heading = LocalizedText("Wat komt er binnen?", "What comes in?")
    if not entry.delivers_data:
        nothing = LocalizedText(
            "Deze sensor stuurt ons geen gegevens. Wij lezen en bewaren er dus niets van.",
            "This sensor does not send us any data, so we do not read or store anything from it.",
        )
        yield heading, [nothing]
        return
    lines = [
        LocalizedText(
            "We lezen alleen wat hieronder staat. Alles wat hier niet staat, gooien we meteen weg. "
            "We tellen alleen hoe vaak dat gebeurt.",
            "We only read what is listed below. We delete everything else at once, "
            "and only count how often that happens.",
        )
    ]
    yield heading, lines + _dropped_fields_sentences(entry)


def _dropped_fields_sentences(entry: Entry) -> list[LocalizedText]:
    rules = [rule for each in entry.datastreams for rule in each.privacy_rules if isinstance(rule, NoIdentifiers)]
    names = ", ".join(dict.fromkeys(name for rule in rules for name in rule.fields))
    if not names:
        return []
    return [LocalizedText(f"Dus ook dit gooien we weg: {names}.", f"So we also delete this: {names}.")]


def _datastream_sections(
    entry: Entry, classes: Collection[str], lamps_by_group: Mapping[str, int]
) -> Iterator[_Section]:
    policy = compile_policy(entry, classes)
    permitted = {each.property: each for each in policy.datastreams}
    refused = {each.property: each.reason for each in policy.refusals}
    for declared in entry.datastreams if entry.delivers_data else ():
        name = declared.observed_property
        allowed = permitted.get(name)
        if allowed is None:
            no = LocalizedText("Deze meting nemen wij niet aan.", "We do not accept this measurement.")
            yield _property_label(entry, declared), [no, refused[name]]
        else:
            yield (
                _property_label(entry, declared),
                [
                    *_processing_sentences(allowed, lamps_by_group),
                    *_sign_of_life_sentences(entry, declared),
                    *_on_device_sentences(declared),
                    *retention_sentences(declared, allowed),
                ],
            )


def _property_label(entry: Entry, declared: Datastream) -> LocalizedText:
    kind = KINDS.get(entry.kind or "")
    definition = kind.properties.get(declared.observed_property) if kind else None
    if definition:
        return definition.label
    spoken = declared.observed_property.replace("_", " ").capitalize()
    return LocalizedText(spoken, spoken)


def _on_device_sentences(declared: Datastream) -> list[LocalizedText]:
    return [_localized_text(rule.explanation) for rule in declared.privacy_rules if isinstance(rule, OnDevice)]


def _processing_sentences(allowed: DatastreamPolicy, lamps_by_group: Mapping[str, int]) -> list[LocalizedText]:
    match allowed.rule:
        case MatchingRule():
            return _matching_sentences(allowed.rule)
        case CountingRule():
            lamps = lamps_by_group.get(allowed.rule.group)
            return [*_counting_sentences(allowed.rule), *_group_sentences(allowed.rule, lamps)]
        case PassCountingRule():
            return _pass_counting_sentences(allowed)
        case None:
            return [
                LocalizedText("We lezen de tijd en de waarde.", "We read the time and the value."),
                LocalizedText(
                    "De waarde ronden we af. Zo past er geen ander nummer in.",
                    "We round the value, so that it can't hide any other number.",
                ),
            ]


def _matching_sentences(rule: MatchingRule) -> list[LocalizedText]:
    classes = [label_of(each) for each in VehicleClass]
    nl, en = (", ".join(getattr(each, language).lower() for each in classes) for language in ("nl", "en"))
    return [
        LocalizedText(
            "We lezen de tijd, wat voor voertuig het is, en het kenteken of een ander kenmerk van het voertuig.",
            "We read the time, the type of vehicle, and its number plate or another identifier of the vehicle.",
        ),
        LocalizedText(
            f"Van het voertuig weten we alleen de soort: {nl}.",
            f"All we know about the vehicle is its type: {en}.",
        ),
        LocalizedText(
            "Het kenmerk bewaren we nooit. In het geheugen van de computer maken we er meteen een code van. De sleutel "
            "daarvoor is steeds een andere, en staat nergens opgeschreven.",
            "We never store the identifier. It is turned into a code at once, in the computer’s memory. The key used "
            "for that keeps changing and is not written down anywhere.",
        ),
        *_segment_sentences(rule),
    ]


def _segment_sentences(rule: MatchingRule) -> list[LocalizedText]:
    if rule.to is None:
        return [
            LocalizedText(
                "Hier eindigt een traject. De reistijd staat bij de sensor waar het traject begint.",
                "A route ends here. Its travel time is shown at the sensor where the route starts.",
            )
        ]
    minutes, least = rule.window // _MINUTE, rule.minimum
    if not rule.gives_travel_times:
        return [_outdated_window_sentence(minutes)]
    return [
        LocalizedText(
            f"Komt dezelfde code langs bij sensor {rule.to}? Dan rekenen we de reistijd uit en gooien we de code weg. "
            f"Na {MAX_TOKEN_AGE_MINUTES} minuten gooien we elke code weg.",
            f"If the same code passes sensor {rule.to}, we calculate the travel time and delete the code. "
            f"After {MAX_TOKEN_AGE_MINUTES} minutes we delete every code.",
        ),
        SAMPLE_SENTENCE,
        LocalizedText(
            f"We nemen steeds {minutes} minuten samen. Elk voertuig telt dan één keer. Daarvoor maken we een andere "
            "code. Die gooien we weg 5 minuten na die tijd.",
            f"We group the travel times by {minutes} minutes, in which each vehicle counts once. For that we make "
            "another code, which we delete 5 minutes after that time.",
        ),
        LocalizedText(
            f"Gebruikten we van een soort minder dan {least} voertuigen? Dan bewaren we daar niets van.",
            f"If we used fewer than {least} vehicles of a type, we do not store anything about them.",
        ),
        LocalizedText(
            "We bewaren dan per soort hoe lang ze er ongeveer over deden, op "
            f"{TRAVEL_TIME_ROUNDING_SECONDS} seconden. Hoeveel voertuigen het waren, bewaren we niet.",
            "For each type, we then store roughly how long they took, to the nearest "
            f"{TRAVEL_TIME_ROUNDING_SECONDS} seconds. We do not store how many vehicles there were.",
        ),
    ]


def _outdated_window_sentence(minutes: int) -> LocalizedText:
    allowed = " of ".join(f"{parse_duration(each) // _MINUTE}" for each in TRAVEL_TIME_WINDOWS)
    return LocalizedText(
        f"Reistijden maken we over {allowed} minuten. Hier staat nog {minutes} minuten: dat kan te veel over mensen "
        "verraden. Tot dat is aangepast, maken en bewaren we hier geen reistijden.",
        f"We compute travel times over {allowed.replace('of', 'or')} minutes. The register still says {minutes} "
        "minutes here, which could reveal too much about people. Until that is changed, we compute and store no travel "
        "times.",
    )


def _counting_sentences(rule: CountingRule) -> list[LocalizedText]:
    hours = int(rule.window.total_seconds() // 3600)
    spoken = "an hour" if hours == 1 else f"{hours} hours"
    doubled = LocalizedText("In de nacht is dat getal twee keer zo groot. ", "At night, that number is doubled. ")
    at_night = doubled if rule.has_doubled_nights else LocalizedText("", "")
    return [
        LocalizedText(
            "We lezen de tijd, en of er iets bewoog. Wat één sensor ziet, bewaren we nooit.",
            "We read the time and whether something moved. We never store what a single sensor sees.",
        ),
        LocalizedText(
            f"We tellen alle sensoren van de groep “{rule.group}” samen op, over minstens {hours} uur. "
            f"De nacht, van {NIGHT_START:%H.%M} tot {DAY_START:%H.%M} uur, is één telling.",
            f"We add up all sensors in the group “{rule.group}” over at least {spoken}. "
            f"The night, from {NIGHT_START:%H:%M} to {DAY_START:%H:%M}, is one count.",
        ),
        LocalizedText(
            "Wie langs een sensor loopt, telt daar hoogstens één keer mee. Voordat we iets opschrijven, tellen we er "
            f"een toevallig getal bij op of af. {at_night.nl}Zo kan niemand zien of iemand er was.",
            "Someone who passes a sensor counts once there at most. Before we write anything down, we add or subtract "
            f"a random number. {at_night.en}So nobody can tell whether someone was there.",
        ),
    ]


def _pass_counting_sentences(allowed: DatastreamPolicy) -> list[LocalizedText]:
    has_night = allowed.cells is not None and allowed.cells.has_night
    at_night = LocalizedText(
        f" De nacht, van {NIGHT_START:%H.%M} tot {DAY_START:%H.%M} uur, is één telling.",
        f" The night, from {NIGHT_START:%H:%M} to {DAY_START:%H:%M}, is one count.",
    )
    night = at_night if has_night else LocalizedText("", "")
    return [
        LocalizedText(
            "De sensor stuurt een bericht als er iemand langskomt. Die berichten bewaren we nooit.",
            "The sensor sends a message when someone passes. We never store those messages.",
        ),
        LocalizedText(
            f"We tellen ze per uur op, in het geheugen van de computer.{night.nl}",
            f"We add them up by the hour, in the computer’s memory.{night.en}",
        ),
    ]


def _sign_of_life_sentences(entry: Entry, declared: Datastream) -> Iterator[LocalizedText]:
    """How it is known that a sensor works which is silent when nobody passes."""
    if not is_counted_in_memory(declared):
        return
    if has_no_sign_of_life(entry, declared):
        yield LocalizedText(
            "Is de sensor stil? Dan weten wij niet of hij stuk is, of dat er niemand was. In het register staat niet "
            "dat hij vaak genoeg laat weten dat hij het doet. Tot dat is aangepast, is er van geen enkel uur een "
            "getal.",
            "When the sensor is silent, we do not know whether it is broken or nobody was there. The register does not "
            "say that it reports often enough that it works. Until that is changed, no hour has a number.",
        )
    else:
        yield LocalizedText(
            "Op vaste tijden laat de sensor weten dat hij het doet. Kregen we dat in een uur niet vaak genoeg door? "
            "Dan is er van dat uur geen getal.",
            "At fixed times the sensor reports that it works. If we did not hear it often enough in an hour, that "
            "hour has no number.",
        )


def _group_sentences(rule: CountingRule, lamps: int | None) -> Iterator[LocalizedText]:
    """How many lamps the group needs, and whether it has them. ``lamps``: as many as it has; None if unknown."""
    least = max(rule.minimum_sensors, MIN_MOVEMENT_LAMPS)
    yield LocalizedText(
        f"Staan er minder dan {least} sensoren in de groep? Dan bewaren we geen telling.",
        f"If the group has fewer than {least} sensors, we do not store any count.",
    )
    if lamps is not None and lamps < least:
        yield LocalizedText(
            f"Het zijn er nu {lamps}. Van deze groep bewaren we dus niets.",
            f"It now has {lamps}, so we store nothing of this group.",
        )


def _location_section(entry: Entry) -> _Section:
    heading = LocalizedText("Wat gebeurt er met de plek?", "What happens to the location?")
    place = entry.location
    if place.precision is not Precision.EXACT:
        cell = label_of(place.precision)
        return heading, [
            LocalizedText(
                f"In het register staat: {_lowercase_first(cell.nl)}. Het is steeds hetzelfde vak.",
                f"The register shows {_lowercase_first(cell.en)}. It is always the same square.",
            ),
            LocalizedText(
                "Weten wij de precieze plek? Die staat dan apart, achter slot. Deze site en de open gegevens "
                "kunnen er niet bij.",
                "If we know the exact location, we keep it separately and securely. This site and the open data "
                "have no access to it.",
            ),
        ]
    if place.kind is LocationKind.FIXED:
        return heading, [LocalizedText("De precieze plek is openbaar.", "The exact location is public.")]
    return heading, [
        LocalizedText(
            "Openbaar is alleen het gebied waar de sensor is. Waar precies, lezen en bewaren we niet.",
            "Only the area where the sensor is located is public. We do not read or store where exactly it is.",
        )
    ]


def _lowercase_first(text: str) -> str:
    return text[0].lower() + text[1:]


def _version_section(entry: Entry, version: int) -> _Section:
    return LocalizedText("Welke versie is dit?", "Which version is this?"), [
        LocalizedText(
            f"Deze uitleg is gemaakt van versie {version} van deze sensor in het register. De computer werkt met "
            "precies dezelfde versie.",
            f"This explanation is based on version {version} of this sensor in the register. The computer uses exactly "
            "the same version.",
        ),
        LocalizedText(
            f"Nummer in het register: {entry.id}, versie {version}.",
            f"Number in the register: {entry.id}, version {version}.",
        ),
    ]
