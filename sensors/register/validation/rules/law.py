"""The legal basis of a sensor, and whether its risks were assessed."""

from sensors.register.validation.finders import path_if
from sensors.register.validation.rule import Rule
from sensors.vocabulary.codes import DpiaStatus, LegalGround

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
)
