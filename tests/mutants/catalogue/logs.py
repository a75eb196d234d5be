"""What is left in logs and memory, and the tripwires for personal data."""

from tests.mutants.mutant import Mutant, mutants_in

PAYLOAD_KEY_TESTS = ("tests/unit/ingest/test_payload_keys.py",)
LOG_TESTS = ("tests/unit/sensors/test_logs.py",)
PERSONAL_DATA_TESTS = ("tests/unit/sensors/test_personal_data.py",)
DETECTORS = ("email", "ip", "mac", "phone", "plate")
SENTENCE_TESTS = ("tests/unit/sensors/test_personal_text.py",)
SENTENCE_DETECTORS = (
    ("coordinates", "COORDINATES, _COORDINATES"),
    ("citizen service numbers", "BSN, _in_numbers"),
    ("dates of birth", "BIRTH_DATE, _BIRTH_DATE"),
    ("people at a house number", "PERSON_ADDRESS, _TITLED_PERSON"),
    ("addresses", "ADDRESS, _ADDRESS"),
    ("names and house numbers", "PERSON_ADDRESS, _PERSON)"),
    ("foreign plates", "PLATE, _FOREIGN_PLATE"),
)

MUTANTS: tuple[Mutant, ...] = (
    *mutants_in(
        "sensors/formats/values.py",
        PAYLOAD_KEY_TESTS,
        ("keys of payloads are forgotten", "msgspec.json.decode(_OWN_KEYS)", "pass"),
    ),
    *mutants_in(
        "ingest/payload_keys.py",
        PAYLOAD_KEY_TESTS,
        ("keys of payloads are forgotten in time", "thread.start()", "pass"),
    ),
    *mutants_in(
        "sensors/logs.py",
        LOG_TESTS,
        ("only declared texts in the log", "(form is not None and form.fullmatch(value))", "True"),
        ("the tripwire in the log", 'shown = value if key == "at" else redact_text(value)', "shown = value"),
        ("only our own keys in the log", "if _is_declared_key(key)}", "}"),
        (
            "no exception's text in the log",
            '    error = _exception(said.pop("exc_info", None))\n',
            "    error = None\n",
        ),
    ),
    *mutants_in(
        "sensors/policy/personal_data.py",
        PERSONAL_DATA_TESTS,
        *(
            (
                f"the tripwire for {wire}",
                f"PersonalDataMatch.{wire.upper()}: _contains_{wire}",
                f"PersonalDataMatch.{wire.upper()}: lambda *_: False",
            )
            for wire in DETECTORS
        ),
    ),
    *mutants_in(
        "sensors/policy/personal_text.py",
        SENTENCE_TESTS,
        *(
            (f"sentences without {name}", f"    (PersonalDataMatch.{detector}", f"    # (PersonalDataMatch.{detector}")
            for name, detector in SENTENCE_DETECTORS
        ),
        ("an address hides no plate", "if number == 1:", "if number == 9:"),
        ("the forms of devices in sentences", "found.update(kinds_in(", "tuple(kinds_in("),
        ("a date is one of birth by its words", 'rf"{_BIRTH}[', 'rf"['),
        ("a number over several lines", '_SPACES.sub(" ", text)', "text"),
        ("bank accounts in sentences", "    (PersonalDataMatch.IBAN", "    # (PersonalDataMatch.IBAN"),
    ),
    *mutants_in(
        "sensors/policy/personal_numbers.py",
        SENTENCE_TESTS,
        ("the eleven test", "weighted % 11 == 0 and", "weighted is not None and"),
        ("a plate after its word", "if found and _is_plate(found[0])", "if False"),
        ("a phone number with any marks", "in _PHONE.finditer(lower)", 'in _PHONE.finditer("")'),
    ),
)
