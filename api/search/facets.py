"""What a visitor can choose from, in words: purposes, what is measured, how a sensor can do otherwise than it says."""

from collections.abc import Mapping

from api.i18n import said
from api.themes.content import THEMES
from sensors.kinds import KINDS
from sensors.vocabulary.localized_text import Text

PURPOSES: Mapping[str, Text] = {
    "accessibility": Text("Iedereen kan meedoen", "Accessibility"),
    "agency_interaction": Text("Zelf iets kunnen kiezen of bedienen", "Agency and interaction"),
    "arts_culture": Text("Kunst en cultuur", "Arts and culture"),
    "commerce": Text("Winkels en bedrijven", "Commerce"),
    "connectivity": Text("Internet en bellen", "Connectivity"),
    "dining": Text("Eten en drinken", "Dining"),
    "ecology": Text("Natuur", "Ecology"),
    "energy_efficiency": Text("Stroom besparen", "Energy efficiency"),
    "enforcement": Text("Controle en boetes", "Enforcement"),
    "entry": Text("Toegang tot een gebouw of gebied", "Entry"),
    "fire_emergency": Text("Brand en nood", "Fire and emergency"),
    "health": Text("Gezondheid", "Health"),
    "inform": Text("Mensen iets laten weten", "Inform"),
    "logistics": Text("Vervoer van spullen", "Logistics"),
    "mobility": Text("Verkeer", "Mobility"),
    "planning_decision_making": Text("Plannen maken en beslissen", "Planning and decision-making"),
    "research_development": Text("Onderzoek", "Research and development"),
    "safety_security": Text("Veiligheid", "Safety and security"),
    "social": Text("Elkaar ontmoeten", "Social"),
    "switch": Text("Iets aan of uit zetten", "Switch"),
    "waste_management": Text("Afval", "Waste management"),
    "water_efficiency": Text("Water besparen", "Water efficiency"),
    "wayfinding_services": Text("De weg vinden", "Wayfinding and services"),
}
"""DTPR purposes, in our own Dutch words; the English ones are those of the DTPR."""

DEVIATIONS: Mapping[str, Text] = {
    "silent": Text("Stuurt niets, maar zou dat wel moeten", "Sends nothing, but should"),
    "undeclared": Text("Stuurt meer dan is afgesproken", "Sends more than was declared"),
    "refused": Text("Er worden metingen geweigerd", "Values are refused"),
    "expired": Text("De einddatum is voorbij", "Past its end date"),
    "review_due": Text("Moet opnieuw bekeken worden", "Review is due"),
}
"""Of ``api.search.filters.DEVIATIONS``."""

SORTS: Mapping[str, Text] = {
    "neighbourhood": Text("Per buurt", "By neighbourhood"),
    "name": Text("Op naam", "By name"),
    "changed": Text("Nieuwste eerst", "Newest first"),
}

_MEASURED: Mapping[str, Text] = {
    code: known.label for kind in KINDS.values() for code, known in kind.properties.items()
} | {"video": Text("Video", "Video"), "image": Text("Beeld", "Images")}


def measured(code: str) -> str:
    """What is measured; of a code that none of our kinds has, the code as words."""
    return said(_MEASURED[code]) if code in _MEASURED else code.replace("_", " ").capitalize()


def measured_shortly(code: str) -> str:
    """The same as the head of a narrow column: the formula or size at the end of the label, where there is one."""
    label = measured(code)
    last = label.split()[-1].strip("()")
    return last if any(each.isdigit() for each in last) else label


def purpose(code: str) -> str:
    """What a sensor is for."""
    return said(PURPOSES[code])


def deviation(code: str) -> str:
    """How a sensor does otherwise than its entry says."""
    return said(DEVIATIONS[code])


def options(found: Mapping[str, Mapping[str, int]]) -> dict[str, list[tuple[str, str]]]:
    """The choices of ``api.search.queries.Choices`` as values and words, in the order of the alphabet."""
    words = {
        "observed_property": {code: measured(code) for code in found["observed_property"]},
        "purpose": {code: said(PURPOSES[code]) for code in found["purpose"]},
        "organisation": {name: name for name in found["organisation"]},
        "theme": {code: said(THEMES[code].label) for code in found["theme"]},
        "project": {name: name for name in found["project"]},
    }
    return {name: sorted(of.items(), key=lambda pair: pair[1].casefold()) for name, of in words.items()}
