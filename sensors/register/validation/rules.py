"""What must hold between the parts of a register entry, as one list.

Sources: AVG/GDPR articles 5, 6, 13, 14 and 35; the Geonovum model ordinance for sensors; the Noord-Brabant schema.
"""

import re
from collections.abc import Callable
from operator import attrgetter

from shapely.geometry import box, shape

from sensors.kinds import KINDS
from sensors.policy.constraints import RESIDENT_NAME
from sensors.register.entry import Entry, Location
from sensors.register.free_text import paths_with_personal_data
from sensors.register.location import snap_to_cell
from sensors.register.persons import is_mobile_number, is_personal_mailbox, is_personal_name
from sensors.register.validation.datastream_rules import DATASTREAM_RULES
from sensors.register.validation.rule import (
    Rule,
    ViolationFinder,
    datastream_paths_if,
    duplicates_of,
    path_if,
    path_if_not_after,
)
from sensors.register.validation.violations import format_path
from sensors.vocabulary.codes import (
    DeviceCategory,
    DpiaStatus,
    LegalGround,
    LocationKind,
    PersonalData,
    Precision,
    Role,
    SensorType,
    Status,
)

NETHERLANDS_BOUNDS = box(3.2, 50.7, 7.3, 53.7)
"""The European Netherlands, roughly."""


def _required_for_personal_data(path: str) -> ViolationFinder:
    """This path, when nothing is there and any datastream is about people."""
    return path_if(path, lambda entry: attrgetter(path)(entry) is None and _has_personal_data(entry))


def _has_personal_data(entry: Entry) -> bool:
    return any(datastream.personal_data is not PersonalData.NONE for datastream in entry.datastreams)


def _lacks_role(entry: Entry, role: Role) -> bool:
    return all(organisation.role is not role for organisation in entry.organisations)


def _is_camera(entry: Entry) -> bool:
    return entry.device.category is DeviceCategory.CAMERA or SensorType.OPTICAL in entry.device.sensor_types


def _is_coarse(entry: Entry) -> bool:
    return entry.location.precision is not Precision.EXACT


def _is_point_or_cell(place: Location) -> bool:
    # Of a published entry with a coarse place only the cell is left; it can be imported again.
    is_cell = place.precision is not Precision.EXACT and snap_to_cell(place.geometry, place.precision) == place.geometry
    return place.geometry["type"] == "Point" or is_cell


def _geometry_does_not_fit_kind(entry: Entry) -> bool:
    place = entry.location
    if place.kind is LocationKind.FIXED:
        return not _is_point_or_cell(place)
    return place.geometry["type"] == "Point"


def _organisation_names_if(is_so: Callable[[str], bool]) -> ViolationFinder:
    return lambda entry: [
        format_path(("organisations", index, "name"))
        for index, organisation in enumerate(entry.organisations)
        if is_so(organisation.name)
    ]


