"""Required information if a sensor's data is about people (AVG/GDPR, articles 5, 6, 13, 14, 28, 35 and 44)."""

from operator import attrgetter

from sensors.register.entry import Entry
from sensors.register.validation.finders import path_if
from sensors.register.validation.rule import Rule, ViolationFinder
from sensors.register.validation.rules.organisations import lacks_role
from sensors.register.validation.violations import format_path
from sensors.vocabulary.codes import DpiaStatus, PersonalData, Role, Status


def _required_for_personal_data(path: str) -> ViolationFinder:
    """The given path, if nothing is set there and any datastream is about people."""
    return path_if(path, lambda entry: attrgetter(path)(entry) is None and _has_personal_data(entry))


def _has_personal_data(entry: Entry) -> bool:
    return any(datastream.personal_data is not PersonalData.NONE for datastream in entry.datastreams)


def _processes_personal_data(entry: Entry) -> bool:
    """Whether it is about people and at work: planned sensors have time left, and ended ones stay as they were."""
    return entry.status in (Status.ACTIVE, Status.PAUSED) and _has_personal_data(entry)


def _required_while_processing(path: str) -> ViolationFinder:
    return path_if(path, lambda entry: attrgetter(path)(entry) is None and _processes_personal_data(entry))


def _lacks_finished_dpia(entry: Entry) -> bool:
    dpia = entry.legal.dpia
    return dpia is not None and dpia.status is not DpiaStatus.DONE and _processes_personal_data(entry)


def _processors_without_agreement(entry: Entry) -> list[str]:
    return [
        format_path(("organisations", index, "agreement"))
        for index, organisation in enumerate(entry.organisations)
        if organisation.role is Role.PROCESSOR and organisation.agreement is None and _processes_personal_data(entry)
    ]


PERSONAL_DATA_RULES: tuple[Rule, ...] = (
    Rule(
        "personal_data_ground",
        "Dit gaat over mensen. Zeg welke reden uit de privacywet (AVG, artikel 6) hiervoor geldt.",
        "This is about people. State which legal basis of the GDPR (article 6) applies.",
        _required_for_personal_data("legal.ground"),
    ),
    Rule(
        "personal_data_privacy_statement",
        "Dit gaat over mensen. Geef het webadres van de privacyverklaring.",
        "This is about people. Give the web address of the privacy statement.",
        _required_for_personal_data("legal.privacy_statement"),
    ),
    Rule(
        "personal_data_dpia",
        "Dit gaat over mensen. Zeg of er een onderzoek naar de privacy (DPIA) is gedaan.",
        "This is about people. State whether a data protection impact assessment (DPIA) was carried out.",
        _required_for_personal_data("legal.dpia"),
    ),
    Rule(
        "personal_data_controller",
        "Dit gaat over mensen. Noem de organisatie die verantwoordelijk is (rol “controller”).",
        "This is about people. Name the organisation that is the controller.",
        path_if("organisations", lambda entry: _has_personal_data(entry) and lacks_role(entry, Role.CONTROLLER)),
    ),
    Rule(
        "personal_data_dpia_done",
        "Dit gaat over mensen. Dan mag hij pas aan als het onderzoek naar de privacy (DPIA) is gedaan.",
        "This is about people, so it may only be active once the data protection impact assessment (DPIA) is done.",
        path_if("legal.dpia.status", _lacks_finished_dpia),
    ),
    Rule(
        "personal_data_officer",
        "Dit gaat over mensen. Noem het adres van de functionaris voor gegevensbescherming (FG).",
        "This is about people. Give the contact details of the data protection officer.",
        _required_while_processing("legal.officer"),
    ),
    Rule(
        "personal_data_authority",
        "Dit gaat over mensen. Noem bij wie zij kunnen klagen: in Nederland de Autoriteit Persoonsgegevens.",
        "This is about people. Name the supervisory authority: in the Netherlands the Autoriteit Persoonsgegevens.",
        _required_while_processing("legal.supervisory_authority"),
    ),
    Rule(
        "personal_data_transfers",
        "Dit gaat over mensen. Zeg naar welke landen buiten Europa de gegevens gaan; naar geen enkel land is “[]”.",
        "This is about people. State to which countries outside Europe the data goes; to none is “[]”.",
        _required_while_processing("legal.transfers"),
    ),
    Rule(
        "processor_agreement",
        "Deze organisatie verwerkt gegevens over mensen voor u. Noem het nummer van de verwerkersovereenkomst.",
        "This organisation processes data about people for you. Give the reference of the agreement with it.",
        _processors_without_agreement,
    ),
)
