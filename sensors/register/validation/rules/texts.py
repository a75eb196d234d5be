"""Texts about a sensor: purposes, its address, and free text without personal data."""

from sensors.register.free_text import paths_with_personal_data
from sensors.register.validation.finders import duplicates_of, path_if
from sensors.register.validation.rule import Rule

TEXT_RULES: tuple[Rule, ...] = (
    Rule(
        "purpose_once",
        "Dit doel staat er al.",
        "This purpose is already there.",
        duplicates_of("purposes", "code"),
    ),
    Rule(
        "uri_https",
        "Dit adres begint met https://.",
        "This address begins with https://.",
        path_if("uri", lambda entry: entry.uri.scheme != "https"),
    ),
    Rule(
        "texts_identify_nobody",
        "Hierin lijkt een kenteken, netwerkadres, e-mailadres of telefoonnummer te staan. Haal het weg. "
        "Alleen dat van het loket mag.",
        "This seems to hold a number plate, network address, e-mail address or phone number. Take it out. "
        "Only that of the contact may be there.",
        paths_with_personal_data,
    ),
)