RULES: tuple[Rule, ...] = (
    # Personal data
    Rule(
        "personal_data_ground",
        "Dit gaat over mensen. Zeg welke reden uit de privacywet (AVG, artikel 6) hiervoor geldt.",
        "This is about people. Say which legal ground of the GDPR (article 6) applies.",
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
        "This is about people. Say whether a data protection impact assessment (DPIA) was done.",
        _required_for_personal_data("legal.dpia"),
    ),
    Rule(
        "personal_data_controller",
        "Dit gaat over mensen. Noem de organisatie die verantwoordelijk is (rol “controller”).",
        "This is about people. Name the organisation that is the controller.",
        path_if("organisations", lambda entry: _has_personal_data(entry) and _lacks_role(entry, Role.CONTROLLER)),
    ),
    # The law
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
    # The place
    Rule(
        "camera_needs_observed_area",
        "Teken het gebied dat de camera ziet (observed_area).",
        "Draw the area that the camera sees (observed_area).",
        path_if("location.observed_area", lambda entry: _is_camera(entry) and entry.location.observed_area is None),
    ),
    Rule(
        "observed_area_is_area",
        "Wat een camera ziet is een vlak, geen punt.",
        "What a camera sees is an area, not a point.",
        path_if(
            "location.observed_area",
            lambda entry: entry.location.observed_area is not None and entry.location.observed_area["type"] == "Point",
        ),
    ),
    Rule(
        "place_fits_kind",
        "Een sensor op een vaste plek heeft een punt. Een gebied of een sensor die beweegt heeft een vlak.",
        "A fixed sensor has a point. An area or a mobile sensor has a polygon.",
        path_if("location.geometry", _geometry_does_not_fit_kind),
        depends_on=("location.kind", "location.precision"),
    ),
    Rule(
        "place_in_netherlands",
        "Deze plek ligt niet in Nederland. Zet eerst de lengtegraad (oost), dan de breedtegraad (noord).",
        "This place is not in the Netherlands. Put the longitude (east) first, then the latitude (north).",
        path_if("location.geometry", lambda entry: not NETHERLANDS_BOUNDS.covers(shape(entry.location.geometry))),
    ),
    Rule(
        "resident_place_hidden",
        "Deze sensor is van een inwoner. Kies “cell_100m” (in de stad) of “cell_1km” (daarbuiten).",
        "This sensor belongs to a resident. Choose “cell_100m” (in town) or “cell_1km” (elsewhere).",
        path_if(
            "location.precision",
            lambda entry: not _is_coarse(entry) and any(each.name == RESIDENT_NAME for each in entry.organisations),
        ),
    ),
    Rule(
        "cell_is_of_fixed_sensor",
        "Een vak (“cell_…”) past alleen bij een sensor op een vaste plek.",
        "A cell (“cell_…”) fits only a fixed sensor.",
        path_if(
            "location.precision", lambda entry: _is_coarse(entry) and entry.location.kind is not LocationKind.FIXED
        ),
        depends_on=("location.kind",),
    ),
    Rule(
        "cell_hides_address",
        "De precieze plek is niet openbaar. Laat het huisnummer weg.",
        "The exact place is not public. Leave out the house number.",
        path_if(
            "location.address",
            lambda entry: _is_coarse(entry) and re.search(r"\d", entry.location.address or "") is not None,
        ),
    ),
    Rule(
        "cell_hides_observed_area",
        "De precieze plek is niet openbaar. Dan kan het gebied dat hij ziet er ook niet bij.",
        "The exact place is not public. So neither is the area it sees.",
        path_if("location.observed_area", lambda entry: _is_coarse(entry) and entry.location.observed_area is not None),
    ),
    # Organisations, never persons
    Rule(
        "owner",
        "Noem de eigenaar (rol “owner”).",
        "Name the owner.",
        path_if("organisations", lambda entry: _lacks_role(entry, Role.OWNER)),
    ),
    Rule(
        "organisation_not_person",
        f"Noem een organisatie, geen persoon. Is het een inwoner? Schrijf dan “{RESIDENT_NAME}”.",
        f"Name an organisation, not a person. Is it a resident? Then write “{RESIDENT_NAME}”.",
        _organisation_names_if(is_personal_name),
    ),
    Rule(
        "access_not_person",
        "Noem organisaties, geen personen.",
        "Name organisations, not persons.",
        datastream_paths_if(
            "access_parties", lambda _, datastream: any(map(is_personal_name, datastream.access_parties))
        ),
    ),
    Rule(
        "contact_reachable",
        "Geef een e-mailadres, een telefoonnummer of een webadres.",
        "Give an e-mail address, a phone number or a web address.",
        path_if(
            "contact",
            lambda entry: not (entry.contact.email or entry.contact.phone or entry.contact.url),
        ),
    ),
    Rule(
        "contact_not_person",
        "Noem een afdeling of loket, geen persoon.",
        "Name a department or desk, not a person.",
        path_if("contact.name", lambda entry: is_personal_name(entry.contact.name)),
    ),
    Rule(
        "contact_mailbox_of_desk",
        "Dit lijkt het e-mailadres van een persoon. Geef dat van een afdeling, zoals info@ of sensoren@.",
        "This looks like a person's e-mail address. Give that of a desk, such as info@ or sensoren@.",
        path_if("contact.email", lambda entry: is_personal_mailbox(entry.contact.email or "")),
    ),
    Rule(
        "contact_phone_of_desk",
        "Dit is een mobiel nummer. Geef het nummer van een afdeling.",
        "This is a mobile number. Give the number of a desk.",
        path_if("contact.phone", lambda entry: is_mobile_number(entry.contact.phone or "")),
    ),
    # Dates
    Rule(
        "ended_needs_date",
        "De sensor is weggehaald. Zeg op welke datum.",
        "The sensor has been removed. Give the date.",
        path_if("active_until", lambda entry: entry.status is Status.ENDED and entry.active_until is None),
    ),
    Rule(
        "until_after_from",
        "De laatste dag ligt na de eerste dag.",
        "The last day is after the first.",
        path_if_not_after("active_from", "active_until"),
    ),
    Rule(
        "review_after_from",
        "De dag van de evaluatie ligt na de eerste dag.",
        "The review date is after the first day.",
        path_if_not_after("active_from", "review_date"),
    ),
    # What is measured
    Rule(
        "kind_known",
        f"Wij krijgen gegevens van deze sensor. Zeg welk soort het is: {', '.join(KINDS)}.",
        f"This sensor delivers data to us. Say which kind it is: {', '.join(KINDS)}.",
        path_if("kind", lambda entry: entry.delivers_data and entry.kind not in KINDS),
    ),
    *DATASTREAM_RULES,
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
"""Every rule, in the order in which it is told."""
