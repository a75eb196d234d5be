"""Texts about a sensor: purposes, its address, and free text without personal data."""

from sensors.register.free_text import paths_that_point_to_a_person, paths_with_personal_data
from sensors.register.validation.finders import duplicates_of, path_if
from sensors.register.validation.rule import Rule

TEXT_RULES: tuple[Rule, ...] = (
    Rule(
        "purpose_once",
        "Dit doel staat er al.",
        "This purpose is already listed.",
        duplicates_of("purposes", "code"),
    ),
    Rule(
        "uri_https",
        "Dit adres begint met https://.",
        "This address must start with https://.",
        path_if("uri", lambda entry: entry.uri.scheme != "https"),
    ),
    Rule(
        "texts_identify_nobody",
        "Hierin lijkt een kenteken, netwerkadres, e-mailadres of telefoonnummer te staan. Haal het weg. "
        "Alleen dat van het loket mag.",
        "This seems to contain a number plate, network address, email address or phone number. Remove it. "
        "Only those of the contact are allowed.",
        paths_with_personal_data,
    ),
    Rule(
        "texts_name_nobody",
        "Hierin lijkt een naam, adres, geboortedatum, burgerservicenummer of iets anders te staan dat naar iemand "
        "wijst. Haal het weg.",
        "This seems to contain someone's name, address, date of birth, citizen service number or something else that "
        "points to a person. Remove it.",
        paths_that_point_to_a_person,
    ),
)
