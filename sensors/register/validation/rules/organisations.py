"""The organisations behind a sensor: reachable, and never persons."""

from collections.abc import Callable

from sensors.policy.constraints import RESIDENT_NAME
from sensors.register.entry import Entry
from sensors.register.legal import Contact
from sensors.register.persons import is_mobile_number, is_personal_mailbox, is_personal_name
from sensors.register.validation.finders import datastream_paths_if, path_if
from sensors.register.validation.rule import Rule, ViolationFinder
from sensors.register.validation.violations import format_path
from sensors.vocabulary.codes import Role, Status


def lacks_role(entry: Entry, role: Role) -> bool:
    """Whether no organisation has this role."""
    return all(organisation.role is not role for organisation in entry.organisations)


def _organisation_names_if(is_violated: Callable[[str], bool]) -> ViolationFinder:
    return lambda entry: [
        format_path(("organisations", index, "name"))
        for index, organisation in enumerate(entry.organisations)
        if is_violated(organisation.name)
    ]


def _contact_paths_if(field: str, is_violated: Callable[[Contact], bool]) -> Callable[[Entry], list[str]]:
    """The given field of the desk and of the data protection officer, where it violates the rule."""

    def find(entry: Entry) -> list[str]:
        contacts = {"contact": entry.contact, "legal.officer": entry.legal.officer}
        violating = (path for path, contact in contacts.items() if contact is not None and is_violated(contact))
        return [f"{path}.{field}".rstrip(".") for path in violating]

    return find


def _unreachable_contacts(entry: Entry) -> list[str]:
    """Contacts that do not say how to reach them. Of an erased sensor only the name of its controller is left."""
    paths = _contact_paths_if("", lambda contact: not (contact.email or contact.phone or contact.url))(entry)
    is_erased = entry.status is Status.ENDED and entry.contact.name in {each.name for each in entry.organisations}
    return [path for path in paths if not (is_erased and path == "contact")]


def _recipients_if(is_violated: Callable[[str], bool]) -> ViolationFinder:
    return lambda entry: [
        format_path(("legal", "transfers", index, "recipient"))
        for index, transfer in enumerate(entry.legal.transfers or ())
        if is_violated(transfer.recipient)
    ]


ORGANISATION_RULES: tuple[Rule, ...] = (
    Rule(
        "owner",
        "Noem de eigenaar (rol “owner”).",
        "Name the owner.",
        path_if("organisations", lambda entry: lacks_role(entry, Role.OWNER)),
    ),
    Rule(
        "organisation_not_person",
        f"Noem een organisatie, geen persoon. Is het een inwoner? Schrijf dan “{RESIDENT_NAME}”.",
        f"Name an organisation, not a person. For a resident, write “{RESIDENT_NAME}”.",
        _organisation_names_if(is_personal_name),
    ),
    Rule(
        "access_not_person",
        "Noem organisaties, geen personen.",
        "Name organisations, not people.",
        datastream_paths_if(
            "access_parties", lambda _, datastream: any(map(is_personal_name, datastream.access_parties))
        ),
    ),
    Rule(
        "transfer_not_to_person",
        "Noem een organisatie, geen persoon.",
        "Name an organisation, not a person.",
        _recipients_if(is_personal_name),
    ),
    Rule(
        "contact_reachable",
        "Geef een e-mailadres, een telefoonnummer of een webadres.",
        "Give an email address, a phone number or a web address.",
        _unreachable_contacts,
        depends_on=("status", "organisations"),
    ),
    Rule(
        "contact_not_person",
        "Noem een afdeling of loket, geen persoon.",
        "Name a department or help desk, not a person.",
        _contact_paths_if("name", lambda contact: is_personal_name(contact.name)),
    ),
    Rule(
        "contact_mailbox_of_desk",
        "Dit lijkt het e-mailadres van een persoon. Geef dat van een afdeling, zoals info@ of sensoren@.",
        "This looks like a person's email address. Give that of a department, such as info@ or sensoren@.",
        _contact_paths_if("email", lambda contact: is_personal_mailbox(contact.email or "")),
    ),
    Rule(
        "contact_phone_of_desk",
        "Dit is een mobiel nummer. Geef het nummer van een afdeling.",
        "This is a mobile number. Give the number of a department.",
        _contact_paths_if("phone", lambda contact: is_mobile_number(contact.phone or "")),
    ),
)
