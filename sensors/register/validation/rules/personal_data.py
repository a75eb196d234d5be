"""Required information if a sensor's data is about people (AVG/GDPR, articles 5, 6, 13, 14 and 35)."""

from operator import attrgetter

from sensors.register.entry import Entry
from sensors.register.validation.finders import path_if
from sensors.register.validation.rule import Rule, ViolationFinder
from sensors.register.validation.rules.organisations import lacks_role
from sensors.vocabulary.codes import PersonalData, Role


def _required_for_personal_data(path: str) -> ViolationFinder:
    """The given path, if nothing is set there and any datastream is about people."""
    return path_if(path, lambda entry: attrgetter(path)(entry) is None and _has_personal_data(entry))


def _has_personal_data(entry: Entry) -> bool:
    return any(datastream.personal_data is not PersonalData.NONE for datastream in entry.datastreams)


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
)
