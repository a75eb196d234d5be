"""The legal basis of a sensor, and whether its risks were assessed."""

from sensors.register.entry import Entry
from sensors.register.validation.finders import path_if
from sensors.register.validation.rule import Rule
from sensors.register.validation.violations import format_path
from sensors.vocabulary.codes import DpiaStatus, LegalGround

# fmt: off
EEA = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
    "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
})
# fmt: on
"""The European Economic Area, where the AVG itself protects: ISO 3166-1 alpha-2."""


def _transfers_within_eea(entry: Entry) -> list[str]:
    return [
        format_path(("legal", "transfers", index, "country"))
        for index, transfer in enumerate(entry.legal.transfers or ())
        if transfer.country in EEA
    ]


LAW_RULES: tuple[Rule, ...] = (
    Rule(
        "law_needs_basis",
        "Een taak van de overheid of een plicht staat in een wet. Noem minstens één wet of regeling.",
        "A public task or legal obligation is laid down in law. Name at least one law or regulation.",
        path_if(
            "legal.basis",
            lambda entry: (
                entry.legal.ground in (LegalGround.PUBLIC_TASK, LegalGround.LEGAL_OBLIGATION) and not entry.legal.basis
            ),
        ),
    ),
    Rule(
        "dpia_done_needs_date",
        "De DPIA is gedaan. Zeg op welke datum.",
        "The DPIA is done. Give its date.",
        path_if(
            "legal.dpia.date",
            lambda entry: (
                entry.legal.dpia is not None
                and entry.legal.dpia.status is DpiaStatus.DONE
                and entry.legal.dpia.date is None
            ),
        ),
    ),
    Rule(
        "transfer_outside_eea",
        "In dit land geldt de privacywet (AVG) zelf. Laat het weg.",
        "The GDPR itself applies in this country. Leave it out.",
        _transfers_within_eea,
    ),
)
