"""Filter options and their labels: purposes, observed properties, deviations."""

from collections.abc import Mapping
from pathlib import Path

from api.cache import RevisionCache
from api.i18n import localize
from api.themes.content import THEMES
from sensors.db import Database, queries
from sensors.kinds import KINDS
from sensors.vocabulary.localized_text import LocalizedText

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))
FACET_FILTERS = ("observed_property", "purpose", "organisation", "theme", "project")
"""Filters whose options come from the entries."""

PURPOSE_LABELS: Mapping[str, LocalizedText] = {
    "accessibility": LocalizedText("Iedereen kan meedoen", "Accessibility"),
    "agency_interaction": LocalizedText("Zelf iets kunnen kiezen of bedienen", "Agency and interaction"),
    "arts_culture": LocalizedText("Kunst en cultuur", "Arts and culture"),
    "commerce": LocalizedText("Winkels en bedrijven", "Commerce"),
    "connectivity": LocalizedText("Internet en bellen", "Connectivity"),
    "dining": LocalizedText("Eten en drinken", "Dining"),
    "ecology": LocalizedText("Natuur", "Ecology"),
    "energy_efficiency": LocalizedText("Stroom besparen", "Energy efficiency"),
    "enforcement": LocalizedText("Controle en boetes", "Enforcement"),
    "entry": LocalizedText("Toegang tot een gebouw of gebied", "Entry"),
    "fire_emergency": LocalizedText("Brand en nood", "Fire and emergency"),
    "health": LocalizedText("Gezondheid", "Health"),
    "inform": LocalizedText("Mensen iets laten weten", "Inform"),
    "logistics": LocalizedText("Vervoer van spullen", "Logistics"),
    "mobility": LocalizedText("Verkeer", "Mobility"),
    "planning_decision_making": LocalizedText("Plannen maken en beslissen", "Planning and decision-making"),
    "research_development": LocalizedText("Onderzoek", "Research and development"),
    "safety_security": LocalizedText("Veiligheid", "Safety and security"),
    "social": LocalizedText("Elkaar ontmoeten", "Social"),
    "switch": LocalizedText("Iets aan of uit zetten", "Switch"),
    "waste_management": LocalizedText("Afval", "Waste management"),
    "water_efficiency": LocalizedText("Water besparen", "Water efficiency"),
    "wayfinding_services": LocalizedText("De weg vinden", "Wayfinding and services"),
}
"""DTPR purposes: our own Dutch, the DTPR's English."""

DEVIATION_LABELS: Mapping[str, LocalizedText] = {
    "silent": LocalizedText("Stuurt geen metingen, maar zou dat wel moeten", "Sends no readings, but should"),
    "invalid": LocalizedText("Stuurt alleen metingen die niet kloppen", "Sends only readings that can't be right"),
    "undeclared": LocalizedText("Stuurt meer dan is afgesproken", "Sends more than was declared"),
    "refused": LocalizedText("Er worden metingen geweigerd", "Readings are rejected"),
    "expired": LocalizedText("De einddatum is voorbij", "Past its end date"),
    "review_due": LocalizedText("Moet opnieuw bekeken worden", "Review is due"),
}
"""Labels for ``api.search.filters.DEVIATIONS``."""

SORT_LABELS: Mapping[str, LocalizedText] = {
    "neighbourhood": LocalizedText("Per buurt", "By neighbourhood"),
    "name": LocalizedText("Op naam", "By name"),
    "changed": LocalizedText("Nieuwste eerst", "Newest first"),
}

_OBSERVED_PROPERTY_LABELS: Mapping[str, LocalizedText] = {
    code: known.label for kind in KINDS.values() for code, known in kind.properties.items()
} | {"video": LocalizedText("Video", "Video"), "image": LocalizedText("Beeld", "Images")}


def observed_property_label(code: str) -> str:
    """The label of an observed property; the code in words if no kind knows it."""
    return (
        localize(_OBSERVED_PROPERTY_LABELS[code])
        if code in _OBSERVED_PROPERTY_LABELS
        else code.replace("_", " ").capitalize()
    )


def observed_property_short_label(code: str) -> str:
    """A label for a narrow column: the formula or size at the end of the label, if any."""
    label = observed_property_label(code)
    last = label.split()[-1].strip("()")
    return last if any(each.isdigit() for each in last) else label


def purpose_label(code: str) -> str:
    """The label of a purpose."""
    return localize(PURPOSE_LABELS[code])


def deviation_label(code: str) -> str:
    """The label of a deviation."""
    return localize(DEVIATION_LABELS[code])


def facet_options(counts: Mapping[str, Mapping[str, int]]) -> dict[str, list[tuple[str, str]]]:
    """The options of ``Facets`` as (value, label) pairs, sorted by label."""
    labels = {
        "observed_property": {code: observed_property_label(code) for code in counts["observed_property"]},
        "purpose": {code: localize(PURPOSE_LABELS[code]) for code in counts["purpose"]},
        "organisation": {name: name for name in counts["organisation"]},
        "theme": {code: localize(THEMES[code].label) for code in counts["theme"]},
        "project": {name: name for name in counts["project"]},
    }
    return {name: sorted(of.items(), key=lambda pair: pair[1].casefold()) for name, of in labels.items()}


class Facets(RevisionCache[Mapping[str, Mapping[str, int]]]):
    """The options of each filter in ``FACET_FILTERS``: value → number of sensors."""

    def __init__(self) -> None:
        super().__init__(_load_facets)


def _load_facets(db: Database, municipality: str) -> Mapping[str, Mapping[str, int]]:
    found: dict[str, dict[str, int]] = {name: {} for name in FACET_FILTERS}
    for row in db.execute(QUERIES["facets"], {"municipality": municipality}).fetchall():
        found[row["filter"]][row["value"]] = row["sensors"]
    return found
